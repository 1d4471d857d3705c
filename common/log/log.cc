#include "common/log/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>

#include "absl/time/clock.h"

namespace avvik::log {
namespace {

std::atomic<Level> least_level{Level::kInfo};
// Written once by Init, before any thread is started.
std::string& ServiceName() {
  static std::string name;
  return name;
}

const char* Name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      *out += escaped;
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void Write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  const std::string line = Format(level, ServiceName(), absl::Now(), event, fields) + "\n";
  // One write per line keeps lines whole when several threads and processes share the stream.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Field::Field(std::string_view k, absl::Duration v)
    : key(k), text(std::to_string(absl::ToInt64Milliseconds(v))), quoted(false) {}

void Init(std::string_view service, Level least) {
  ServiceName() = service;
  least_level = least;
}

bool ParseLevel(std::string_view text, Level* level) {
  for (const Level candidate : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text == Name(candidate)) {
      *level = candidate;
      return true;
    }
  }
  return false;
}

std::string Format(Level level, std::string_view service, absl::Time now, std::string_view event,
                   std::initializer_list<Field> fields) {
  std::string line = "{\"time\":\"" +
                     absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", now, absl::UTCTimeZone()) +
                     "\",\"level\":\"" + Name(level) + "\",\"service\":";
  AppendQuoted(service, &line);
  line += ",\"event\":";
  AppendQuoted(event, &line);
  for (const Field& field : fields) {
    line.push_back(',');
    AppendQuoted(field.key, &line);
    line.push_back(':');
    if (field.quoted) {
      AppendQuoted(field.text, &line);
    } else {
      line += field.text;
    }
  }
  line.push_back('}');
  return line;
}

void Debug(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kDebug, event, fields);
}
void Info(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kInfo, event, fields);
}
void Warning(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kWarning, event, fields);
}
void Error(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kError, event, fields);
}

}  // namespace avvik::log
