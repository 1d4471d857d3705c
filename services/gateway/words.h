// What the gateway itself says to people.
#pragma once

#include <string_view>

namespace avvik::gateway {

// A text in the three languages.
struct Words {
  const char* sv;
  const char* da;
  const char* en;

  // Swedish for a language that is none of them.
  const char* In(std::string_view language) const {
    if (language == "da") return da;
    return language == "en" ? en : sv;
  }
};

}  // namespace avvik::gateway
