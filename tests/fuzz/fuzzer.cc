// The program that libFuzzer drives: AVVIK_FUZZ_TARGET names the target.
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "tests/fuzz/targets.h"

namespace {

avvik::fuzz::Target Chosen() {
  const char* name = std::getenv("AVVIK_FUZZ_TARGET");
  const auto& targets = avvik::fuzz::Targets();
  const auto found = targets.find(name == nullptr ? "" : name);
  if (found != targets.end()) return found->second;
  std::cerr << "AVVIK_FUZZ_TARGET must be one of:";
  for (const auto& [target, function] : targets) std::cerr << " " << target;
  std::cerr << "\n";
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const avvik::fuzz::Target target = Chosen();
  target({reinterpret_cast<const char*>(data), size});
  return 0;
}
