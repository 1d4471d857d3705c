// Draws pages as PDF. Every run of marks of one element lies in a piece of marked content, numbered
// from 0 on each page; what the pieces are is said later (tagging.h).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/document/document.h"
#include "common/document/layout.h"

namespace avvik::document {

struct Painted {
  std::string pdf;
  // By page: the element of every piece, in order.
  std::vector<std::vector<Element>> pieces;
};

// INVALID_ARGUMENT, reason `LOGO_UNREADABLE`, when the logo cannot be drawn.
absl::StatusOr<Painted> Paint(const Document& document, const Layout& layout);

}  // namespace avvik::document
