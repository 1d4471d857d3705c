// An entry of a service's stream in Redis: the event's position as its id, `<position>-0`, and the
// fields `e` (the event's bytes as they are in the log), `m` (their proof) and `t` (the event's type,
// for people who look; nothing reads it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/events/event_keys.h"

namespace avvik::events {

struct StreamEntry {
  std::string id;
  std::string event;
  std::string proof;
};

std::string EntryId(int64_t position);

// The fields of an entry and their values by turns, as XADD takes them.
std::vector<std::string> EntryFields(const EventKeys& keys, const std::string& source,
                                     int64_t position, const std::string& type,
                                     const std::string& event);

// The position of an entry of `source`'s stream; nothing unless one who has a key wrote these bytes for
// this stream and this id.
std::optional<int64_t> ProvenPosition(const EventKeys& keys, const std::string& source,
                                      const StreamEntry& entry);

}  // namespace avvik::events
