#include "services/escalation/dossier_fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/regimes/fill.h"
#include "common/rpc/time.h"

namespace avvik::escalation {
namespace {

namespace org = organisation::v1;
using regimes::Fill;
using Source = Fill::Source;

// A word in the languages that authorities are written to.
struct Word {
  const char* sv;
  const char* da;
  const char* en;

  const char* In(const std::string& language) const {
    return language == "sv" ? sv : language == "da" ? da : en;
  }
};
constexpr Word kYes{"Ja", "Ja", "Yes"};
constexpr Word kNo{"Nej", "Nej", "No"};
constexpr Word kHours{"timmar", "timer", "hours"};
constexpr Word kMinutes{"minuter", "minutter", "minutes"};
// By Kind.
constexpr std::array<Word, 5> kKinds = {{{"", "", ""},
                                         {"Händelse", "Hændelse", "Event"},
                                         {"Svaghet", "Svaghed", "Weakness"},
                                         {"Incident", "Hændelse med skade", "Incident"},
                                         {"Tillbud", "Nærved-hændelse", "Near miss"}}};

const std::string& In(const v1::Phrase& phrase, const std::string& language) {
  return language == "sv" ? phrase.sv() : language == "da" ? phrase.da() : phrase.en();
}

// Fills in the fields of one stage.
class Filler {
 public:
  Filler(const DossierRules& rules, const FillSources& sources)
      : rules_(rules), sources_(sources), contact_(ContactFor(sources.organisation, sources.duty)) {}

  std::optional<FilledField> In(const v1::StageField& field) const {
    if (!rules_.stage.continues.empty()) {
      if (auto carried = Carried(rules_.stage.continues, field.id(), field)) return carried;
    }
    const std::optional<Fill> fill = regimes::ParseFill(field.fill());
    if (!fill) return std::nullopt;
    switch (fill->source) {
      case Source::kEntityName:
        return Text(sources_.duty.entity.name, v1::VALUE_ORIGIN_ORGANISATION);
      case Source::kEntityNumber:
        return Text(RegistrationNumberOf(sources_.organisation, sources_.duty.entity.unit),
                    v1::VALUE_ORIGIN_ORGANISATION);
      case Source::kMunicipalityName:
        return Text(sources_.organisation.proto().name(), v1::VALUE_ORIGIN_ORGANISATION);
      case Source::kContact:
      case Source::kContactName:
      case Source::kContactEmail:
      case Source::kContactPhone:
      case Source::kContactAddress:
        return Text(OfContact(fill->source, field.kind()), v1::VALUE_ORIGIN_ORGANISATION);
      case Source::kCaseNumber:
        return Text(sources_.facts.number, v1::VALUE_ORIGIN_CASE);
      case Source::kCaseOccurred:
        return Time(field, sources_.facts.occur_time);
      case Source::kCaseReported:
        return Time(field, sources_.facts.report_time);
      case Source::kCaseAware:
        return Time(field, sources_.duty.aware_time);
      case Source::kCaseClosed:
        return Time(field, sources_.facts.close_time);
      case Source::kCaseOngoing:
        return YesNo(field, sources_.facts.ongoing, v1::VALUE_ORIGIN_CASE);
      case Source::kCasePersonalData:
        return YesNo(field, sources_.facts.personal_data, v1::VALUE_ORIGIN_CASE);
      case Source::kCaseKind:
        return Text(KindWord(), v1::VALUE_ORIGIN_CASE);
      case Source::kCaseAffectedPersons:
        return Number(field, sources_.facts.affected_persons, v1::VALUE_ORIGIN_CASE);
      case Source::kLateReasons:
        return Text(LateReasons(), v1::VALUE_ORIGIN_DUTY);
      case Source::kAnswer:
        return Answered(field, fill->question);
      case Source::kStage:
        return Carried(fill->stage, fill->field, field);
    }
    return std::nullopt;
  }

 private:
  static bool IsText(const v1::StageField& field) {
    return field.kind() == v1::FIELD_KIND_TEXT || field.kind() == v1::FIELD_KIND_LONG_TEXT;
  }

