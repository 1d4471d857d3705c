// Makes drawn pages a document that can be heard: the tree of what its parts are, its language,
// title, dates and bookmarks.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/document/document.h"
#include "common/document/layout.h"
#include "common/document/painter.h"

namespace avvik::document {

// The file; the same for the same input.
absl::StatusOr<std::string> Tag(const Document& document, const Layout& layout,
                                const Painted& painted);

}  // namespace avvik::document
