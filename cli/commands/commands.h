// The commands. Each Add… declares one to the parser with its help; what was chosen is run
// afterwards.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/exit_code.h"
#include "cli/session.h"

namespace avvik::cli {

// Set by the parser when it meets the command.
using Chosen = std::function<ExitCode()>;

void AddPeople(CLI::App& app, Session& session, Chosen& chosen);
void AddToken(CLI::App& app, Session& session, Chosen& chosen);
void AddOrganisation(CLI::App& app, Session& session, Chosen& chosen);
void AddImport(CLI::App& app, Session& session, Chosen& chosen);
void AddDeadline(CLI::App& app, Session& session, Chosen& chosen);
void AddStatus(CLI::App& app, Session& session, Chosen& chosen);
void AddEvents(CLI::App& app, Session& session, Chosen& chosen);
void AddAudit(CLI::App& app, Session& session, Chosen& chosen);
void AddFigures(CLI::App& app, Session& session, Chosen& chosen);
void AddExport(CLI::App& app, Session& session, Chosen& chosen);
// Under `export`.
void AddExportBreaches(CLI::App& app, Session& session, Chosen& chosen);
void AddExportRegister(CLI::App& app, Session& session, Chosen& chosen);
void AddRegimes(CLI::App& app, Session& session, Chosen& chosen);
void AddProof(CLI::App& app, Session& session, Chosen& chosen);

// The foot of a command's help.
std::string Examples(const std::string& lines);

}  // namespace avvik::cli
