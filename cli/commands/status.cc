#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/time/clock.h"
#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/events/v1/event_log.pb.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "common/deadline/instant.h"
#include "common/status/error.h"

#ifndef AVVIK_VERSION
#error "AVVIK_VERSION is set by the build"
#endif

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;

// Services that listen to others.
constexpr const char* kListeners[] = {"intake", "triage", "escalation", "metrics", "delivery"};

struct Reader {
  std::string service;
  events::v1::ConsumerStatus consumer;
  int64_t behind = 0;
};

struct Status {
  bool ready = false;
  std::string server_version;  // Empty when it does not say.
  std::vector<std::pair<std::string, std::string>> services;
  std::vector<Reader> readers;
  std::optional<delivery::v1::Queue> queue;
  std::vector<std::string> missing;  // What could not be read, and why.
};

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// Answered without a token; 503 is an answer, too.
absl::Status ReadReadiness(Api& api, Status* status) {
  const auto response = api.Send("GET", "/readyz");
  if (!response.ok()) return response.status();
  const ordered_json json = ordered_json::parse(response->body, nullptr, false);
  if (!json.is_object() || !json.contains("services") || !json["services"].is_object()) {
    return status::Error(
        absl::StatusCode::kUnavailable,
        "/readyz gave no answer of Avvik's (HTTP " + std::to_string(response->status) + ")",
        "NOT_AVVIK");
  }
  status->ready = response->status == 200;
  for (const auto& [name, state] : json["services"].items()) {
    status->services.emplace_back(name,
                                  state.is_string() ? state.get<std::string>() : state.dump());
  }
  return absl::OkStatus();
}

std::string ReadVersion(Api& api) {
  const auto response = api.Send("GET", "/openapi.json");
  if (!response.ok() || response->status != 200) return "";
  const ordered_json json = ordered_json::parse(response->body, nullptr, false);
  if (!json.is_object() || !json.contains("info") || !json["info"].is_object()) return "";
  const auto found = json["info"].find("version");
  return found != json["info"].end() && found->is_string() ? found->get<std::string>() : "";
}

// How far each reader is behind the one that has come furthest with the same source.
void Compare(std::vector<Reader>* readers) {
  std::map<std::string, int64_t> furthest;
  for (const Reader& reader : *readers) {
    int64_t& position = furthest[reader.consumer.source()];
    position = std::max<int64_t>(position, reader.consumer.position());
  }
  for (Reader& reader : *readers) {
    reader.behind = furthest[reader.consumer.source()] - reader.consumer.position();
  }
}

void ReadOperations(Api& api, Status* status) {
  for (const char* service : kListeners) {
    events::v1::ListConsumersResponse answer;
    const auto read = api.Get(std::string("/v1/services/") + service + "/consumers", &answer);
    if (!read.ok()) {
      status->missing.push_back(std::string("positions of ") + service + ": " +
                                std::string(read.message()));
      continue;
    }
    for (const auto& consumer : answer.consumers())
      status->readers.push_back({service, consumer, 0});
  }
  Compare(&status->readers);
  delivery::v1::Queue queue;
  const auto read = api.Get("/v1/notices:queue", &queue);
  if (read.ok()) {
    status->queue = queue;
  } else {
    status->missing.push_back("queue of notices: " + std::string(read.message()));
  }
}

void PrintJson(Output& out, const std::string& url, const Status& status) {
  ordered_json json = {{"url", url},
                       {"ready", status.ready},
                       {"version", status.server_version},
                       {"cli_version", AVVIK_VERSION}};
  json["services"] = ordered_json::object();
  for (const auto& [name, state] : status.services) json["services"][name] = state;
  json["consumers"] = ordered_json::array();
  for (const Reader& reader : status.readers) {
    ordered_json entry = {{"service", reader.service},
                          {"source", reader.consumer.source()},
                          {"position", reader.consumer.position()},
                          {"behind", reader.behind},
                          {"parked_events", reader.consumer.parked_events()}};
    if (reader.consumer.has_update_time()) {
      entry["update_time"] =
          deadline::FormatInstant(TimeOf(reader.consumer.update_time()), absl::UTCTimeZone());
    }
    json["consumers"].push_back(entry);
  }
  json["notices"] = nullptr;
  if (status.queue) {
    const auto& queue = *status.queue;
    json["notices"] = {
        {"waiting", queue.waiting()}, {"failed", queue.failed()}, {"sent", queue.sent()}};
    if (queue.has_oldest_create_time()) {
      json["notices"]["oldest_create_time"] =
          deadline::FormatInstant(TimeOf(queue.oldest_create_time()), absl::UTCTimeZone());
    }
  }
  json["missing"] = status.missing;
  out.Json(json);
}

void PrintText(Output& out, const std::string& url, const Status& status) {
  const std::string version =
      status.server_version.empty() ? "" : ", version " + Harmless(status.server_version);
  out.Line("Avvik at " + url + " is " + (status.ready ? "ready" : "not ready") + version +
           " (command line " AVVIK_VERSION ")\n");
  Table services({{"SERVICE"}, {"STATE"}});
  for (const auto& [name, state] : status.services) services.Add({name, state});
  out.Print(services);

  if (!status.readers.empty()) {
    Table readers({{"READER"},
                   {"SOURCE"},
                   {"POSITION", Table::Align::kRight},
                   {"BEHIND", Table::Align::kRight},
                   {"PARKED", Table::Align::kRight},
                   {"MOVED"}});
    for (const Reader& reader : status.readers) {
      const auto& consumer = reader.consumer;
      readers.Add({reader.service, consumer.source(), std::to_string(consumer.position()),
                   std::to_string(reader.behind), std::to_string(consumer.parked_events()),
                   consumer.has_update_time()
                       ? ReadableDuration(absl::Now() - TimeOf(consumer.update_time())) + " ago"
                       : "never"});
    }
    out.Line("");
    out.Print(readers);
  }
  if (status.queue) {
    const auto& queue = *status.queue;
    std::string line = "\nnotices: " + std::to_string(queue.waiting()) + " waiting, " +
                       std::to_string(queue.failed()) + " failed, " + std::to_string(queue.sent()) +
                       " sent";
    if (queue.has_oldest_create_time()) {
      line += "; the oldest waits since " +
              ReadableDuration(absl::Now() - TimeOf(queue.oldest_create_time()));
    }
    out.Line(line);
  }
  for (const std::string& what : status.missing) out.Note("not read: " + what);
}

ExitCode Run(Session& session) {
  Status status;
  Api nobody = session.AsNobody();
  if (const auto read = ReadReadiness(nobody, &status); !read.ok()) return session.out.Fail(read);
  status.server_version = ReadVersion(nobody);
  if (auto caller = session.AsAsked(); caller.ok()) {
    ReadOperations((*caller)->api(), &status);
  } else {
    status.missing.push_back("positions and notices: " + std::string(caller.status().message()));
  }
  if (session.out.json()) {
    PrintJson(session.out, session.settings.url, status);
  } else {
    PrintText(session.out, session.settings.url, status);
  }
  return status.ready ? kOk : kRefused;
}

}  // namespace

void AddStatus(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("status",
                                         "Shows whether the services are ready, how far each has "
                                         "come with the others' events, and the notices");
  command->footer(Examples(
      "  avvik status\n"
      "  avvik status --json | jq '.consumers[] | select(.parked_events > 0)'\n\n"
      "BEHIND counts the events that another reader of the same source has applied already.\n"
      "The exit code is 0 when all services are ready, otherwise 1."));
  command->callback([&] { chosen = [&] { return Run(session); }; });
}

}  // namespace avvik::cli
