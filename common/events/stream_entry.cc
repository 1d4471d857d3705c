#include "common/events/stream_entry.h"

#include <charconv>

namespace avvik::events {

std::string EntryId(int64_t position) { return std::to_string(position) + "-0"; }

std::vector<std::string> EntryFields(const EventKeys& keys, const std::string& source,
                                     int64_t position, const std::string& type,
                                     const std::string& event) {
  return {"t", type, "e", event, "m", keys.Proof(source, position, event)};
}

std::optional<int64_t> ProvenPosition(const EventKeys& keys, const std::string& source,
                                      const StreamEntry& entry) {
  int64_t position = 0;
  std::from_chars(entry.id.data(), entry.id.data() + entry.id.size(), position);
  // Redis takes ids such as `7-1`, which stand for no position.
  if (position < 1 || entry.id != EntryId(position)) return std::nullopt;
  if (!keys.Prove(entry.proof, source, position, entry.event)) return std::nullopt;
  return position;
}

}  // namespace avvik::events
