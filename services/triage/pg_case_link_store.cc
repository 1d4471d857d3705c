#include "services/triage/pg_case_link_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/case_link_rows.h"
#include "services/triage/case_word_rows.h"
#include "services/triage/errors.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kAboveEveryId[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

constexpr pg::Statement kListLinks{"triage_list_links", R"sql(
    SELECT report_id, number, linked_at, similarity, withdrawn
      FROM case_report
     WHERE tenant = $1 AND case_id = $2 AND report_id < $3
     ORDER BY report_id DESC
     LIMIT $4)sql"};

absl::StatusOr<std::optional<CaseChange>> Into(Case member, const Case& leader, absl::Time now) {
  if (member.group_id == leader.id) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(CaseChange change, Group(std::move(member), leader, now));
  return std::optional<CaseChange>(std::move(change));
}

absl::StatusOr<std::optional<CaseChange>> OutOf(Case member, const Case& leader, absl::Time now) {
  if (member.group_id != leader.id) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(CaseChange change, Ungroup(std::move(member), leader, now));
  return std::optional<CaseChange>(std::move(change));
}

}  // namespace

absl::Status PgCaseLinkStore::Write(pg::Transaction& transaction, const Case& subject,
                                    const std::vector<CaseChange>& changes,
                                    const audit::Record& trace) {
  audit::Record record = trace;
  record.subject = "cases/" + subject.id;
  AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
  std::vector<events::v1::Event> told;
  for (const CaseChange& change : changes) {
    told.push_back(EventOf(ids_, change, trace.trace_parent));
  }
  return events::Append(transaction, told);
}

absl::StatusOr<std::optional<std::string>> PgCaseLinkStore::FindLinked(
    const std::string& tenant, const std::string& case_reference, const std::string& report,
    const Visibility& visibility) {
  using Found = absl::StatusOr<std::optional<std::string>>;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> Found {
        AVVIK_ASSIGN_OR_RETURN(const Case subject,
                               LockCase(transaction, vault_, tenant, case_reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(const auto link, FindLink(transaction, tenant, report));
        if (link.has_value() && link->case_id == subject.id) {
          return std::optional<std::string>(link->submitted.report_id());
        }
        const auto own = LockVisibleCaseOfReport(transaction, vault_, tenant, report, visibility);
        if (own.ok() && own->group_id == subject.id) return std::optional<std::string>();
        return error::ReportNotLinked(report, subject.number);
      });
}

absl::StatusOr<LinkedReportPage> PgCaseLinkStore::List(const std::string& tenant,
                                                       const std::string& case_reference,
                                                       const Visibility& visibility,
                                                       const std::string& after, int limit) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<LinkedReportPage> {
        AVVIK_ASSIGN_OR_RETURN(const Case subject,
                               FindCase(transaction, vault_, tenant, case_reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kListLinks, {tenant, subject.id,
                                             after.empty() ? kAboveEveryId : after.c_str(),
                                             limit + 1}));
        LinkedReportPage page;
        page.more = rows.size() > static_cast<size_t>(limit);
        for (const pg::Row row : rows) {
          if (page.reports.size() == static_cast<size_t>(limit)) break;
          page.reports.push_back({.report_id = row.Text("report_id"),
                                  .number = row.Text("number"),
                                  .linked = row.Time("linked_at"),
                                  .similarity = static_cast<int>(row.Int("similarity")),
                                  .withdrawn = row.Bool("withdrawn")});
        }
        return page;
      });
}

absl::StatusOr<Case> PgCaseLinkStore::ChangeMembers(pg::Transaction& transaction, Case leader,
                                                    const std::vector<std::string>& members,
                                                    const Visibility& visibility,
                                                    const audit::Record& trace, absl::Time now,
                                                    Find find, Regroup regroup) {
  std::vector<CaseChange> changes;
  for (const std::string& reference : members) {
    AVVIK_ASSIGN_OR_RETURN(Case member, find(transaction, vault_, leader.tenant, reference, visibility));
    AVVIK_ASSIGN_OR_RETURN(auto change, regroup(std::move(member), leader, now));
    if (!change.has_value()) continue;
    AVVIK_RETURN_IF_ERROR(UpdateLinks(transaction, *change));
    leader = *change->leader;
    changes.push_back(*std::move(change));
  }
  if (!changes.empty()) AVVIK_RETURN_IF_ERROR(Write(transaction, leader, changes, trace));
  return leader;
}

