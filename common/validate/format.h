// The forms a text can be asked to have (`avvik.options.v1.Format`).
#pragma once

#include <string_view>

#include "avvik/options/v1/field.pb.h"

namespace avvik::validate {

// Whether `text` has the form; always for FORMAT_UNSPECIFIED, never for an empty text otherwise.
bool HasFormat(options::v1::Format format, std::string_view text);

// What would be right, to follow the word "must", such as "be `sv`, `da` or `en`".
std::string_view Expectation(options::v1::Format format);

}  // namespace avvik::validate
