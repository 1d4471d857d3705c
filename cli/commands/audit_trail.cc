#include "cli/commands/audit_trail.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/url.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;

constexpr const char* kServices[] = {"intake", "triage", "escalation", "metrics", "delivery"};
constexpr char kPageSize[] = "1000";

// Hands over the entries of every page.
template <typename Answer, typename Entries, typename Take>
absl::Status EachPage(Api& api, const std::string& path, const Query& query, Entries entries,
                      const Take& take) {
  std::string token;
  do {
    Query page = query;
    page.Add("page_size", kPageSize);
    if (!token.empty()) page.Add("page_token", token);
    Answer answer;
    AVVIK_RETURN_IF_ERROR(api.Get(path + "?" + page.text(), &answer));
    for (const auto& entry : entries(answer)) AVVIK_RETURN_IF_ERROR(take(entry));
    token = answer.next_page_token();
  } while (!token.empty());
  return absl::OkStatus();
}

std::string Line(const char* kind, const google::protobuf::Message& message) {
  ordered_json line = {{"kind", kind}};
  line.update(ToJsonValue(message));
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// What a service's log says of a checkpoint, in the words of the API.
ordered_json FromLog(ordered_json line) {
  for (const char* number : {"sequence", "records"}) {
    if (line[number].is_number_integer()) line[number] = std::to_string(line[number].get<int64_t>());
  }
  line["time"] = line["at"];
  return line;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> AuditedServices(const std::string& service) {
  if (service.empty()) return std::vector<std::string>(std::begin(kServices), std::end(kServices));
  if (std::find(std::begin(kServices), std::end(kServices), service) != std::end(kServices)) {
    return std::vector<std::string>{service};
  }
  return status::Error(
      absl::StatusCode::kInvalidArgument,
      "there is no service '" + service + "'; there are intake, triage, escalation, metrics, delivery",
      "USAGE");
}

Query& Query::Add(const std::string& name, const std::string& value) {
  if (!text_.empty()) text_.push_back('&');
  text_ += name + "=" + UrlEncoded(value);
  return *this;
}

absl::Status EachRecord(Api& api, const std::string& service, const Query& query,
                        const TakeRecord& take) {
  return EachPage<audit::v1::ListRecordsResponse>(
      api, "/v1/services/" + UrlEncoded(service) + "/audit-records", query,
      [](const auto& answer) -> const auto& { return answer.records(); }, take);
}

absl::Status EachCheckpoint(Api& api, const std::string& service, const Query& query,
                            const TakeCheckpoint& take) {
  return EachPage<audit::v1::ListCheckpointsResponse>(
      api, "/v1/services/" + UrlEncoded(service) + "/audit-checkpoints", query,
      [](const auto& answer) -> const auto& { return answer.checkpoints(); }, take);
}

std::string ExportLine(const audit::v1::Record& record) { return Line("record", record); }

std::string ExportLine(const audit::v1::Checkpoint& checkpoint) {
  return Line("checkpoint", checkpoint);
}

absl::Status ReadExport(const std::string& path, const TakeRecord& record,
                        const TakeCheckpoint& checkpoint) {
  std::ifstream file(path);
  if (!file) {
    return status::Error(absl::StatusCode::kInvalidArgument, "cannot read " + path, "USAGE");
  }
  std::string line;
  for (int64_t number = 1; std::getline(file, line); ++number) {
    const ordered_json json = ordered_json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    const auto is = [&](const char* field, const char* value) {
      const auto found = json.find(field);
      return found != json.end() && *found == value;
    };
    absl::Status status;
    if (is("kind", "record")) {
      audit::v1::Record entry;
      status = FromJson(line, &entry);
      if (status.ok()) status = record(entry);
    } else if (is("kind", "checkpoint") || is("event", "audit_checkpoint")) {
      audit::v1::Checkpoint entry;
      status = FromJson(is("kind", "checkpoint") ? line : FromLog(json).dump(), &entry);
      if (status.ok()) status = checkpoint(entry);
    }
    if (!status.ok()) {
      return status::Error(absl::StatusCode::kInvalidArgument,
                           path + ":" + std::to_string(number) + ": " +
                               std::string(status.message()),
                           "INVALID_FILE");
    }
  }
  return absl::OkStatus();
}

}  // namespace avvik::cli
