#include "services/delivery/case_event_handler.h"

#include <algorithm>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/delivery/errors.h"
#include "services/delivery/known_case_store.h"
#include "services/delivery/report_event_handler.h"

namespace avvik::delivery {
namespace {

struct CaseEvent {
  CaseChange change;
  triage::v1::CaseFacts facts;
};

template <typename Message>
bool Read(const events::v1::Event& event, CaseChange change, std::optional<CaseEvent>* out) {
  if (!event.data().Is<Message>()) return false;
  Message message;
  if (event.data().UnpackTo(&message)) *out = CaseEvent{change, message.facts()};
  return true;
}

// The case an event tells of; nothing for events of anything else.
std::optional<CaseEvent> ReadCaseEvent(const events::v1::Event& event) {
  std::optional<CaseEvent> read;
  // One of them at most.
  (void)(Read<triage::v1::CaseOpened>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseClassified>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseAssigned>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseAcknowledged>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseNoted>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseReportChanged>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseRestricted>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseAccessChanged>(event, CaseChange::kOther, &read) ||
         Read<triage::v1::CaseHandedOver>(event, CaseChange::kHandedOver, &read) ||
         Read<triage::v1::CaseClosed>(event, CaseChange::kClosed, &read) ||
         Read<triage::v1::CaseReopened>(event, CaseChange::kReopened, &read));
  return read;
}

// The report that an event links to a case, or unlinks from it.
template <typename Message>
std::optional<LinkedReport> LinkIn(const events::v1::Event& event) {
  Message message;
  if (!event.data().Is<Message>() || !event.data().UnpackTo(&message)) return std::nullopt;
  return LinkedReport{.report_id = message.report_id(),
                      .number = message.report_number(),
                      .case_number = message.facts().number()};
}

// Addresses of what has come to its end; what is still waiting is sent, and erased with time.
constexpr pg::Statement kEraseAddresses{"delivery_erase_addresses_of_case", R"sql(
    UPDATE notice SET recipient = NULL, address_key = NULL
     WHERE tenant = $1 AND state IN (3, 4) AND recipient IS NOT NULL
       AND number IN (SELECT $2 UNION ALL
                      SELECT number FROM linked_report WHERE tenant = $1 AND case_number = $2))sql"};

}  // namespace

absl::Status CaseEventHandler::Prepare(std::span<const events::v1::StoredEvent> batch) {
  std::map<std::string, std::set<std::string>> reports;
  std::map<std::string, int64_t> versions;
  for (const events::v1::StoredEvent& stored : batch) {
    const auto event = ReadCaseEvent(stored.event());
    if (!event.has_value()) continue;
    const std::string& tenant = stored.event().tenant();
    int64_t& version = versions[tenant];
    version = std::max(version, event->facts.organisation_version());
    if (event->change == CaseChange::kClosed && !event->facts.imported()) {
      reports[tenant].insert(event->facts.report_id());
    }
  }
  // The people that the events name are found in the organisation they were decided on.
  for (const auto& [tenant, version] : versions) {
    AVVIK_RETURN_IF_ERROR(directory_.AtLeast(tenant, version).status());
  }
  return reporters_.Prepare(reports);
}

absl::StatusOr<std::optional<NoticeDraft>> CaseEventHandler::Draft(
    const organisation::Organisation& organisation, const Telling& telling,
    const triage::v1::CaseFacts& facts) const {
  std::optional<NoticeDraft> draft;
  if (telling.person_id.empty()) {
    if (facts.imported()) return std::nullopt;
    AVVIK_ASSIGN_OR_RETURN(const std::optional<Reporter> reporter,
                           reporters_.Find(organisation.tenant(), facts.report_id()));
    draft = DraftForReporter(organisation, reporter, telling.template_id, telling.cause);
  } else {
    draft = DraftForPerson(organisation, telling.person_id);
    if (!draft.has_value()) {
      log::Warning("addressee_unknown",
                   {{"number", facts.number()}, {"person_id", telling.person_id}});
    }
  }
  if (!draft.has_value()) return std::nullopt;
  draft->cause = telling.cause;
  draft->template_id = telling.template_id;
  draft->number = facts.number();
  draft->unit = facts.unit();
  return draft;
}

absl::Status CaseEventHandler::Apply(pg::Transaction& transaction,
                                     const events::v1::StoredEvent& stored) {
  const std::string& tenant = stored.event().tenant();
  if (triage::v1::CaseErased erased; stored.event().data().UnpackTo(&erased)) {
    return transaction.Execute(kEraseAddresses, {tenant, erased.facts().number()}).status();
  }
  if (const auto linked = LinkIn<triage::v1::CaseReportLinked>(stored.event())) {
    return PutLinkedReport(transaction, tenant, *linked);
  }
  if (const auto unlinked = LinkIn<triage::v1::CaseReportUnlinked>(stored.event())) {
    return RemoveLinkedReport(transaction, tenant, *unlinked);
  }
  const auto event = ReadCaseEvent(stored.event());
  if (!event.has_value()) return absl::OkStatus();
  const auto organisation = directory_.Find(tenant);
  if (organisation == nullptr) return error::NoOrganisation(tenant);
  AVVIK_ASSIGN_OR_RETURN(const std::optional<KnownCase> before,
                         FindKnownCase(transaction, tenant, event->facts.case_id()));
  for (const Telling& telling : TellingsOfCase(stored.event().id(), event->change, event->facts,
                                               before.has_value() ? &*before : nullptr)) {
    AVVIK_ASSIGN_OR_RETURN(const std::optional<NoticeDraft> draft,
                           Draft(*organisation, telling, event->facts));
    if (!draft.has_value()) continue;
    AVVIK_RETURN_IF_ERROR(writer_.Queue(transaction, *draft, *organisation));
  }
  return PutKnownCase(transaction, tenant, KnownCaseOf(event->facts));
}

}  // namespace avvik::delivery
