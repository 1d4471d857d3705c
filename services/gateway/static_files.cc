#include "services/gateway/static_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "common/status/macros.h"
#include "services/gateway/etag.h"

namespace avvik::gateway {
namespace {

namespace fs = std::filesystem;

// Files below it carry a hash of their content in their name and never change.
constexpr std::string_view kImmutableFolder = "/assets/";
constexpr char kIndex[] = "index.html";
// Answers for the address of every page.
constexpr char kApplication[] = "/app.html";

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".pdf", "application/pdf"},
    {".wasm", "application/wasm"},
}};

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Whether somebody wants to see a page: the beginning, or an address without an ending that is asked for as a
// page, so that a program that asks for something that is not there is told so.
bool IsPageAddress(std::string_view path, const HttpRequestHead& head) {
  if (path == "/") return true;
  if (path.substr(0, 1) != "/" || path.substr(path.rfind('/')).find('.') != std::string_view::npos)
    return false;
  return head.Header("Accept").find("text/html") != std::string_view::npos;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  if (stream.peek() != std::ifstream::traits_type::eof()) content << stream.rdbuf();
  if (stream.bad() || !stream.is_open()) return absl::NotFoundError("cannot read " + path.string());
  return std::move(content).str();
}

}  // namespace

absl::StatusOr<StaticFiles> StaticFiles::Load(const std::string& folder) {
  StaticFiles files;
  std::error_code error;
  std::map<std::string, std::string> compressed;
  size_t bytes = 0;
  size_t count = 0;
  fs::recursive_directory_iterator entry(folder, error);
  if (error)
    return absl::NotFoundError("cannot read the folder " + folder + ": " + error.message());
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) return absl::NotFoundError("cannot read below " + folder + ": " + error.message());
    if (entry->path().filename().string()[0] == '.' || entry->is_symlink()) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    AVVIK_ASSIGN_OR_RETURN(std::string content, ReadFile(entry->path()));
    bytes += content.size();
    if (++count > kMaxFiles || bytes > kMaxBytes) {
      return absl::ResourceExhaustedError(folder + " holds more files than are served: at most " +
                                          std::to_string(kMaxFiles) + " and " +
                                          std::to_string(kMaxBytes >> 20) + " MiB");
    }
    const std::string path = "/" + entry->path().lexically_relative(folder).generic_string();
    if (EndsWith(path, ".br") || EndsWith(path, ".gz")) {
      compressed.emplace(path, std::move(content));
    } else {
      files.Add(path, std::move(content));
    }
  }
  for (auto& [path, content] : compressed) {
    const auto original = files.files_.find(path.substr(0, path.size() - 3));
    if (original == files.files_.end()) continue;
    Variant variant{std::make_shared<const std::string>(std::move(content)), ""};
    variant.etag = EtagOf(*variant.content);
    (EndsWith(path, ".br") ? original->second.brotli : original->second.gzip) = std::move(variant);
  }
  return files;
}

void StaticFiles::Add(const std::string& path, std::string content) {
  File file;
  file.content_type = ContentTypeOf(path);
  file.plain.etag = EtagOf(content);
  file.plain.content = std::make_shared<const std::string>(std::move(content));
  files_.insert_or_assign(path, std::move(file));
}

StaticFiles::Files::const_iterator StaticFiles::Lookup(std::string_view path,
                                                       const HttpRequestHead& head) const {
  const std::string name(path);
  const auto found = files_.find(EndsWith(path, "/") ? name + kIndex : name);
  if (found != files_.end() || !IsPageAddress(path, head)) return found;
  return files_.find(kApplication);
}

std::optional<HttpResponse> StaticFiles::Find(std::string_view path,
                                              const HttpRequestHead& head) const {
  const auto found = Lookup(path, head);
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;

  HttpResponse response;
  const Variant* variant = &file.plain;
  const std::string_view accepted = head.Header("Accept-Encoding");
  if (file.brotli && AcceptsEncoding(accepted, "br")) {
    variant = &*file.brotli;
    response.headers.push_back({"Content-Encoding", "br"});
  } else if (file.gzip && AcceptsEncoding(accepted, "gzip")) {
    variant = &*file.gzip;
    response.headers.push_back({"Content-Encoding", "gzip"});
  }
  if (file.brotli || file.gzip) response.headers.push_back({"Vary", "Accept-Encoding"});
  response.headers.push_back({"ETag", variant->etag});
  const bool immutable = found->first.compare(0, kImmutableFolder.size(), kImmutableFolder) == 0;
  response.headers.push_back(
      {"Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache"});
  if (MatchesEtag(head.Header("If-None-Match"), variant->etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  response.shared_body = variant->content;
  return response;
}

bool AcceptsEncoding(std::string_view accept_encoding, std::string_view coding) {
  return AnyPart(accept_encoding, [&](std::string_view part) {
    const size_t semicolon = part.find(';');
    if (!EqualsIgnoringCase(Trimmed(part.substr(0, semicolon)), coding)) return false;
    if (semicolon == std::string_view::npos) return true;
    const std::string_view weight = Trimmed(part.substr(semicolon + 1));
    // `q=0`, `q=0.0` and so on refuse it.
    return weight.find_first_of("123456789") != std::string_view::npos;
  });
}

std::string ContentTypeOf(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (EndsWith(path, ending)) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace avvik::gateway
