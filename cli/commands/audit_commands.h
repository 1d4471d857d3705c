// The parts of `avvik audit`, which audit.cc declares to the parser.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/session.h"

namespace avvik::cli {

struct AuditVerifyAsked {
  std::string service;  // Empty: all.
  std::string file;     // An export to verify instead of what the server says.
  std::vector<std::string> keys;
  std::string witness;  // Log lines, or an export, with checkpoints that were seen before.
};
ExitCode AuditVerify(Session& session, const AuditVerifyAsked& asked);

struct AuditShowAsked {
  std::string case_reference;
  std::string person;  // A login: what they did and when they signed in, instead of a case.
};
ExitCode AuditShow(Session& session, const AuditShowAsked& asked);

struct AuditExportAsked {
  std::string service;  // Empty: all.
  std::string since;    // RFC 3339; empty: everything.
  std::string format = "jsonl";
  std::string file;   // Empty: standard output.
  std::string state;  // Where it is kept how far the last export came; empty: nowhere.
};
ExitCode AuditExport(Session& session, const AuditExportAsked& asked);

}  // namespace avvik::cli
