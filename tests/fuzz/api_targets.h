// What callers of the API and other services send.
#pragma once

#include <string_view>

namespace avvik::fuzz {

// A route (its number in the first byte), a query up to the first NUL, and a body.
void JsonRequest(std::string_view bytes);
// A field (message and field in two bytes) and its value as text.
void FieldValue(std::string_view bytes);
// A method up to the first space, and a request target.
void HttpRoute(std::string_view bytes);
// The page token of a list request.
void PageToken(std::string_view bytes);
// An event as it comes from a stream.
void Event(std::string_view bytes);

}  // namespace avvik::fuzz
