#include "services/triage/case_timeline.h"

#include <optional>
#include <utility>

#include "avvik/triage/v1/triage_events.pb.h"
#include "common/organisation/matter.h"
#include "common/rpc/time.h"
#include "common/status/macros.h"
#include "services/triage/case_proto.h"

namespace avvik::triage {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Between what a service does because of an event and its record, which have a time of their own each.
constexpr absl::Duration kSameDeed = absl::Seconds(5);

absl::Time TimeOf(const events::v1::Event& event) { return rpc::FromProtoTime(event.time()); }

std::string TextOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

template <typename Told>
std::optional<Told> As(const events::v1::Event& event) {
  Told told;
  if (!event.data().Is<Told>() || !event.data().UnpackTo(&told)) return std::nullopt;
  return told;
}

// The value of a field of a classification; empty when it is not set.
std::string ValueOf(const v1::Classification& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    std::string values;
    for (const type::v1::Impact& impact : message.impacts()) {
      if (!values.empty()) values.push_back(',');
      values += type::v1::SecurityProperty_Name(impact.property()) + "=" +
                std::to_string(impact.level());
    }
    return values;
  }
  if (field.has_presence() && !reflection.HasField(message, &field)) return "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = reflection.GetEnum(message, &field);
      return value->number() == 0 ? "" : value->name();
    }
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "";
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    default:
      return "";
  }
}

class Teller {
 public:
  Teller(const CaseStory& story, const organisation::Organisation* organisation)
      : story_(story), organisation_(organisation) {}

  // `before` are the facts until then; null for the first event.
  absl::StatusOr<v1::TimelineEntry> Tell(const events::v1::Event& event,
                                         const v1::CaseFacts* before,
                                         const v1::CaseFacts& facts) const {
    v1::TimelineEntry entry;
    entry.set_entry_id(event.id());
    *entry.mutable_time() = event.time();
    entry.set_kind(KindOf(event, before, facts));
    SetActor(event, &entry);
    SetText(event, &entry);
    SetWhom(before, facts, &entry);
    if (entry.kind() == v1::TIMELINE_KIND_CLASSIFIED && before != nullptr) {
      SetClassification(*before, facts, &entry);
    }
    if (entry.kind() == v1::TIMELINE_KIND_CLOSED) SetEnding(facts, &entry);
    SetReport(event, facts, &entry);
    SetGroup(event, &entry);
    SetMeasure(event, &entry);
    return entry;
  }

 private:
  // The record of the deed that the event tells of; null when there is none.
  const audit::Record* RecordOf(const events::v1::Event& event) const {
    const audit::Record* nearest = nullptr;
    absl::Duration distance = kSameDeed;
    for (const audit::Record& record : story_.records) {
      if (record.trace_parent != event.trace_parent()) continue;
      const absl::Duration apart = absl::AbsDuration(record.at - TimeOf(event));
      if (apart > distance || (nearest != nullptr && apart == distance)) continue;
      nearest = &record;
      distance = apart;
    }
    return nearest;
  }

