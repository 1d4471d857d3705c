// What people write and older registers export.
#pragma once

#include <string_view>

namespace avvik::fuzz {

// YAML, or JSON when the first byte is odd, as an organisation or as the catalogue of roles.
void DataFile(std::string_view bytes);
// A register as CSV or as JSON lines; the first byte says which encoding.
void ImportCsv(std::string_view bytes);
void ImportJson(std::string_view bytes);

}  // namespace avvik::fuzz
