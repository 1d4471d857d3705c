#include <cstdio>

#include "cli/commands/command_line.h"
#include "cli/exit_code.h"

int main(int argc, char** argv) {
  using namespace avvik::cli;
  const int code = RunCommandLine({argv + 1, argv + argc}, &ProcessEnvironment, stdout, stderr);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("avvik: standard output could not be written\n", stderr);
    return kRefused;
  }
  return code;
}
