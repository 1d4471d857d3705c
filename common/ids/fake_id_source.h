// Ids a test can foresee: 00000000-0000-7000-8000-000000000001, …2, …3.
#pragma once

#include <atomic>
#include <cstdio>

#include "common/ids/id_source.h"

namespace avvik {

class FakeIdSource final : public IdSource {
 public:
  std::string Next() override { return Nth(++last_); }

  static std::string Nth(unsigned n) {
    char text[37];
    std::snprintf(text, sizeof text, "00000000-0000-7000-8000-%012x", n);
    return text;
  }

 private:
  std::atomic<unsigned> last_{0};
};

}  // namespace avvik
