// The keys above all others. They wrap the tenants' keys and lie in no database: in a file, or in a
// variable of the environment. One key a line, `id:base64`, 32 bytes each (`openssl rand -base64 32`);
// empty lines and lines beginning with `#` count for nothing. The first is the current one; the others
// only unwrap, until everything is rewrapped.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/secrecy/secret.h"

namespace avvik::secrecy {

// Immutable.
class MasterKeys {
 public:
  static constexpr size_t kMost = 16;

  // `source` names the text in errors: INVALID_ARGUMENT, `<source>:<line>: <what is wrong>`, and never
  // anything of a key.
  static absl::StatusOr<std::shared_ptr<const MasterKeys>> Parse(const std::string& text,
                                                                 const std::string& source);

  // `setting` is a file's path, or `env:NAME` for the variable NAME, where commas may stand for line
  // breaks. FAILED_PRECONDITION when there is no such thing, otherwise as Parse.
  static absl::StatusOr<std::shared_ptr<const MasterKeys>> Load(const std::string& setting);

  const std::string& current_id() const { return keys_.front().first; }
  const Secret& current() const { return *keys_.front().second; }
  // Null when there is no key of this id.
  const Secret* Find(const std::string& id) const;

 private:
  // By id, the current one first.
  std::vector<std::pair<std::string, std::shared_ptr<const Secret>>> keys_;
};

}  // namespace avvik::secrecy
