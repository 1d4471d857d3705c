// STIX 2.1 (OASIS) with the Incident Core extension 2 of its TC's common objects.
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/document/clean_text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "services/escalation/dossier_codes.h"
#include "services/escalation/dossier_export.h"
#include "services/escalation/dossier_words.h"

namespace avvik::escalation {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kIncidentCore[] = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
constexpr char kTlp2[] = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
// Of identities, whose ids change with what they say: there is never another version of one.
constexpr char kIdentityTime[] = "2026-01-01T00:00:00.000Z";

// A version 5 UUID (RFC 4122, 4.3) in a namespace of our own.
std::string NameId(const std::string& type, const std::string& name) {
  static constexpr unsigned char kNamespace[16] = {0x6b, 0x0e, 0x2a, 0x51, 0x4f, 0x1c, 0x4d, 0x7e,
                                                   0x9a, 0x35, 0xd2, 0x8c, 0x71, 0xb4, 0x60, 0x3f};
  std::string input(reinterpret_cast<const char*>(kNamespace), sizeof kNamespace);
  input += type + ":" + name;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0F) | 0x50);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3F) | 0x80);
  std::string id = type + "--";
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += "-";
    id += fmt::format("{:02x}", digest[i]);
  }
  return id;
}

struct TlpMarking {
  const char* id;
  const char* name;
  const char* level;
};
TlpMarking MarkingOf(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR", "clear"};
    case Tlp::kGreen:
      return {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN", "green"};
    case Tlp::kAmber:
      return {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER", "amber"};
    case Tlp::kAmberStrict:
      return {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "TLP:AMBER+STRICT",
              "amber+strict"};
    case Tlp::kRed:
      break;
  }
  return {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED", "red"};
}

Json MarkingObject(const TlpMarking& marking) {
  return {{"type", "marking-definition"},
          {"spec_version", "2.1"},
          {"id", marking.id},
          {"created", "2022-10-01T00:00:00.000Z"},
          {"name", marking.name},
          {"extensions",
           {{kTlp2, {{"extension_type", "property-extension"}, {"tlp_2_0", marking.level}}}}}};
}

std::string ContactText(const v1::DossierContact& contact) {
  std::string text;
  for (const std::string* part : {&contact.name(), &contact.email(), &contact.phone()}) {
    if (part->empty()) continue;
    text += (text.empty() ? "" : ", ") + *part;
  }
  return document::CleanText(text);
}

Json IdentityObject(const v1::Dossier& dossier, const std::string& marking) {
  const std::string name = document::CleanText(
      dossier.entity_name().empty() ? dossier.municipality() : dossier.entity_name());
  const std::string contact = ContactText(dossier.contact());
  Json identity = {{"type", "identity"},
                   {"spec_version", "2.1"},
                   {"id", NameId("identity", fmt::format("{}\n{}\n{}", name,
                                                         dossier.registration_number(), contact))},
                   {"created", kIdentityTime},
                   {"modified", kIdentityTime},
                   {"name", name},
                   {"identity_class", "organization"},
                   {"sectors", Json::array({"government-local"})}};
  if (!contact.empty()) identity["contact_information"] = contact;
  if (!dossier.registration_number().empty()) {
    identity["external_references"] =
        Json::array({{{"source_name", "company-registration"},
                      {"external_id", dossier.registration_number()}}});
  }
  identity["object_marking_refs"] = Json::array({marking});
  return identity;
}

// The Incident Core extension's appendix B, five steps.
int CriticalityOf(type::v1::Severity severity) {
  switch (severity) {
    case type::v1::SEVERITY_LOW:
      return 15;
    case type::v1::SEVERITY_MODERATE:
      return 40;
    case type::v1::SEVERITY_HIGH:
      return 70;
    case type::v1::SEVERITY_CRITICAL:
      return 95;
    default:
      return -1;
  }
}

Json IncidentCore(const v1::DossierCase& matter) {
  const bool over = matter.ongoing() == type::v1::ANSWER_NO || matter.has_close_time();
  Json core = {
      {"extension_type", "property-extension"},
      {"determination", matter.kind() == type::v1::KIND_INCIDENT ? "confirmed" : "suspected"},
      {"investigation_status", over ? "closed" : "open"}};
  if (const int criticality = CriticalityOf(matter.severity()); criticality >= 0)
    core["criticality"] = criticality;
  if (matter.category() != type::v1::CATEGORY_UNSPECIFIED)
    core["incident_types"] = Json::array({CodeOf(matter.category())});
  return core;
}

// When somebody first wrote, and when something was last done with this version.
struct Times {
  absl::Time created;
  absl::Time modified;
};
Times TimesOf(const v1::Dossier& dossier, absl::Time now) {
  absl::Time created = absl::InfiniteFuture();
  for (const v1::DossierVersion& version : dossier.versions()) {
    if (version.written().has_time()) created = std::min(created, TimeOf(version.written().time()));
  }
  absl::Time modified = absl::InfinitePast();
  for (const v1::DossierDeed* deed : {&dossier.written(), &dossier.review_asked(),
                                      &dossier.approved(), &dossier.returned(), &dossier.sent()}) {
    if (deed->has_time()) modified = std::max(modified, TimeOf(deed->time()));
  }
  if (modified == absl::InfinitePast()) modified = now;
  return {std::min(created, modified), modified};
}

Json IncidentObject(const v1::Dossier& dossier, const ExportFrame& frame,
                    const std::string& creator, const std::string& marking) {
  const auto [created, modified] = TimesOf(dossier, frame.time);
  Json incident = {
      {"type", "incident"},
      {"spec_version", "2.1"},
      {"id", NameId("incident", fmt::format("{}/{}", dossier.duty_id(), dossier.stage()))},
      {"created_by_ref", creator},
      {"created", UtcText(created)},
      {"modified", UtcText(modified)},
      {"lang", dossier.language()},
      {"labels", Json::array({"dossier-" + CodeOf(dossier.state())})},
      {"name", document::CleanText(
                   fmt::format("{} – {}", dossier.case_().number(), dossier.stage_title()))}};
  if (std::string text = document::CleanText(FieldsText(dossier, frame.time_zone)); !text.empty()) {
    incident["description"] = std::move(text);
  }
  Json references = Json::array({{{"source_name", document::CleanText(dossier.municipality())},
                                  {"external_id", dossier.case_().number()}}});
  if (!dossier.external_id().empty()) {
    references.push_back({{"source_name", document::CleanText(dossier.receiver().name())},
                          {"external_id", document::CleanText(dossier.external_id())}});
  }
  references.push_back(
      {{"source_name", dossier.regime()},
       {"description", fmt::format("{} {}: {}", dossier.regime(), dossier.regime_version(),
                                   dossier.legal_basis())}});
  incident["external_references"] = references;
  incident["object_marking_refs"] = Json::array({marking});
  incident["extensions"] = {{kIncidentCore, IncidentCore(dossier.case_())}};
  return incident;
}

}  // namespace

std::string ToStix(const v1::Dossier& dossier, const ExportFrame& frame) {
  const TlpMarking marking = MarkingOf(frame.tlp);
  const Json identity = IdentityObject(dossier, marking.id);
  const Json incident = IncidentObject(dossier, frame, identity["id"], marking.id);
  const Json objects = Json::array({MarkingObject(marking), identity, incident});
  return Json({{"type", "bundle"}, {"id", NameId("bundle", objects.dump())}, {"objects", objects}})
             .dump(2) +
         "\n";
}

}  // namespace avvik::escalation
