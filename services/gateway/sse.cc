#include "services/gateway/sse.h"

namespace avvik::gateway {

std::string EventFrame(std::string_view name, uint64_t id, std::string_view data) {
  std::string frame = "event: " + std::string(name) + "\n";
  if (id > 0) frame += "id: " + std::to_string(id) + "\n";
  for (;;) {
    const size_t end = data.find('\n');
    frame += "data: ";
    frame += data.substr(0, end);
    frame += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  return frame + "\n";
}

}  // namespace avvik::gateway
