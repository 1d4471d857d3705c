// Where cases are kept as public records.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "services/triage/case_store.h"
#include "services/triage/record.h"

namespace avvik::triage {

// A record with its case.
struct KnownRecord {
  CaseRecord record;
  Case subject;
  Dossiers dossiers;
};

// A registered case, as far as the register needs it.
struct RegisteredCase {
  CaseRecord record;
  absl::Time received;
  type::v1::Kind kind = type::v1::KIND_UNSPECIFIED;
  type::v1::Sphere sphere = type::v1::SPHERE_UNSPECIFIED;
};

struct RegisterFilter {
  std::optional<absl::Time> from;   // Received at this time or later.
  std::optional<absl::Time> until;  // Received before it.
};

// Where a page ended.
struct RegisterPlace {
  absl::Time received;
  std::string case_id;
};

struct RegisterPage {
  std::vector<RegisteredCase> cases;  // The first received first.
  bool more = false;
  int64_t unregistered = 0;  // Of the period.
};

using RecordDecision =
    std::function<absl::StatusOr<RecordChange>(CaseRecord, const Case&)>;

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached. A record is visible with its case, and
// that of a matter of security protection never is.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  // NOT_FOUND (CASE_NOT_FOUND).
  virtual absl::StatusOr<KnownRecord> Get(const std::string& tenant, const std::string& reference,
                                          const Visibility& visibility) = 0;

  // Locks the case, lets `decide` change its record, and writes it with audit record and event in one
  // transaction; nothing when nothing changed. NOT_FOUND; ABORTED (RECORD_CHANGED) when `etag` is given and not of
  // this version; ALREADY_EXISTS (REGISTRATION_NUMBER_TAKEN); the errors of `decide`.
  virtual absl::StatusOr<KnownRecord> Change(const std::string& tenant,
                                             const std::string& reference,
                                             const Visibility& visibility, const std::string& etag,
                                             const audit::Record& trace,
                                             const RecordDecision& decide) = 0;

  // At most `limit` registered cases behind `after`.
  virtual absl::StatusOr<RegisterPage> List(const std::string& tenant,
                                            const Visibility& visibility,
                                            const RegisterFilter& filter,
                                            const std::optional<RegisterPlace>& after,
                                            int limit) = 0;
};

}  // namespace avvik::triage
