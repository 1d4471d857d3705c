#include "services/escalation/dossier_export.h"

#include "common/status/error.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace avvik::escalation {
namespace {

// Rises when a reader of the JSON must be changed.
constexpr int kSchemaVersion = 1;

const char* EndingOf(v1::DossierFormat format) {
  switch (format) {
    case v1::DOSSIER_FORMAT_PDF:
      return ".pdf";
    case v1::DOSSIER_FORMAT_IODEF:
      return ".iodef.xml";
    case v1::DOSSIER_FORMAT_STIX:
      return ".stix.json";
    default:
      return ".json";
  }
}

}  // namespace

Tlp TlpOf(const v1::Dossier& dossier) {
  return dossier.secrecy().empty() ? Tlp::kAmber : Tlp::kAmberStrict;
}

absl::StatusOr<std::string> ToJson(const v1::Dossier& dossier) {
  v1::Dossier kept = dossier;
  kept.clear_etag();
  kept.clear_approvable();
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(kept, &text).ok()) {
    return absl::InternalError("the dossier is no JSON");
  }
  nlohmann::ordered_json file;
  file["schema"] = {{"message", v1::Dossier::descriptor()->full_name()},
                    {"version", kSchemaVersion}};
  file.update(nlohmann::ordered_json::parse(text));
  return file.dump(2) + "\n";
}

std::string FileNameOf(const v1::Dossier& dossier, v1::DossierFormat format) {
  std::string name =
      fmt::format("{}-{}-v{}", dossier.case_().number(), dossier.stage(), dossier.version());
  for (char& c : name) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!kept) c = '-';
  }
  return name + EndingOf(format);
}

std::string MediaTypeOf(v1::DossierFormat format) {
  switch (format) {
    case v1::DOSSIER_FORMAT_PDF:
      return "application/pdf";
    case v1::DOSSIER_FORMAT_IODEF:
      return "application/xml";
    case v1::DOSSIER_FORMAT_STIX:
      return "application/stix+json";
    default:
      return "application/json";
  }
}

absl::StatusOr<std::string> Export(const v1::Dossier& dossier, v1::DossierFormat format,
                                   const ExportFrame& frame) {
  switch (format) {
    case v1::DOSSIER_FORMAT_PDF:
      return ToPdf(dossier, frame);
    case v1::DOSSIER_FORMAT_JSON:
      return ToJson(dossier);
    case v1::DOSSIER_FORMAT_IODEF:
      return ToIodef(dossier, frame);
    case v1::DOSSIER_FORMAT_STIX:
      return ToStix(dossier, frame);
    default:
      return status::InvalidField("format", "must be PDF, JSON, IODEF or STIX");
  }
}

}  // namespace avvik::escalation
