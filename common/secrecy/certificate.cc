#include "common/secrecy/certificate.h"

#include "common/status/macros.h"

namespace avvik::secrecy {
namespace {

constexpr char kAboveEveryId[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

constexpr pg::Statement kInsert{"secrecy_insert_erasure", R"sql(
    INSERT INTO erasure (id, tenant, subject, related, number, at, actor, ground, reference,
                         data_classes, key_hash)
    VALUES              ($1, $2,     $3,      $4,      $5,     $6, $7,    $8,     $9,
                         $10,          $11))sql"};

// Ids are ordered by time. $2 the id below which to go on.
constexpr pg::Statement kList{"secrecy_list_erasures", R"sql(
    SELECT * FROM erasure
     WHERE tenant = $1 AND id < $2
     ORDER BY id DESC
     LIMIT $3)sql"};

}  // namespace

absl::Status Append(pg::Transaction& transaction, const Certificate& certificate) {
  return transaction
      .Execute(kInsert, {certificate.id, certificate.tenant, certificate.subject,
                         certificate.related, certificate.number, certificate.at,
                         certificate.actor, certificate.ground, certificate.reference,
                         pg::TextArray(certificate.data_classes), certificate.key_hash})
      .status();
}

absl::StatusOr<std::vector<Certificate>> ListCertificates(pg::Pool& pool, const std::string& tenant,
                                                          const std::string& after, int limit) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool.Query(pg::Scope::Tenant(tenant), kList,
                 {tenant, after.empty() ? std::string(kAboveEveryId) : after, limit}));
  std::vector<Certificate> certificates;
  for (const pg::Row row : rows) {
    certificates.push_back({.id = row.Text("id"),
                            .tenant = row.Text("tenant"),
                            .subject = row.Text("subject"),
                            .related = row.Text("related"),
                            .number = row.Text("number"),
                            .at = row.Time("at"),
                            .actor = row.Text("actor"),
                            .ground = row.Text("ground"),
                            .reference = row.Text("reference"),
                            .data_classes = row.TextArray("data_classes"),
                            .key_hash = row.Text("key_hash")});
  }
  return certificates;
}

}  // namespace avvik::secrecy
