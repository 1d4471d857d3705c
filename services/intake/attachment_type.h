// What a file is, by its first bytes. A name says nothing: it only decides between types that look alike.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace avvik::intake {

// How many of a file's first bytes are looked at. A file may be shorter.
inline constexpr size_t kHeadBytes = 8 << 10;

enum class FileKind { kDocument, kText, kArchive, kImage };

// A type that is taken.
struct MediaType {
  const char* name;  // Such as `image/png`.
  FileKind kind;
  // Extensions that fit, the usual one first; ends with nullptr.
  const char* extensions[4];
};

// The types that are taken.
std::span<const MediaType> MediaTypes();

// What a file is that begins with `head` and is called `filename`. INVALID_ARGUMENT for programs, scripts,
// macros and web pages (ATTACHMENT_ACTIVE) and for what is not in the list (ATTACHMENT_TYPE).
absl::StatusOr<const MediaType*> DetectType(std::string_view head, std::string_view filename);

// The name under which such a file is given back: with an extension that says what it is.
std::string NameFor(const std::string& filename, const MediaType& type);

}  // namespace avvik::intake
