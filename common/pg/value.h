// What goes into a statement and what comes out of it. Everything travels in PostgreSQL's text format;
// times as UTC with microseconds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

struct pg_result;

namespace avvik::pg {

// Bytes for a `bytea`, told apart from text.
struct Bytes {
  std::string_view data;
};

// One parameter of a statement. The statement says the type where PostgreSQL cannot infer it
// (`$1::uuid`). Text must be valid UTF-8 without NUL: common/validate sees to that at the edge.
class Param {
 public:
  Param(std::nullopt_t) {}
  Param(std::string text) : text_(std::move(text)) {}
  Param(std::string_view text) : text_(std::string(text)) {}
  Param(const char* text) : text_(std::string(text)) {}
  Param(bool value) : text_(value ? "t" : "f") {}
  Param(int value) : text_(std::to_string(value)) {}
  Param(int64_t value) : text_(std::to_string(value)) {}
  Param(double value);
  Param(absl::Time time);
  Param(Bytes bytes);
  template <typename T>
  Param(const std::optional<T>& value) {
    if (value.has_value()) *this = Param(*value);
  }

  // Null when the parameter is NULL.
  const char* c_str() const { return text_.has_value() ? text_->c_str() : nullptr; }
  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};

// An array of parameters, for `unnest($1::text[])` and `= ANY($1)`.
Param Array(const std::vector<Param>& items);
Param TextArray(const std::vector<std::string>& items);

// One row of an answer. Columns are read by name; naming a column that the statement does not give ends
// the process, because it is a mistake in our code that the first test run shows. Plain readers give the
// empty value of their type for NULL. Valid as long as its Rows.
class Row {
 public:
  std::string Text(const char* column) const;
  int64_t Int(const char* column) const;
  bool Bool(const char* column) const;
  double Double(const char* column) const;
  // absl::InfinitePast for NULL.
  absl::Time Time(const char* column) const;
  std::string Bytes(const char* column) const;
  std::vector<std::string> TextArray(const char* column) const;

  std::optional<std::string> OptionalText(const char* column) const;
  std::optional<int64_t> OptionalInt(const char* column) const;
  std::optional<double> OptionalDouble(const char* column) const;
  std::optional<absl::Time> OptionalTime(const char* column) const;
  bool IsNull(const char* column) const;

 private:
  friend class Rows;
  Row(const pg_result* result, int row) : result_(result), row_(row) {}
  // The text of a value; nothing for NULL.
  std::optional<std::string_view> Raw(const char* column) const;

  const pg_result* result_;
  int row_;
};

// An answer. Movable; not thread-safe.
class Rows {
 public:
  Rows() = default;
  explicit Rows(std::shared_ptr<pg_result> result);

  size_t size() const { return static_cast<size_t>(count_); }
  bool empty() const { return count_ == 0; }
  Row operator[](size_t index) const { return Row(result_.get(), static_cast<int>(index)); }

  // Rows that an INSERT, UPDATE or DELETE touched.
  int64_t affected() const { return affected_; }

  class Iterator {
   public:
    Iterator(const Rows* rows, size_t index) : rows_(rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Rows* rows_;
    size_t index_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  std::shared_ptr<pg_result> result_;
  int count_ = 0;
  int64_t affected_ = 0;
};

}  // namespace avvik::pg
