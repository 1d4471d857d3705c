#include "services/intake/report_fingerprint.h"

#include <charconv>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::intake {

campaigns::Fingerprint ReportFingerprints::Of(const Report& report) const {
  const Content& content = report.content;
  if (!rules_.Knows(content.category) || report.origin.has_value() ||
      content.national_security == type::v1::ANSWER_YES) {
    return {};
  }
  const absl::StatusOr<campaigns::Key> key = key_(report.tenant);
  if (!key.ok()) {
    log::Warning("fingerprint_without_key", {{"report", report.id}, {"error", key.status()}});
    return {};
  }
  return rules_.fingerprinter().Of(*key, content.title, content.description);
}

ReportFingerprints::KeySource KeysOf(secrecy::Vault& vault) {
  return [&vault](const std::string& tenant) -> absl::StatusOr<campaigns::Key> {
    AVVIK_ASSIGN_OR_RETURN(const std::string digits, vault.Fingerprint(tenant, "campaigns", "key"));
    campaigns::Key key = {};
    for (size_t i = 0; i < key.size(); ++i) {
      if (std::from_chars(&digits[2 * i], &digits[2 * i] + 2, key[i], 16).ec != std::errc()) {
        return absl::InternalError("the vault gave no key");
      }
    }
    return key;
  };
}

}  // namespace avvik::intake
