#include "services/gateway/path_template.h"

#include <algorithm>

#include "services/gateway/url.h"

namespace avvik::gateway {
namespace {

absl::Status Malformed(std::string_view text, const std::string& why) {
  return absl::InvalidArgumentError("path template `" + std::string(text) + "`: " + why);
}

std::vector<std::string_view> SplitAtSlashes(std::string_view path) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const size_t slash = path.find('/');
    pieces.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return pieces;
    path.remove_prefix(slash + 1);
  }
}

bool IsFieldPath(std::string_view text) {
  bool start = true;
  for (const char c : text) {
    if (c == '.' ? start
                 : !((c >= 'a' && c <= 'z') || c == '_' || (!start && c >= '0' && c <= '9'))) {
      return false;
    }
    start = c == '.';
  }
  return !start;
}

}  // namespace

absl::StatusOr<PathTemplate> PathTemplate::Parse(std::string_view text) {
  PathTemplate result;
  result.text_ = text;
  if (text.size() < 2 || text[0] != '/')
    return Malformed(text, "must begin with / and name something");
  std::string_view rest = text.substr(1);
  const size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos) {
    result.verb_ = rest.substr(colon + 1);
    if (result.verb_.empty() || result.verb_.find('/') != std::string::npos) {
      return Malformed(text, "`:` must be followed by a verb at the end");
    }
    rest = rest.substr(0, colon);
  }
  for (std::string_view piece : SplitAtSlashes(rest)) {
    Segment segment;
    if (piece.size() > 2 && piece.front() == '{' && piece.back() == '}') {
      piece = piece.substr(1, piece.size() - 2);
      if (piece.size() > 2 && piece.substr(piece.size() - 2) == "=*") piece.remove_suffix(2);
      segment.variable = true;
      if (!IsFieldPath(piece)) return Malformed(text, "a variable must be {field} or {field=*}");
    } else if (piece.empty() || piece.find_first_of("{}*=%") != std::string_view::npos) {
      return Malformed(text, "a segment must be a literal or {field}");
    }
    segment.text = piece;
    result.segments_.push_back(std::move(segment));
  }
  return result;
}

absl::StatusOr<PathTemplate::Path> PathTemplate::Split(std::string_view path) {
  if (path.empty() || path[0] != '/')
    return absl::InvalidArgumentError("the path must begin with /");
  Path result;
  std::vector<std::string_view> pieces = SplitAtSlashes(path.substr(1));
  // Only an unencoded colon begins a verb; a value that holds one is sent as %3A.
  if (const size_t colon = pieces.back().rfind(':'); colon != std::string_view::npos) {
    result.verb = pieces.back().substr(colon + 1);
    pieces.back() = pieces.back().substr(0, colon);
  }
  for (const std::string_view piece : pieces) {
    auto decoded = PercentDecode(piece);
    if (!decoded) {
      return absl::InvalidArgumentError("the path has a % that is not followed by two hex digits");
    }
    result.segments.push_back(*std::move(decoded));
  }
  return result;
}

bool PathTemplate::Match(const Path& path, Bindings* bindings) const {
  if (path.segments.size() != segments_.size() || path.verb != verb_) return false;
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].variable ? path.segments[i].empty() : path.segments[i] != segments_[i].text) {
      return false;
    }
  }
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].variable) bindings->emplace_back(segments_[i].text, path.segments[i]);
  }
  return true;
}

bool PathTemplate::Overlaps(const PathTemplate& other) const {
  return verb_ == other.verb_ &&
         std::equal(segments_.begin(), segments_.end(), other.segments_.begin(),
                    other.segments_.end(), [](const Segment& a, const Segment& b) {
                      return a.variable || b.variable || a.text == b.text;
                    });
}

bool PathTemplate::MoreSpecificThan(const PathTemplate& other) const {
  bool more = false;
  for (size_t i = 0; i < segments_.size() && i < other.segments_.size(); ++i) {
    if (segments_[i].variable && !other.segments_[i].variable) return false;
    if (!segments_[i].variable && other.segments_[i].variable) more = true;
  }
  return more;
}

}  // namespace avvik::gateway
