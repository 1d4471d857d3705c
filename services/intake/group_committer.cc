#include "services/intake/group_committer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/events/consumer.h"
#include "services/intake/errors.h"

namespace avvik::intake {

GroupCommitter::GroupCommitter(ReportStore& store, std::function<void()> committed)
    : store_(store), committed_(std::move(committed)) {}

absl::Status GroupCommitter::Start() {
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void GroupCommitter::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GroupCommitter::Submit(Submission submission, Done done) {
  absl::Status refused;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) {
      refused = absl::UnavailableError("the service is stopping");
    } else if (waiting_.size() >= kMostWaiting) {
      refused = error::QueueFull();
    } else {
      waiting_.push_back({std::move(submission), std::move(done)});
    }
  }
  if (!refused.ok()) {
    done(refused);
    return;
  }
  changed_.notify_one();
}

void GroupCommitter::Run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
    }
    RunOnce();
  }
}

size_t GroupCommitter::RunOnce() {
  std::vector<Waiting> group;
  {
    std::lock_guard lock(mutex_);
    const size_t count = std::min(waiting_.size(), kGroup);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  const size_t count = group.size();
  if (count > 0) Commit(std::move(group));
  return count;
}

void GroupCommitter::Commit(std::vector<Waiting> group) {
  std::vector<Submission> submissions;
  submissions.reserve(group.size());
  for (const Waiting& waiting : group) submissions.push_back(waiting.submission);
  auto answers = store_.SubmitAll(std::move(submissions));
  if (answers.ok()) {
    committed_();
    for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move((*answers)[i]));
    return;
  }
  if (group.size() == 1 || events::IsTransient(answers.status())) {
    for (Waiting& waiting : group) waiting.done(answers.status());
    return;
  }
  for (Waiting& waiting : group) {
    std::vector<Waiting> alone;
    alone.push_back(std::move(waiting));
    Commit(std::move(alone));
  }
}

}  // namespace avvik::intake
