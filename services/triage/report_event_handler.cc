#include "services/triage/report_event_handler.h"

#include <map>
#include <utility>
#include <vector>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/audit/audit.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"
#include "services/triage/errors.h"
#include "services/triage/pg_case_store.h"
#include "services/triage/triage_events.h"

namespace avvik::triage {
namespace {

constexpr char kActor[] = "avvik-triage";

template <typename Message>
absl::StatusOr<Message> Unpack(const events::v1::Event& event) {
  Message message;
  if (!event.data().UnpackTo(&message)) {
    return absl::DataLossError("the event's data cannot be read as " + event.type());
  }
  return message;
}

template <typename Message>
bool Is(const events::v1::Event& event) {
  return event.data().Is<Message>();
}

}  // namespace

absl::Status ReportEventHandler::Prepare(std::span<const events::v1::StoredEvent> batch) {
  std::map<std::string, std::vector<std::string>> wanted;
  for (const events::v1::StoredEvent& stored : batch) {
    const events::v1::Event& event = stored.event();
    if (!Is<intake::v1::ReportSubmitted>(event)) continue;
    AVVIK_ASSIGN_OR_RETURN(const auto submitted, Unpack<intake::v1::ReportSubmitted>(event));
    wanted[event.tenant()].push_back(submitted.report_id());
  }
  return titles_.Prepare(wanted);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  if (Is<intake::v1::ReportSubmitted>(event)) return OpenCase(transaction, event);
  if (Is<intake::v1::ReportSupplemented>(event)) {
    AVVIK_ASSIGN_OR_RETURN(const auto told, Unpack<intake::v1::ReportSupplemented>(event));
    return NoteReportChange(transaction, event, told.report_id(), /*withdrawn=*/false);
  }
  if (Is<intake::v1::ReportWithdrawn>(event)) {
    AVVIK_ASSIGN_OR_RETURN(const auto told, Unpack<intake::v1::ReportWithdrawn>(event));
    return NoteReportChange(transaction, event, told.report_id(), /*withdrawn=*/true);
  }
  return absl::OkStatus();
}

absl::Status ReportEventHandler::OpenCase(pg::Transaction& transaction,
                                          const events::v1::Event& event) {
  AVVIK_ASSIGN_OR_RETURN(const auto submitted, Unpack<intake::v1::ReportSubmitted>(event));
  const auto organisation = directory_.Find(event.tenant());
  if (organisation == nullptr) return error::NoOrganisation(event.tenant());
  AVVIK_ASSIGN_OR_RETURN(const std::string title,
                         titles_.Find(event.tenant(), submitted.report_id()));

  const absl::Time now = clock_.Now();
  std::vector<CaseChange> changes;
  changes.push_back(
      Open(FromProto(submitted, title), event.tenant(), ids_.Next(), rules_, *organisation, now));
  const Route route = RouteCase(RoutedFactsOf(changes[0].changed), *organisation);
  if (!route.owner.login.empty()) {
    AVVIK_ASSIGN_OR_RETURN(
        CaseChange assigned,
        Assign(changes[0].changed, route.owner, route.drawn_in, organisation->version(), now));
    changes.push_back(std::move(assigned));
  }
  AVVIK_ASSIGN_OR_RETURN(const bool opened, InsertCase(transaction, vault_, changes.back().changed));
  if (!opened) return absl::OkStatus();
  return Tell(transaction, event, changes);
}

absl::Status ReportEventHandler::NoteReportChange(pg::Transaction& transaction,
                                                  const events::v1::Event& event,
                                                  const std::string& report_id, bool withdrawn) {
  AVVIK_ASSIGN_OR_RETURN(std::optional<Case> found,
                         LockCaseOfReport(transaction, vault_, event.tenant(), report_id));
  if (!found.has_value()) return error::CaseNotFound("of report " + report_id);
  // The report is being erased as well.
  if (found->erased.has_value()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const CaseChange change,
                         ReportChanged(*std::move(found), withdrawn, clock_.Now()));
  AVVIK_RETURN_IF_ERROR(UpdateCase(transaction, vault_, change.changed));
  return Tell(transaction, event, std::span(&change, 1));
}

absl::Status ReportEventHandler::Tell(pg::Transaction& transaction, const events::v1::Event& cause,
                                      std::span<const CaseChange> changes) {
  std::vector<events::v1::Event> told;
  for (const CaseChange& change : changes) {
    told.push_back(EventOf(ids_, change, cause.trace_parent()));
  }
  AVVIK_RETURN_IF_ERROR(events::Append(transaction, told));
  return audit::Append(transaction, {.id = ids_.Next(),
                                     .tenant = cause.tenant(),
                                     .at = clock_.Now(),
                                     .actor = kActor,
                                     .machine = true,
                                     .method = cause.type(),
                                     .permission = "",
                                     .subject = "cases/" + changes.back().changed.id,
                                     .outcome = audit::Outcome::kAllowed,
                                     .reason = "",
                                     .trace_parent = cause.trace_parent()});
}

}  // namespace avvik::triage