  v1::TimelineKind KindOf(const events::v1::Event& event, const v1::CaseFacts* before,
                          const v1::CaseFacts& facts) const {
    static const std::map<std::string, v1::TimelineKind> kinds = {
        {v1::CaseOpened::descriptor()->full_name(), v1::TIMELINE_KIND_OPENED},
        {v1::CaseClassified::descriptor()->full_name(), v1::TIMELINE_KIND_CLASSIFIED},
        {v1::CaseAssigned::descriptor()->full_name(), v1::TIMELINE_KIND_ASSIGNED},
        {v1::CaseAcknowledged::descriptor()->full_name(), v1::TIMELINE_KIND_ACKNOWLEDGED},
        {v1::CaseNoted::descriptor()->full_name(), v1::TIMELINE_KIND_NOTED},
        {v1::CaseClosed::descriptor()->full_name(), v1::TIMELINE_KIND_CLOSED},
        {v1::CaseReopened::descriptor()->full_name(), v1::TIMELINE_KIND_REOPENED},
        {v1::CaseHandedOver::descriptor()->full_name(), v1::TIMELINE_KIND_HANDED_OVER},
        {v1::CaseReportLinked::descriptor()->full_name(), v1::TIMELINE_KIND_REPORT_LINKED},
        {v1::CaseReportUnlinked::descriptor()->full_name(), v1::TIMELINE_KIND_REPORT_UNLINKED},
        {v1::CaseGrouped::descriptor()->full_name(), v1::TIMELINE_KIND_GROUPED},
        {v1::CaseUngrouped::descriptor()->full_name(), v1::TIMELINE_KIND_UNGROUPED},
        {v1::MeasureDecided::descriptor()->full_name(), v1::TIMELINE_KIND_MEASURE_DECIDED},
        {v1::MeasureChanged::descriptor()->full_name(), v1::TIMELINE_KIND_MEASURE_CHANGED},
        {v1::MeasureDone::descriptor()->full_name(), v1::TIMELINE_KIND_MEASURE_DONE},
        {v1::MeasureDropped::descriptor()->full_name(), v1::TIMELINE_KIND_MEASURE_DROPPED},
        {v1::MeasureReopened::descriptor()->full_name(), v1::TIMELINE_KIND_MEASURE_REOPENED},
        {v1::CaseErased::descriptor()->full_name(), v1::TIMELINE_KIND_ERASED},
    };
    const auto kind = kinds.find(event.type());
    if (kind != kinds.end()) return kind->second;
    if (const auto told = As<v1::CaseReportChanged>(event)) {
      const bool now = told->withdrawn() && (before == nullptr || !WasWithdrawn(event));
      return now ? v1::TIMELINE_KIND_WITHDRAWN : v1::TIMELINE_KIND_SUPPLEMENTED;
    }
    if (const auto told = As<v1::CaseHeld>(event)) {
      return told->held() ? v1::TIMELINE_KIND_HELD : v1::TIMELINE_KIND_RELEASED;
    }
    if (event.data().Is<v1::CaseRestricted>()) {
      return Restricts(event, before, facts) ? v1::TIMELINE_KIND_RESTRICTED
                                             : v1::TIMELINE_KIND_UNRESTRICTED;
    }
    if (event.data().Is<v1::CaseAccessChanged>()) {
      const bool taken = before != nullptr && before->named_size() > facts.named_size();
      return taken ? v1::TIMELINE_KIND_ACCESS_TAKEN : v1::TIMELINE_KIND_ACCESS_GIVEN;
    }
    return v1::TIMELINE_KIND_UNSPECIFIED;
  }

  // Whether the report had been taken back when it was changed once more, as the record of what was heard says.
  bool WasWithdrawn(const events::v1::Event& event) const {
    const audit::Record* record = RecordOf(event);
    return record != nullptr && record->method.find("ReportSupplemented") != std::string::npos;
  }

  // In another sphere nothing but what was asked for tells.
  bool Restricts(const events::v1::Event& event, const v1::CaseFacts* before,
                 const v1::CaseFacts& facts) const {
    if (const audit::Record* record = RecordOf(event); record != nullptr) {
      return record->detail.find("restricted=true") != std::string::npos;
    }
    return facts.sphere() == type::v1::SPHERE_RESTRICTED &&
           (before == nullptr || before->sphere() != facts.sphere());
  }

  void SetActor(const events::v1::Event& event, v1::TimelineEntry* entry) const {
    if (event.data().Is<v1::CaseReportChanged>()) {
      entry->set_actor(v1::TIMELINE_ACTOR_REPORTER);
      return;
    }
    const audit::Record* record = RecordOf(event);
    if (record == nullptr) {
      if (entry->kind() == v1::TIMELINE_KIND_OPENED) entry->set_actor(v1::TIMELINE_ACTOR_RULE);
      return;
    }
    // What a service does by itself takes no permission.
    if (record->machine && record->permission.empty()) {
      entry->set_actor(v1::TIMELINE_ACTOR_RULE);
      return;
    }
    entry->set_actor(v1::TIMELINE_ACTOR_HANDLER);
    *entry->mutable_by() = ToProto(Party{.login = record->actor}, organisation_);
    if (!record->on_behalf_of.empty()) {
      *entry->mutable_on_behalf_of() =
          ToProto(Party{.login = record->on_behalf_of}, organisation_);
    }
  }

