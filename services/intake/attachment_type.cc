#include "services/intake/attachment_type.h"

#include <algorithm>

#include "services/intake/attachment_errors.h"

namespace avvik::intake {
namespace {

using namespace std::string_view_literals;

constexpr MediaType kTypes[] = {
    {"application/pdf", FileKind::kDocument, {"pdf"}},
    {"image/png", FileKind::kImage, {"png"}},
    {"image/jpeg", FileKind::kImage, {"jpg", "jpeg", "jpe"}},
    {"image/gif", FileKind::kImage, {"gif"}},
    {"image/webp", FileKind::kImage, {"webp"}},
    {"image/heic", FileKind::kImage, {"heic", "heif"}},
    {"text/plain", FileKind::kText, {"txt", "log"}},
    {"text/csv", FileKind::kText, {"csv"}},
    {"message/rfc822", FileKind::kText, {"eml"}},
    {"application/vnd.ms-outlook", FileKind::kDocument, {"msg"}},
    {"application/msword", FileKind::kDocument, {"doc"}},
    {"application/vnd.ms-excel", FileKind::kDocument, {"xls"}},
    {"application/vnd.ms-powerpoint", FileKind::kDocument, {"ppt"}},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", FileKind::kDocument, {"docx"}},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", FileKind::kDocument, {"xlsx"}},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", FileKind::kDocument, {"pptx"}},
    {"application/vnd.oasis.opendocument.text", FileKind::kDocument, {"odt"}},
    {"application/vnd.oasis.opendocument.spreadsheet", FileKind::kDocument, {"ods"}},
    {"application/vnd.oasis.opendocument.presentation", FileKind::kDocument, {"odp"}},
    {"application/zip", FileKind::kArchive, {"zip"}},
};

// Text under these names runs, or is shown as a page, on somebody's computer.
constexpr std::string_view kActiveExtensions[] = {
    "bat", "cmd", "com", "css", "desktop", "exe",  "hta",  "htm", "html", "inf", "iqy",  "jar",
    "js",  "jse", "lnk", "mht", "mhtml",   "mjs",  "php",  "pl",  "ps1",  "psm1", "py",  "rb",
    "reg", "scf", "scr", "sh",  "shtml",   "svg",  "svgz", "url", "vb",   "vbe",  "vbs", "ws",
    "wsf", "wsh", "xht", "xhtml"};

// What programs begin with: Windows, Linux, macOS (four forms) and Java, scripts, shortcuts, WebAssembly,
// Android.
constexpr std::string_view kPrograms[] = {
    "MZ"sv, "\x7f" "ELF"sv, "\xfe\xed\xfa\xce"sv, "\xfe\xed\xfa\xcf"sv, "\xce\xfa\xed\xfe"sv,
    "\xcf\xfa\xed\xfe"sv, "\xca\xfe\xba\xbe"sv, "#!"sv, "L\0\0\0\x01\x14\x02\0"sv, "\0asm"sv, "dex\n"sv};

const MediaType* Find(std::string_view name) {
  for (const MediaType& type : kTypes) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

bool HasExtension(const MediaType& type, std::string_view extension) {
  for (const char* one : type.extensions) {
    if (one != nullptr && extension == one) return true;
  }
  return false;
}

const MediaType* FindByExtension(std::string_view extension) {
  for (const MediaType& type : kTypes) {
    if (HasExtension(type, extension)) return &type;
  }
  return nullptr;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return Lower(c); });
  return lower;
}

// Behind the last dot, in lower case. Windows drops dots and spaces at the end.
std::string ExtensionOf(std::string_view filename) {
  const size_t end = filename.find_last_not_of(". ");
  filename = filename.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const size_t dot = filename.rfind('.');
  return dot == std::string_view::npos ? "" : Lower(filename.substr(dot + 1));
}

bool Holds(std::string_view head, std::string_view what) {
  return head.find(what) != std::string_view::npos;
}

bool IsHeif(std::string_view head) {
  if (head.size() < 12 || head.substr(4, 4) != "ftyp") return false;
  const std::string_view brand = head.substr(8, 4);
  for (const std::string_view known : {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "mif1"sv}) {
    if (brand == known) return true;
  }
  return false;
}

// No control characters but those of lines; that holds for UTF-8 and for the older 8-bit codes alike. UTF-16
// must say so.
bool IsText(std::string_view head) {
  if (head.starts_with("\xff\xfe"sv) || head.starts_with("\xfe\xff"sv)) return true;
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f') || byte == 0x7f;
  });
}

