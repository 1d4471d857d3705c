#include "common/config/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <list>
#include <sstream>

namespace avvik::config {
namespace {

std::string EnvironmentName(const std::string& flag) {
  std::string name = "AVVIK_";
  for (const char c : flag) {
    name.push_back(c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return name;
}

// Whether a text carries a password, as a part of a connection string or of an address.
bool CarriesPassword(const std::string& text) {
  // Whatever else ends in the word names a file or asks for one.
  for (size_t at = text.find("password"); at != std::string::npos; at = text.find("password", at + 1)) {
    const size_t next = text.find_first_not_of(' ', at + std::strlen("password"));
    const bool begins = at == 0 || std::strchr(" ?&", text[at - 1]) != nullptr;
    if (begins && next != std::string::npos && text[next] == '=') return true;
  }
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) return false;
  const std::string authority = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
  const size_t user_end = authority.rfind('@');
  return user_end != std::string::npos && authority.find(':') < user_end;
}

}  // namespace

struct Reader::Impl {
  CLI::App app;
  bool check_only = false;
  // Raw texts as CLI11 fills them; a list, because it keeps their addresses.
  std::list<std::string> raw;
  // Each turns a raw text into the caller's variable; a mistake is the answer.
  std::vector<std::function<std::string()>> readers;

  explicit Impl(const std::string& description) : app(description) {}

  CLI::Option* Add(const std::string& flag, const std::string& initial, const std::string& help,
                   std::string** text) {
    *text = &raw.emplace_back(initial);
    return app.add_option("--" + flag, **text, help)
        ->envname(EnvironmentName(flag))
        ->default_str(initial);
  }
};

Reader::Reader(const std::string& program, const std::string& description)
    : impl_(std::make_unique<Impl>(description)) {
  impl_->app.name(program);
  impl_->app.add_flag("--check-config", impl_->check_only, "check the settings and exit");
}

Reader::~Reader() = default;

void Reader::Text(const std::string& flag, std::string* value, const std::string& help) {
  std::string* text;
  impl_->Add(flag, *value, help, &text);
  impl_->readers.push_back([value, text] {
    *value = *text;
    return std::string();
  });
}

void Reader::RequiredText(const std::string& flag, std::string* value, const std::string& help) {
  Text(flag, value, help + " (required)");
  impl_->readers.push_back([value, flag] {
    return value->empty() ? "--" + flag + " (" + EnvironmentName(flag) + ") is required" : "";
  });
}

void Reader::Number(const std::string& flag, int* value, int least, int most,
                    const std::string& help) {
  std::string* text;
  impl_->Add(flag, std::to_string(*value), help, &text);
  impl_->readers.push_back([=]() -> std::string {
    int number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least ||
        number > most) {
      return "--" + flag + " must be a whole number from " + std::to_string(least) + " to " +
             std::to_string(most) + ", not \"" + *text + "\"";
    }
    *value = number;
    return "";
  });
}

void Reader::Duration(const std::string& flag, absl::Duration* value, const std::string& help) {
  std::string* text;
  impl_->Add(flag, absl::FormatDuration(*value), help, &text);
  impl_->readers.push_back([=]() -> std::string {
    absl::Duration duration;
    if (!absl::ParseDuration(*text, &duration) || duration < absl::ZeroDuration()) {
      return "--" + flag + " must be a duration such as 500ms or 10s, not \"" + *text + "\"";
    }
    *value = duration;
    return "";
  });
}

void Reader::Switch(const std::string& flag, bool* value, const std::string& help) {
  impl_->app.add_flag("--" + flag, *value, help)->envname(EnvironmentName(flag));
}

std::optional<int> Reader::Parse(int argc, const char* const* argv) {
  try {
    impl_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = impl_->app.exit(error);
    return code == 0 ? 0 : 2;
  }
  bool failed = false;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const bool flag = argument.rfind("--", 0) == 0;
    const size_t value = flag ? argument.find('=') + 1 : 0;
    if (!CarriesPassword(flag && value == 0 ? "" : argument.substr(value))) continue;
    std::cerr << impl_->app.get_name()
              << ": argument " << i << " carries a password, which every user of this machine could "
                 "read; give it by the environment or a file\n";
    failed = true;
  }
  for (const auto& read : impl_->readers) {
    if (const std::string mistake = read(); !mistake.empty()) {
      std::cerr << impl_->app.get_name() << ": " << mistake << "\n";
      failed = true;
    }
  }
  if (failed) {
    std::cerr << "Run with --help for all settings.\n";
    return 2;
  }
  if (impl_->check_only) return 0;
  return std::nullopt;
}

std::string SecretFileMistake(const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0) {
    return std::string("cannot be read: ") + std::strerror(errno);
  }
  const uid_t self = geteuid();
  if (file.st_uid != self && file.st_uid != 0) {
    return "belongs to another user, who may change it";
  }
  // Where the system hands secrets out, they are root's and read by the service's group.
  const mode_t others = file.st_uid == self ? S_IRWXG : S_IWGRP | S_IXGRP;
  if ((file.st_mode & (others | S_IRWXO)) != 0) {
    return "may be read by others than its owner; allow only that one (chmod 0600), or, when it is "
           "root's, the service's group to read it (chmod 0640)";
  }
  return "";
}

std::optional<std::string> ReadSecretFile(const std::string& path) {
  if (const std::string mistake = SecretFileMistake(path); !mistake.empty()) {
    std::cerr << "a secret: the file " << path << " " << mistake << "\n";
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  std::string secret = content.str();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (!file || secret.empty()) {
    std::cerr << "cannot read a secret from " << path << ": the file is missing or empty\n";
    return std::nullopt;
  }
  return secret;
}

}  // namespace avvik::config
