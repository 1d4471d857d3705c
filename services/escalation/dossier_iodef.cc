// RFC 7970. The sections named are its.
#include <libxml/xmlwriter.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/document/clean_text.h"
#include "fmt/format.h"
#include "services/escalation/dossier_codes.h"
#include "services/escalation/dossier_export.h"
#include "services/escalation/dossier_words.h"

namespace avvik::escalation {
namespace {

constexpr char kNamespace[] = "urn:ietf:params:xml:ns:iodef-2.0";

using Attributes = std::vector<std::pair<const char*, std::string>>;

// Elements into memory; what is not allowed in XML is left out of texts, the rest is escaped.
class Xml {
 public:
  Xml()
      : buffer_(xmlBufferCreate(), xmlBufferFree),
        writer_(xmlNewTextWriterMemory(buffer_.get(), 0), xmlFreeTextWriter) {
    xmlTextWriterSetIndent(writer_.get(), 1);
    xmlTextWriterSetIndentString(writer_.get(), Chars("  "));
    xmlTextWriterStartDocument(writer_.get(), nullptr, "UTF-8", nullptr);
  }

  void Begin(const char* name, const Attributes& attributes = {}) {
    xmlTextWriterStartElement(writer_.get(), Chars(name));
    for (const auto& [attribute, value] : attributes) {
      const std::string clean = document::CleanText(value);
      failed_ |=
          xmlTextWriterWriteAttribute(writer_.get(), Chars(attribute), Chars(clean.c_str())) < 0;
    }
  }
  void End() { failed_ |= xmlTextWriterEndElement(writer_.get()) < 0; }
  void Text(const std::string& text) {
    const std::string clean = document::CleanText(text);
    failed_ |= xmlTextWriterWriteString(writer_.get(), Chars(clean.c_str())) < 0;
  }
  void Element(const char* name, const std::string& text, const Attributes& attributes = {}) {
    Begin(name, attributes);
    Text(text);
    End();
  }

  absl::StatusOr<std::string> Take() {
    if (xmlTextWriterEndDocument(writer_.get()) < 0 || failed_) {
      return absl::InternalError("libxml2 could not write");
    }
    xmlTextWriterFlush(writer_.get());
    return std::string(reinterpret_cast<const char*>(xmlBufferContent(buffer_.get())),
                       static_cast<size_t>(xmlBufferLength(buffer_.get())));
  }

 private:
  static const xmlChar* Chars(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

  std::unique_ptr<xmlBuffer, void (*)(xmlBufferPtr)> buffer_;
  std::unique_ptr<xmlTextWriter, void (*)(xmlTextWriterPtr)> writer_;
  bool failed_ = false;
};

// Section 3.3.1: the labels of TLP 1, which RFC 7970 knows; the one that came later is an
// extension.
Attributes RestrictionOf(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return {{"restriction", "white"}};
    case Tlp::kGreen:
      return {{"restriction", "green"}};
    case Tlp::kAmber:
      return {{"restriction", "amber"}};
    case Tlp::kAmberStrict:
      return {{"restriction", "ext-value"}, {"ext-restriction", "amber+strict"}};
    case Tlp::kRed:
      return {{"restriction", "red"}};
  }
  return {{"restriction", "red"}};
}

// Section 3.12.1.
struct SystemImpact {
  const char* type;
  const char* ext_type;
};
SystemImpact SystemImpactOf(type::v1::SecurityProperty property, bool personal_data) {
  switch (property) {
    case type::v1::SECURITY_PROPERTY_CONFIDENTIALITY:
      return {personal_data ? "breach-privacy" : "breach-proprietary", nullptr};
    case type::v1::SECURITY_PROPERTY_ACCURACY:
      return {"integrity-data", nullptr};
    case type::v1::SECURITY_PROPERTY_AVAILABILITY:
      return {"availability-service", nullptr};
    default:
      return {"ext-value", "traceability"};
  }
}

const char* LevelOf(int level) { return level <= 1 ? "low" : level == 2 ? "medium" : "high"; }

// Section 3.12.2; what is graver than `high` has no word there.
Attributes BusinessSeverityOf(type::v1::Severity severity) {
  switch (severity) {
    case type::v1::SEVERITY_LOW:
      return {{"severity", "low"}};
    case type::v1::SEVERITY_MODERATE:
      return {{"severity", "medium"}};
    case type::v1::SEVERITY_HIGH:
      return {{"severity", "high"}};
    case type::v1::SEVERITY_CRITICAL:
      return {{"severity", "ext-value"}, {"ext-severity", "critical"}};
    default:
      return {{"severity", "unknown"}};
  }
}

class Writer {
 public:
  Writer(const v1::Dossier& dossier, const ExportFrame& frame) : dossier_(dossier), frame_(frame) {}

  absl::StatusOr<std::string> Write() {
    xml_.Begin("IODEF-Document",
               {{"version", "2.00"}, {"xml:lang", dossier_.language()}, {"xmlns", kNamespace}});
    Attributes attributes = {{"purpose", "reporting"},
                             {"status", IsOver() ? "resolved" : "in-progress"}};
    for (auto& one : RestrictionOf(frame_.tlp)) attributes.push_back(std::move(one));
    xml_.Begin("Incident", attributes);
    AddIds();
    AddTimes();
    AddDescriptions();
    AddAssessment();
    AddContact();
    AddData();
    xml_.End();
    xml_.End();
    return xml_.Take();
  }

