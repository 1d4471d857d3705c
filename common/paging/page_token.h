// Paging of lists (AIP-158): sizes and opaque tokens that belong to one filter.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace avvik::paging {

inline constexpr int kDefaultSize = 50;
inline constexpr int kMostSize = 1'000;

// The page size to use: the default for 0, at most kMostSize.
int SizeOf(int asked);

// A token for the page after the row with this key. `request` is the list request; what it filters by is
// bound into the token, its `page_size` and `page_token` are not.
std::string MakeToken(const google::protobuf::Message& request, const std::string& last_key);

// The key in the request's `page_token`, empty for the first page. INVALID_ARGUMENT naming `page_token`
// when it is none of ours or belongs to another filter.
absl::StatusOr<std::string> KeyOf(const google::protobuf::Message& request);

}  // namespace avvik::paging