  // A note is written in the moment of the change that it goes with.
  void SetText(const events::v1::Event& event, v1::TimelineEntry* entry) const {
    for (const Note& note : story_.subject.notes) {
      if (absl::ToUnixMicros(note.created) != absl::ToUnixMicros(TimeOf(event))) continue;
      entry->set_text(note.text);
      return;
    }
  }

  v1::Party PartyOf(const v1::PartyReference& reference) const {
    Party party{.login = "", .role = reference.role(), .unit = reference.unit()};
    const auto* person = organisation_ == nullptr || reference.person_id().empty()
                             ? nullptr
                             : organisation_->FindPersonById(reference.person_id());
    if (person != nullptr) party.login = person->login();
    return ToProto(party, organisation_);
  }

  static bool Names(const v1::CaseFacts& facts, const v1::PartyReference& wanted) {
    for (const v1::PartyReference& party : facts.named()) {
      if (party.person_id() != wanted.person_id()) continue;
      if (!wanted.person_id().empty()) return true;
      if (party.role() == wanted.role() && party.unit() == wanted.unit()) return true;
    }
    return false;
  }

  void SetWhom(const v1::CaseFacts* before, const v1::CaseFacts& facts,
               v1::TimelineEntry* entry) const {
    switch (entry->kind()) {
      case v1::TIMELINE_KIND_ASSIGNED:
      case v1::TIMELINE_KIND_REOPENED:
      case v1::TIMELINE_KIND_HANDED_OVER:
        *entry->mutable_party() = PartyOf(facts.owner());
        return;
      case v1::TIMELINE_KIND_ACCESS_GIVEN:
        for (const v1::PartyReference& party : facts.named()) {
          if (before == nullptr || !Names(*before, party)) *entry->mutable_party() = PartyOf(party);
        }
        return;
      case v1::TIMELINE_KIND_ACCESS_TAKEN:
        for (const v1::PartyReference& party : before->named()) {
          if (!Names(facts, party)) *entry->mutable_party() = PartyOf(party);
        }
        return;
      default:
        return;
    }
  }

  static void Add(const std::string& field, const std::string& before, const std::string& after,
                  v1::TimelineEntry* entry) {
    if (before == after) return;
    v1::TimelineChange* change = entry->add_changes();
    change->set_field(field);
    change->set_before(before);
    change->set_after(after);
  }

