// What is secret of the address of a calendar.
#pragma once

#include <string>
#include <string_view>

namespace avvik::escalation {

// A new one: 256 bits from the system's source of randomness.
std::string NewFeedSecret();

// What is kept of a secret. It is long enough that no slow hash is needed.
std::string HashOfSecret(std::string_view secret);

}  // namespace avvik::escalation
