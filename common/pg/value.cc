#include "common/pg/value.h"

#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>

#include "common/log/log.h"

namespace avvik::pg {
namespace {

constexpr char kHex[] = "0123456789abcdef";

int HexDigit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// Reads `2026-11-18 09:17:00.123456+00`, the form PostgreSQL gives with DateStyle ISO in UTC.
absl::Time ParseTime(std::string_view text) {
  auto number = [&text](size_t at, size_t length) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const absl::CivilSecond second(number(0, 4), number(5, 2), number(8, 2), number(11, 2),
                                 number(14, 2), number(17, 2));
  absl::Time time = absl::FromCivil(second, absl::UTCTimeZone());
  if (text.size() > 19 && text[19] == '.') {
    int64_t micros = 0;
    int64_t scale = 100'000;
    for (size_t i = 20; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, scale /= 10) {
      micros += (text[i] - '0') * scale;
    }
    time += absl::Microseconds(micros);
  }
  return time;
}

template <typename Number>
Number ParseNumber(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Param::Param(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  text_ = std::string(buffer, end);
}

Param::Param(absl::Time time)
    : text_(absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", time, absl::UTCTimeZone())) {}

Param::Param(Bytes bytes) {
  std::string hex = "\\x";
  hex.reserve(2 + 2 * bytes.data.size());
  for (const char c : bytes.data) {
    hex.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
  text_ = std::move(hex);
}

Param Array(const std::vector<Param>& items) {
  std::string literal = "{";
  for (const Param& item : items) {
    if (literal.size() > 1) literal.push_back(',');
    if (!item.text().has_value()) {
      literal += "NULL";
      continue;
    }
    literal.push_back('"');
    for (const char c : *item.text()) {
      if (c == '"' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    literal.push_back('"');
  }
  literal.push_back('}');
  return Param(std::move(literal));
}

Param TextArray(const std::vector<std::string>& items) {
  return Array(std::vector<Param>(items.begin(), items.end()));
}

std::optional<std::string_view> Row::Raw(const char* column) const {
  const int field = PQfnumber(result_, column);
  if (field < 0) {
    log::Error("unknown_column", {{"column", column}});
    std::abort();
  }
  if (PQgetisnull(result_, row_, field)) return std::nullopt;
  return std::string_view(PQgetvalue(result_, row_, field),
                          static_cast<size_t>(PQgetlength(result_, row_, field)));
}

bool Row::IsNull(const char* column) const { return !Raw(column).has_value(); }

std::optional<std::string> Row::OptionalText(const char* column) const {
  const auto raw = Raw(column);
  if (!raw.has_value()) return std::nullopt;
  return std::string(*raw);
}
std::string Row::Text(const char* column) const { return OptionalText(column).value_or(""); }

std::optional<int64_t> Row::OptionalInt(const char* column) const {
  const auto raw = Raw(column);
  if (!raw.has_value()) return std::nullopt;
  return ParseNumber<int64_t>(*raw);
}
int64_t Row::Int(const char* column) const { return OptionalInt(column).value_or(0); }

std::optional<double> Row::OptionalDouble(const char* column) const {
  const auto raw = Raw(column);
  if (!raw.has_value()) return std::nullopt;
  return ParseNumber<double>(*raw);
}
double Row::Double(const char* column) const { return OptionalDouble(column).value_or(0); }

bool Row::Bool(const char* column) const { return Raw(column).value_or("f") == "t"; }

std::optional<absl::Time> Row::OptionalTime(const char* column) const {
  const auto raw = Raw(column);
  if (!raw.has_value()) return std::nullopt;
  return ParseTime(*raw);
}
absl::Time Row::Time(const char* column) const {
  return OptionalTime(column).value_or(absl::InfinitePast());
}

std::string Row::Bytes(const char* column) const {
  const std::string_view raw = Raw(column).value_or("");
  std::string bytes;
  if (raw.size() < 2) return bytes;
  bytes.reserve(raw.size() / 2);
  for (size_t i = 2; i + 1 < raw.size(); i += 2) {
    bytes.push_back(static_cast<char>(HexDigit(raw[i]) << 4 | HexDigit(raw[i + 1])));
  }
  return bytes;
}

std::vector<std::string> Row::TextArray(const char* column) const {
  const std::string_view raw = Raw(column).value_or("{}");
  std::vector<std::string> items;
  size_t i = 1;
  while (i + 1 < raw.size()) {
    std::string item;
    if (raw[i] == '"') {
      for (++i; raw[i] != '"'; ++i) {
        if (raw[i] == '\\') ++i;
        item.push_back(raw[i]);
      }
      ++i;
    } else {
      while (raw[i] != ',' && i + 1 < raw.size()) item.push_back(raw[i++]);
    }
    items.push_back(std::move(item));
    ++i;
  }
  return items;
}

Rows::Rows(std::shared_ptr<pg_result> result)
    : result_(std::move(result)), count_(PQntuples(result_.get())) {
  affected_ = ParseNumber<int64_t>(PQcmdTuples(result_.get()));
}

}  // namespace avvik::pg