 private:
  bool IsOver() const {
    return dossier_.case_().ongoing() == type::v1::ANSWER_NO || dossier_.case_().has_close_time();
  }

  // Section 3.4: who made the document, by its domain where it is known.
  void AddIds() {
    xml_.Element("IncidentID", dossier_.case_().number(),
                 {{"name", frame_.domain.empty() ? dossier_.municipality() : frame_.domain},
                  {"instance", fmt::format("{}-{}", dossier_.stage(), dossier_.version())}});
    if (dossier_.external_id().empty()) return;
    xml_.Begin("AlternativeID");
    xml_.Element("IncidentID", dossier_.external_id(), {{"name", dossier_.receiver().name()}});
    xml_.End();
  }

  void AddTime(const char* name, bool known, const google::protobuf::Timestamp& time) {
    if (known) xml_.Element(name, UtcText(TimeOf(time)));
  }

  void AddTimes() {
    const v1::DossierCase& matter = dossier_.case_();
    AddTime("DetectTime", matter.has_detect_time(), matter.detect_time());
    AddTime("StartTime", matter.has_occur_time(), matter.occur_time());
    AddTime("ReportTime", dossier_.has_submit_time(), dossier_.submit_time());
    xml_.Element("GenerationTime", UtcText(frame_.time));
  }

  void AddDescriptions() {
    const Attributes language = {{"xml:lang", dossier_.language()}};
    xml_.Element("Description",
                 fmt::format("{}: {}", dossier_.stage_title(), dossier_.regime_title()), language);
    for (const v1::DossierField& field : dossier_.fields()) {
      const std::string value = ValueText(field, dossier_.language(), frame_.time_zone);
      if (value.empty()) continue;
      xml_.Element("Description", fmt::format("{}: {}", LabelText(field), value), language);
    }
  }

  // Section 3.12. It has at least one impact: that on the work of the municipality.
  void AddAssessment() {
    const v1::DossierCase& matter = dossier_.case_();
    xml_.Begin("Assessment",
               {{"occurrence", matter.kind() == type::v1::KIND_INCIDENT ? "actual" : "potential"}});
    if (matter.category() != type::v1::CATEGORY_UNSPECIFIED) {
      xml_.Element("IncidentCategory", CodeOf(matter.category()), {{"xml:lang", "en"}});
    }
    for (const type::v1::Impact& impact : matter.impacts()) {
      if (impact.level() < 1) continue;
      const SystemImpact kind =
          SystemImpactOf(impact.property(), matter.personal_data() == type::v1::ANSWER_YES);
      Attributes attributes = {{"severity", LevelOf(impact.level())}, {"type", kind.type}};
      if (kind.ext_type != nullptr) attributes.emplace_back("ext-type", kind.ext_type);
      attributes.emplace_back("xml:lang", "en");
      xml_.Element("SystemImpact",
                   fmt::format("{}, level {} of 4", CodeOf(impact.property()), impact.level()),
                   attributes);
    }
    Attributes attributes = BusinessSeverityOf(matter.severity());
    attributes.emplace_back("xml:lang", "en");
    xml_.Element("BusinessImpact", CodeOf(matter.severity()), attributes);
    xml_.End();
  }

  // Section 3.9.
  void AddContact() {
    const v1::DossierContact& contact = dossier_.contact();
    xml_.Begin("Contact", {{"role", "reporter"}, {"type", "organization"}});
    xml_.Element("ContactName",
                 dossier_.entity_name().empty() ? dossier_.municipality() : dossier_.entity_name());
    if (!dossier_.registration_number().empty()) {
      xml_.Element("RegistryHandle", dossier_.registration_number(),
                   {{"registry", "ext-value"}, {"ext-registry", "company-registration"}});
    }
    AddMeans(contact);
    if (!contact.name().empty()) {
      xml_.Begin("Contact", {{"role", "reporter"}, {"type", "person"}});
      xml_.Element("ContactName", contact.name());
      AddMeans(contact);
      xml_.End();
    }
    xml_.End();
  }

  void AddMeans(const v1::DossierContact& contact) {
    for (const auto& [name, address] :
         {std::pair{"Email", &contact.email()}, std::pair{"Telephone", &contact.phone()}}) {
      if (!address->empty()) xml_.Element(name, *address);
    }
  }

  void AddDatum(const char* meaning, const std::string& value, const char* type = "string") {
    if (!value.empty())
      xml_.Element("AdditionalData", value, {{"dtype", type}, {"meaning", meaning}});
  }

  void AddData() {
    AddDatum("regime", dossier_.regime());
    AddDatum("regime-version", dossier_.regime_version());
    AddDatum("stage", dossier_.stage());
    AddDatum("dossier-version", std::to_string(dossier_.version()), "integer");
    AddDatum("dossier-state", CodeOf(dossier_.state()));
    if (dossier_.case_().has_affected_persons()) {
      AddDatum("affected-persons", std::to_string(dossier_.case_().affected_persons()), "integer");
    }
    for (const std::string& ground : dossier_.secrecy()) AddDatum("secrecy", ground);
    AddDatum("late-reasons", dossier_.late_reasons());
  }

  const v1::Dossier& dossier_;
  const ExportFrame& frame_;
  Xml xml_;
};

}  // namespace

absl::StatusOr<std::string> ToIodef(const v1::Dossier& dossier, const ExportFrame& frame) {
  return Writer(dossier, frame).Write();
}

}  // namespace avvik::escalation
