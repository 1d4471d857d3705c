// The keys above all others. They wrap the tenants' keys and lie in no database: in a file, in a variable of
// the environment, or in a hardware module. One key a line: `id:base64`, 32 bytes (`openssl rand -base64 32`),
// or `id:pkcs11:…`, the URI of a key in a module (module_key.h). Empty lines and lines beginning with `#`
// count for nothing. The first is the current one; the others only unwrap, until everything is rewrapped.
//
// Two more lines say what becomes of the keys below: `@renew-before 2026-11-21T12:00:00Z`, that every key made before
// then is replaced and what it sealed is sealed anew (renewal.h), and `@seal-with aes-256-gcm`, how.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/secrecy/box.h"
#include "common/secrecy/master_key.h"

namespace avvik::secrecy {

// Immutable.
class MasterKeys {
 public:
  static constexpr size_t kMost = 16;

  // `source` names the text in errors: INVALID_ARGUMENT, `<source>:<line>: <what is wrong>`, and never
  // anything of a key.
  // Keys in modules are found and tried: the errors of FindModuleKey, with the line before them. Those of
  // `known`, which may be null, are taken over as they are.
  static absl::StatusOr<std::shared_ptr<const MasterKeys>> Parse(const std::string& text,
                                                                 const std::string& source,
                                                                 const MasterKeys* known = nullptr);

  // `setting` is a file's path, or `env:NAME` for the variable NAME, where commas may stand for line
  // breaks. FAILED_PRECONDITION when there is no such thing, otherwise as Parse.
  static absl::StatusOr<std::shared_ptr<const MasterKeys>> Load(const std::string& setting,
                                                                const MasterKeys* known = nullptr);

  const std::string& current_id() const { return keys_.front().first; }
  const MasterKey& current() const { return *keys_.front().second; }
  // When keys must be from; long ago when nothing is said.
  absl::Time renew_before() const { return renew_before_; }
  Format format() const { return format_; }

  // Null when there is no key of this id.
  const MasterKey* Find(const std::string& id) const;

 private:
  // The key of the module that this URI means.
  static absl::StatusOr<std::shared_ptr<const MasterKey>> InModule(const std::string& uri,
                                                                   const MasterKeys* known);

  // Reads what follows an `@`. What is wrong with it; empty when nothing is.
  std::string Direct(const std::string& line);

  // By id, the current one first.
  std::vector<std::pair<std::string, std::shared_ptr<const MasterKey>>> keys_;
  absl::Time renew_before_ = absl::InfinitePast();
  Format format_ = kDefaultFormat;
};

}  // namespace avvik::secrecy
