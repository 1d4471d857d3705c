// The command `import reports`.
#pragma once

#include <string>

#include "cli/exit_code.h"
#include "cli/session.h"

namespace avvik::cli {

struct ImportAsked {
  std::string file;
  std::string mapping;
  std::string register_name;
  std::string encoding = "utf-8";
  int concurrency = 8;
  std::string patience = "2m";
  std::string rejects;
  bool dry_run = false;
};

ExitCode ImportReports(Session& session, const ImportAsked& asked);

}  // namespace avvik::cli
