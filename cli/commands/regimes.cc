#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/table.h"
#include "common/regimes/regime_catalogue.h"
#include "common/regimes/regime_diff.h"

namespace avvik::cli {
namespace {

using nlohmann::ordered_json;
using regimes::Difference;
using regimes::RegimeCatalogue;

struct Asked {
  std::vector<std::string> files;
  std::string before;
  std::string after;
};

// What is not there is asked for wrongly; what has mistakes is refused.
ExitCode FailFiles(Output& out, const absl::Status& status) {
  return out.Fail(status, status.code() == absl::StatusCode::kNotFound ? kUsage : kRefused);
}

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

absl::StatusOr<RegimeCatalogue> LoadAll(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      return absl::NotFoundError(file + ": there is no such file");
    }
  }
  if (files.size() == 1 && IsDirectory(files.front())) return RegimeCatalogue::Load(files.front());
  return RegimeCatalogue::LoadFiles(files);
}

ExitCode Check(Session& session, const Asked& asked) {
  const auto catalogue = LoadAll(asked.files);
  if (!catalogue.ok()) return FailFiles(session.out, catalogue.status());
  const int questions = catalogue->questions().message().questions_size();
  if (session.out.json()) {
    ordered_json json = {{"regimes", ordered_json::array()}, {"questions", questions}};
    for (const auto& regime : catalogue->messages()) {
      for (const auto& version : regime.versions()) {
        json["regimes"].push_back({{"id", regime.id()},
                                   {"version", version.version()},
                                   {"disabled", version.disabled()},
                                   {"to_confirm", version.to_confirm_size()}});
      }
    }
    session.out.Json(json);
    return kOk;
  }
  for (const auto& regime : catalogue->messages()) {
    for (const auto& version : regime.versions()) {
      std::string line = regime.id() + " " + version.version();
      if (version.disabled()) line += ", disabled";
      if (version.to_confirm_size() > 0) {
        line += ", " + std::to_string(version.to_confirm_size()) + " to confirm";
      }
      session.out.Line(Harmless(line));
    }
  }
  session.out.Line("good: " +
                   Counted(static_cast<int>(catalogue->regimes().size()), "regime", "regimes") +
                   ", " + Counted(questions, "question", "questions"));
  return kOk;
}

const char* WordOf(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::kNew:
      return "new";
    case Difference::Kind::kGone:
      return "gone";
    case Difference::Kind::kChanged:
      break;
  }
  return "changed";
}

ExitCode Diff(Session& session, const Asked& asked) {
  const auto before = LoadAll({asked.before});
  if (!before.ok()) return FailFiles(session.out, before.status());
  const auto after = LoadAll({asked.after});
  if (!after.ok()) return FailFiles(session.out, after.status());
  const std::vector<Difference> found = regimes::Compare(*before, *after);
  if (session.out.json()) {
    ordered_json json = {{"differences", ordered_json::array()}};
    for (const Difference& difference : found) {
      json["differences"].push_back({{"regime", difference.regime},
                                     {"version", difference.version},
                                     {"change", WordOf(difference.kind)},
                                     {"what", difference.what},
                                     {"before", difference.before},
                                     {"after", difference.after}});
    }
    session.out.Json(json);
  } else {
    for (const Difference& difference : found) {
      session.out.Line(Harmless(regimes::Describe(difference)));
    }
    if (found.empty()) session.out.Line("nothing differs");
  }
  return found.empty() ? kOk : kRefused;
}

}  // namespace

void AddRegimes(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("regimes", "The statutory duties as data");
  command->require_subcommand(1);
  auto asked = std::make_shared<Asked>();

  CLI::App* check = command->add_subcommand(
      "check",
      "Checks files of regimes and questions as escalation does when it starts; mistakes are told as "
      "file:line:column");
  check->add_option("FILE", asked->files, "YAML, as in deploy/regimes, or that directory")
      ->required();
  check->footer(
      Examples("  avvik regimes check deploy/regimes\n"
               "  avvik regimes check deploy/regimes/se-nis2.yaml\n\n"
               "Questions are read from the questions.yaml that is named, or lies beside the first file."));
  check->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Check(session, *asked); };
  });

  CLI::App* diff = command->add_subcommand(
      "diff", "Tells by regime and version what differs between two files, or two directories");
  diff->add_option("BEFORE", asked->before, "File or directory")->required();
  diff->add_option("AFTER", asked->after, "File or directory")->required();
  diff->footer(Examples("  avvik regimes diff /etc/avvik/regimes deploy/regimes\n\n"
                        "Exit code 0 when nothing differs, 1 when something does."));
  diff->callback([&session, &chosen, asked] {
    chosen = [&session, asked] { return Diff(session, *asked); };
  });
}

}  // namespace avvik::cli
