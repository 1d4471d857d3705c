// What is needed to write to services' streams and to read them.
#pragma once

#include <memory>

#include "common/events/event_keys.h"
#include "common/redis/connection.h"

namespace avvik::events {

struct StreamAccess {
  redis::Server redis;
  std::shared_ptr<const EventKeys> keys;
};

}  // namespace avvik::events
