#include "common/regimes/regime_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "common/deadline/deadline.h"
#include "common/deadline/instant.h"
#include "common/regimes/fill.h"

namespace avvik::regimes {
namespace {

using Violations = std::vector<status::FieldViolation>;

// Reads one regime, gathering everything that is wrong with it.
class Reader {
 public:
  explicit Reader(const QuestionBook& questions) : questions_(questions) {}

  Regime Read(const v1::Regime& message) {
    Regime regime;
    regime.id = Required(message.id(), "id");
    regime.title = Required(message.title(), "title");
    ReadCountry(message, regime);
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

  void ReadCountry(const v1::Regime& message, Regime& regime) {
    if (message.union_wide()) {
      if (message.country() != organisation::v1::COUNTRY_UNSPECIFIED) {
        Wrong("country", "may not stand with union_wide");
      }
      return;
    }
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
    version.legal_basis = Required(message.legal_basis(), path + ".legal_basis");
    version.content_elsewhere = message.content_elsewhere();
    version.entity_unit = message.entity_unit();
    if (message.entity_unit() == v1::ENTITY_UNIT_UNSPECIFIED) {
      Wrong(path + ".entity_unit", "is required");
    }
    if (message.duty() != v1::DUTY_KIND_UNSPECIFIED) version.duty = message.duty();
    ReadConditions(message, path, version);
    ReadQuestions(message, path, version);
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
    if (!message.disabled() && !message.disabled_because().empty()) {
      Wrong(path + ".disabled_because", "may only stand with disabled");
    }
    return version;
  }

  void ReadConditions(const v1::RegimeVersion& message, const std::string& path,
                      RegimeVersion& version) {
    const std::vector<Condition> thresholds = ReadThresholds(message, path);
    const ConditionScope scope{.questions = questions_, .thresholds = &thresholds};
    const auto optional = [&](bool given, const v1::Condition& condition, const std::string& at) {
      std::optional<Condition> read;
      if (given) read = ReadCondition(condition, at, scope, violations_);
      return read;
    };
    if (message.has_applies_when()) {
      version.applies_when =
          ReadCondition(message.applies_when(), path + ".applies_when", scope, violations_);
    } else {
      Wrong(path + ".applies_when", "is required");
    }
    version.presumed_when =
        optional(message.has_presumed_when(), message.presumed_when(), path + ".presumed_when");
    if (version.presumed_when && version.duty != v1::DUTY_KIND_MANDATORY) {
      Wrong(path + ".presumed_when", "may only stand with a duty that the law demands");
    }
    version.unless = optional(message.has_unless(), message.unless(), path + ".unless");
    for (int i = 0; i < message.exemptions_size(); ++i) {
      const v1::Exemption& exemption = message.exemptions(i);
      const std::string at = fmt::format("{}.exemptions[{}]", path, i);
      version.exemptions.push_back({Required(exemption.title(), at + ".title"),
                                    optional(exemption.has_when(), exemption.when(), at + ".when"),
                                    exemption.handled_by()});
    }
  }

  std::vector<Condition> ReadThresholds(const v1::RegimeVersion& message, const std::string& path) {
    const ConditionScope scope{.questions = questions_};
    std::vector<Condition> thresholds;
    std::set<std::string> codes;
    for (int i = 0; i < message.thresholds_size(); ++i) {
      const v1::Threshold& threshold = message.thresholds(i);
      const std::string at = fmt::format("{}.thresholds[{}]", path, i);
      Required(threshold.code(), at + ".code");
      if (!codes.insert(threshold.code()).second) {
        Wrong(at + ".code", fmt::format("'{}' is used twice", threshold.code()));
      }
      Required(threshold.title(), at + ".title");
      if (threshold.confidence() == v1::CONFIDENCE_UNSPECIFIED) {
        Wrong(at + ".confidence", "is required");
      }
      Condition whole{.test = Condition::Test::kAll};
      if (threshold.has_applies_to()) {
        whole.parts.push_back(
            ReadCondition(threshold.applies_to(), at + ".applies_to", scope, violations_));
      }
      if (threshold.has_when()) {
        whole.parts.push_back(ReadCondition(threshold.when(), at + ".when", scope, violations_));
      } else {
        Wrong(at + ".when", "is required");
      }
      thresholds.push_back({.test = Condition::Test::kThreshold,
                            .parts = {std::move(whole)},
                            .name = threshold.code()});
    }
    return thresholds;
  }

  void ReadQuestions(const v1::RegimeVersion& message, const std::string& path,
                     RegimeVersion& version) {
    version.entity_question = message.entity_question();
    if (!version.entity_question.empty()) {
      const v1::Question* question = questions_.Find(version.entity_question);
      if (question == nullptr || question->kind() != v1::ANSWER_KIND_UNITS) {
        Wrong(path + ".entity_question",
              fmt::format("'{}' is not a question of kind UNITS", version.entity_question));
      }
    }
    version.documented = message.documented();
    version.document_questions.assign(message.document_questions().begin(),
                                      message.document_questions().end());
    if (!version.document_questions.empty() && !version.documented) {
      Wrong(path + ".document_questions", "may only stand with documented");
    }
    for (int i = 0; i < message.document_questions_size(); ++i) {
      if (questions_.Find(message.document_questions(i)) == nullptr) {
        Wrong(fmt::format("{}.document_questions[{}]", path, i),
              fmt::format("'{}' is not a question", message.document_questions(i)));
      }
    }
  }

  void ReadReceivers(const v1::RegimeVersion& message, const std::string& path,
                     RegimeVersion& version) {
    for (int i = 0; i < message.receivers_size(); ++i) {
      const v1::Receiver& receiver = message.receivers(i);
      const std::string at = fmt::format("{}.receivers[{}]", path, i);
      version.receivers.push_back(
          {Required(receiver.name(), at + ".name"), Required(receiver.channel(), at + ".channel"),
           receiver.url(),
           ReadDays(receiver.from(), at + ".from", receiver.until(), at + ".until"),
           receiver.contact(),
           {receiver.never().begin(), receiver.never().end()}});
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
    const bool redirected = version.duty == v1::DUTY_KIND_REDIRECT;
    if (redirected != message.stages().empty()) {
      Wrong(path + ".stages", redirected ? "may not stand where the matter belongs elsewhere"
                                         : "must hold at least one stage");
    }
    ReadOptionLists(message, path);
    version.option_lists.assign(message.option_lists().begin(), message.option_lists().end());
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
      CheckFills(version, version.stages.back(), fmt::format("{}.stages[{}]", path, i));
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
          ReadCondition(message.applies_when(), path + ".applies_when",
                        {.questions = questions_, .stages = &all}, violations_);
    }
    ReadOverrides(message.clock(), path + ".clock", all, stage);
    CheckFields(message, path);
    stage.fields.assign(message.fields().begin(), message.fields().end());
    stage.fields_confidence = message.fields_confidence();
    stage.continues = message.continues();
    if (!stage.continues.empty() && !before.contains(stage.continues)) {
      Wrong(path + ".continues",
            fmt::format("'{}' is not a stage before this one", stage.continues));
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

  void ReadOverrides(const v1::Clock& message, const std::string& path,
                     const std::set<std::string>& all, StageRule& stage) {
    if (message.overrides_size() > 0 && stage.clock.kind != StageClock::Kind::kHours) {
      Wrong(path + ".overrides", "may only stand with hours");
    }
    for (int i = 0; i < message.overrides_size(); ++i) {
      const v1::ClockOverride& other = message.overrides(i);
      const std::string at = fmt::format("{}.overrides[{}]", path, i);
      stage.overrides.push_back(
          {ReadCondition(other.when(), at + ".when", {.questions = questions_, .stages = &all},
                         violations_),
           Bounded(other.hours(), 1, deadline::kMostHours, at + ".hours")});
    }
  }

  void ReadOptionLists(const v1::RegimeVersion& message, const std::string& path) {
    lists_.clear();
    for (int i = 0; i < message.option_lists_size(); ++i) {
      const v1::OptionList& list = message.option_lists(i);
      const std::string at = fmt::format("{}.option_lists[{}]", path, i);
      Required(list.id(), at + ".id");
      if (!lists_.insert(list.id()).second) {
        Wrong(at + ".id", fmt::format("'{}' is used twice", list.id()));
      }
      if (list.options().empty()) Wrong(at + ".options", "must hold at least one option");
      std::set<std::string> ids;
      for (int j = 0; j < list.options_size(); ++j) {
        const std::string option = fmt::format("{}.options[{}]", at, j);
        Required(list.options(j).id(), option + ".id");
        Required(list.options(j).label(), option + ".label");
        if (!ids.insert(list.options(j).id()).second) {
          Wrong(option + ".id", fmt::format("'{}' is used twice", list.options(j).id()));
        }
      }
    }
  }

  void CheckFields(const v1::Stage& message, const std::string& path) {
    const bool sure = message.fields_confidence() != v1::CONFIDENCE_UNSPECIFIED;
    if (sure == message.fields().empty()) {
      Wrong(path + ".fields_confidence", "must stand with fields, and only then");
    }
    std::set<std::string> ids;
    for (int i = 0; i < message.fields_size(); ++i) {
      const v1::StageField& field = message.fields(i);
      const std::string at = fmt::format("{}.fields[{}]", path, i);
      Required(field.id(), at + ".id");
      Required(field.label(), at + ".label");
      if (!ids.insert(field.id()).second) {
        Wrong(at + ".id", fmt::format("'{}' is used twice", field.id()));
      }
      if (field.kind() == v1::FIELD_KIND_UNSPECIFIED) Wrong(at + ".kind", "is required");
      const bool chosen =
          field.kind() == v1::FIELD_KIND_CHOICE || field.kind() == v1::FIELD_KIND_CHOICES;
      if (!chosen && !field.options().empty()) {
        Wrong(at + ".options", "may only stand with CHOICE and CHOICES");
      }
      if (chosen && !lists_.contains(field.options())) {
        Wrong(at + ".options", fmt::format("'{}' is not an option list of this version", field.options()));
      }
    }
  }

  // `stage` is the last of the version so far: what is carried over comes from those before it.
  void CheckFills(const RegimeVersion& version, const StageRule& stage, const std::string& path) {
    for (std::size_t i = 0; i < stage.fields.size(); ++i) {
      if (const std::string fault = FillFault(version, stage, stage.fields[i], questions_);
          !fault.empty()) {
        Wrong(fmt::format("{}.fields[{}].fill", path, i), fault);
      }
    }
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
    } else if (from == "found") {
      clock.from = StageClock::From::kFound;
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
      Wrong(path, fmt::format("'{}' is not aware, found, handled, request or <stage>.submitted", from));
      return;
    }
    if (on_request != (clock.from == StageClock::From::kRequest)) {
      Wrong(path, "must be request with on_request, and only then");
    }
  }

  const QuestionBook& questions_;
  Violations violations_;
  std::set<std::string> lists_;  // Ids of the option lists of the version that is read.
};

}  // namespace

absl::StatusOr<Regime> ReadRegime(const v1::Regime& message, const QuestionBook& questions) {
  Reader reader(questions);
  Regime regime = reader.Read(message);
  if (!reader.violations().empty()) return status::InvalidFields(reader.violations());
  return regime;
}

}  // namespace avvik::regimes
