#include "services/triage/report_event_handler.h"

#include <map>
#include <utility>
#include <vector>

#include "avvik/intake/v1/intake_events.pb.h"
#include "common/audit/audit.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/triage/case_link.h"
#include "services/triage/case_link_rows.h"
#include "services/triage/case_proto.h"
#include "services/triage/case_word_rows.h"
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
    if (Is<intake::v1::ReportSubmitted>(event)) {
      AVVIK_ASSIGN_OR_RETURN(const auto submitted, Unpack<intake::v1::ReportSubmitted>(event));
      wanted[event.tenant()].push_back(submitted.report_id());
    } else if (Is<intake::v1::ReportSupplemented>(event)) {
      AVVIK_ASSIGN_OR_RETURN(const auto told, Unpack<intake::v1::ReportSupplemented>(event));
      wanted[event.tenant()].push_back(told.report_id());
    }
  }
  return titles_.Prepare(wanted);
}

absl::Status ReportEventHandler::Apply(pg::Transaction& transaction,
                                       const events::v1::StoredEvent& stored) {
  const events::v1::Event& event = stored.event();
  if (Is<intake::v1::ReportSubmitted>(event)) return TakeReport(transaction, event);
  if (Is<intake::v1::ReportSupplemented>(event)) {
    AVVIK_ASSIGN_OR_RETURN(const auto told, Unpack<intake::v1::ReportSupplemented>(event));
    return NoteReportChange(transaction, event, told.report_id(), /*withdrawn=*/false);
  }
  if (Is<intake::v1::ReportWithdrawn>(event)) {
    AVVIK_ASSIGN_OR_RETURN(const auto told, Unpack<intake::v1::ReportWithdrawn>(event));
    return NoteReportChange(transaction, event, told.report_id(), /*withdrawn=*/true);
  }
  if (Is<intake::v1::CampaignClosed>(event)) {
    AVVIK_ASSIGN_OR_RETURN(const auto closed, Unpack<intake::v1::CampaignClosed>(event));
    return EndJoinable(transaction, event.tenant(), closed.campaign_id(), clock_.Now());
  }
  return absl::OkStatus();
}

absl::Status ReportEventHandler::TakeReport(pg::Transaction& transaction,
                                            const events::v1::Event& event) {
  AVVIK_ASSIGN_OR_RETURN(const auto submitted, Unpack<intake::v1::ReportSubmitted>(event));
  const auto organisation = directory_.Find(event.tenant());
  if (organisation == nullptr) return error::NoOrganisation(event.tenant());
  AVVIK_ASSIGN_OR_RETURN(const ReportText text,
                         titles_.Find(event.tenant(), submitted.report_id()));
  const ReportTold report = FromProto(submitted, text.title);
  if (MayJoin(report, campaigns_)) {
    AVVIK_ASSIGN_OR_RETURN(const bool known,
                           IsReportKnown(transaction, event.tenant(), report.report_id));
    if (known) return absl::OkStatus();
    AVVIK_ASSIGN_OR_RETURN(const bool joined, JoinCase(transaction, event, submitted, report, text.words));
    if (joined) return absl::OkStatus();
  }
  return OpenCase(transaction, event, report, text.words, *organisation);
}

absl::Status ReportEventHandler::OpenCase(pg::Transaction& transaction,
                                          const events::v1::Event& event, const ReportTold& report,
                                          const std::vector<std::string>& words,
                                          const organisation::Organisation& organisation) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<CaseChange> changes,
                         OpenRouted(report, event.tenant(), ids_.Next(), rules_, organisation,
                                    clock_.Now()));
  const Case& opened = changes.back().changed;
  AVVIK_ASSIGN_OR_RETURN(const bool inserted, InsertCase(transaction, vault_, opened));
  if (!inserted) return absl::OkStatus();
  AVVIK_RETURN_IF_ERROR(AddReportWords(transaction, vault_, opened, words));
  AVVIK_RETURN_IF_ERROR(MarkIndexed(transaction, opened));
  if (MayJoin(report, campaigns_)) {
    AVVIK_RETURN_IF_ERROR(PutJoinable(transaction, opened, SubjectOf(report)));
  }
  return Tell(transaction, event, changes);
}

absl::StatusOr<bool> ReportEventHandler::JoinCase(pg::Transaction& transaction,
                                                  const events::v1::Event& event,
                                                  const intake::v1::ReportSubmitted& submitted,
                                                  const ReportTold& report,
                                                  const std::vector<std::string>& words) {
  const campaigns::Subject subject = SubjectOf(report);
  AVVIK_ASSIGN_OR_RETURN(
      const std::vector<JoinableCase> joinable,
      FindJoinable(transaction, event.tenant(), subject.category,
                   campaigns_.OldestLastReport(subject.category, subject.reported)));
  const std::optional<Joined> joined = CaseToJoin(subject, joinable, campaigns_);
  if (!joined.has_value()) return false;
  AVVIK_ASSIGN_OR_RETURN(std::optional<Case> found,
                         LockCaseById(transaction, vault_, event.tenant(), joined->case_id));
  if (!found.has_value()) return false;
  const absl::Time now = clock_.Now();
  const absl::StatusOr<CaseChange> change =
      LinkReport(*std::move(found), report.report_id, report.number, now);
  // Closed a moment ago.
  if (absl::IsFailedPrecondition(change.status())) return false;
  AVVIK_RETURN_IF_ERROR(change.status());
  AVVIK_RETURN_IF_ERROR(UpdateLinks(transaction, *change));
  AVVIK_RETURN_IF_ERROR(
      InsertLink(transaction, change->changed, submitted, joined->similarity, now));
  AVVIK_RETURN_IF_ERROR(TouchJoinable(transaction, change->changed, subject.reported));
  if (joined->by_other_key) {
    AVVIK_RETURN_IF_ERROR(RecogniseAnew(transaction, change->changed, subject.fingerprint));
  }
  AVVIK_RETURN_IF_ERROR(AddReportWords(transaction, vault_, change->changed, words));
  AVVIK_RETURN_IF_ERROR(Tell(transaction, event, std::span(&*change, 1)));
  return true;
}

absl::Status ReportEventHandler::NoteReportChange(pg::Transaction& transaction,
                                                  const events::v1::Event& event,
                                                  const std::string& report_id, bool withdrawn) {
  AVVIK_ASSIGN_OR_RETURN(std::optional<Case> found,
                         LockCaseOfReport(transaction, vault_, event.tenant(), report_id));
  if (!found.has_value()) {
    AVVIK_ASSIGN_OR_RETURN(
        found, LockCaseOfLinkedReport(transaction, vault_, event.tenant(), report_id));
    if (!found.has_value()) return error::CaseNotFound("of report " + report_id);
    if (withdrawn) {
      AVVIK_RETURN_IF_ERROR(MarkLinkWithdrawn(transaction, event.tenant(), report_id));
      // One of many is taken back, not the case.
      withdrawn = false;
    }
  }
  // The report is being erased as well.
  if (found->erased.has_value()) return absl::OkStatus();
  if (Is<intake::v1::ReportSupplemented>(event)) {
    const absl::StatusOr<ReportText> text = titles_.Find(event.tenant(), report_id);
    if (!text.ok() && !absl::IsNotFound(text.status())) return text.status();
    if (text.ok()) {
      AVVIK_RETURN_IF_ERROR(AddReportWords(transaction, vault_, *found, text->words));
    }
  }
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
