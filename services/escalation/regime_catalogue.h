// The regimes this installation knows, read once at start from a directory of YAML files.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/regime.pb.h"
#include "services/escalation/regime.h"

namespace avvik::escalation {

// Most regime files in a directory.
inline constexpr std::size_t kMostRegimes = 200;

// Immutable and thread-safe.
class RegimeCatalogue {
 public:
  // Reads every `*.yaml` of a directory. Errors: NOT_FOUND when the directory cannot be read or
  // holds no such file; INVALID_ARGUMENT whose message has one line per mistake, each naming file
  // and field.
  static absl::StatusOr<RegimeCatalogue> Load(const std::string& directory);

  // Checks and takes regimes; `names` says where each came from, for the messages.
  static absl::StatusOr<RegimeCatalogue> Make(const std::vector<v1::Regime>& messages,
                                              const std::vector<std::string>& names);

  // By id.
  const std::vector<Regime>& regimes() const { return regimes_; }
  const std::vector<v1::Regime>& messages() const { return messages_; }

  // Null when there is none of that id.
  const Regime* Find(const std::string& id) const;

 private:
  std::vector<Regime> regimes_;
  std::vector<v1::Regime> messages_;
};

}  // namespace avvik::escalation
