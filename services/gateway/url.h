// Reads the parts of a request target (RFC 3986): percent-encoding and query strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avvik::gateway {

// `text` with its percent-encoded bytes decoded; nothing when an escape is not `%` and two hex
// digits.
std::optional<std::string> PercentDecode(std::string_view text);

// One `name=value` of a query, still encoded.
struct QueryParameter {
  std::string_view name;
  std::string_view value;
};

// Splits `a=1&b=2`. A name without `=` has an empty value; empty pieces are left out. The views
// point into `query`.
std::vector<QueryParameter> SplitQuery(std::string_view query);

// A query's name or value decoded: as PercentDecode, and `+` is a space.
std::optional<std::string> QueryDecode(std::string_view text);

}  // namespace avvik::gateway
