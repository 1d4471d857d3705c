#include "common/secrecy/master_keys.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/cord.h"
#include "common/config/config.h"
#include "common/secrecy/module_key.h"
#include "common/status/error.h"

namespace avvik::secrecy {
namespace {

constexpr char kEnvironment[] = "env:";
constexpr size_t kLongestText = 16'384;

bool IsId(const std::string& id) {
  return !id.empty() && id.size() <= 40 &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

std::string Trimmed(const std::string& line) {
  const size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

absl::Status Unreadable(const std::string& setting, const std::string& why) {
  return status::Error(absl::StatusCode::kFailedPrecondition,
                       "cannot read master keys from " + setting + ": " + why, "MASTER_KEY_MISSING");
}

// The same error, with its place before it.
absl::Status Located(const absl::Status& error, const std::string& source, int line) {
  absl::Status located(error.code(), source + ":" + std::to_string(line) + ": " +
                                         std::string(error.message()));
  error.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    located.SetPayload(type, payload);
  });
  return located;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const MasterKeys>> MasterKeys::Parse(const std::string& text,
                                                                    const std::string& source,
                                                                    const MasterKeys* known) {
  Prepare();
  auto keys = std::make_shared<MasterKeys>();
  int number = 0;
  auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(source + ":" + std::to_string(number) + ": " + what);
  };
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = Trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '@') {
      if (const std::string mistake = keys->Direct(line.substr(1)); !mistake.empty()) {
        return wrong(mistake);
      }
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string::npos) return wrong("a master key is written id:base64 or id:pkcs11:…");
    const std::string id = Trimmed(line.substr(0, colon));
    std::string encoded = Trimmed(line.substr(colon + 1));
    if (!IsId(id)) return wrong("a master key's id is 1-40 letters, digits, '-', '_' or '.'");
    if (keys->Find(id) != nullptr) return wrong("the id " + id + " is used twice");
    if (keys->keys_.size() == kMost) {
      return wrong("more than " + std::to_string(kMost) + " master keys");
    }
    if (encoded.rfind(kModuleScheme, 0) == 0) {
      auto in_module = InModule(encoded, known);
      Wipe(&encoded);  // There may be a PIN in it.
      Wipe(&line);
      if (!in_module.ok()) return Located(in_module.status(), source, number);
      keys->keys_.emplace_back(id, *std::move(in_module));
      continue;
    }
    std::string bytes(kKeyBytes, '\0');
    size_t length = 0;
    const char* rest = nullptr;
    const bool decoded =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                          encoded.data(), encoded.size(), nullptr, &length, &rest,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        rest == encoded.data() + encoded.size() && length == kKeyBytes;
    if (decoded) keys->keys_.emplace_back(id, MasterKeyOf(Secret::Copy(bytes)));
    Wipe(&bytes);
    Wipe(&encoded);
    Wipe(&line);
    if (!decoded) return wrong("the key of " + id + " is not 32 bytes in base64");
  }
  if (keys->keys_.empty()) return absl::InvalidArgumentError(source + ": there is no master key");
  return std::shared_ptr<const MasterKeys>(std::move(keys));
}

std::string MasterKeys::Direct(const std::string& line) {
  const size_t space = std::min(line.find(' '), line.size());
  const std::string name = line.substr(0, space);
  const std::string value = Trimmed(line.substr(space));
  if (name == "renew-before") {
    std::string mistake;
    if (!absl::ParseTime(absl::RFC3339_full, value, &renew_before_, &mistake) ||
        renew_before_ == absl::InfiniteFuture() || renew_before_ == absl::InfinitePast()) {
      return "@renew-before takes a time such as 2026-11-21T12:00:00Z";
    }
    return "";
  }
  if (name == "seal-with") {
    const std::optional<Format> format = FormatNamed(value);
    if (!format.has_value()) return "@seal-with takes xchacha20-poly1305 or aes-256-gcm";
    format_ = *format;
    return "";
  }
  return "there is @renew-before and @seal-with, and nothing else with an @";
}

absl::StatusOr<std::shared_ptr<const MasterKey>> MasterKeys::InModule(const std::string& uri,
                                                                      const MasterKeys* known) {
  if (known != nullptr) {
    for (const auto& [id, key] : known->keys_) {
      if (key->identity() == uri) return key;
    }
  }
  return FindModuleKey(uri);
}

absl::StatusOr<std::shared_ptr<const MasterKeys>> MasterKeys::Load(const std::string& setting,
                                                                   const MasterKeys* known) {
  std::string text;
  if (setting.rfind(kEnvironment, 0) == 0) {
    const char* value = std::getenv(setting.c_str() + sizeof kEnvironment - 1);
    if (value == nullptr) return Unreadable(setting, "there is no such variable");
    text = value;
    std::replace(text.begin(), text.end(), ',', '\n');
  } else {
    struct stat info {};
    if (const std::string mistake = config::SecretFileMistake(setting); !mistake.empty()) {
      return Unreadable(setting, "it " + mistake);
    }
    std::ifstream file(setting, std::ios::binary);
    if (!file || ::stat(setting.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      return Unreadable(setting, "there is no such file, or it may not be read");
    }
    if (info.st_size > static_cast<off_t>(kLongestText)) {
      return Unreadable(setting, "it is too long to hold keys");
    }
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  auto keys = Parse(text, setting, known);
  Wipe(&text);
  return keys;
}

const MasterKey* MasterKeys::Find(const std::string& id) const {
  for (const auto& [other, key] : keys_) {
    if (other == id) return key.get();
  }
  return nullptr;
}

}  // namespace avvik::secrecy
