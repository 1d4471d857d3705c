#include "services/escalation/page_place.h"

#include "common/deadline/instant.h"
#include "common/ids/id_source.h"
#include "common/status/error.h"

namespace avvik::escalation {

std::string KeyAfter(absl::Time time, const std::string& id) {
  return deadline::FormatInstant(time, absl::UTCTimeZone()) + "/" + id;
}

absl::StatusOr<PagePlace> PlaceOfKey(const std::string& key) {
  if (key.empty()) return PagePlace{};
  const std::size_t slash = key.find('/');
  const auto time = deadline::ParseInstant(key.substr(0, slash), absl::UTCTimeZone());
  const std::string id = slash == std::string::npos ? "" : key.substr(slash + 1);
  if (!time.ok() || !IsUuid(id)) {
    return status::InvalidField("page_token", "is not from a page of this list");
  }
  return PagePlace{*time, id};
}

}  // namespace avvik::escalation
