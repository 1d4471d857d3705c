// What a browser sends of a form when no script does it: `application/x-www-form-urlencoded` (URL
// standard, section 5) and `multipart/form-data` (RFC 7578). Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace avvik::gateway {

// Most fields of a form.
inline constexpr size_t kMostFormFields = 50;

struct FormFields {
  // As sent, in order; line ends are `\n`, texts are UTF-8.
  std::vector<std::pair<std::string, std::string>> fields;
  // Fields by which at least one byte of a file came. What was in the files is left out.
  std::vector<std::string> files;

  // The first that is not empty; empty when there is none.
  std::string_view Get(std::string_view name) const;
};

// Reads a body of one of the two kinds. INVALID_ARGUMENT, saying why, for what no browser sends.
absl::StatusOr<FormFields> ParseForm(std::string_view content_type, std::string_view body);

// Without white space at either end.
std::string_view Stripped(std::string_view text);

// Whether ParseForm knows a Content-Type.
bool IsForm(std::string_view content_type);

}  // namespace avvik::gateway
