// Frames of server-sent events (HTML standard, section 9.2.5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace avvik::gateway {

inline constexpr char kEventStreamType[] = "text/event-stream";

// A comment that keeps the connection in use; readers skip it.
inline constexpr char kHeartbeat[] = ": \n\n";

// One event. `name` holds no line break; line breaks in `data` become further `data:` lines. An
// `id` of 0 is left out.
std::string EventFrame(std::string_view name, uint64_t id, std::string_view data);

}  // namespace avvik::gateway
