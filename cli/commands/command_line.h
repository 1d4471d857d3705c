// The command line as a whole.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "cli/settings.h"

namespace avvik::cli {

// Parses `arguments` (without the program's name), runs the command and gives its exit code
// (cli/exit_code.h).
int RunCommandLine(std::vector<std::string> arguments, const Environment& environment,
                   std::FILE* out, std::FILE* err);

}  // namespace avvik::cli
