#include "common/datafile/datafile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "common/datafile/convert.h"
#include "common/datafile/tree.h"
#include "common/status/error.h"
#include "common/validate/validate.h"

namespace avvik::datafile {
namespace {

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string Line(const std::string& name, const Mistake& mistake) {
  return name + ":" + std::to_string(mistake.at.line) + ":" + std::to_string(mistake.at.column) +
         ": " + (mistake.path.empty() ? "" : mistake.path + ": ") + mistake.what;
}

absl::Status Report(const std::string& name, std::vector<Mistake> mistakes) {
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
    return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
  });
  size_t shown = std::min(mistakes.size(), kMaxErrors);
  std::string text;
  std::vector<status::FieldViolation> violations;
  for (size_t i = 0; i < shown; ++i) {
    text += (i > 0 ? "\n" : "") + Line(name, mistakes[i]);
    violations.push_back({mistakes[i].path, mistakes[i].what});
  }
  if (shown < mistakes.size()) {
    text += "\n" + name + ": and " + std::to_string(mistakes.size() - shown) + " more";
  }
  absl::Status error =
      status::Error(absl::StatusCode::kInvalidArgument, text, "INVALID_FILE", {{"file", name}});
  auto payload = status::InvalidFields(violations).GetPayload(status::kBadRequestUrl);
  if (payload.has_value()) error.SetPayload(status::kBadRequestUrl, *payload);
  return error;
}

// Adds what a later check found, unless the conversion has already said why.
void AddViolations(const absl::Status& found, const Converter& converter,
                   std::vector<Mistake>* mistakes) {
  for (const status::FieldViolation& violation : status::ViolationsOf(found)) {
    if (converter.IsSpoilt(violation.field)) continue;
    mistakes->push_back(
        {converter.PositionOf(violation.field), violation.field, violation.description});
  }
}

absl::Status ParseInto(const std::string& text, const std::string& name,
                       google::protobuf::Message* out, const Check& check) {
  Tree tree;
  Fault fault;
  if (!tree.Read(text, EndsWith(name, ".json"), &fault))
    return Report(name, {{fault.at, "", fault.what}});
  Converter converter;
  converter.Convert(tree.root(), out);
  std::vector<Mistake> mistakes = converter.mistakes();
  AddViolations(validate::Validate(*out), converter, &mistakes);
  if (mistakes.empty() && check != nullptr) {
    absl::Status found = check();
    if (!found.ok() && status::ViolationsOf(found).empty()) return found;
    AddViolations(found, converter, &mistakes);
  }
  return mistakes.empty() ? absl::OkStatus() : Report(name, std::move(mistakes));
}

absl::Status Unreadable(const std::string& path, const std::string& why) {
  return status::Error(absl::StatusCode::kFailedPrecondition, path + ": cannot be read: " + why,
                       "FILE_UNREADABLE", {{"file", path}});
}

}  // namespace

absl::Status Parse(const std::string& text, const std::string& name, google::protobuf::Message* out,
                   const Check& check) {
  out->Clear();
  absl::Status result = ParseInto(text, name, out, check);
  if (!result.ok()) out->Clear();
  return result;
}

absl::Status Load(const std::string& path, google::protobuf::Message* out, const Check& check) {
  out->Clear();
  std::error_code error;
  auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) {
    return status::Error(absl::StatusCode::kNotFound, path + ": no such file", "FILE_NOT_FOUND",
                         {{"file", path}});
  }
  if (kind == std::filesystem::file_type::directory) return Unreadable(path, "it is a directory");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Unreadable(path, std::strerror(errno));
  // One byte more than allowed tells Parse that there is more, without reading all of it.
  std::string text(kMaxBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return Unreadable(path, std::strerror(errno));
  text.resize(static_cast<size_t>(stream.gcount()));
  return Parse(text, path, out, check);
}

}  // namespace avvik::datafile
