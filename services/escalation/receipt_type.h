// What a file of an authority is, by its content. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace avvik::escalation {

struct ReceiptType {
  const char* media_type;
  const char* extension;  // With its dot.
};

// PDF, PNG, JPEG or plain text, by the content alone; unset for anything else, and for nothing.
std::optional<ReceiptType> TypeOfReceipt(std::string_view content);

// INVALID_ARGUMENT naming `filename` for what is no name of a file: a path, dots and spaces only, or characters that turn
// the direction of writing.
absl::Status CheckReceiptName(const std::string& filename);

// The name to give a file back by: with the extension that says what it is.
std::string ReceiptName(const std::string& filename, const ReceiptType& type);

}  // namespace avvik::escalation
