// What the command line answers to scripts.
#pragma once

#include "absl/status/status.h"

namespace avvik::cli {

enum ExitCode : int {
  kOk = 0,       // Done, all of it.
  kRefused = 1,  // Refused, or only partly done.
  kUsage = 2,  // Asked in a way that cannot be understood: arguments, or a file that is not there.
  kUnreachable = 3,  // The server, or the identity provider, could not be reached.
};

// The exit code of an error that ended a command.
inline ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kUnreachable;
    default:
      return kRefused;
  }
}

}  // namespace avvik::cli
