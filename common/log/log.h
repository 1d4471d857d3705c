// Structured log: one JSON object a line on standard error, for people with `jq` and for collectors.
// Nothing personal and no secret belongs here; ids, codes, counts and times do. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace avvik::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A named value of a line.
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), text(v) {}
  Field(std::string_view k, const char* v) : key(k), text(v) {}
  Field(std::string_view k, const std::string& v) : key(k), text(v) {}
  Field(std::string_view k, bool v) : key(k), text(v ? "true" : "false"), quoted(false) {}
  Field(std::string_view k, int v) : Field(k, static_cast<int64_t>(v)) {}
  Field(std::string_view k, size_t v) : Field(k, static_cast<int64_t>(v)) {}
  Field(std::string_view k, int64_t v) : key(k), text(std::to_string(v)), quoted(false) {}
  Field(std::string_view k, absl::Duration v);  // Written in milliseconds.
  // Code and message; an OK status is written as "OK".
  Field(std::string_view k, const absl::Status& v) : key(k), text(v.ToString()) {}

  std::string_view key;
  std::string text;
  bool quoted = true;
};

// Sets the name that every line carries and the least level that is written. Call once, in main.
void Init(std::string_view service, Level least);

// Reads `debug`, `info`, `warning` or `error`; anything else gives false.
bool ParseLevel(std::string_view text, Level* level);

// Writes a line. `event` is a short snake_case name, such as `consumer_waiting`.
void Debug(std::string_view event, std::initializer_list<Field> fields = {});
void Info(std::string_view event, std::initializer_list<Field> fields = {});
void Warning(std::string_view event, std::initializer_list<Field> fields = {});
void Error(std::string_view event, std::initializer_list<Field> fields = {});

// The line that Info and the others write, without the line break; for tests.
std::string Format(Level level, std::string_view service, absl::Time now, std::string_view event,
                   std::initializer_list<Field> fields);

}  // namespace avvik::log
