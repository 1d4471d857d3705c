// Where dossiers are kept.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/dossier.h"

namespace avvik::escalation {

using organisation::Visibility;

// A dossier with what belongs to it.
struct DossierFile {
  Duty duty;
  CaseFacts facts;
  // The values of the newest version are there, and of the one that was asked for.
  StageDossier dossier;
  // What was written in the other stages, by stage: as told, or else as approved, or else as it stands.
  std::map<std::string, FieldValues> others;
};

// What somebody does to a dossier; nothing when all is unset.
struct DossierChange {
  std::optional<DossierVersion> version;
  std::optional<DossierStep> step;
  // Fields to tick off in a version, or to take the ticks from.
  int ticked_version = 0;
  std::vector<std::string> ticked;
  std::vector<std::string> unticked;
};

// A file with its content.
struct ReceiptFile {
  Receipt receipt;
  std::string content;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached; NOT_FOUND (DUTY_NOT_FOUND) when there is no
// such duty or it is not visible. What is written is sealed with the key of the duty.
class DossierStore {
 public:
  virtual ~DossierStore() = default;

  // With the values of `version`, too; 0 for the newest only. A version that there is not is no error.
  virtual absl::StatusOr<DossierFile> Get(const std::string& tenant, const std::string& duty_id,
                                          const std::string& stage, int version,
                                          const Visibility& visibility) = 0;

  // What a person does, given what there is. May be called more than once.
  using Decide = std::function<absl::StatusOr<DossierChange>(const DossierFile&)>;

  // Locks the duty, lets `decide` decide, and writes what it says, event and audit record in one transaction; writes
  // nothing when nothing changes. Ticks are not told to others. Returns the dossier after it. Errors: ABORTED
  // (DOSSIER_CHANGED) when `etag` is given and not of this version; those of `decide`.
  virtual absl::StatusOr<DossierFile> Change(const std::string& tenant, const std::string& duty_id,
                                             const std::string& stage, const Visibility& visibility,
                                             const std::string& etag, const Decide& decide,
                                             const audit::Record& trace) = 0;

  // Whether a file may be kept, given what there is.
  using Allow = std::function<absl::Status(const DossierFile&)>;

  // Keeps a file, with event and audit record. Errors: FAILED_PRECONDITION (TOO_MANY_RECEIPTS); those of `allow`.
  virtual absl::StatusOr<Receipt> Attach(const std::string& tenant, const std::string& duty_id,
                                         const std::string& stage, const Visibility& visibility,
                                         ReceiptFile file, const Allow& allow,
                                         const audit::Record& trace) = 0;

  // NOT_FOUND (RECEIPT_NOT_FOUND) when there is none, also where its case was erased.
  virtual absl::StatusOr<ReceiptFile> GetReceipt(const std::string& tenant,
                                                 const std::string& duty_id,
                                                 const std::string& stage,
                                                 const std::string& receipt_id,
                                                 const Visibility& visibility) = 0;
};

}  // namespace avvik::escalation
