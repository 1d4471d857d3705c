// The life of a server process: signals, ordered start, stop in the reverse order.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "common/process/runnable.h"

namespace avvik::process {

// Keeps SIGTERM and SIGINT for RunUntilSignal, ignores SIGPIPE, and forbids dumps of memory. Call first
// in main, before any thread exists.
void Begin();

// Keeps SIGTERM and SIGINT for RunUntilSignal and ignores SIGPIPE.
void BlockStopSignals();

// What is in memory (keys, tokens, reports) is written to no core file, and no other process of the same
// user reads it.
void ForbidDumps();

// Starts the parts in order, waits for SIGTERM or SIGINT, and stops them in the reverse order. A
// second signal while stopping, or `grace` running out, ends the process at once. Returns the exit
// status: 0, or 1 when a part could not start (those begun before it are stopped).
int RunUntilSignal(const std::vector<Runnable*>& parts, absl::Duration grace);

}  // namespace avvik::process
