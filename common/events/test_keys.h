// Keys for tests that write events to streams or read them.
#pragma once

#include <memory>
#include <string>

#include "common/events/event_keys.h"

namespace avvik::events {

// The line of a key; `digit` makes keys differ.
inline std::string TestKeyLine(char digit) { return std::string(64, digit); }

// Keys by their digits, the first of which proves what is written.
inline std::shared_ptr<const EventKeys> TestKeys(const std::string& digits = "1") {
  std::string text;
  for (const char digit : digits) text += TestKeyLine(digit) + "\n";
  return *EventKeys::FromText(text);
}

}  // namespace avvik::events
