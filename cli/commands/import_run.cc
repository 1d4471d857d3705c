#include "cli/commands/import_run.h"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "cli/commands/import_destination.h"
#include "cli/format.h"
#include "cli/import/importer.h"
#include "cli/import/mapping_catalogue.h"
#include "cli/import/progress.h"
#include "cli/import/register_file.h"
#include "cli/import/submitter.h"
#include "common/clock/clock.h"
#include "common/datafile/datafile.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/validate/format.h"
#include "common/validate/validate.h"

namespace avvik::cli {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(100);
// How often progress is told where it cannot be written over.
constexpr absl::Duration kPlainProgress = absl::Seconds(5);

std::atomic<bool> interrupted{false};
void Interrupt(int) { interrupted = true; }

// For the time of an import, Ctrl-C ends it in order; a second one at once.
class InterruptGuard {
 public:
  InterruptGuard() {
    struct sigaction action {};
    action.sa_handler = &Interrupt;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, &before_);
  }
  ~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

absl::Status Wrong(const std::string& text) {
  return status::Error(absl::StatusCode::kInvalidArgument, text, "USAGE");
}

struct Prepared {
  std::unique_ptr<RegisterFile> file;
  Mapping mapping;
  absl::Duration patience;
  std::string register_name;
};

// Everything that can be wrong before a server is asked.
absl::StatusOr<Prepared> Prepare(const ImportAsked& asked) {
  absl::Duration patience;
  if (!absl::ParseDuration(asked.patience, &patience) || patience < absl::ZeroDuration() ||
      patience > absl::Hours(24)) {
    return Wrong("--patience must be a time such as 30s, 2m or 1h30m, at most 24h");
  }
  if (!asked.register_name.empty() &&
      (asked.register_name.size() > 60 ||
       !validate::HasFormat(options::v1::FORMAT_SLUG, asked.register_name))) {
    return Wrong("--register must " + std::string(validate::Expectation(options::v1::FORMAT_SLUG)) +
                 ", 60 characters at most");
  }
  AVVIK_ASSIGN_OR_RETURN(auto file, RegisterFile::Open(asked.file, asked.encoding == "windows-1252"
                                                                       ? Encoding::kWindows1252
                                                                       : Encoding::kUtf8));
  absl::StatusOr<Mapping> mapping = absl::UnknownError("");
  if (asked.mapping.empty()) {
    AVVIK_ASSIGN_OR_RETURN(const auto shipped, ShippedMappings());
    mapping = RecogniseMapping(shipped, file->columns());
  } else {
    mapping = FindMapping(asked.mapping);
  }
  AVVIK_RETURN_IF_ERROR(mapping.status());
  const std::string name =
      asked.register_name.empty() ? mapping->proto().register_() : asked.register_name;
  return Prepared{std::move(file), *std::move(mapping), patience, name};
}

// What a dry run does instead of sending.
Outcome Check(const intake::v1::SubmitReportRequest& request, Output& out, bool* shown) {
  Outcome outcome;
  outcome.error = validate::Validate(request);
  outcome.kind = outcome.error.ok() ? Outcome::Kind::kStored : Outcome::Kind::kRejected;
  if (outcome.error.ok() && !*shown) {
    *shown = true;
    if (!out.json()) out.Text("The first report:\n" + datafile::Dump(request) + "\n");
  }
  return outcome;
}

// Tells progress, and why it waits, until stopped.
class Teller {
 public:
  Teller(Output& out, const RegisterFile& file, Importer& importer, absl::Time begin)
      : out_(out), file_(file), importer_(importer), begin_(begin), thread_([this] { Run(); }) {}
  ~Teller() {
    done_.Stop();
    thread_.join();
    out_.Progress("");
  }

 private:
  void Run() {
    absl::Time told = begin_;
    while (done_.Wait(kTick)) {
      if (interrupted) importer_.Stop();
      const absl::Time now = absl::Now();
      const std::string line = ProgressLine({.counts = importer_.counts(),
                                             .bytes_read = file_.bytes_read(),
                                             .bytes = file_.size(),
                                             .elapsed = now - begin_});
      out_.Progress(line);
      if (!out_.err_is_terminal() && now - told >= kPlainProgress) {
        out_.Note(line);
        told = now;
      }
    }
  }

  Output& out_;
  const RegisterFile& file_;
  Importer& importer_;
  const absl::Time begin_;
  StopSignal done_;
  std::thread thread_;
};

// Says why it waits, once for each stretch of waiting.
class WaitTeller {
 public:
  explicit WaitTeller(Output& out) : out_(out) {}
  void operator()(const absl::Status& why) {
    std::lock_guard lock(mutex_);
    const absl::Time now = absl::Now();
    if (now - last_ > absl::Seconds(5)) {
      out_.Note("waiting: " + std::string(why.message()));
      last_ = now;
    }
  }

