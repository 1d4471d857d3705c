// What an erasure leaves behind.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/pg/pool.h"

namespace avvik::secrecy {

struct Certificate {
  std::string id;  // UUIDv7.
  std::string tenant;
  std::string subject;  // What was erased, such as `cases/<uuid>`.
  std::string related;  // What was erased with it elsewhere, such as `reports/<uuid>`.
  std::string number;
  absl::Time at;
  std::string actor;
  std::string ground;     // The name of a proto value.
  std::string reference;  // What it was decided in.
  std::vector<std::string> data_classes;
  std::string key_hash;  // Of the key destroyed, as it was kept.
};

// Writes a certificate in the transaction of the erasure. ALREADY_EXISTS when the subject has one.
absl::Status Append(pg::Transaction& transaction, const Certificate& certificate);

// At most `limit` certificates older than the one with id `after`; the newest when it is empty.
absl::StatusOr<std::vector<Certificate>> ListCertificates(pg::Pool& pool, const std::string& tenant,
                                                          const std::string& after, int limit);

}  // namespace avvik::secrecy
