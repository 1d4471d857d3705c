// Everything that reads bytes from outside, each as a function that takes any bytes whatever. A fuzzer
// (fuzzer.cc, clang) looks for bytes at which one crashes, hangs or contradicts itself; replay_test.cc gives
// each what was found interesting before (corpus/).
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace avvik::fuzz {

using Target = void (*)(std::string_view bytes);

// By the name of the folder in corpus/.
const std::map<std::string, Target>& Targets();

// Ends the program unless the condition holds: what no input may bring about.
void Must(bool condition, const char* what);

}  // namespace avvik::fuzz
