#include "cli/import/importer.h"

#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "common/status/error.h"

namespace avvik::cli {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace

Importer::Importer(const Mapping& mapping, const Surroundings& around, StopSignal& stop,
                   Options options, std::function<void(const Rejection&)> on_rejected)
    : mapping_(mapping),
      around_(around),
      stop_(stop),
      options_(options),
      on_rejected_(std::move(on_rejected)),
      queue_(2 * static_cast<size_t>(options.concurrency)) {}

absl::Status Importer::Run(const Next& next, const Send& send) {
  std::vector<std::thread> senders;
  for (int i = 0; i < options_.concurrency; ++i)
    senders.emplace_back([this, &send] { SendAll(send); });
  if (const absl::Status status = ReadAll(next); !status.ok()) End(status);
  queue_.Close();
  for (std::thread& sender : senders) sender.join();
  std::lock_guard lock(mutex_);
  return end_;
}

void Importer::Stop() { End(absl::AbortedError("interrupted")); }

Counts Importer::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

absl::Status Importer::ReadAll(const Next& next) {
  while (true) {
    {
      std::lock_guard lock(mutex_);
      if (!end_.ok()) return end_;
    }
    Item item;
    const auto any = next(&item);
    if (!any.ok()) return any.status();
    if (!*any) return absl::OkStatus();
    {
      std::lock_guard lock(mutex_);
      ++counts_.read;
    }
    if (auto* rejection = std::get_if<Rejection>(&item)) {
      Reject(std::move(*rejection));
    } else if (!Take(std::get<Record>(item))) {
      return absl::OkStatus();
    }
  }
}

bool Importer::Take(const Record& record) {
  auto report = mapping_.ReportOf(record, around_);
  if (!report.ok()) {
    Reject({.line = record.line,
            .key = mapping_.KeyOf(record),
            .violations = status::ViolationsOf(report.status())});
    return true;
  }
  const std::string& key = report->origin().key();
  const auto [before, first] =
      lines_by_key_.emplace(std::hash<std::string_view>()(key), record.line);
  if (!first && !queue_.WaitUntilDone()) return false;
  Work work{.line = record.line, .first_line = first ? 0 : before->second, .request = {}};
  work.request.set_request_id(RequestIdOf(report->origin().register_(), key));
  *work.request.mutable_report() = *std::move(report);
  return queue_.Push(std::move(work));
}

void Importer::SendAll(const Send& send) {
  while (auto work = queue_.Take()) {
    Settle(*work, send(work->request));
    queue_.Done();
  }
}

void Importer::Settle(const Work& work, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kStored: {
      const bool ours =
          work.first_line == 0 && TimeOf(outcome.report.submit_time()) >= options_.start;
      std::lock_guard lock(mutex_);
      ++(ours ? counts_.created : counts_.already_there);
      return;
    }
    case Outcome::Kind::kRejected: {
      Rejection rejection{.line = work.line, .key = work.request.report().origin().key()};
      rejection.violations = status::ViolationsOf(outcome.error);
      if (status::ReasonOf(outcome.error) == "REQUEST_ID_REUSED") {
        rejection.violations = {
            {"report.origin.key",
             work.first_line != 0
                 ? "is the key of line " + std::to_string(work.first_line) +
                       ", which says something else"
                 : "was brought in before with other content; a report stays as it was submitted"}};
      } else if (rejection.violations.empty()) {
        rejection.violations = {{"", std::string(outcome.error.message())}};
      }
      Reject(std::move(rejection));
      return;
    }
    case Outcome::Kind::kHopeless:
    case Outcome::Kind::kGaveUp:
      End(outcome.error);
      return;
    case Outcome::Kind::kStopped:
      return;
  }
}

void Importer::Reject(Rejection rejection) {
  std::lock_guard lock(mutex_);
  ++counts_.rejected;
  on_rejected_(rejection);
}

void Importer::End(const absl::Status& why) {
  {
    std::lock_guard lock(mutex_);
    if (end_.ok()) end_ = why;
  }
  queue_.Abandon();
  stop_.Stop();
}

}  // namespace avvik::cli