// Whether a browser would take the text for a page or a drawing. UTF-16 is read by leaving out the NULs.
bool IsMarkup(std::string_view head) {
  std::string text;
  for (const char c : head) {
    if (c != '\0') text.push_back(Lower(c));
  }
  std::string_view rest = text;
  for (const std::string_view mark : {"\xef\xbb\xbf"sv, "\xff\xfe"sv, "\xfe\xff"sv}) {
    if (rest.starts_with(mark)) rest.remove_prefix(mark.size());
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size()));
  for (const std::string_view start : {"<!doctype"sv, "<html"sv, "<head"sv, "<body"sv, "<script"sv, "<svg"sv,
                                       "<iframe"sv, "<?php"sv, "<hta:"sv}) {
    if (rest.starts_with(start)) return true;
  }
  const bool xml = rest.starts_with("<?xml") || rest.starts_with("<!--");
  return xml && (Holds(rest, "<svg") || Holds(rest, "<html") || Holds(rest, "/xhtml") ||
                 Holds(rest, "/svg") || Holds(rest, "<script") || Holds(rest, "xsl:"));
}

// Two of the fields that every mail has (RFC 5322, section 3.6), at the beginning of lines.
bool IsMail(std::string_view head) {
  const std::string text = "\n" + Lower(head);
  int found = 0;
  for (const std::string_view field : {"\nfrom:"sv, "\nto:"sv, "\ndate:"sv, "\nsubject:"sv, "\nmessage-id:"sv,
                                       "\nreceived:"sv, "\nreturn-path:"sv, "\nmime-version:"sv}) {
    if (Holds(text, field)) ++found;
  }
  const size_t colon = text.find(':');
  const size_t space = text.find_first_of(" \n", 1);
  return found >= 3 && colon != std::string::npos && colon < space;
}

absl::StatusOr<const MediaType*> TextType(std::string_view head, const std::string& extension) {
  const bool active = std::find(std::begin(kActiveExtensions), std::end(kActiveExtensions), extension) !=
                      std::end(kActiveExtensions);
  if (active || IsMarkup(head)) return error::ActiveContent();
  if (extension == "eml" || IsMail(head)) return Find("message/rfc822");
  return Find(extension == "csv" ? "text/csv" : "text/plain");
}

absl::StatusOr<const MediaType*> ZipType(std::string_view head, const std::string& extension) {
  if (Holds(head, "vbaProject.bin") || Holds(head, "META-INF/MANIFEST.MF") ||
      Holds(head, "AndroidManifest.xml") || extension == "docm" || extension == "xlsm" ||
      extension == "pptm" || extension == "jar" || extension == "apk") {
    return error::ActiveContent();
  }
  // OpenDocument: the first entry is `mimetype`, not compressed (ODF 1.3, part 2, section 3.3).
  constexpr size_t kNameAt = 30;
  if (head.size() > kNameAt && head.substr(kNameAt).starts_with("mimetype")) {
    const std::string_view named = head.substr(kNameAt + 8);
    for (const MediaType& type : kTypes) {
      const std::string_view name = type.name;
      if (name.find("opendocument") != std::string_view::npos && named.starts_with(name)) {
        return &type;
      }
    }
  }
  if (Holds(head, "[Content_Types].xml") || Holds(head, "_rels/.rels")) {
    if (Holds(head, "word/")) return FindByExtension("docx");
    if (Holds(head, "xl/")) return FindByExtension("xlsx");
    if (Holds(head, "ppt/")) return FindByExtension("pptx");
    if (extension == "docx" || extension == "xlsx" || extension == "pptx") return FindByExtension(extension);
  }
  return Find("application/zip");
}

std::string Taken() {
  std::string taken;
  for (const MediaType& type : kTypes) taken += (taken.empty() ? "" : ", ") + std::string(type.extensions[0]);
  return taken;
}

}  // namespace

std::span<const MediaType> MediaTypes() { return kTypes; }

absl::StatusOr<const MediaType*> DetectType(std::string_view head, std::string_view filename) {
  const std::string extension = ExtensionOf(filename);
  for (const std::string_view start : kPrograms) {
    if (head.starts_with(start)) return error::ActiveContent();
  }
  if (head.starts_with("%PDF-")) return Find("application/pdf");
  if (head.starts_with("\x89PNG\r\n\x1a\n"sv)) return Find("image/png");
  if (head.starts_with("\xff\xd8\xff"sv)) return Find("image/jpeg");
  if (head.starts_with("GIF87a") || head.starts_with("GIF89a")) return Find("image/gif");
  if (head.starts_with("RIFF") && head.size() >= 12 && head.substr(8, 4) == "WEBP") return Find("image/webp");
  if (IsHeif(head)) return Find("image/heic");
  if (head.starts_with("PK\x03\x04"sv)) return ZipType(head, extension);
  if (head.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv)) {
    for (const std::string_view known : {"msg"sv, "doc"sv, "xls"sv, "ppt"sv}) {
      if (extension == known) return FindByExtension(extension);
    }
    return error::TypeNotTaken(Taken());
  }
  // Rich text can hold programs as objects.
  if (IsText(head) && !head.starts_with("{\\rt")) return TextType(head, extension);
  return error::TypeNotTaken(Taken());
}

std::string NameFor(const std::string& filename, const MediaType& type) {
  if (HasExtension(type, ExtensionOf(filename))) return filename;
  return filename + "." + type.extensions[0];
}

}  // namespace avvik::intake