  static std::optional<FilledField> Text(std::string text, v1::ValueOrigin origin) {
    if (text.empty()) return std::nullopt;
    FilledField filled;
    filled.origin = origin;
    filled.value.set_text(std::move(text));
    return filled;
  }

  std::optional<FilledField> Time(const v1::StageField& field,
                                  const std::optional<absl::Time>& time) const {
    if (!time) return std::nullopt;
    if (IsText(field)) {
      return Text(absl::FormatTime("%Y-%m-%d %H:%M", *time, sources_.organisation.time_zone()),
                  v1::VALUE_ORIGIN_CASE);
    }
    FilledField filled;
    filled.origin = v1::VALUE_ORIGIN_CASE;
    *filled.value.mutable_time() = rpc::ToProtoTime(*time);
    return filled;
  }

  std::optional<FilledField> YesNo(const v1::StageField& field, Answer answer,
                                   v1::ValueOrigin origin) const {
    if (answer == Answer::ANSWER_UNSPECIFIED) return std::nullopt;
    if (IsText(field)) {
      const Word& word = answer == Answer::ANSWER_YES ? kYes : kNo;
      return Text(word.In(rules_.version.language), origin);
    }
    FilledField filled;
    filled.origin = origin;
    filled.value.set_yes_no(answer);
    return filled;
  }

  static std::optional<FilledField> Number(const v1::StageField& field,
                                           const std::optional<std::int64_t>& number,
                                           v1::ValueOrigin origin) {
    if (!number) return std::nullopt;
    if (IsText(field)) return Text(std::to_string(*number), origin);
    FilledField filled;
    filled.origin = origin;
    filled.value.set_number(*number);
    return filled;
  }

  std::string OfContact(Source source, v1::FieldKind kind) const {
    if (contact_ == nullptr) return "";
    switch (source) {
      case Source::kContactName:
        return contact_->name();
      case Source::kContactEmail:
        return contact_->email();
      case Source::kContactPhone:
        return contact_->phone();
      case Source::kContactAddress:
        return contact_->address();
      default:
        break;
    }
    std::vector<std::string> parts;
    for (const std::string& part : {contact_->name(), contact_->email(), contact_->phone()}) {
      if (!part.empty()) parts.push_back(part);
    }
    return absl::StrJoin(parts, kind == v1::FIELD_KIND_LONG_TEXT ? "\n" : ", ");
  }

  std::string KindWord() const {
    const auto kind = static_cast<std::size_t>(sources_.facts.kind);
    return kind < kKinds.size() ? kKinds[kind].In(rules_.version.language) : "";
  }

  // Why this stage was told late.
  std::string LateReasons() const {
    for (const DutyStage& stage : sources_.duty.stages) {
      if (stage.id == rules_.stage.id && stage.submit_time && IsLate(stage, *stage.submit_time)) {
        return stage.reason;
      }
    }
    return "";
  }

  std::string UnitNames(const CaseAnswer& answer) const {
    std::vector<std::string> names;
    for (const AffectedUnit& affected : answer.units) {
      const org::Unit* unit = sources_.organisation.FindUnit(affected.unit);
      names.push_back(unit == nullptr ? affected.unit : unit->name());
    }
    return absl::StrJoin(names, ", ");
  }

  std::string Duration(std::int64_t minutes) const {
    const bool whole = minutes % 60 == 0;
    return fmt::format("{} {}", whole ? minutes / 60 : minutes,
                       (whole ? kHours : kMinutes).In(rules_.version.language));
  }

  std::optional<FilledField> Chosen(const v1::StageField& field, const v1::Question& question,
                                    const CaseAnswer& answer) const {
    if (IsText(field)) {
      std::vector<std::string> labels;
      for (const v1::QuestionOption& option : question.options()) {
        if (std::find(answer.choices.begin(), answer.choices.end(), option.id()) != answer.choices.end()) {
          labels.push_back(escalation::In(option.label(), rules_.version.language));
        }
      }
      return Text(absl::StrJoin(labels, ", "), v1::VALUE_ORIGIN_ANSWER);
    }
    FilledField filled;
    filled.origin = v1::VALUE_ORIGIN_ANSWER;
    const v1::OptionList* list = rules_.version.OptionsOf(field);
    if (list == nullptr) return std::nullopt;
    for (const v1::FieldOption& option : list->options()) {
      if (std::find(answer.choices.begin(), answer.choices.end(), option.id()) != answer.choices.end()) {
        filled.value.mutable_choices()->add_options(option.id());
      }
    }
    const int chosen = filled.value.choices().options_size();
    const bool fits = field.kind() == v1::FIELD_KIND_CHOICES ? chosen > 0
                                                             : chosen == 1 && answer.choices.size() == 1;
    return fits ? std::optional(std::move(filled)) : std::nullopt;
  }

