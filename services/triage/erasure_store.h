// Erasing cases, and what that leaves behind.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/triage/v1/erasure.pb.h"
#include "common/secrecy/certificate.h"
#include "services/triage/case_store.h"

namespace avvik::triage {

// What shall be erased on what ground.
struct ErasureOrder {
  v1::ErasureGround ground = v1::ERASURE_GROUND_UNSPECIFIED;
  std::string reference;  // What it was decided in.
  std::string etag;       // Version decided on; may be empty.
  bool validate_only = false;
  absl::Time now;
};

// Closed cases of a class whose time is over.
struct RetentionClass {
  type::v1::Category category = type::v1::CATEGORY_UNSPECIFIED;  // Unspecified: every one.
  std::vector<type::v1::Category> but;                           // Those that an earlier rule has.
  absl::Time closed_before;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class ErasureStore {
 public:
  virtual ~ErasureStore() = default;

  // Destroys the case's key and empties its texts, with certificate, audit record and event in one
  // transaction. Answers the certificate; with `validate_only` the one that would be, without an id, and
  // nothing happens. NOT_FOUND, ABORTED (CASE_CHANGED), and the errors of triage::Erase.
  virtual absl::StatusOr<secrecy::Certificate> Erase(const std::string& tenant,
                                                     const std::string& reference,
                                                     const Visibility& visibility,
                                                     const ErasureOrder& order,
                                                     const audit::Record& trace) = 0;

  // Ids of cases to be erased, at most `limit`: neither held nor erased yet.
  virtual absl::StatusOr<std::vector<std::string>> Due(const std::string& tenant,
                                                       const RetentionClass& kept, int limit) = 0;

  // At most `limit` certificates older than the one with id `after`; the newest when it is empty.
  virtual absl::StatusOr<std::vector<secrecy::Certificate>> List(const std::string& tenant,
                                                                 const std::string& after,
                                                                 int limit) = 0;
};

}  // namespace avvik::triage
