// Numbers and times as people read them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace avvik::cli {

// `0.4 s`, `12 s`, `3:05 min`, `2:05:00 h`.
std::string ReadableDuration(absl::Duration duration);

// `1 report`, `2 reports`.
std::string Counted(int64_t count, const std::string& one, const std::string& many);

}  // namespace avvik::cli
