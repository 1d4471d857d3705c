// What a person does to one case: the same whether it is done to one or to many.
#pragma once

#include <string>

#include "common/ids/id_source.h"
#include "common/rpc/environment.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// Thread-safe. The decisions refer to the call, which must outlive them; they decide on a case as it stands, and refuse one
// that has another version than `etag`, unless that is empty.
class CaseCommands {
 public:
  // All of them must outlive it.
  CaseCommands(rpc::Environment& environment, CaseStore& cases, IdSource& ids)
      : environment_(environment), cases_(cases), ids_(ids) {}

  // Gives the case to a person, or by the rules when `owner` is empty. UNAVAILABLE when there is no organisation.
  absl::StatusOr<Decision> Assign(const rpc::Call& call, const std::string& owner,
                                  const std::string& etag) const;
  Decision Acknowledge(const rpc::Call& call, const std::string& etag) const;
  Decision Close(const rpc::Call& call, Ending ending, const std::string& etag) const;
  Decision AddNote(const rpc::Call& call, const std::string& text) const;

  // Changes a case as `decide` says, with its record in the trace. PERMISSION_DENIED for one that the caller may read and
  // not handle; otherwise the errors of CaseStore::Change.
  absl::StatusOr<Case> Change(rpc::Call& call, const std::string& case_id,
                              const std::string& request_id, const Decision& decide);
  // The same for a call that changes many: each has a record of its own.
  absl::StatusOr<Case> ChangeOneOfMany(rpc::Call& call, const std::string& case_id,
                                       const std::string& request_id, const Decision& decide);

  // Whether the person may handle the case.
  bool MayHandle(const rpc::Call& call, const std::string& login, const Case& subject) const;
  // A note of the caller's, now.
  Note NoteBy(const rpc::Call& call, const std::string& text) const;

 private:
  absl::StatusOr<Case> Change(rpc::Call& call, const std::string& case_id,
                              const std::string& request_id, const Decision& decide,
                              audit::Record trace);

  rpc::Environment& environment_;
  CaseStore& cases_;
  IdSource& ids_;
};

}  // namespace avvik::triage
