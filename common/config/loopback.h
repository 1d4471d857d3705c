// Which addresses never leave this machine.
#pragma once

#include <string_view>

namespace avvik::config {

// Whether a host is this machine's own loopback: `localhost`, or a number such as `127.0.0.1` or `::1`, with or without
// brackets. Another name is not, whatever it leads to.
bool IsLoopback(std::string_view host);

// The host of `host:port` or `[v6]:port`; empty when it is neither.
std::string_view HostOf(std::string_view address);

}  // namespace avvik::config
