#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/audit_commands.h"
#include "cli/commands/audit_trail.h"
#include "cli/format.h"
#include "common/audit/syslog.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

constexpr int64_t kTell = 1'000;

absl::Status Wrong(const std::string& text) {
  return status::Error(absl::StatusCode::kInvalidArgument, text, "USAGE");
}

// Where the lines go: a file that appears whole or not at all, or standard output.
class Sink {
 public:
  Sink(Output& out, std::string path) : out_(out), path_(std::move(path)) {}
  ~Sink() {
    if (file_.is_open()) {
      file_.close();
      std::remove(Unfinished().c_str());
    }
  }

  absl::Status Open() {
    if (path_.empty()) return absl::OkStatus();
    file_.open(Unfinished(), std::ios::binary | std::ios::trunc);
    return file_ ? absl::OkStatus() : Wrong("cannot write " + Unfinished());
  }
  void Write(const std::string& line) {
    if (path_.empty()) {
      out_.Line(line);
    } else {
      file_ << line << "\n";
    }
  }
  absl::Status Finish() {
    if (path_.empty()) return absl::OkStatus();
    file_.close();
    if (file_.fail() || std::rename(Unfinished().c_str(), path_.c_str()) != 0) {
      return status::Error(absl::StatusCode::kInternal, "cannot write " + path_, "FILE");
    }
    return absl::OkStatus();
  }

 private:
  std::string Unfinished() const { return path_ + ".part"; }

  Output& out_;
  const std::string path_;
  std::ofstream file_;
};

// How far each service was exported, by service.
absl::StatusOr<std::map<std::string, int64_t>> LoadState(const std::string& path) {
  std::map<std::string, int64_t> state;
  std::ifstream file(path);
  if (path.empty() || !file) return state;  // The first time there is none.
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return Wrong(path + " is no state of an export");
  for (const auto& [service, sequence] : json.items()) {
    if (!sequence.is_number_integer()) return Wrong(path + " is no state of an export");
    state[service] = sequence.get<int64_t>();
  }
  return state;
}

absl::Status SaveState(const std::string& path, const std::map<std::string, int64_t>& state) {
  if (path.empty()) return absl::OkStatus();
  const std::string unfinished = path + ".part";
  std::ofstream file(unfinished, std::ios::trunc);
  file << nlohmann::json(state).dump() << "\n";
  file.close();
  if (file.fail() || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return status::Error(absl::StatusCode::kInternal, "cannot write " + path, "FILE");
  }
  return absl::OkStatus();
}

// The place behind which the records since a time begin. What was sealed later is given although it may have
// an earlier time, so that an export has no gaps.
absl::StatusOr<int64_t> PlaceBefore(Api& api, const std::string& service,
                                    const std::string& since) {
  audit::v1::ListRecordsResponse answer;
  const Query query = Query().Add("from_time", since).Add("page_size", "1");
  AVVIK_RETURN_IF_ERROR(
      api.Get("/v1/services/" + service + "/audit-records?" + query.text(), &answer));
  if (!answer.records().empty()) return answer.records(0).sequence() - 1;
  return std::numeric_limits<int64_t>::max();
}

template <typename Entry>
std::string LineOf(const AuditExportAsked& asked, const Entry& entry) {
  return asked.format == "syslog" ? audit::SyslogLine(entry) : ExportLine(entry);
}

absl::Status ExportService(Session& session, Api& api, const std::string& service,
                           const AuditExportAsked& asked, Sink* sink, int64_t* place) {
  if (*place == 0 && !asked.since.empty()) {
    AVVIK_ASSIGN_OR_RETURN(const int64_t before, PlaceBefore(api, service, asked.since));
    if (before == std::numeric_limits<int64_t>::max()) return absl::OkStatus();
    *place = before;
  }
  const Query query = Query().Add("after_sequence", std::to_string(*place));
  // Before the records: a checkpoint may be among what is sealed meanwhile, and must not stand alone.
  AVVIK_RETURN_IF_ERROR(
      EachCheckpoint(api, service, query, [&](const audit::v1::Checkpoint& checkpoint) {
        sink->Write(LineOf(asked, checkpoint));
        return absl::OkStatus();
      }));
  int64_t records = 0;
  return EachRecord(api, service, query, [&](const audit::v1::Record& record) {
    sink->Write(LineOf(asked, record));
    *place = record.sequence();
    if (++records % kTell == 0) {
      session.out.Progress(service + ": " + Counted(records, "record", "records"));
    }
    return absl::OkStatus();
  });
}

absl::Status Export(Session& session, const AuditExportAsked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const auto services, AuditedServices(asked.service));
  AVVIK_ASSIGN_OR_RETURN(auto state, LoadState(asked.state));
  Sink sink(session.out, asked.file);
  AVVIK_RETURN_IF_ERROR(sink.Open());
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  for (const std::string& service : services) {
    AVVIK_RETURN_IF_ERROR(
        ExportService(session, caller->api(), service, asked, &sink, &state[service]));
  }
  session.out.Progress("");
  AVVIK_RETURN_IF_ERROR(sink.Finish());
  return SaveState(asked.state, state);
}

}  // namespace

ExitCode AuditExport(Session& session, const AuditExportAsked& asked) {
  const absl::Status status = Export(session, asked);
  if (status.ok()) return kOk;
  return status::ReasonOf(status) == "USAGE" ? session.out.Fail(status, kUsage)
                                             : session.out.Fail(status);
}

}  // namespace avvik::cli
