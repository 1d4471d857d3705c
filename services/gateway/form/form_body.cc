#include "services/gateway/form/form_body.h"

#include <algorithm>
#include <optional>

#include "services/gateway/http_message.h"
#include "services/gateway/url.h"
#include "services/gateway/utf8.h"

namespace avvik::gateway {
namespace {

constexpr std::string_view kUrlencoded = "application/x-www-form-urlencoded";
constexpr std::string_view kMultipart = "multipart/form-data";
constexpr std::string_view kLineEnd = "\r\n";

absl::Status Malformed(const char* why) {
  return absl::InvalidArgumentError(std::string("the form cannot be read: ") + why);
}

std::string_view MediaType(std::string_view content_type) {
  return Stripped(content_type.substr(0, content_type.find(';')));
}

// The value of a parameter such as `name` in `form-data; name="what"`; nothing when it is not there.
std::optional<std::string> Parameter(std::string_view header, std::string_view wanted) {
  size_t at = header.find(';');
  while (at != std::string_view::npos && at < header.size()) {
    std::string_view rest = Stripped(header.substr(at + 1));
    const size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = Stripped(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    std::string value;
    if (rest.starts_with('"')) {
      // Browsers write `%22` for a quotation mark within (HTML standard, section 4.10.21.8).
      const size_t end = rest.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = std::string(rest.substr(1, end - 1));
      rest.remove_prefix(end + 1);
    } else {
      value = std::string(Stripped(rest.substr(0, rest.find(';'))));
    }
    if (EqualsIgnoringCase(name, wanted)) return value;
    at = rest.find(';');
    if (at == std::string_view::npos) return std::nullopt;
    header = rest;
  }
  return std::nullopt;
}

absl::Status AddField(std::string name, std::string_view value, FormFields* form) {
  if (form->fields.size() >= kMostFormFields) return Malformed("it has too many fields");
  std::string text;
  text.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
    text += value[i] == '\r' ? '\n' : value[i];
  }
  if (!WhyNotText(name).empty() || !WhyNotText(text).empty()) return Malformed("it is not in UTF-8");
  form->fields.emplace_back(std::move(name), std::move(text));
  return absl::OkStatus();
}

absl::StatusOr<FormFields> ParseUrlencoded(std::string_view body) {
  FormFields form;
  for (const QueryParameter& field : SplitQuery(body)) {
    std::optional<std::string> name = QueryDecode(field.name);
    const std::optional<std::string> value = QueryDecode(field.value);
    if (!name || !value) return Malformed("a percent sign is not followed by two digits");
    if (absl::Status added = AddField(*std::move(name), *value, &form); !added.ok()) return added;
  }
  return form;
}

// One part of a multipart body: its headers, an empty line, its content.
absl::Status AddPart(std::string_view part, FormFields* form) {
  std::string disposition;
  for (;;) {
    const size_t end = part.find(kLineEnd);
    if (end == std::string_view::npos) return Malformed("a part has no end of its head");
    const std::string_view line = part.substr(0, end);
    part.remove_prefix(end + kLineEnd.size());
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos &&
        EqualsIgnoringCase(line.substr(0, colon), "Content-Disposition")) {
      disposition = std::string(Stripped(line.substr(colon + 1)));
    }
  }
  std::optional<std::string> name = Parameter(disposition, "name");
  if (!name) return Malformed("a part has no name");
  if (Parameter(disposition, "filename")) {
    if (part.empty()) return absl::OkStatus();
    if (form->files.size() >= kMostFormFields) return Malformed("it has too many files");
    if (!WhyNotText(*name).empty()) return Malformed("it is not in UTF-8");
    form->files.push_back(*std::move(name));
    return absl::OkStatus();
  }
  return AddField(*std::move(name), part, form);
}

absl::StatusOr<FormFields> ParseMultipart(std::string_view boundary, std::string_view body) {
  if (boundary.empty() || boundary.size() > 70) return Malformed("it has no boundary");
  const std::string delimiter = "--" + std::string(boundary);
  const std::string between = std::string(kLineEnd) + delimiter;
  if (!body.starts_with(delimiter)) return Malformed("it does not begin with its boundary");
  body.remove_prefix(delimiter.size());
  FormFields form;
  while (!body.starts_with("--")) {
    if (!body.starts_with(kLineEnd)) return Malformed("a boundary is not alone");
    body.remove_prefix(kLineEnd.size());
    const size_t end = body.find(between);
    if (end == std::string_view::npos) return Malformed("it breaks off");
    if (absl::Status added = AddPart(body.substr(0, end), &form); !added.ok()) return added;
    body.remove_prefix(end + between.size());
  }
  return form;
}

}  // namespace

std::string_view FormFields::Get(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
    return field.first == name && !field.second.empty();
  });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Stripped(std::string_view text) {
  constexpr char kSpace[] = " \t\n\r\f\v";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool IsForm(std::string_view content_type) {
  const std::string_view type = MediaType(content_type);
  return EqualsIgnoringCase(type, kUrlencoded) || EqualsIgnoringCase(type, kMultipart);
}

absl::StatusOr<FormFields> ParseForm(std::string_view content_type, std::string_view body) {
  const std::string_view type = MediaType(content_type);
  if (EqualsIgnoringCase(type, kUrlencoded)) return ParseUrlencoded(body);
  if (!EqualsIgnoringCase(type, kMultipart)) return Malformed("its kind is not known");
  return ParseMultipart(Parameter(content_type, "boundary").value_or(""), body);
}

}  // namespace avvik::gateway
