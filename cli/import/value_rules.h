// How single values of a register become what a report knows: categories, answers, units, numbers,
// times. Made from the rules of a mapping file, once; pure and immutable from then on.
//
// Make functions give INVALID_ARGUMENT (status::InvalidFields), with field paths within the rule,
// when the rule cannot be used. What cannot be read of a record is a StatusOr with a message that
// continues the field's name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/import/v1/mapping.pb.h"
#include "cli/import/record.h"
#include "cli/import/template.h"

namespace avvik::cli {

// Ids of units or systems by what people call them, folded: the id itself and the name.
using Names = std::map<std::string, std::string, std::less<>>;

class TextRule {
 public:
  static absl::StatusOr<TextRule> Make(const import::v1::TextRule& rule);
  // Trimmed; may be empty.
  std::string Of(const Record& record) const;
  uint32_t max_length() const { return max_length_; }
  std::vector<std::string> columns() const;

 private:
  std::vector<Template> choose_;
  std::vector<Template> append_;
  uint32_t max_length_ = 0;
};

class CategoryRule {
 public:
  // `list_separator` parts the items of a value; 0 for values that are no lists.
  static absl::StatusOr<CategoryRule> Make(const import::v1::CategoryRule& rule,
                                           char list_separator);
  type::v1::Category Of(const Record& record) const;
  std::vector<std::string> columns() const;

 private:
  struct Condition {
    ColumnChoice column;
    std::vector<std::string> values;    // Folded.
    std::vector<std::string> contains;  // Folded.
  };
  struct Choice {
    std::vector<Condition> when;
    type::v1::Category then;
  };
  bool Holds(const Condition& condition, const Record& record) const;

  std::vector<Choice> choices_;
  type::v1::Category otherwise_ = type::v1::CATEGORY_UNSPECIFIED;
  char list_separator_ = 0;
};

class AnswerRule {
 public:
  static absl::StatusOr<AnswerRule> Make(const import::v1::AnswerRule& rule);
  type::v1::Answer Of(const Record& record) const;
  std::vector<std::string> columns() const { return column_.columns(); }

 private:
  ColumnChoice column_;
  std::map<std::string, type::v1::Answer, std::less<>> words_;
  type::v1::Answer otherwise_ = type::v1::ANSWER_UNSPECIFIED;
};

class ReferenceRule {
 public:
  static absl::StatusOr<ReferenceRule> Make(const import::v1::ReferenceRule& rule);
  // The id, which may be empty. `names` are those of the organisation.
  absl::StatusOr<std::string> Of(const Record& record, const Names& names) const;
  std::vector<std::string> columns() const { return column_.columns(); }

 private:
  ColumnChoice column_;
  Names aliases_;
  std::string otherwise_;
  bool reject_unknown_ = false;
};

class NumberRule {
 public:
  static absl::StatusOr<NumberRule> Make(const import::v1::NumberRule& rule);
  // Nothing when there is no value.
  absl::StatusOr<std::optional<int64_t>> Of(const Record& record) const;
  std::vector<std::string> columns() const { return column_.columns(); }

 private:
  ColumnChoice column_;
  bool ignore_unreadable_ = false;
};

class TimeRule {
 public:
  static absl::StatusOr<TimeRule> Make(const import::v1::TimeRule& rule);
  // Nothing when there is no value. Times without an offset are local to `zone`.
  absl::StatusOr<std::optional<absl::Time>> Of(const Record& record, absl::TimeZone zone) const;
  std::vector<std::string> columns() const;

 private:
  std::vector<Template> choose_;
  std::vector<std::string> formats_;
  bool ignore_unreadable_ = false;
};

}  // namespace avvik::cli
