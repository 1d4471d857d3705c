#include "services/metrics/generated_town.h"

#include <fmt/format.h>

#include "avvik/delivery/v1/delivery_events.pb.h"
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/intake/v1/intake_events.pb.h"
#include "common/ids/fake_id_source.h"
#include "common/rpc/time.h"

namespace avvik::metrics {
namespace {

using rpc::FromProtoTime;
using rpc::ToProtoTime;

// Units of common/organisation/example_organisation.h, one that is gone, and none.
constexpr const char* kUnits[] = {"by",     "styrelsen",  "it",    "social",  "omsorg", "hemtjanst",
                                  "energi", "kundtjanst", "drift", "gammalt", ""};
constexpr const char* kSystems[] = {"journal", "skola", "mejl", ""};
constexpr const char* kRegimes[] = {"SE-GDPR-33", "SE-NIS2", "SE-SAK"};

std::string SqlTime(absl::Time time) {
  return fmt::format("'{}'",
                     absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone()));
}

std::string SqlTime(bool has, const google::protobuf::Timestamp& time) {
  return has ? SqlTime(FromProtoTime(time)) : "NULL";
}

}  // namespace

absl::StatusOr<events::LogPage> MemoryLog::Read(int64_t position, int limit) {
  std::lock_guard lock(mutex_);
  if (!away_.ok()) return away_;
  events::LogPage page;
  page.head = static_cast<int64_t>(events_.size());
  for (int64_t i = position; i < page.head && i < position + limit; ++i) {
    page.events.push_back(events_[static_cast<size_t>(i)]);
  }
  return page;
}

void MemoryLog::Append(const events::v1::Event& event) {
  std::lock_guard lock(mutex_);
  events::v1::StoredEvent& stored = events_.emplace_back();
  stored.set_position(static_cast<int64_t>(events_.size()));
  *stored.mutable_event() = event;
}

int64_t MemoryLog::head() const {
  std::lock_guard lock(mutex_);
  return static_cast<int64_t>(events_.size());
}

void MemoryLog::SetAway(absl::Status away) {
  std::lock_guard lock(mutex_);
  away_ = std::move(away);
}

std::string GeneratedTown::NewId() { return FakeIdSource::Nth(++ids_); }

absl::Duration GeneratedTown::UpTo(absl::Duration longest) {
  std::uniform_int_distribution<int64_t> micros(0, absl::ToInt64Microseconds(longest));
  return absl::Microseconds(micros(random_));
}

void GeneratedTown::Tell(const std::string& source, const std::string& subject, int64_t version,
                         const google::protobuf::Message& data) {
  events::v1::Event event;
  event.set_id(NewId());
  event.set_type(data.GetDescriptor()->full_name());
  event.set_source(source);
  event.set_tenant(kTenant);
  event.set_subject(subject);
  event.set_subject_version(version);
  *event.mutable_time() = ToProtoTime(now_);
  event.mutable_data()->PackFrom(data);
  logs_[source].Append(event);
}

template <typename Event>
void GeneratedTown::TellCase(Deviation& deviation) {
  Event event;
  *event.mutable_facts() = deviation.facts;
  Tell("triage", "cases/" + deviation.facts.case_id(), ++deviation.case_version, event);
}

void GeneratedTown::Classify(triage::v1::CaseFacts& facts) {
  auto* classification = facts.mutable_classification();
  classification->set_kind(static_cast<type::v1::Kind>(Pick(5)));
  classification->set_severity(static_cast<type::v1::Severity>(Pick(5)));
  classification->clear_impacts();
  for (int property = 1; property <= 4; ++property) {
    if (!Chance(40)) continue;
    auto* impact = classification->add_impacts();
    impact->set_property(static_cast<type::v1::SecurityProperty>(property));
    impact->set_level(Pick(5));
  }
  facts.set_unit(kUnits[Pick(std::size(kUnits))]);
  facts.set_system(kSystems[Pick(std::size(kSystems))]);
}

