#include "cli/import/value_rules.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/import/local_time.h"
#include "cli/import/text.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using status::FieldViolation;
using type::v1::Answer;

template <typename Strings>
std::vector<std::string> Folded(const Strings& texts) {
  std::vector<std::string> folded;
  for (const std::string& text : texts) folded.push_back(Fold(text));
  return folded;
}

template <typename Strings>
absl::StatusOr<std::vector<Template>> Templates(const Strings& texts, const std::string& field) {
  std::vector<Template> templates;
  for (int i = 0; i < texts.size(); ++i) {
    auto made = Template::Parse(texts[i]);
    if (!made.ok()) {
      return status::InvalidField(field + "[" + std::to_string(i) + "]",
                                  std::string(made.status().message()));
    }
    templates.push_back(*std::move(made));
  }
  return templates;
}

absl::StatusOr<ColumnChoice> Columns(const std::string& text, const std::string& field = "column") {
  auto choice = ColumnChoice::Parse(text);
  if (!choice.ok()) return status::InvalidField(field, std::string(choice.status().message()));
  return choice;
}

std::vector<std::string> ColumnsOf(const std::vector<Template>& templates) {
  std::vector<std::string> columns;
  for (const Template& candidate : templates) {
    const auto more = candidate.columns();
    columns.insert(columns.end(), more.begin(), more.end());
  }
  return columns;
}

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The start of a value, for an error: enough to find it, not to fill the screen.
std::string Quoted(std::string_view value) {
  return "'" + CutToLength(DrawTogether(value), 40) + "'";
}

}  // namespace

absl::StatusOr<TextRule> TextRule::Make(const import::v1::TextRule& rule) {
  TextRule made;
  AVVIK_ASSIGN_OR_RETURN(made.choose_, Templates(rule.choose(), "choose"));
  AVVIK_ASSIGN_OR_RETURN(made.append_, Templates(rule.append(), "append"));
  made.max_length_ = rule.max_length();
  return made;
}

std::string TextRule::Of(const Record& record) const {
  std::string text = FirstComplete(choose_, record).value_or("");
  for (const Template& candidate : append_) {
    if (const auto more = candidate.Fill(record)) text += (text.empty() ? "" : "\n") + *more;
  }
  return Trim(text);
}

std::vector<std::string> TextRule::columns() const {
  auto columns = ColumnsOf(choose_);
  const auto more = ColumnsOf(append_);
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

absl::StatusOr<CategoryRule> CategoryRule::Make(const import::v1::CategoryRule& rule,
                                                char list_separator) {
  CategoryRule made;
  made.list_separator_ = list_separator;
  made.otherwise_ = rule.otherwise();
  for (int i = 0; i < rule.rules_size(); ++i) {
    Choice choice{.when = {}, .then = rule.rules(i).then()};
    for (int k = 0; k < rule.rules(i).when_size(); ++k) {
      const auto& when = rule.rules(i).when(k);
      const std::string field = "rules[" + std::to_string(i) + "].when[" + std::to_string(k) + "]";
      if (when.values().empty() && when.contains().empty()) {
        return status::InvalidField(field, "needs `values` or `contains`");
      }
      AVVIK_ASSIGN_OR_RETURN(ColumnChoice column, Columns(when.column(), field + ".column"));
      choice.when.push_back({std::move(column), Folded(when.values()), Folded(when.contains())});
    }
    made.choices_.push_back(std::move(choice));
  }
  return made;
}

bool CategoryRule::Holds(const Condition& condition, const Record& record) const {
  const std::string value = Fold(condition.column.ValueIn(record));
  if (value.empty()) return false;
  if (Contains(condition.values, value)) return true;
  for (const std::string& part : condition.contains) {
    if (value.find(part) != std::string::npos) return true;
  }
  if (list_separator_ == 0) return false;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find(list_separator_, begin), value.size());
    if (Contains(condition.values, Fold(value.substr(begin, end - begin)))) return true;
    begin = end + 1;
  }
  return false;
}

type::v1::Category CategoryRule::Of(const Record& record) const {
  for (const Choice& choice : choices_) {
    const bool holds =
        std::all_of(choice.when.begin(), choice.when.end(),
                    [&](const Condition& condition) { return Holds(condition, record); });
    if (holds) return choice.then;
  }
  return otherwise_;
}

std::vector<std::string> CategoryRule::columns() const {
  std::vector<std::string> columns;
  for (const Choice& choice : choices_) {
    for (const Condition& condition : choice.when) {
      columns.insert(columns.end(), condition.column.columns().begin(),
                     condition.column.columns().end());
    }
  }
  return columns;
}