  static void SetClassification(const v1::CaseFacts& before, const v1::CaseFacts& facts,
                                v1::TimelineEntry* entry) {
    const auto& type = *v1::Classification::descriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.number() == v1::Classification::kSeverityReasonsFieldNumber) continue;
      Add(field.name(), ValueOf(before.classification(), field),
          ValueOf(facts.classification(), field), entry);
    }
    Add("aware_time", TextOf(rpc::FromProtoTime(before.aware_time())),
        TextOf(rpc::FromProtoTime(facts.aware_time())), entry);
  }

  void SetEnding(const v1::CaseFacts& facts, v1::TimelineEntry* entry) const {
    entry->set_resolution(facts.resolution());
    entry->set_cause(facts.cause());
    // What came of it was taken away when the case was opened again.
    const bool last = story_.subject.closed.has_value() &&
                      rpc::ToProtoTime(*story_.subject.closed).nanos() ==
                          facts.close_time().nanos() &&
                      rpc::ToProtoTime(*story_.subject.closed).seconds() ==
                          facts.close_time().seconds();
    if (last) entry->set_text(story_.subject.outcome);
  }

  static void SetReport(const events::v1::Event& event, const v1::CaseFacts& facts,
                        v1::TimelineEntry* entry) {
    if (event.data().Is<v1::CaseOpened>()) {
      entry->set_report_id(facts.report_id());
      entry->set_report_number(facts.number());
    } else if (const auto linked = As<v1::CaseReportLinked>(event)) {
      entry->set_report_id(linked->report_id());
      entry->set_report_number(linked->report_number());
    } else if (const auto unlinked = As<v1::CaseReportUnlinked>(event)) {
      entry->set_report_id(unlinked->report_id());
      entry->set_report_number(unlinked->report_number());
    }
  }

  void SetGroup(const events::v1::Event& event, v1::TimelineEntry* entry) const {
    if (!story_.readable.contains(OtherCaseIn(event))) return;
    const auto grouped = As<v1::CaseGrouped>(event);
    const v1::CaseFacts leader =
        grouped.has_value() ? grouped->leader() : As<v1::CaseUngrouped>(event)->leader();
    entry->set_case_id(leader.case_id());
    entry->set_case_number(leader.number());
  }

  std::string OwnerText(const v1::PartyReference& owner) const {
    const v1::Party party = PartyOf(owner);
    if (!party.login().empty()) return party.login();
    const std::string role = organisation::v1::Role_Name(party.role());
    return party.unit().empty() ? role : role + "/" + party.unit();
  }

  void SetMeasure(const events::v1::Event& event, v1::TimelineEntry* entry) const {
    std::string id;
    if (const auto told = As<v1::MeasureDecided>(event)) id = told->measure().measure_id();
    if (const auto told = As<v1::MeasureDone>(event)) id = told->measure().measure_id();
    if (const auto told = As<v1::MeasureDropped>(event)) id = told->measure().measure_id();
    if (const auto told = As<v1::MeasureReopened>(event)) id = told->measure().measure_id();
    if (const auto told = As<v1::MeasureChanged>(event)) {
      const v1::MeasureFacts& before = told->before();
      const v1::MeasureFacts& after = told->measure();
      id = after.measure_id();
      Add("kind", v1::MeasureKind_Name(before.kind()), v1::MeasureKind_Name(after.kind()), entry);
      Add("owner", OwnerText(before.owner()), OwnerText(after.owner()), entry);
      Add("due_time",
          before.has_due_time() ? TextOf(rpc::FromProtoTime(before.due_time())) : "",
          after.has_due_time() ? TextOf(rpc::FromProtoTime(after.due_time())) : "", entry);
    }
    if (id.empty()) return;
    entry->set_measure_id(id);
    const auto measure = story_.measures.find(id);
    if (measure == story_.measures.end()) return;
    entry->set_measure_title(measure->second.title);
    const auto& ended = measure->second.ended;
    if (ended.has_value() && absl::ToUnixMicros(*ended) == absl::ToUnixMicros(TimeOf(event))) {
      entry->set_text(measure->second.note);
    }
  }

  const CaseStory& story_;
  const organisation::Organisation* const organisation_;
};

}  // namespace

std::string OtherCaseIn(const events::v1::Event& event) {
  if (const auto grouped = As<v1::CaseGrouped>(event)) return grouped->leader().case_id();
  if (const auto ungrouped = As<v1::CaseUngrouped>(event)) return ungrouped->leader().case_id();
  return "";
}

absl::StatusOr<std::vector<v1::TimelineEntry>> TimelineOf(
    const CaseStory& story, const organisation::Organisation* organisation) {
  const Teller teller(story, organisation);
  std::optional<v1::CaseFacts> before;
  if (!story.before.empty()) {
    AVVIK_ASSIGN_OR_RETURN(before, organisation::CaseFactsIn(story.before.back()));
  }
  std::vector<v1::TimelineEntry> entries;
  for (const events::v1::Event& event : story.events) {
    AVVIK_ASSIGN_OR_RETURN(std::optional<v1::CaseFacts> facts, organisation::CaseFactsIn(event));
    // Not one of a case.
    if (!facts.has_value()) continue;
    AVVIK_ASSIGN_OR_RETURN(
        v1::TimelineEntry entry,
        teller.Tell(event, before.has_value() ? &*before : nullptr, *facts));
    entries.push_back(std::move(entry));
    before = std::move(facts);
  }
  return entries;
}

}  // namespace avvik::triage