void GeneratedTown::AddDeviations(int count) {
  for (int i = 0; i < count; ++i) {
    Deviation& deviation = deviations_.emplace_back();
    deviation.number = fmt::format("AVV-2026-{:06}", deviations_.size());
    deviation.report_id = NewId();
    deviation.report_unit = kUnits[Pick(std::size(kUnits))];
    deviation.report_system = kSystems[Pick(std::size(kSystems))];
    deviation.reported_time = now_ - UpTo(absl::Hours(24 * 700));
    // Some reports, and some cases, have not been told of yet.
    deviation.reported = !Chance(3);
    if (deviation.reported) {
      intake::v1::ReportSubmitted event;
      event.set_report_id(deviation.report_id);
      event.set_number(deviation.number);
      event.set_unit(deviation.report_unit);
      event.set_system(deviation.report_system);
      *event.mutable_reported_time() = ToProtoTime(deviation.reported_time);
      Tell("intake", "reports/" + deviation.report_id, 1, event);
    }
    if (!Chance(4)) {
      deviation.has_case = true;
      triage::v1::CaseFacts& facts = deviation.facts;
      facts.set_case_id(NewId());
      facts.set_number(deviation.number);
      facts.set_report_id(deviation.report_id);
      facts.set_state(triage::v1::CASE_STATE_OPEN);
      *facts.mutable_reported_time() = ToProtoTime(deviation.reported_time);
      *facts.mutable_open_time() = ToProtoTime(
          std::min(now_, deviation.reported_time + UpTo(absl::Hours(24 * 100))));
      Classify(facts);
      TellCase<triage::v1::CaseOpened>(deviation);
      for (int moves = Pick(6); moves > 0; --moves) MoveCase(deviation);
    }
    for (int duties = std::max(0, Pick(4) - 1); duties > 0; --duties) {
      Duty& duty = deviation.duties.emplace_back();
      duty.id = NewId();
      duty.regime = kRegimes[Pick(std::size(kRegimes))];
      for (int changes = 1 + Pick(3); changes > 0; --changes) ChangeDuty(deviation, duty);
    }
    for (int notices = Pick(4); notices > 0; --notices) {
      deviation.notices.emplace_back().id = NewId();
      for (int changes = 1 + Pick(2); changes > 0; --changes) {
        ChangeNotice(deviation, deviation.notices.back());
      }
    }
  }
}

void GeneratedTown::Shake(int count) {
  for (int i = 0; i < count; ++i) {
    Deviation& deviation = deviations_[static_cast<size_t>(Pick(static_cast<int>(deviations_.size())))];
    if (deviation.has_case) MoveCase(deviation);
    if (!deviation.duties.empty()) ChangeDuty(deviation, deviation.duties.front());
    if (!deviation.notices.empty()) ChangeNotice(deviation, deviation.notices.back());
  }
}

void GeneratedTown::MoveCase(Deviation& deviation) {
  triage::v1::CaseFacts& facts = deviation.facts;
  const absl::Time opened = FromProtoTime(facts.open_time());
  const absl::Time later = std::min(now_, opened + UpTo(absl::Hours(24 * 60)));
  switch (Pick(4)) {
    case 0:
      Classify(facts);
      return TellCase<triage::v1::CaseClassified>(deviation);
    case 1:
      if (facts.state() == triage::v1::CASE_STATE_CLOSED) {
        facts.set_state(triage::v1::CASE_STATE_ASSIGNED);
        facts.clear_close_time();
        facts.set_reopen_count(facts.reopen_count() + 1);
        return TellCase<triage::v1::CaseReopened>(deviation);
      }
      facts.set_state(triage::v1::CASE_STATE_ACKNOWLEDGED);
      *facts.mutable_acknowledge_time() = ToProtoTime(later);
      return TellCase<triage::v1::CaseAcknowledged>(deviation);
    case 2:
      facts.set_state(triage::v1::CASE_STATE_CLOSED);
      *facts.mutable_close_time() = ToProtoTime(later);
      return TellCase<triage::v1::CaseClosed>(deviation);
    default:
      return TellCase<triage::v1::CaseNoted>(deviation);
  }
}