absl::StatusOr<Case> PgCaseLinkStore::Link(const std::string& tenant,
                                           const std::string& case_reference,
                                           const std::string& report, const Visibility& visibility,
                                           const audit::Record& trace, absl::Time now) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Case> {
        AVVIK_ASSIGN_OR_RETURN(Case subject,
                               LockCase(transaction, vault_, tenant, case_reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(const auto link, FindLink(transaction, tenant, report));
        if (link.has_value() && link->case_id == subject.id) return subject;
        if (link.has_value()) return error::ReportLinkedElsewhere(report);
        return ChangeMembers(transaction, std::move(subject), {report}, visibility, trace, now,
                             &LockVisibleCaseOfReport, &Into);
      });
}

absl::StatusOr<Case> PgCaseLinkStore::Unlink(const std::string& tenant,
                                             const std::string& case_reference,
                                             const std::string& report,
                                             const Visibility& visibility,
                                             const audit::Record& trace, absl::Time now,
                                             const OpenOwn& open) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Case> {
        AVVIK_ASSIGN_OR_RETURN(Case subject,
                               LockCase(transaction, vault_, tenant, case_reference, visibility));
        AVVIK_ASSIGN_OR_RETURN(const auto link, FindLink(transaction, tenant, report));
        if (!link.has_value() || link->case_id != subject.id) {
          return error::ReportNotLinked(report, subject.number);
        }
        // Its reports are erased with it, so there is nothing to open a case for.
        if (subject.erased.has_value()) return error::CaseErased(subject.number);
        const intake::v1::ReportSubmitted& told = link->submitted;
        std::vector<CaseChange> changes = {
            UnlinkReport(std::move(subject), told.report_id(), told.number(), now)};
        const Case after = changes[0].changed;
        AVVIK_RETURN_IF_ERROR(UpdateLinks(transaction, changes[0]));
        AVVIK_RETURN_IF_ERROR(DeleteLink(transaction, tenant, told.report_id()));
        AVVIK_RETURN_IF_ERROR(ForgetReportWords(transaction, after));
        AVVIK_ASSIGN_OR_RETURN(std::vector<CaseChange> opened, open(told));
        for (CaseChange& change : opened) change.changed.withdrawn = link->withdrawn;
        AVVIK_RETURN_IF_ERROR(InsertCase(transaction, vault_, opened.back().changed).status());
        changes.insert(changes.end(), opened.begin(), opened.end());
        AVVIK_RETURN_IF_ERROR(Write(transaction, after, changes, trace));
        return after;
      });
}

absl::StatusOr<Case> PgCaseLinkStore::ChangeGroup(const std::string& tenant,
                                                  const std::string& leader_reference,
                                                  const std::vector<std::string>& members,
                                                  const Visibility& visibility,
                                                  const audit::Record& trace, absl::Time now,
                                                  Find find, Regroup regroup) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Case> {
        AVVIK_ASSIGN_OR_RETURN(Case leader,
                               LockCase(transaction, vault_, tenant, leader_reference, visibility));
        return ChangeMembers(transaction, std::move(leader), members, visibility, trace, now, find,
                             regroup);
      });
}

absl::StatusOr<Case> PgCaseLinkStore::UngroupReport(const std::string& tenant,
                                                    const std::string& case_reference,
                                                    const std::string& report,
                                                    const Visibility& visibility,
                                                    const audit::Record& trace, absl::Time now) {
  return ChangeGroup(tenant, case_reference, {report}, visibility, trace, now,
                     &LockVisibleCaseOfReport, &OutOf);
}

absl::StatusOr<Case> PgCaseLinkStore::Group(const std::string& tenant,
                                            const std::string& case_reference,
                                            const std::vector<std::string>& members,
                                            const Visibility& visibility,
                                            const audit::Record& trace, absl::Time now) {
  return ChangeGroup(tenant, case_reference, members, visibility, trace, now, &LockCase, &Into);
}

absl::StatusOr<Case> PgCaseLinkStore::Ungroup(const std::string& tenant,
                                              const std::string& case_reference,
                                              const std::vector<std::string>& members,
                                              const Visibility& visibility,
                                              const audit::Record& trace, absl::Time now) {
  return ChangeGroup(tenant, case_reference, members, visibility, trace, now, &LockCase, &OutOf);
}

}  // namespace avvik::triage
