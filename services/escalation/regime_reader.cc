#include "services/escalation/regime_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "common/deadline/deadline.h"
#include "common/deadline/instant.h"

namespace avvik::escalation {
namespace {

using Violations = std::vector<status::FieldViolation>;

// Reads one regime, gathering everything that is wrong with it.
class Reader {
 public:
  Regime Read(const v1::Regime& message) {
    Regime regime;
    regime.id = Required(message.id(), "id");
    regime.title = Required(message.title(), "title");
    switch (message.country()) {
      case organisation::v1::SE:
        regime.country = deadline::Country::kSweden;
        break;
      case organisation::v1::DK:
        regime.country = deadline::Country::kDenmark;
        break;
      default:
        Wrong("country", "must be SE or DK");
    }
    if (message.versions().empty()) Wrong("versions", "must hold at least one version");
    std::set<std::string> names;
    for (int i = 0; i < message.versions_size(); ++i) {
      const std::string path = fmt::format("versions[{}]", i);
      regime.versions.push_back(ReadVersion(message.versions(i), path, i == 0));
      if (!names.insert(message.versions(i).version()).second) {
        Wrong(path + ".version", fmt::format("'{}' is used twice", message.versions(i).version()));
      }
      if (i > 0) CheckFollows(message.versions(i - 1), message.versions(i), path);
    }
    return regime;
  }

  const Violations& violations() const { return violations_; }

 private:
  void Wrong(const std::string& field, const std::string& description) {
    violations_.push_back({field, description});
  }

  std::string Required(const std::string& text, const std::string& path) {
    if (text.empty()) Wrong(path, "is required");
    return text;
  }

  std::optional<absl::CivilDay> ReadDay(const std::string& text, const std::string& path) {
    if (text.empty()) return std::nullopt;
    const auto day = deadline::ParseDay(text);
    if (!day.ok()) {
      Wrong(path, fmt::format("'{}' is not a day such as 2026-07-01", text));
      return std::nullopt;
    }
    return *day;
  }

  DayRange ReadDays(const std::string& from, const std::string& from_path, const std::string& until,
                    const std::string& until_path) {
    const DayRange days{ReadDay(from, from_path), ReadDay(until, until_path)};
    if (days.from && days.until && *days.until < *days.from) {
      Wrong(until_path, fmt::format("lies before {}", from));
    }
    return days;
  }

  // Versions follow each other day by day: on no day do two hold, and none is left out.
  void CheckFollows(const v1::RegimeVersion& before, const v1::RegimeVersion& after,
                    const std::string& path) {
    const auto end = deadline::ParseDay(before.effective_to());
    const auto begin = deadline::ParseDay(after.effective_from());
    if (before.effective_to().empty()) {
      Wrong(path + ".effective_from",
            fmt::format("overlaps version '{}', which has no effective_to", before.version()));
    } else if (end.ok() && begin.ok() && *begin != *end + 1) {
      Wrong(path + ".effective_from", fmt::format("must be {}, the day after version '{}' ends",
                                                  deadline::FormatDay(*end + 1), before.version()));
    }
  }

  RegimeVersion ReadVersion(const v1::RegimeVersion& message, const std::string& path, bool first) {
    RegimeVersion version;
    version.version = Required(message.version(), path + ".version");
    Required(message.effective_from(), path + ".effective_from");
    version.days = ReadDays(message.effective_from(), path + ".effective_from",
                            message.effective_to(), path + ".effective_to");
    if (message.earlier_too()) {
      if (!first) Wrong(path + ".earlier_too", "may only stand in the first version");
      version.days.from.reset();
    }
    Required(message.legal_basis(), path + ".legal_basis");
    version.entity_unit = message.entity_unit();
    if (message.entity_unit() == v1::ENTITY_UNIT_UNSPECIFIED) {
      Wrong(path + ".entity_unit", "is required");
    }
    if (message.has_applies_when()) {
      version.applies_when =
          ReadCondition(message.applies_when(), path + ".applies_when", nullptr, violations_);
    } else {
      Wrong(path + ".applies_when", "is required");
    }
    if (message.has_unless()) {
      version.unless = ReadCondition(message.unless(), path + ".unless", nullptr, violations_);
    }
    ReadReceivers(message, path, version);
    version.language = Required(message.language(), path + ".language");
    ReadStages(message, path, version);
    version.secrecy.assign(message.secrecy().begin(), message.secrecy().end());
    Required(message.source(), path + ".source");
    version.confidence = message.confidence();
    if (message.confidence() == v1::CONFIDENCE_UNSPECIFIED) {
      Wrong(path + ".confidence", "is required");
    }
    ReadDay(message.last_verified(), path + ".last_verified");
    version.disabled = message.disabled();
    return version;
  }

  void ReadReceivers(const v1::RegimeVersion& message, const std::string& path,
                     RegimeVersion& version) {
    for (int i = 0; i < message.receivers_size(); ++i) {
      const v1::Receiver& receiver = message.receivers(i);
      const std::string at = fmt::format("{}.receivers[{}]", path, i);
      version.receivers.push_back(
          {Required(receiver.name(), at + ".name"), Required(receiver.channel(), at + ".channel"),
           receiver.url(),
           ReadDays(receiver.from(), at + ".from", receiver.until(), at + ".until")});
    }
    // What was found in force may be told long after: some receiver must be left for ever.
    const auto lasting = [](const ReceiverRule& receiver) { return !receiver.days.until; };
    if (version.receivers.empty()) {
      Wrong(path + ".receivers", "must hold at least one receiver");
    } else if (std::none_of(version.receivers.begin(), version.receivers.end(), lasting)) {
      Wrong(path + ".receivers", "must hold a receiver without until");
    } else {
      CheckReceiverOnEveryDay(path, version);
    }
  }