void GeneratedTown::ChangeDuty(Deviation& deviation, Duty& duty) {
  duty.state = static_cast<escalation::v1::DutyState>(1 + Pick(4));
  duty.stages.clear();
  for (int i = 0; i < 4; ++i) {
    if (!Chance(50)) continue;  // Stages come and go.
    escalation::v1::StageFacts& stage = duty.stages.emplace_back();
    stage.set_stage("stage-" + std::to_string(i));
    stage.set_state(static_cast<escalation::v1::StageState>(1 + Pick(7)));
    stage.set_statutory(Chance(80));
    if (Chance(80)) {
      *stage.mutable_target_time() =
          ToProtoTime(now_ - absl::Hours(24 * 30) + UpTo(absl::Hours(24 * 60)));
    }
    if (stage.state() == escalation::v1::STAGE_STATE_SUBMITTED) {
      *stage.mutable_submit_time() = ToProtoTime(now_);
    }
  }
  escalation::v1::DutyChanged event;
  event.mutable_facts()->set_duty_id(duty.id);
  event.mutable_facts()->set_number(deviation.number);
  event.mutable_facts()->set_regime(duty.regime);
  event.mutable_facts()->set_state(duty.state);
  for (const auto& stage : duty.stages) *event.mutable_facts()->add_stages() = stage;
  Tell("escalation", "duties/" + duty.id, ++duty.version, event);
}

void GeneratedTown::ChangeNotice(Deviation& deviation, Notice& notice) {
  notice.state = 1 + Pick(4);
  delivery::v1::NoticeQueued event;
  event.mutable_facts()->set_notice_id(notice.id);
  event.mutable_facts()->set_number(deviation.number);
  event.mutable_facts()->set_state(static_cast<delivery::v1::NoticeState>(notice.state));
  Tell("delivery", "notices/" + notice.id, ++notice.version, event);
}

void GeneratedTown::WriteTruth(avvik::testing::TestDatabase& database) const {
  std::string sql = R"sql(
      DROP SCHEMA IF EXISTS truth CASCADE;
      CREATE SCHEMA truth;
      CREATE TABLE truth.report (number text PRIMARY KEY, unit text, system text, reported timestamptz);
      CREATE TABLE truth.incident (number text PRIMARY KEY, unit text, system text, reported timestamptz,
        state text, kind text, severity text, opened timestamptz, acknowledged timestamptz,
        closed timestamptz, reopened boolean);
      CREATE TABLE truth.hit (number text, property text, level integer);
      CREATE TABLE truth.duty (duty_id uuid PRIMARY KEY, number text, regime text, state text);
      CREATE TABLE truth.stage (duty_id uuid, stage text, state text, statutory boolean, target timestamptz);
      CREATE TABLE truth.notice (number text, state text);
      )sql";
  for (const Deviation& d : deviations_) {
    if (d.reported) {
      sql += fmt::format("INSERT INTO truth.report VALUES ('{}', '{}', '{}', {});\n", d.number,
                         d.report_unit, d.report_system, SqlTime(d.reported_time));
    }
    if (d.has_case) {
      const auto& f = d.facts;
      sql += fmt::format(
          "INSERT INTO truth.incident VALUES ('{}', '{}', '{}', {}, '{}', '{}', '{}', {}, {}, {}, {});\n",
          d.number, f.unit(), f.system(), SqlTime(true, f.reported_time()),
          triage::v1::CaseState_Name(f.state()), type::v1::Kind_Name(f.classification().kind()),
          type::v1::Severity_Name(f.classification().severity()), SqlTime(true, f.open_time()),
          SqlTime(f.has_acknowledge_time(), f.acknowledge_time()),
          SqlTime(f.has_close_time(), f.close_time()), f.reopen_count() > 0);
      for (const auto& impact : f.classification().impacts()) {
        sql += fmt::format("INSERT INTO truth.hit VALUES ('{}', '{}', {});\n", d.number,
                           type::v1::SecurityProperty_Name(impact.property()), impact.level());
      }
    }
    for (const Duty& duty : d.duties) {
      sql += fmt::format("INSERT INTO truth.duty VALUES ('{}', '{}', '{}', '{}');\n", duty.id,
                         d.number, duty.regime, escalation::v1::DutyState_Name(duty.state));
      for (const auto& stage : duty.stages) {
        sql += fmt::format("INSERT INTO truth.stage VALUES ('{}', '{}', '{}', {}, {});\n", duty.id,
                           stage.stage(), escalation::v1::StageState_Name(stage.state()),
                           stage.statutory(), SqlTime(stage.has_target_time(), stage.target_time()));
      }
    }
    for (const Notice& notice : d.notices) {
      sql += fmt::format("INSERT INTO truth.notice VALUES ('{}', '{}');\n", d.number,
                         delivery::v1::NoticeState_Name(
                             static_cast<delivery::v1::NoticeState>(notice.state)));
    }
  }
  database.Run(sql);
}

}  // namespace avvik::metrics
