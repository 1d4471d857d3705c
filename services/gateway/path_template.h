// A path as `google.api.http` writes it: `/v1/cases/{case_id}:close`. Understood are literals,
// variables that take one segment (`{var}`, `{var=*}`) and a verb after the last segment; the
// many-segment forms
// (`*` alone, `**`, `{var=a/*}`) are refused.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace avvik::gateway {

class PathTemplate {
 public:
  struct Segment {
    bool variable = false;
    std::string text;  // The literal, or the variable's field path such as `case_id`.
  };
  // A request's path cut at its slashes, for matching against many templates.
  struct Path {
    std::vector<std::string> segments;  // Decoded. The last one without the verb.
    std::string verb;                   // Behind the last unencoded `:` of the last segment.
  };
  using Bindings = std::vector<std::pair<std::string, std::string>>;  // Field path and value.

  // INVALID_ARGUMENT with the reason when the text is not such a template.
  static absl::StatusOr<PathTemplate> Parse(std::string_view text);

  // Cuts and decodes the path of a request target. INVALID_ARGUMENT when it is not absolute or a
  // percent escape is broken.
  static absl::StatusOr<Path> Split(std::string_view path);

  // Whether `path` has this form; the variables are then added to `bindings`. A variable takes one
  // segment that is not empty.
  bool Match(const Path& path, Bindings* bindings) const;

  // Whether some path has both forms.
  bool Overlaps(const PathTemplate& other) const;

  // Whether this one has a literal in every place where `other` has one, and in one more.
  bool MoreSpecificThan(const PathTemplate& other) const;

  const std::string& text() const { return text_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::string& verb() const { return verb_; }

 private:
  std::string text_;
  std::vector<Segment> segments_;
  std::string verb_;
};

}  // namespace avvik::gateway