absl::StatusOr<AnswerRule> AnswerRule::Make(const import::v1::AnswerRule& rule) {
  AnswerRule made;
  AVVIK_ASSIGN_OR_RETURN(made.column_, Columns(rule.column()));
  made.otherwise_ = rule.otherwise();
  auto yes = Folded(rule.yes());
  auto no = Folded(rule.no());
  if (yes.empty()) yes = {"ja", "j", "yes", "y", "true", "sant", "sand", "x", "1"};
  if (no.empty()) no = {"nej", "n", "no", "false", "falskt", "falsk", "0"};
  for (std::string& word : yes) made.words_.emplace(std::move(word), type::v1::ANSWER_YES);
  for (const std::string& word : no) {
    const bool added = made.words_.emplace(word, type::v1::ANSWER_NO).second;
    if (!added && !rule.no().empty())
      return status::InvalidField("no", "'" + word + "' means yes already");
  }
  return made;
}

Answer AnswerRule::Of(const Record& record) const {
  const auto found = words_.find(Fold(column_.ValueIn(record)));
  return found == words_.end() ? otherwise_ : found->second;
}

absl::StatusOr<ReferenceRule> ReferenceRule::Make(const import::v1::ReferenceRule& rule) {
  ReferenceRule made;
  AVVIK_ASSIGN_OR_RETURN(made.column_, Columns(rule.column()));
  for (int i = 0; i < rule.aliases_size(); ++i) {
    for (const std::string& value : rule.aliases(i).values()) {
      if (!made.aliases_.emplace(Fold(value), rule.aliases(i).id()).second) {
        return status::InvalidField("aliases[" + std::to_string(i) + "].values",
                                    "'" + value + "' is an alias already");
      }
    }
  }
  made.otherwise_ = rule.otherwise();
  made.reject_unknown_ = rule.reject_unknown();
  return made;
}

absl::StatusOr<std::string> ReferenceRule::Of(const Record& record, const Names& names) const {
  const std::string_view value = column_.ValueIn(record);
  if (value.empty()) return otherwise_;
  const std::string word = Fold(value);
  for (const Names* known : {&aliases_, &names}) {
    if (const auto found = known->find(word); found != known->end()) return found->second;
  }
  if (reject_unknown_) {
    return absl::InvalidArgumentError(Quoted(value) +
                                      " is neither in the organisation nor an alias");
  }
  return otherwise_;
}

absl::StatusOr<NumberRule> NumberRule::Make(const import::v1::NumberRule& rule) {
  NumberRule made;
  AVVIK_ASSIGN_OR_RETURN(made.column_, Columns(rule.column()));
  made.ignore_unreadable_ = rule.ignore_unreadable();
  return made;
}

absl::StatusOr<std::optional<int64_t>> NumberRule::Of(const Record& record) const {
  const std::string value = Fold(column_.ValueIn(record));
  if (value.empty()) return std::nullopt;
  // Separators part groups of exactly three digits; anything else, such as `2.5`, is no whole
  // number.
  std::string digits;
  size_t group = 0;
  bool parted = false, good = true;
  for (const char c : value) {
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
      ++group;
    } else if ((c == ' ' || c == '.' || c == ',') && group > 0 &&
               (parted ? group == 3 : group <= 3)) {
      parted = true;
      group = 0;
    } else {
      good = false;
    }
  }
  if (parted && group != 3) good = false;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (good && error == std::errc() && end == digits.data() + digits.size()) return number;
  if (ignore_unreadable_) return std::nullopt;
  return absl::InvalidArgumentError(Quoted(value) + " is not a whole number");
}

absl::StatusOr<TimeRule> TimeRule::Make(const import::v1::TimeRule& rule) {
  TimeRule made;
  AVVIK_ASSIGN_OR_RETURN(made.choose_, Templates(rule.choose(), "choose"));
  for (int i = 0; i < rule.formats_size(); ++i) {
    if (const absl::Status status = CheckTimeFormat(rule.formats(i)); !status.ok()) {
      return status::InvalidField("formats[" + std::to_string(i) + "]",
                                  std::string(status.message()));
    }
    made.formats_.push_back(rule.formats(i));
  }
  made.ignore_unreadable_ = rule.ignore_unreadable();
  return made;
}

absl::StatusOr<std::optional<absl::Time>> TimeRule::Of(const Record& record,
                                                       absl::TimeZone zone) const {
  const auto text = FirstComplete(choose_, record);
  if (!text) return std::nullopt;
  auto time = ReadTime(Trim(*text), formats_, zone);
  if (time.ok()) return *time;
  if (ignore_unreadable_) return std::nullopt;
  return absl::InvalidArgumentError(Quoted(*text) + " " + std::string(time.status().message()));
}

std::vector<std::string> TimeRule::columns() const { return ColumnsOf(choose_); }

}  // namespace avvik::cli
