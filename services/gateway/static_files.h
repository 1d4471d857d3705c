// Files of the web application, read once at start and served from memory: nothing that a request
// says ever reaches the file system.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {

// Immutable once filled; then safe to use from many threads.
class StaticFiles {
 public:
  // Most files, and most bytes of all files together.
  static constexpr size_t kMaxFiles = 2000;
  static constexpr size_t kMaxBytes = 64 << 20;

  // Reads a folder with everything below. Left out are hidden files (names that begin with a dot)
  // and symbolic links. `x.br` and `x.gz` beside `x` are its compressed forms. An `index.html` also
  // answers for its folder, and an `/app.html` for the addresses of all pages: what the browser shows
  // there is decided in it. Errors name the file: NOT_FOUND, or RESOURCE_EXHAUSTED beyond the
  // limits.
  static absl::StatusOr<StaticFiles> Load(const std::string& folder);

  // Puts content at a path such as `/openapi.json`.
  void Add(const std::string& path, std::string content);

  // Whether Find answers for the path.
  bool Has(std::string_view path, const HttpRequestHead& head) const {
    return Lookup(path, head) != files_.end();
  }

  // The answer to a GET of `path` (decoded, without query): 200, or 304 when If-None-Match names
  // the version there is. Nothing when there is no such file.
  std::optional<HttpResponse> Find(std::string_view path, const HttpRequestHead& head) const;

 private:
  struct Variant {
    std::shared_ptr<const std::string> content;
    std::string etag;
  };
  struct File {
    std::string content_type;
    Variant plain;
    std::optional<Variant> brotli;
    std::optional<Variant> gzip;
  };

  using Files = std::map<std::string, File>;

  Files::const_iterator Lookup(std::string_view path, const HttpRequestHead& head) const;

  Files files_;
};

// Whether an `Accept-Encoding` header takes the coding (RFC 9110, section 12.5.3).
bool AcceptsEncoding(std::string_view accept_encoding, std::string_view coding);

// The media type of a file by its name's ending; `application/octet-stream` when it is not known.
std::string ContentTypeOf(std::string_view path);

}  // namespace avvik::gateway
