// Something that works in the background between Start and Stop.
#pragma once

#include "absl/status/status.h"

namespace avvik::process {

class Runnable {
 public:
  virtual ~Runnable() = default;

  // Begins working and returns. An error means that nothing was begun.
  virtual absl::Status Start() = 0;

  // Ends the work and returns when it has ended. May be called twice, and before Start.
  virtual void Stop() = 0;
};

}  // namespace avvik::process
