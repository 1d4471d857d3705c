#include "cli/settings.h"

#include <charconv>
#include <cstdlib>

#include "common/status/error.h"

namespace avvik::cli {

absl::StatusOr<Settings> SettingsFrom(const Environment& environment) {
  const auto get = [&](const char* name, const std::string& otherwise) {
    return environment(name).value_or(otherwise);
  };
  int port = 0;
  const std::string text = get("AVVIK_PORT", "8080");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65534) {
    return status::Error(absl::StatusCode::kInvalidArgument,
                         "AVVIK_PORT must be a port from 1 to 65534, not '" + text + "'", "USAGE");
  }
  const auto local = [](int at) { return "http://127.0.0.1:" + std::to_string(at); };

  Settings settings;
  settings.url = get("AVVIK_URL", local(port));
  settings.home = get("AVVIK_HOME", ".avvik");
  settings.issuer = get("AVVIK_ISSUER", local(port + 1));
  settings.token_endpoint = get("AVVIK_TOKEN_ENDPOINT", "");
  settings.ca_file = get("AVVIK_CA_FILE", "");
  settings.client_id = get("AVVIK_CLIENT_ID", "avvik-cli");
  settings.client_secret_file =
      get("AVVIK_CLIENT_SECRET_FILE", settings.home + "/secrets/" + settings.client_id + ".secret");
  settings.tenant = get("AVVIK_TENANT", "");
  settings.organisations = get("AVVIK_ORGANISATIONS", settings.home + "/organisations");
  settings.audit_public_key =
      get("AVVIK_AUDIT_PUBLIC_KEY", settings.home + "/secrets/audit.pub");
  settings.token = get("AVVIK_TOKEN", "");
  settings.colours = !environment("NO_COLOR").has_value();
  return settings;
}

std::optional<std::string> ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace avvik::cli