 private:
  Output& out_;
  std::mutex mutex_;
  absl::Time last_ = absl::InfinitePast();
};

void PrintSummary(Output& out, const ImportAsked& asked, const Prepared& prepared,
                  const Counts& counts, absl::Duration elapsed, const absl::Status& end) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  const double rate = RateOf(counts, elapsed);
  if (out.json()) {
    out.Json({{"register", prepared.register_name},
              {"mapping", prepared.mapping.name()},
              {"dry_run", asked.dry_run},
              {"read", counts.read},
              {"created", asked.dry_run ? 0 : counts.created},
              {"already_there", counts.already_there},
              {"rejected", counts.rejected},
              {"not_settled", counts.read - counts.settled()},
              {"complete", end.ok()},
              {"seconds", std::round(seconds * 1000) / 1000},
              {"rate", std::round(rate * 10) / 10}});
    return;
  }
  out.Line(Counted(counts.read, "line", "lines") + " read: " +
           (asked.dry_run ? std::to_string(counts.created + counts.already_there) + " good"
                          : std::to_string(counts.created) + " created, " +
                                std::to_string(counts.already_there) + " already there") +
           ", " + std::to_string(counts.rejected) + " rejected" +
           (counts.read > counts.settled()
                ? ", " + std::to_string(counts.read - counts.settled()) + " not settled"
                : ""));
  out.Line(fmt::format("{}, {:.0f} reports/s", ReadableDuration(elapsed), rate));
}

void Announce(Output& out, const Prepared& prepared, const std::string& file,
              const std::string& who) {
  out.Note(file + ": " + (prepared.file->kind() == FileKind::kCsv ? "CSV" : "JSON lines") +
           ", mapping " + prepared.mapping.name() + ", register " + prepared.register_name +
           (who.empty() ? "" : ", as " + who));
  std::string unused;
  for (const std::string& column : prepared.mapping.Unused(prepared.file->columns())) {
    unused += (unused.empty() ? "" : ", ") + column;
  }
  if (!unused.empty()) out.Note("columns that the mapping does not use: " + unused);
  for (const std::string& column : prepared.mapping.MissingKey(prepared.file->columns())) {
    out.Note("the file has no column " + column +
             ": lines are known again by a digest of all their values");
  }
}

}  // namespace

ExitCode ImportReports(Session& session, const ImportAsked& asked) {
  Output& out = session.out;
  auto prepared = Prepare(asked);
  if (!prepared.ok()) return out.Fail(prepared.status(), kUsage);
  std::ofstream rejects;
  if (!asked.rejects.empty()) {
    rejects.open(asked.rejects, std::ios::trunc);
    if (!rejects) return out.FailUsage(asked.rejects + ": cannot be written");
  }

  const InterruptGuard guard;
  const SystemClock clock;
  StopSignal stop;
  WaitTeller tell_waiting(out);
  const auto on_wait = [&](const absl::Status& why) { tell_waiting(why); };
  auto destination = FindDestination(
      session, asked.dry_run ? absl::ZeroDuration() : prepared->patience, clock, stop, on_wait);
  if (!destination.ok()) {
    // Without a server a dry run still tells most of what there is to tell.
    if (!asked.dry_run) return out.Fail(destination.status());
    out.Note("the organisation cannot be read, units and systems are not looked up: " +
             std::string(destination.status().message()));
    destination.emplace();
    destination->organisation.set_time_zone("UTC");
  }
  const auto around = SurroundingsOf(destination->organisation, prepared->register_name);
  if (!around.ok()) return out.Fail(around.status());
  Announce(out, *prepared, asked.file, asked.dry_run ? "" : destination->who);

  const absl::Time begin = clock.Now();
  // Told in whole seconds, another clock is known to a second.
  const absl::Duration ahead = destination->ahead;
  const absl::Time start = asked.dry_run                   ? absl::InfinitePast()
                           : ahead == absl::ZeroDuration() ? begin
                                                           : begin + ahead - absl::Seconds(1);
  Importer importer(prepared->mapping, *around, stop,
                    {.concurrency = asked.dry_run ? 1 : asked.concurrency, .start = start},
                    [&](const Rejection& rejection) {
                      out.Note(Describe(rejection));
                      if (rejects.is_open()) {
                        rejects << ToJson(rejection).dump(
                                       -1, ' ', false,
                                       nlohmann::ordered_json::error_handler_t::replace)
                                << "\n";
                      }
                    });
  bool shown = false;
  absl::Status end;
  {
    const Teller teller(out, *prepared->file, importer, begin);
    const auto next = [&](Item* item) { return prepared->file->Next(item); };
    if (asked.dry_run) {
      end = importer.Run(next, [&](const auto& request) { return Check(request, out, &shown); });
    } else {
      Submitter submitter(destination->caller->api(), clock, stop,
                          {.patience = prepared->patience, .on_wait = on_wait});
      end = importer.Run(next, [&](const auto& request) { return submitter.Submit(request); });
    }
  }
  const Counts counts = importer.counts();
  PrintSummary(out, asked, *prepared, counts, clock.Now() - begin, end);
  if (rejects.is_open() && !rejects.flush())
    return out.FailUsage(asked.rejects + ": could not be written");
  if (!end.ok()) {
    const ExitCode code = out.Fail(end);
    if (code == kUnreachable || interrupted) {
      out.Note("Run the same command again to go on: what is there already is not made twice.");
    }
    return code;
  }
  return counts.rejected == 0 ? kOk : kRefused;
}

}  // namespace avvik::cli
