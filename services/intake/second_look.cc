#include "services/intake/second_look.h"

#include <utility>

#include "common/log/log.h"

namespace avvik::intake {
namespace {

// How old what is known may be; bounds how often wrong names make us ask.
constexpr absl::Duration kFresh = absl::Milliseconds(50);

}  // namespace

SecondLook::SecondLook(organisation::Directory& directory)
    : directory_(directory), loop_("second-look", [this] {
        RunOnce();
        return absl::Hours(1);
      }) {}

void SecondLook::Stop() {
  loop_.Stop();
  RunOnce();
}

void SecondLook::Later(std::string tenant, std::function<void()> again) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() < kMost) {
      waiting_.push_back({std::move(tenant), std::move(again)});
      again = nullptr;
    }
  }
  if (again != nullptr) {
    again();
  } else {
    loop_.Wake();
  }
}

size_t SecondLook::RunOnce() {
  std::vector<Waiting> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(waiting_);
  }
  for (const Waiting& waiting : batch) {
    const absl::Status status = directory_.RefreshIfOlderThan(waiting.tenant, kFresh);
    if (!status.ok()) log::Warning("organisation_not_refreshed", {{"error", status}});
    waiting.again();
  }
  return batch.size();
}

}  // namespace avvik::intake
