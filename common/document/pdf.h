// Documents as PDF that people can read, hear and search: A4, tagged (ISO 32000-1, 14.8), with
// language, title and bookmarks. No claim to conform to PDF/UA or PDF/A is made: nothing that could
// check it is at hand.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/document/document.h"

namespace avvik::document {

// The file; byte for byte the same for the same document, fonts and libraries. INVALID_ARGUMENT
// when the document holds more than it may (document.h) or its logo is no SVG image;
// FAILED_PRECONDITION, reason `FONT_MISSING`, where the font is not installed. Thread-safe.
absl::StatusOr<std::string> ToPdf(const Document& document);

}  // namespace avvik::document
