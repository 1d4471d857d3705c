#include "common/audit/syslog.h"

#include <initializer_list>
#include <utility>

#include "absl/time/time.h"

namespace avvik::audit {
namespace {

constexpr int kFacility = 13;
constexpr int kNotice = 5;
constexpr int kInformational = 6;
// Begins a message in UTF-8 (RFC 5424, section 6.4).
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

std::string Escaped(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == ']') escaped.push_back('\\');
    escaped.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  }
  return escaped;
}

std::string Line(int severity, const google::protobuf::Timestamp& time, const std::string& service,
                 const char* kind,
                 std::initializer_list<std::pair<const char*, std::string>> fields,
                 const std::string& message) {
  const absl::Time at = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  std::string line = "<" + std::to_string(kFacility * 8 + severity) + ">1 " +
                     absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", at, absl::UTCTimeZone()) +
                     " - avvik-" + Escaped(service) + " - " + kind + " [avvik@32473";
  for (const auto& [name, value] : fields) {
    if (!value.empty()) line += std::string(" ") + name + "=\"" + Escaped(value) + "\"";
  }
  return line + "] " + kByteOrderMark + Escaped(message);
}

std::string OutcomeOf(const v1::Record& record) {
  switch (record.outcome()) {
    case v1::OUTCOME_ALLOWED:
      return "allowed";
    case v1::OUTCOME_DENIED:
      return "denied";
    default:
      return "failed";
  }
}

}  // namespace

std::string SyslogLine(const v1::Record& record) {
  const std::string outcome = OutcomeOf(record);
  return Line(outcome == "allowed" ? kInformational : kNotice, record.time(), record.service(),
              "record",
              {{"tenant", record.tenant()},
               {"sequence", std::to_string(record.sequence())},
               {"id", record.record_id()},
               {"actor", record.actor()},
               {"machine", record.machine() ? "true" : "false"},
               {"on_behalf_of", record.on_behalf_of()},
               {"client", record.client()},
               {"method", record.method()},
               {"permission", record.permission()},
               {"subject", record.subject()},
               {"outcome", outcome},
               {"reason", record.reason()},
               {"detail", record.detail()},
               {"trace_parent", record.trace_parent()},
               {"hash", record.hash()}},
              record.actor() + " " + record.method() + " " + record.subject() + " " + outcome);
}

std::string SyslogLine(const v1::Checkpoint& checkpoint) {
  return Line(kInformational, checkpoint.time(), checkpoint.service(), "checkpoint",
              {{"tenant", checkpoint.tenant()},
               {"sequence", std::to_string(checkpoint.sequence())},
               {"hash", checkpoint.hash()},
               {"records", std::to_string(checkpoint.records())},
               {"key_id", checkpoint.key_id()},
               {"signature", checkpoint.signature()}},
              "the trace of " + checkpoint.tenant() + " reached " +
                  std::to_string(checkpoint.sequence()));
}

}  // namespace avvik::audit
