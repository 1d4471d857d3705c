// What the parts of a document are to those who hear it read: a tree of elements in the order of
// reading, each with the pieces of pages that show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avvik::document {

// An element, by its place in Structure; kArtifact for what only adorns a page.
using Element = int;
inline constexpr Element kArtifact = -1;

struct StructureElement {
  std::string role;  // A standard structure type of ISO 32000-1, such as `H1`, `P` or `TD`.
  Element parent = kArtifact;
  std::string scope;      // With `TH`: `Row` or `Column`.
  std::string numbering;  // With `L`: how its items are told apart.
  std::string alternate;  // With `Figure`: what it shows.
  std::vector<Element> children;
};

class Structure {
 public:
  Structure() : elements_{{.role = "Document"}} {}

  // The document itself, which has no parent.
  Element root() const { return 0; }

  // Adds an element behind those the parent has.
  Element Add(Element parent, std::string_view role) {
    const auto element = static_cast<Element>(elements_.size());
    elements_.push_back({.role = std::string(role), .parent = parent});
    elements_[static_cast<size_t>(parent)].children.push_back(element);
    return element;
  }

  StructureElement& at(Element element) { return elements_[static_cast<size_t>(element)]; }
  const std::vector<StructureElement>& elements() const { return elements_; }

 private:
  std::vector<StructureElement> elements_;
};

// An entry of the table of contents that readers show beside the pages.
struct Bookmark {
  int level = 1;
  std::string title;
  size_t page = 0;
  double top = 0;  // From the upper edge of the page, in points.
};

}  // namespace avvik::document
