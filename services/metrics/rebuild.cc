#include "services/metrics/rebuild.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/metrics/errors.h"
#include "services/metrics/pg_figure_store.h"

namespace avvik::metrics {
namespace {

// As many events as a source gives at a time.
constexpr int kBatch = 2'000;
// How long a neighbour may be away before a rebuild is given up.
constexpr absl::Duration kPatience = absl::Minutes(5);
constexpr absl::Duration kPause = absl::Milliseconds(300);
// Rounds to catch up with the figures in use while they are held: they can be a batch or two ahead.
constexpr int kExchangeRounds = 20;

}  // namespace

Rebuilder::Rebuilder(const pg::Settings& database, pg::Pool& pool, std::vector<Source> sources,
                     events::EventHandler& handler, const Clock& clock,
                     std::function<void()> done)
    : database_(database),
      pool_(pool),
      sources_(std::move(sources)),
      handler_(handler),
      clock_(clock),
      done_(std::move(done)),
      loop_("rebuild", [this] { return Step(); }) {}

absl::Status Rebuilder::Start() {
  AVVIK_ASSIGN_OR_RETURN(const std::unique_ptr<RebuildTurn> turn, RebuildTurn::TryTake(database_));
  if (turn != nullptr) AVVIK_RETURN_IF_ERROR(turn->ClearLeftovers(clock_.Now()));
  return loop_.Start();
}

void Rebuilder::Stop() {
  loop_.Stop();
  std::lock_guard lock(mutex_);
  if (run_ != nullptr) Fail(*run_, error::RebuildStopped());
  run_.reset();
}

absl::StatusOr<v1::Rebuild> Rebuilder::Begin(const audit::Record& trace) {
  {
    std::lock_guard lock(mutex_);
    AVVIK_ASSIGN_OR_RETURN(std::unique_ptr<RebuildTurn> turn, RebuildTurn::TryTake(database_));
    if (turn != nullptr) {
      int64_t total = 0;
      for (const Source& source : sources_) {
        AVVIK_ASSIGN_OR_RETURN(const events::LogPage page, source.log->Read(0, 1));
        total += page.head;
      }
      AVVIK_RETURN_IF_ERROR(turn->ClearLeftovers(clock_.Now()));
      AVVIK_RETURN_IF_ERROR(turn->RecordBegin(total, clock_.Now(), trace));
      log::Info("rebuild_begun", {{"events", total}});
      run_ = std::make_unique<Run>();
      run_->turn = std::move(turn);
    }
  }
  loop_.Wake();
  return Last();
}

absl::Duration Rebuilder::Step() {
  if (!RunOnce()) return absl::Seconds(1);
  std::lock_guard lock(mutex_);
  const bool stuck = run_ != nullptr && run_->stuck != absl::InfiniteFuture();
  return stuck ? kPause : absl::ZeroDuration();
}

bool Rebuilder::RunOnce() {
  Run* run;
  {
    std::lock_guard lock(mutex_);
    run = run_.get();
  }
  if (run == nullptr) return false;
  auto work = [&]() -> absl::Status {
    // Also shows whether the turn is still ours.
    AVVIK_RETURN_IF_ERROR(run->turn->RecordProgress(run->applied));
    if (run->consumers.empty()) AVVIK_RETURN_IF_ERROR(Prepare(*run));
    AVVIK_ASSIGN_OR_RETURN(const int64_t applied, ReplayRound(*run));
    // What is left is little: the exchange itself catches up with it.
    if (applied >= kBatch) return absl::OkStatus();
    AVVIK_RETURN_IF_ERROR(Exchange(*run));
    std::lock_guard lock(mutex_);
    run_.reset();
    run = nullptr;
    return absl::OkStatus();
  };
  const absl::Status status = work();
  if (run == nullptr) {
    done_();
    return false;
  }
  if (status.ok()) {
    run->stuck = absl::InfiniteFuture();
    return true;
  }
  run->stuck = std::min(run->stuck, clock_.Now());
  if (!run->turn->lost() && events::IsTransient(status) &&
      clock_.Now() - run->stuck < kPatience) {
    log::Warning("rebuild_waiting", {{"error", status}});
    return true;
  }
  Fail(*run, status);
  std::lock_guard lock(mutex_);
  run_.reset();
  return false;
}

absl::Status Rebuilder::Prepare(Run& run) {
  AVVIK_RETURN_IF_ERROR(run.turn->MakeNextSet());
  for (const Source& source : sources_) {
    // Without Redis: the log itself is read.
    run.consumers.push_back(std::make_unique<events::Consumer>(
        events::ConsumerSettings{.source = source.name,
                                 .database = OnSchema(database_, kNextSchema),
                                 .streams = {},
                                 .batch = kBatch},
        handler_, *source.log, clock_));
  }
  run.positions.resize(sources_.size());
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Rebuilder::ReplayRound(Run& run) {
  std::vector<absl::StatusOr<events::Consumer::Round>> rounds(
      run.consumers.size(), absl::UnknownError("did not run"));
  std::vector<std::thread> threads;
  for (size_t i = 0; i < run.consumers.size(); ++i) {
    threads.emplace_back(
        [&, i] { rounds[i] = run.consumers[i]->RunOnce(absl::ZeroDuration()); });
  }
  for (std::thread& thread : threads) thread.join();

  int64_t applied = 0;
  for (size_t i = 0; i < rounds.size(); ++i) {
    AVVIK_RETURN_IF_ERROR(rounds[i].status());
    if (!rounds[i]->active) {
      return absl::UnavailableError("another session hears " + sources_[i].name +
                                    " for the next figures");
    }
    run.positions[i] = rounds[i]->position;
    applied += rounds[i]->applied + rounds[i]->parked;
  }
  run.applied += applied;
  return applied;
}

absl::Status Rebuilder::Exchange(Run& run) {
  auto catch_up = [&](const Positions& in_use) -> absl::StatusOr<int64_t> {
    auto behind = [&] {
      for (size_t i = 0; i < sources_.size(); ++i) {
        const auto found = in_use.find(sources_[i].name);
        if (found != in_use.end() && run.positions[i] < found->second) return true;
      }
      return false;
    };
    for (int round = 0; behind(); ++round) {
      if (round == kExchangeRounds) return absl::AbortedError("the figures in use are far ahead");
      AVVIK_RETURN_IF_ERROR(ReplayRound(run).status());
    }
    return run.applied;
  };
  AVVIK_RETURN_IF_ERROR(run.turn->Swap(catch_up, clock_.Now()));
  log::Info("rebuild_done", {{"applied", run.applied}});
  return absl::OkStatus();
}

void Rebuilder::Fail(Run& run, const absl::Status& error) {
  log::Error("rebuild_failed", {{"error", error}});
  run.consumers.clear();
  if (const absl::Status recorded = run.turn->RecordFailure(error, clock_.Now()); !recorded.ok()) {
    log::Error("rebuild_failure_not_recorded", {{"error", recorded}});
  }
}

}  // namespace avvik::metrics
