// A program's settings: flags (`--database X` or `--database=X`), otherwise the environment
// (`AVVIK_DATABASE`), otherwise the value the variable already has. All mistakes are reported together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace avvik::config {

// Not thread-safe; used once, in main.
class Reader {
 public:
  Reader(const std::string& program, const std::string& description);
  ~Reader();

  // Declares a setting named as the flag without dashes, such as `smtp-ca`. `value` holds the default
  // and must outlive Parse.
  void Text(const std::string& flag, std::string* value, const std::string& help);
  // The same, refused when empty in the end.
  void RequiredText(const std::string& flag, std::string* value, const std::string& help);
  // A whole number within bounds, both included.
  void Number(const std::string& flag, int* value, int least, int most, const std::string& help);
  // A duration such as `500ms`, `10s` or `1h30m`, not negative.
  void Duration(const std::string& flag, absl::Duration* value, const std::string& help);
  // On when the flag is given or the variable is `1` or `true`.
  void Switch(const std::string& flag, bool* value, const std::string& help);

  // Reads everything. Returns the exit status when the program shall end at once: 0 after --help or
  // after --check-config without mistakes, 2 after printing every mistake. A password among the
  // arguments is one: every user of the machine can read them.
  std::optional<int> Parse(int argc, const char* const* argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What is wrong with a file that holds a secret: it is missing, or others may read or change it than the
// user who runs this program; of a file of root's, than that user's group. Empty when nothing is.
std::string SecretFileMistake(const std::string& path);

// Reads a secret from a file, without the line break at its end. Prints the reason and gives nothing
// when it cannot be read, is empty, or others than its owner may read it.
std::optional<std::string> ReadSecretFile(const std::string& path);

}  // namespace avvik::config
