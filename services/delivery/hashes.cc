#include "services/delivery/hashes.h"

#include <map>
#include <set>
#include <string>

#include "common/status/macros.h"

namespace avvik::delivery {
namespace {

// A notice bears the number of the report; that it has arrived is told with the report's id as the cause.
constexpr pg::Statement kPage{"delivery_person_ids", R"sql(
    SELECT notice_id AS id, tenant, person_id,
           coalesce(
             CASE WHEN template = 'report_received' THEN cause END,
             (SELECT linked.report_id::text FROM linked_report AS linked
               WHERE linked.tenant = notice.tenant AND linked.number = notice.number LIMIT 1),
             (SELECT known.report_id::text FROM known_case AS known
               WHERE known.tenant = notice.tenant AND known.number = notice.number LIMIT 1),
             '') AS report_id
      FROM notice
     WHERE notice_id > $1 AND withheld
     ORDER BY notice_id
     LIMIT 100)sql"};

// One that was made meanwhile, for the same cause, takes its place.
constexpr pg::Statement kReplace{"delivery_replace_person_id", R"sql(
    UPDATE notice
       SET person_id = $3
     WHERE notice_id = $1 AND person_id = $2
       AND NOT EXISTS (SELECT 1 FROM notice AS other
                        WHERE other.tenant = notice.tenant AND other.cause = notice.cause
                          AND other.template = notice.template AND other.person_id = $3))sql"};

absl::Status Renew(pg::Pool& pool, ReporterSource& reporters, const pg::Rows& page) {
  std::map<std::string, std::set<std::string>> reports;
  for (const pg::Row row : page) {
    const std::string report_id = row.Text("report_id");
    if (!report_id.empty()) reports[row.Text("tenant")].insert(report_id);
  }
  std::map<std::string, Reporters> known;
  for (const auto& [tenant, report_ids] : reports) {
    AVVIK_ASSIGN_OR_RETURN(known[tenant], reporters.Fetch(tenant, report_ids));
  }
  for (const pg::Row row : page) {
    const Reporters& of_tenant = known[row.Text("tenant")];
    const auto found = of_tenant.find(row.Text("report_id"));
    if (found == of_tenant.end()) continue;
    const Reporter& reporter = found->second;
    const std::string before = row.Text("person_id");
    if (!reporter.confidential || reporter.person_id.empty() || reporter.person_id == before) continue;
    AVVIK_RETURN_IF_ERROR(pool.Query(pg::Scope::Everything(), kReplace,
                                     {row.Text("id"), before, reporter.person_id})
                              .status());
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<secrecy::Hashed> Hashes(pg::Pool& pool, ReporterSource& reporters) {
  return {{.name = "notice",
           .page = kPage,
           .renew = [&pool, &reporters](const pg::Rows& page) { return Renew(pool, reporters, page); }}};
}

}  // namespace avvik::delivery