  std::optional<FilledField> Answered(const v1::StageField& field, const std::string& id) const {
    const auto found = sources_.facts.answers.find(id);
    const v1::Question* question = sources_.questions.Find(id);
    if (found == sources_.facts.answers.end() || question == nullptr) return std::nullopt;
    const CaseAnswer& answer = found->second;
    switch (question->kind()) {
      case v1::ANSWER_KIND_YES_NO:
        return YesNo(field, answer.yes ? Answer::ANSWER_YES : Answer::ANSWER_NO,
                     v1::VALUE_ORIGIN_ANSWER);
      case v1::ANSWER_KIND_NUMBER:
        return Number(field, answer.number, v1::VALUE_ORIGIN_ANSWER);
      case v1::ANSWER_KIND_DURATION:
        return answer.number ? Text(Duration(*answer.number), v1::VALUE_ORIGIN_ANSWER)
                             : std::nullopt;
      case v1::ANSWER_KIND_CHOICE:
        return Chosen(field, *question, answer);
      case v1::ANSWER_KIND_UNITS:
        return Text(UnitNames(answer), v1::VALUE_ORIGIN_ANSWER);
      default:
        return std::nullopt;
    }
  }

  std::optional<FilledField> Carried(const std::string& stage, const std::string& from,
                                     const v1::StageField& field) const {
    const StageRule* rule = rules_.version.FindStage(stage);
    const v1::StageField* source = rule == nullptr ? nullptr : rule->FindField(from);
    const auto written = sources_.others.find(stage);
    if (source == nullptr || written == sources_.others.end()) return std::nullopt;
    const auto value = written->second.find(from);
    if (value == written->second.end()) return std::nullopt;
    const bool longer =
        source->kind() == v1::FIELD_KIND_TEXT && field.kind() == v1::FIELD_KIND_LONG_TEXT;
    if (!longer && (source->kind() != field.kind() || source->options() != field.options())) {
      return std::nullopt;
    }
    return FilledField{value->second.value, v1::VALUE_ORIGIN_EARLIER_STAGE};
  }

  const DossierRules& rules_;
  const FillSources& sources_;
  const org::AuthorityContact* contact_;
};

}  // namespace

FieldValues FillIn(const DossierRules& rules, const FillSources& sources) {
  const Filler filler(rules, sources);
  FieldValues values;
  for (const v1::StageField& field : rules.stage.fields) {
    if (std::optional<FilledField> filled = filler.In(field)) {
      values.emplace(field.id(), *std::move(filled));
    }
  }
  return values;
}

const org::AuthorityContact* ContactFor(const organisation::Organisation& organisation,
                                        const Duty& duty) {
  for (const org::AuthorityContact& contact : organisation.proto().authority_contacts()) {
    const bool unit = contact.units().empty() ||
                      std::any_of(contact.units().begin(), contact.units().end(), [&](const auto& id) {
                        return organisation.IsBelow(duty.entity.unit, id);
                      });
    const bool regime = contact.regimes().empty() ||
                        std::find(contact.regimes().begin(), contact.regimes().end(), duty.regime) !=
                            contact.regimes().end();
    if (unit && regime) return &contact;
  }
  return nullptr;
}

std::string RegistrationNumberOf(const organisation::Organisation& organisation,
                                 const std::string& unit) {
  for (const org::Unit* at : organisation.Lineage(unit)) {
    const bool legal_person =
        at->type() == org::UNIT_TYPE_COMPANY || at->type() == org::UNIT_TYPE_SUPPLIER;
    if (!at->registration_number().empty() || legal_person) return at->registration_number();
  }
  return "";
}

}  // namespace avvik::escalation