  void CheckReceiverOnEveryDay(const std::string& path, const RegimeVersion& version) {
    std::vector<absl::CivilDay> days;
    if (version.days.from) days.push_back(*version.days.from);
    for (const ReceiverRule& receiver : version.receivers) {
      if (receiver.days.until) days.push_back(*receiver.days.until + 1);
    }
    for (const absl::CivilDay day : days) {
      if (version.days.from && day < *version.days.from) continue;
      if (version.ReceiverOn(day) == nullptr) {
        Wrong(path + ".receivers", fmt::format("name nobody for {}", deadline::FormatDay(day)));
        return;
      }
    }
  }

  void ReadStages(const v1::RegimeVersion& message, const std::string& path,
                  RegimeVersion& version) {
    if (message.stages().empty()) Wrong(path + ".stages", "must hold at least one stage");
    std::set<std::string> all;
    for (int i = 0; i < message.stages_size(); ++i) {
      const std::string& id = message.stages(i).id();
      const std::string at = fmt::format("{}.stages[{}].id", path, i);
      Required(id, at);
      if (!all.insert(id).second) Wrong(at, fmt::format("'{}' is used twice", id));
    }
    std::set<std::string> before;
    for (int i = 0; i < message.stages_size(); ++i) {
      version.stages.push_back(
          ReadStage(message.stages(i), fmt::format("{}.stages[{}]", path, i), all, before));
      before.insert(message.stages(i).id());
    }
  }

  StageRule ReadStage(const v1::Stage& message, const std::string& path,
                      const std::set<std::string>& all, const std::set<std::string>& before) {
    StageRule stage;
    stage.id = message.id();
    stage.title = Required(message.title(), path + ".title");
    if (message.has_clock()) {
      stage.clock = ReadClock(message.clock(), path + ".clock", before);
    } else {
      Wrong(path + ".clock", "is required");
    }
    if (message.has_applies_when()) {
      stage.applies_when =
          ReadCondition(message.applies_when(), path + ".applies_when", &all, violations_);
    }
    stage.remind_minutes_before =
        Bounded(message.remind_minutes_before(), 0, 525600, path + ".remind_minutes_before");
    stage.late_reasons = message.late_reasons();
    if (message.optional() && (stage.clock.statutory() || stage.clock.amount > 0)) {
      Wrong(path + ".optional", "may not stand with a clock that names a time");
    }
    stage.optional = message.optional() || stage.clock.kind == StageClock::Kind::kOnRequest;
    return stage;
  }

  int Bounded(int value, int least, int most, const std::string& path) {
    if (value < least || value > most) {
      Wrong(path, fmt::format("is {}, must be from {} to {}", value, least, most));
    }
    return value;
  }

  StageClock ReadClock(const v1::Clock& message, const std::string& path,
                       const std::set<std::string>& before) {
    StageClock clock;
    switch (message.kind_case()) {
      case v1::Clock::kHours:
        clock.kind = StageClock::Kind::kHours;
        clock.amount = Bounded(message.hours(), 1, deadline::kMostHours, path + ".hours");
        break;
      case v1::Clock::kMonths:
        clock.kind = StageClock::Kind::kMonths;
        clock.amount = Bounded(message.months(), 1, deadline::kMostMonths, path + ".months");
        break;
      case v1::Clock::kPromptly:
        if (!message.promptly()) Wrong(path + ".promptly", "can only be true");
        clock.kind = StageClock::Kind::kPromptly;
        clock.amount = Bounded(message.internal_minutes(), 0, 525600, path + ".internal_minutes");
        break;
      case v1::Clock::kOnRequest:
        if (!message.on_request()) Wrong(path + ".on_request", "can only be true");
        clock.kind = StageClock::Kind::kOnRequest;
        break;
      case v1::Clock::KIND_NOT_SET:
        Wrong(path, "must say hours, months, promptly or on_request");
    }
    if (message.internal_minutes() != 0 && clock.kind != StageClock::Kind::kPromptly) {
      Wrong(path + ".internal_minutes", "may only stand with promptly");
    }
    ReadFrom(message.from(), path + ".from", before, clock);
    return clock;
  }

  void ReadFrom(const std::string& from, const std::string& path,
                const std::set<std::string>& before, StageClock& clock) {
    static constexpr std::string_view kSubmitted = ".submitted";
    const bool on_request = clock.kind == StageClock::Kind::kOnRequest;
    if (from == "aware") {
      clock.from = StageClock::From::kAware;
    } else if (from == "handled") {
      clock.from = StageClock::From::kHandled;
    } else if (from == "request") {
      clock.from = StageClock::From::kRequest;
    } else if (from.size() > kSubmitted.size() && from.ends_with(kSubmitted)) {
      clock.from = StageClock::From::kStageSubmitted;
      clock.from_stage = from.substr(0, from.size() - kSubmitted.size());
      if (!before.contains(clock.from_stage)) {
        Wrong(path, fmt::format("'{}' is not a stage before this one", clock.from_stage));
      }
    } else {
      Wrong(path, fmt::format("'{}' is not aware, handled, request or <stage>.submitted", from));
      return;
    }
    if (on_request != (clock.from == StageClock::From::kRequest)) {
      Wrong(path, "must be request with on_request, and only then");
    }
  }

  Violations violations_;
};

}  // namespace

absl::StatusOr<Regime> ReadRegime(const v1::Regime& message) {
  Reader reader;
  Regime regime = reader.Read(message);
  if (!reader.violations().empty()) return status::InvalidFields(reader.violations());
  return regime;
}

}  // namespace avvik::escalation
