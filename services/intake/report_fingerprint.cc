#include "services/intake/report_fingerprint.h"

#include <charconv>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::intake {

std::vector<campaigns::Fingerprint> ReportFingerprints::Of(const Report& report) const {
  const Content& content = report.content;
  if (!rules_.Knows(content.category) || report.origin.has_value() ||
      content.national_security == type::v1::ANSWER_YES) {
    return {};
  }
  const absl::StatusOr<std::vector<campaigns::Key>> keys = key_(report.tenant);
  if (!keys.ok()) {
    log::Warning("fingerprint_without_key", {{"report", report.id}, {"error", keys.status()}});
    return {};
  }
  std::vector<campaigns::Fingerprint> fingerprints;
  for (const campaigns::Key& key : *keys) {
    campaigns::Fingerprint made = rules_.fingerprinter().Of(key, content.title, content.description);
    if (!made.empty()) fingerprints.push_back(std::move(made));
  }
  return fingerprints;
}

ReportFingerprints::KeySource KeysOf(secrecy::Vault& vault) {
  return [&vault](const std::string& tenant) -> absl::StatusOr<std::vector<campaigns::Key>> {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> hashes,
                           vault.Fingerprints(tenant, "campaigns", "key"));
    std::vector<campaigns::Key> keys;
    for (const std::string& digits : hashes) {
      campaigns::Key& key = keys.emplace_back();
      for (size_t i = 0; i < key.size(); ++i) {
        if (std::from_chars(&digits[2 * i], &digits[2 * i] + 2, key[i], 16).ec != std::errc()) {
          return absl::InternalError("the vault gave no key");
        }
      }
    }
    return keys;
  };
}

}  // namespace avvik::intake
