// Tables for spreadsheets (RFC 4180).
#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/timestamp.pb.h"

namespace avvik::cli {

// A quoted cell. What a spreadsheet could take for a formula is set off by an apostrophe.
std::string CsvCell(std::string_view text);

// An instant in UTC to the second.
std::string CsvTime(const google::protobuf::Timestamp& time);

}  // namespace avvik::cli
