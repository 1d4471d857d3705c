#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "common/filing_proof/filing_proof.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

constexpr std::streamsize kLargestFile = 1 << 20;

struct Asked {
  std::string file;
  std::string key;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path + " cannot be read");
  std::string text(static_cast<size_t>(kLargestFile) + 1, '\0');
  file.read(text.data(), kLargestFile + 1);
  if (file.gcount() > kLargestFile) return absl::InvalidArgumentError(path + " is too large");
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

// A proof in the API's JSON, also within the answer it came in.
absl::StatusOr<filing_proof::Proof> FromJson(const nlohmann::json& json) {
  if (json.contains("proof") && json["proof"].is_object()) return FromJson(json["proof"]);
  filing_proof::Proof proof;
  for (const auto& [name, value] : {std::pair("tenant", &proof.tenant),
                                    {"number", &proof.number},
                                    {"submit_time", &proof.submitted},
                                    {"content_sha256", &proof.content_sha256},
                                    {"key_id", &proof.key_id},
                                    {"signature", &proof.signature}}) {
    if (!json.contains(name) || !json[name].is_string()) {
      return absl::InvalidArgumentError("this is not a proof of filing: it has no text `" +
                                        std::string(name) + "`");
    }
    *value = json[name].get<std::string>();
  }
  return proof;
}

absl::StatusOr<filing_proof::Proof> ReadProof(const std::string& path) {
  AVVIK_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? FromJson(json) : filing_proof::FromText(text);
}

ExitCode Verify(Session& session, const Asked& asked) {
  const auto key = ReadFile(asked.key);
  if (!key.ok()) return session.out.Fail(key.status(), kUsage);
  const auto proof = ReadProof(asked.file);
  if (!proof.ok()) return session.out.Fail(proof.status(), kUsage);
  if (const absl::Status status = filing_proof::Verify(*proof, *key); !status.ok()) {
    return session.out.Fail(status, absl::IsInvalidArgument(status) ? kUsage : kRefused);
  }
  if (session.out.json()) {
    session.out.Json({{"valid", true},
                      {"tenant", proof->tenant},
                      {"number", proof->number},
                      {"submit_time", proof->submitted},
                      {"content_sha256", proof->content_sha256}});
  } else {
    session.out.Line("Genuine: report " + proof->number + " was filed with " + proof->tenant +
                     " at " + proof->submitted + ".");
  }
  return kOk;
}

}  // namespace

void AddProof(CLI::App& app, Session& session, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("proof", "Proofs that a report was filed");
  command->require_subcommand(0, 1);
  CLI::App* verify = command->add_subcommand(
      "verify", "Checks that a proof is what the municipality's installation signed");
  auto asked = std::make_shared<Asked>();
  verify->add_option("FILE", asked->file, "The proof, as text or JSON")->required();
  verify
      ->add_option("--key", asked->key,
                   "The municipality's public key for proofs, PEM (Ed25519)")
      ->required()
      ->type_name("PUBLIC");
  verify->footer(
      Examples("  avvik proof verify proof.txt --key kalix.pem\n\n"
               "Asks no server. What was reported can be compared with the proof's "
               "content-sha256:\n"
               "  printf '%s\\n%s' \"$title\" \"$description\" | sha256sum"));
  verify->callback(
      [&session, &chosen, asked] { chosen = [&session, asked] { return Verify(session, *asked); }; });
}

}  // namespace avvik::cli
