// Dossiers as files. Tests named after RFC 7970 and STIX hold what those texts ask, element by
// element.
#include "services/escalation/dossier_export.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/document/document.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/escalation/dossier_frame.h"
#include "services/escalation/dossier_pdf.h"
#include "services/escalation/dossier_words.h"
#include "services/escalation/test_support.h"
#include "tests/support/status_matchers.h"

namespace avvik::escalation {
namespace {

using avvik::testing::HasCode;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

v1::Dossier Filled() {
  v1::Dossier dossier;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        duty_id: "00000000-0000-7000-8000-0000000000d1"
        stage: "incidentanmalan"
        stage_title: "Incidentanmälan"
        stage_state: STAGE_STATE_SUBMITTED
        target_time { seconds: 1795420800 }
        submit_time { seconds: 1795331700 }
        external_id: "NCSC-2026-77"
        regime: "SE-NIS2"
        regime_version: "2026-07-01"
        regime_title: "Rapportering av betydande incident enligt cybersäkerhetslagen"
        legal_basis: "Cybersäkerhetslag (2025:1506) 2 kap. 5–10 §§"
        receiver { name: "Nationellt cybersäkerhetscenter (NCSC), CERT-SE" channel: "web" }
        language: "sv"
        secrecy: "OSL 18:8 b"
        secrecy: "OSL 10:28"
        fields_confidence: CONFIDENCE_UNVERIFIED
        municipality: "Kalix kommun"
        entity: "kalix"
        entity_name: "Kalix kommun"
        registration_number: "212000-2692"
        contact { name: "Åsa Öhman" email: "asa.ohman@kalix.example" phone: "+46 923 650 00" }
        case {
          case_id: "00000000-0000-7000-8000-00000000c001"
          number: "AVV-2026-000123"
          kind: KIND_INCIDENT
          category: CATEGORY_UNAUTHORISED_ACCESS
          severity: SEVERITY_HIGH
          impacts { property: SECURITY_PROPERTY_CONFIDENTIALITY level: 3 }
          impacts { property: SECURITY_PROPERTY_ACCURACY level: 2 }
          impacts { property: SECURITY_PROPERTY_AVAILABILITY level: 1 }
          impacts { property: SECURITY_PROPERTY_TRACEABILITY level: 0 }
          ongoing: ANSWER_YES
          personal_data: ANSWER_YES
          affected_persons: 1200
          occur_time { seconds: 1795150800 }
          detect_time { seconds: 1795161600 nanos: 250000000 }
          aware_time { seconds: 1795165200 }
        }
        fields {
          field: "update"
          label: "Händelseförlopp"
          number: "4.1"
          kind: FIELD_KIND_LONG_TEXT
          required: true
          value { text: "Obehöriga läste <journaler> & \"anteckningar\".\n\nDe loggades ut." }
        }
        fields {
          field: "occurred"
          label: "När incidenten inträffade"
          number: "4.2"
          kind: FIELD_KIND_TIME
          required: true
          value { time { seconds: 1795150800 } }
        }
        fields {
          field: "ongoing"
          label: "Pågår incidenten?"
          kind: FIELD_KIND_YES_NO
          value { yes_no: ANSWER_YES }
        }
        fields {
          field: "people"
          label: "Antal drabbade"
          kind: FIELD_KIND_NUMBER
          value { number: 1200 }
        }
        fields {
          field: "sorts"
          label: "Slag av uppgifter"
          kind: FIELD_KIND_CHOICES
          options { id: "health" label: "Hälsa" }
          options { id: "address" label: "Adress" }
          value { choices { options: "health" options: "address" } }
        }
        fields {
          field: "indicators"
          label: "Angreppsindikatorer"
          number: "4.9"
          kind: FIELD_KIND_LONG_TEXT
        }
        version: 2
        state: DOSSIER_STATE_APPROVED
        newest: true
        written {
          person: "p_1"
          person_name: "Bo Ek"
          time { seconds: 1795320000 }
        }
        review_asked {
          person: "p_1"
          person_name: "Bo Ek"
          time { seconds: 1795321000 }
        }
        approved {
          person: "p_2"
          person_name: "Åsa Öhman"
          time { seconds: 1795330000 }
        }
        override_reason: "Ett falskt larm i granskningen."
        versions {
          version: 2
          state: DOSSIER_STATE_APPROVED
          written { time { seconds: 1795320000 } }
        }
        versions {
          version: 1
          state: DOSSIER_STATE_DRAFT
          written { time { seconds: 1795310000 } }
        }
        late_reasons: "Systemet var nere."
        etag: "7"
        approvable: true
      )pb",
      &dossier));
  return dossier;
}

ExportFrame Frame() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &zone));
  return {.domain = "kalix.example",
          .time = absl::FromUnixSeconds(1795332000),
          .time_zone = zone,
          .tlp = Tlp::kAmberStrict};
}

// Where AVVIK_EXPORT_DIRECTORY says, for validators that are not part of the build.
void Keep(const std::string& name, const std::string& bytes) {
  if (const char* directory = std::getenv("AVVIK_EXPORT_DIRECTORY")) {
    std::ofstream(std::string(directory) + "/" + name, std::ios::binary) << bytes;
  }
}

// ---- Words

TEST(DossierWordsTest, ValuesAreReadInTheLanguageOfTheAuthority) {
  const v1::Dossier dossier = Filled();
  const ExportFrame frame = Frame();
  std::vector<std::string> values;
  for (const auto& field : dossier.fields())
    values.push_back(ValueText(field, "sv", frame.time_zone));
  EXPECT_THAT(values, ElementsAre(StartsWith("Obehöriga"), "2026-11-20 kl. 06.00", "Ja", "1200",
                                  "Hälsa\nAdress", ""));
  EXPECT_EQ(ValueText(dossier.fields(1), "da", frame.time_zone), "20.11.2026 kl. 06.00");
  EXPECT_EQ(ValueText(dossier.fields(1), "en", frame.time_zone), "2026-11-20 06:00");
  EXPECT_EQ(ValueText(dossier.fields(2), "en", frame.time_zone), "Yes");
}

TEST(DossierWordsTest, OptionThatIsNoMoreIsGivenByItsId) {
  v1::Dossier dossier = Filled();
  dossier.mutable_fields(4)->mutable_value()->mutable_choices()->add_options("gone");
  EXPECT_EQ(ValueText(dossier.fields(4), "sv", absl::UTCTimeZone()), "Hälsa\nAdress\ngone");
}

TEST(DossierWordsTest, LanguagesSayTheSameThings) {
  for (const char* language : {"sv", "da", "en"}) {
    const DossierWords& words = WordsOf(language);
    for (const char* word : {words.yes,         words.no,          words.not_filled_in,
                             words.missing,     words.draft_mark,  words.draft_title,
                             words.draft_text,  words.review_text, words.unconfirmed_fields,
                             words.to,          words.entity,      words.legal_basis,
                             words.case_number, words.rules,       words.version,
                             words.target,      words.told,        words.external_number,
                             words.written,     words.approved,    words.not_approved,
                             words.contact,     words.fields,      words.late,
                             words.secrecy,     words.states[1],   words.states[4]}) {
      EXPECT_GT(std::string(word).size(), 0u) << language;
    }
    EXPECT_THAT(words.missing_fields, HasSubstr("{}"));
    EXPECT_THAT(words.made, HasSubstr("{}"));
  }
}

// ---- PDF

template <typename Block>
std::vector<Block> BlocksOf(const document::Document& document) {
  std::vector<Block> found;
  for (const document::Block& block : document.blocks) {
    if (const Block* one = std::get_if<Block>(&block)) found.push_back(*one);
  }
  return found;
}

std::map<std::string, std::string> FactsOf(const document::Document& document) {
  std::map<std::string, std::string> facts;
  for (const document::Facts& all : BlocksOf<document::Facts>(document)) {
    for (const document::Fact& fact : all.facts) facts[fact.label] = fact.value;
  }
  return facts;
}

TEST(DossierPdfTest, FieldsStandInTheAuthoritysOrderWithItsNumbers) {
  const document::Document document = DocumentOf(Filled(), Frame());
  const auto fields = BlocksOf<document::Fields>(document);
  ASSERT_EQ(fields.size(), 1u);
  std::vector<std::string> labels;
  for (const document::Field& field : fields[0].fields)
    labels.push_back(field.number + "|" + field.label);
  EXPECT_THAT(labels, ElementsAre("4.1|Händelseförlopp", "4.2|När incidenten inträffade",
                                  "|Pågår incidenten?", "|Antal drabbade", "|Slag av uppgifter",
                                  "4.9|Angreppsindikatorer"));
  EXPECT_FALSE(fields[0].fields[0].empty);
  EXPECT_TRUE(fields[0].fields[5].empty);
  EXPECT_EQ(fields[0].fields[5].value, "Inte ifyllt");
}

TEST(DossierPdfTest, SaysWhoWritesToWhomOfWhat) {
  const document::Document document = DocumentOf(Filled(), Frame());
  EXPECT_EQ(document.title, "Incidentanmälan");
  EXPECT_EQ(document.organisation, "Kalix kommun");
  EXPECT_EQ(document.language, "sv");
  const auto facts = FactsOf(document);
  EXPECT_EQ(facts.at("Mottagare"), "Nationellt cybersäkerhetscenter (NCSC), CERT-SE");
  EXPECT_EQ(facts.at("Den som rapporterar"), "Kalix kommun, 212000-2692");
  EXPECT_EQ(facts.at("Ärende"), "AVV-2026-000123");
  EXPECT_EQ(facts.at("Regelverk"), "SE-NIS2 2026-07-01");
  EXPECT_EQ(facts.at("Version"), "2, godkänd");
  EXPECT_EQ(facts.at("Skriven av"), "Bo Ek, 2026-11-22 kl. 05.00");
  EXPECT_EQ(facts.at("Godkänd av"), "Åsa Öhman, 2026-11-22 kl. 07.46");
  EXPECT_EQ(facts.at("Myndighetens beteckning"), "NCSC-2026-77");
}

TEST(DossierPdfTest, DraftIsADraftAtFirstSight) {
  v1::Dossier dossier = Filled();
  for (const auto state :
       {v1::DOSSIER_STATE_UNSPECIFIED, v1::DOSSIER_STATE_DRAFT, v1::DOSSIER_STATE_IN_REVIEW}) {
    dossier.set_state(state);
    const document::Document document = DocumentOf(dossier, Frame());
    EXPECT_EQ(document.state, "UTKAST");
    ASSERT_FALSE(document.blocks.empty());
    const auto* notice = std::get_if<document::Notice>(&document.blocks[0]);
    ASSERT_NE(notice, nullptr);
    EXPECT_EQ(notice->title, "Utkast – inte godkänt");
  }
  for (const auto state : {v1::DOSSIER_STATE_APPROVED, v1::DOSSIER_STATE_SENT}) {
    dossier.set_state(state);
    const document::Document document = DocumentOf(dossier, Frame());
    EXPECT_EQ(document.state, "");
    EXPECT_THAT(BlocksOf<document::Notice>(document), IsEmpty());
  }
}

TEST(DossierPdfTest, DraftNamesWhatIsMissing) {
  v1::Dossier dossier = Filled();
  dossier.set_state(v1::DOSSIER_STATE_DRAFT);
  dossier.mutable_fields(0)->clear_value();
  dossier.add_missing("update");
  const document::Document document = DocumentOf(dossier, Frame());
  EXPECT_THAT(BlocksOf<document::Notice>(document)[0].text,
              AllOf(HasSubstr("saknas: 4.1 Händelseförlopp."),
                    HasSubstr("inte jämförda med myndighetens formulär")));
  EXPECT_THAT(BlocksOf<document::Fields>(document)[0].fields[0].value, StartsWith("Saknas"));
}

TEST(DossierPdfTest, WhatWasSentUnapprovedSaysSo) {
  v1::Dossier dossier = Filled();
  dossier.set_state(v1::DOSSIER_STATE_SENT);
  dossier.clear_approved();
  EXPECT_EQ(FactsOf(DocumentOf(dossier, Frame())).at("Godkänd av"),
            "Lämnades utan att vara godkänd");
}

TEST(DossierPdfTest, MarkingNamesTheGroundsOfSecrecy) {
  v1::Dossier dossier = Filled();
  const document::Document document = DocumentOf(dossier, Frame());
  ASSERT_TRUE(document.marking.has_value());
  EXPECT_EQ(document.marking->title, "SEKRETESS");
  EXPECT_THAT(document.marking->lines,
              ElementsAre("OSL 18:8 b", "OSL 10:28", "Kalix kommun, 2026-11-22"));
  dossier.clear_secrecy();
  EXPECT_FALSE(DocumentOf(dossier, Frame()).marking.has_value());
}

TEST(DossierPdfTest, WhatIsOfTheHouseStaysThere) {
  v1::Dossier dossier = Filled();
  dossier.set_return_reason("Skriv om det.");
  for (const document::Document& document : {DocumentOf(dossier, Frame())}) {
    for (const auto& [label, value] : FactsOf(document)) {
      EXPECT_THAT(value, AllOf(Not(HasSubstr("falskt larm")), Not(HasSubstr("Skriv om det"))));
    }
    EXPECT_THAT(BlocksOf<document::Notice>(document), IsEmpty());
  }
}

TEST(DossierPdfTest, EveryLanguageIsSet) {
  for (const char* language : {"sv", "da", "en"}) {
    for (const auto state : {v1::DOSSIER_STATE_DRAFT, v1::DOSSIER_STATE_APPROVED}) {
      v1::Dossier dossier = Filled();
      dossier.set_language(language);
      dossier.set_state(state);
      const absl::StatusOr<std::string> pdf = ToPdf(dossier, Frame());
      ASSERT_OK(pdf);
      EXPECT_THAT(*pdf, StartsWith("%PDF-1.7"));
      EXPECT_EQ(*pdf, *ToPdf(dossier, Frame()));
      Keep(std::string(language) + "-" + std::to_string(state) + ".pdf", *pdf);
    }
  }
}

TEST(DossierPdfTest, LargestDossierIsSet) {
  v1::Dossier dossier = Filled();
  std::string text;
  while (text.size() < 38'000) text += "Ååå ööö ";
  dossier.clear_fields();
  for (int i = 0; i < 40; ++i) {
    v1::DossierField* field = dossier.add_fields();
    field->set_label("Fält");
    field->mutable_value()->set_text(text);
  }
  dossier.set_stage_title(std::string(3000, 'x'));
  dossier.set_regime_title(std::string(3000, 'x'));
  dossier.set_municipality(text.substr(0, 2000));
  for (int i = 0; i < 20; ++i) dossier.add_secrecy(text.substr(0, 2000));
  EXPECT_OK(ToPdf(dossier, Frame()));
}

TEST(DossierPdfTest, LogoThatCannotBeDrawnIsLeftOut) {
  ExportFrame frame = Frame();
  const absl::StatusOr<std::string> without = ToPdf(Filled(), frame);
  for (const std::string& logo : {std::string("<svg"), std::string(200'000, ' ')}) {
    frame.logo_svg = logo;
    const absl::StatusOr<std::string> pdf = ToPdf(Filled(), frame);
    ASSERT_OK(pdf);
    EXPECT_EQ(*pdf, *without);
  }
}

TEST(DossierFrameTest, ComesFromTheOrganisation) {
  organisation::v1::Organisation proto = TestOrganisationProto("DK");
  proto.mutable_appearance()->set_logo("<svg/>");
  for (const auto& [address, host] :
       std::map<std::string, std::string>{{"https://avvik.kalix.se", "avvik.kalix.se"},
                                          {"https://avvik.kalix.se:8443/x", "avvik.kalix.se"},
                                          {"", ""}}) {
    proto.set_base_url(address);
    const auto organisation = *organisation::Organisation::Create(proto, 1);
    const ExportFrame frame = FrameOf(Filled(), *organisation, absl::FromUnixSeconds(7));
    EXPECT_EQ(frame.domain, host);
    EXPECT_EQ(frame.logo_svg, "<svg/>");
    EXPECT_EQ(frame.time_zone.name(), "Europe/Copenhagen");
    EXPECT_EQ(frame.time, absl::FromUnixSeconds(7));
    EXPECT_EQ(frame.tlp, Tlp::kAmberStrict);
  }
}

TEST(DossierPdfTest, EmptyDossierIsSet) { EXPECT_OK(ToPdf(v1::Dossier(), ExportFrame())); }

// ---- JSON

TEST(DossierJsonTest, IsTheMessageBehindANoteOfItsSchema) {
  const absl::StatusOr<std::string> text = ToJson(Filled());
  ASSERT_OK(text);
  Keep("dossier.json", *text);
  Json json = Json::parse(*text);
  EXPECT_EQ(json["schema"]["message"], "avvik.escalation.v1.Dossier");
  EXPECT_EQ(json["schema"]["version"], 1);
  EXPECT_LT(text->find("\"schema\""), text->find("\"dutyId\""));
  json.erase("schema");
  v1::Dossier read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json.dump(), &read).ok());
  v1::Dossier expected = Filled();
  expected.clear_etag();
  expected.clear_approvable();
  EXPECT_EQ(read.SerializeAsString(), expected.SerializeAsString());
}

// ---- IODEF

struct XmlFree {
  void operator()(xmlDoc* doc) const { xmlFreeDoc(doc); }
};
using XmlPtr = std::unique_ptr<xmlDoc, XmlFree>;

XmlPtr Parse(const std::string& text) {
  return XmlPtr(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                              XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOBLANKS));
}

std::string NameOf(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

std::string TextOf(xmlNode* node) {
  xmlChar* text = xmlNodeGetContent(node);
  std::string copy(reinterpret_cast<char*>(text));
  xmlFree(text);
  return copy;
}

std::string Attribute(xmlNode* node, const char* name) {
  xmlChar* text = xmlGetProp(node, reinterpret_cast<const xmlChar*>(name));
  if (text == nullptr) return "";
  std::string copy(reinterpret_cast<char*>(text));
  xmlFree(text);
  return copy;
}

std::vector<xmlNode*> Children(xmlNode* node, const std::string& name = "") {
  std::vector<xmlNode*> found;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (child->type == XML_ELEMENT_NODE && (name.empty() || NameOf(child) == name))
      found.push_back(child);
  }
  return found;
}

class DossierIodefTest : public ::testing::Test {
 protected:
  // The one Incident.
  xmlNode* Incident(const v1::Dossier& dossier, const ExportFrame& frame = Frame()) {
    const absl::StatusOr<std::string> text = ToIodef(dossier, frame);
    EXPECT_OK(text);
    Keep("dossier" + std::to_string(kept_++) + ".xml", *text);
    xml_ = Parse(*text);
    EXPECT_NE(xml_, nullptr) << *text;
    return Children(xmlDocGetRootElement(xml_.get())).at(0);
  }

  XmlPtr xml_;
  int kept_ = 0;
};

constexpr char kDateTime[] = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z";

// A child by its name, with how often it stands.
struct Part {
  const char* name;
  int least;
  int most;
};
constexpr int kMany = 1'000'000;

// The children in this order, each as often as it may.
void ExpectSequence(xmlNode* node, const std::vector<Part>& parts) {
  const std::vector<xmlNode*> children = Children(node);
  size_t next = 0;
  for (const Part& part : parts) {
    int count = 0;
    while (next < children.size() && NameOf(children[next]) == part.name) {
      ++next;
      ++count;
    }
    EXPECT_GE(count, part.least) << NameOf(node) << "/" << part.name;
    EXPECT_LE(count, part.most) << NameOf(node) << "/" << part.name;
  }
  EXPECT_EQ(next, children.size())
      << NameOf(node) << ": " << (next < children.size() ? NameOf(children[next]) : "");
}

TEST_F(DossierIodefTest, Rfc7970_3_1_DocumentHasVersionLanguageAndNamespace) {
  Incident(Filled());
  xmlNode* root = xmlDocGetRootElement(xml_.get());
  EXPECT_EQ(NameOf(root), "IODEF-Document");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(root->ns->href)),
            "urn:ietf:params:xml:ns:iodef-2.0");
  EXPECT_EQ(Attribute(root, "version"), "2.00");
  EXPECT_EQ(Attribute(root, "lang"), "sv");
  ExpectSequence(root, {{"Incident", 1, kMany}, {"AdditionalData", 0, kMany}});
}

TEST_F(DossierIodefTest, Rfc7970_3_2_IncidentHasItsPartsInOrder) {
  for (const v1::Dossier& dossier : {Filled(), v1::Dossier()}) {
    xmlNode* incident = Incident(dossier);
    ExpectSequence(incident, {{"IncidentID", 1, 1},
                              {"AlternativeID", 0, 1},
                              {"RelatedActivity", 0, kMany},
                              {"DetectTime", 0, 1},
                              {"StartTime", 0, 1},
                              {"EndTime", 0, 1},
                              {"RecoveryTime", 0, 1},
                              {"ReportTime", 0, 1},
                              {"GenerationTime", 1, 1},
                              {"Description", 0, kMany},
                              {"Discovery", 0, kMany},
                              {"Assessment", 0, kMany},
                              {"Method", 0, kMany},
                              {"Contact", 1, kMany},
                              {"EventData", 0, kMany},
                              {"IndicatorData", 0, 1},
                              {"History", 0, 1},
                              {"AdditionalData", 0, kMany}});
    EXPECT_EQ(Attribute(incident, "purpose"), "reporting");
    EXPECT_THAT((std::set<std::string>{"new", "in-progress", "forwarded", "resolved", "future"}),
                Contains(Attribute(incident, "status")));
  }
}

TEST_F(DossierIodefTest, Rfc7970_3_2_StatusFollowsTheCase) {
  v1::Dossier dossier = Filled();
  EXPECT_EQ(Attribute(Incident(dossier), "status"), "in-progress");
  dossier.mutable_case_()->set_ongoing(type::v1::ANSWER_NO);
  EXPECT_EQ(Attribute(Incident(dossier), "status"), "resolved");
}

TEST_F(DossierIodefTest, Rfc7970_3_3_1_RestrictionIsThatOfTheTrafficLight) {
  const std::vector<std::tuple<Tlp, std::string, std::string>> all = {
      {Tlp::kClear, "white", ""},
      {Tlp::kGreen, "green", ""},
      {Tlp::kAmber, "amber", ""},
      {Tlp::kAmberStrict, "ext-value", "amber+strict"},
      {Tlp::kRed, "red", ""}};
  for (const auto& [tlp, restriction, extension] : all) {
    ExportFrame frame = Frame();
    frame.tlp = tlp;
    xmlNode* incident = Incident(Filled(), frame);
    EXPECT_EQ(Attribute(incident, "restriction"), restriction);
    EXPECT_EQ(Attribute(incident, "ext-restriction"), extension);
  }
}

TEST_F(DossierIodefTest, Rfc7970_3_4_IncidentIdIsNamedByTheDomain) {
  xmlNode* id = Children(Incident(Filled()), "IncidentID").at(0);
  EXPECT_EQ(TextOf(id), "AVV-2026-000123");
  EXPECT_EQ(Attribute(id, "name"), "kalix.example");
  EXPECT_EQ(Attribute(id, "instance"), "incidentanmalan-2");
  ExportFrame frame = Frame();
  frame.domain.clear();
  EXPECT_EQ(Attribute(Children(Incident(Filled(), frame), "IncidentID").at(0), "name"),
            "Kalix kommun");
}

TEST_F(DossierIodefTest, Rfc7970_3_5_TheAuthoritysNumberIsTheAlternative) {
  xmlNode* alternative = Children(Incident(Filled()), "AlternativeID").at(0);
  ExpectSequence(alternative, {{"IncidentID", 1, kMany}});
  EXPECT_EQ(TextOf(alternative), "NCSC-2026-77");
}

TEST_F(DossierIodefTest, Rfc7970_2_8_TimesAreDateTimesWithAZone) {
  xmlNode* incident = Incident(Filled());
  for (const char* name : {"DetectTime", "StartTime", "ReportTime", "GenerationTime"}) {
    EXPECT_THAT(TextOf(Children(incident, name).at(0)), MatchesRegex(kDateTime)) << name;
  }
  EXPECT_EQ(TextOf(Children(incident, "DetectTime").at(0)), "2026-11-20T08:00:00.250Z");
  EXPECT_EQ(TextOf(Children(incident, "StartTime").at(0)), "2026-11-20T05:00:00.000Z");
}

TEST_F(DossierIodefTest, Rfc7970_3_9_ContactIsTheOrganisationAndWhomToTurnTo) {
  xmlNode* contact = Children(Incident(Filled()), "Contact").at(0);
  const std::vector<Part> parts = {{"ContactName", 0, kMany},   {"ContactTitle", 0, kMany},
                                   {"Description", 0, kMany},   {"RegistryHandle", 0, kMany},
                                   {"PostalAddress", 0, 1},     {"Email", 0, kMany},
                                   {"Telephone", 0, kMany},     {"Fax", 0, 1},
                                   {"Timezone", 0, 1},          {"Contact", 0, kMany},
                                   {"AdditionalData", 0, kMany}};
  ExpectSequence(contact, parts);
  EXPECT_EQ(Attribute(contact, "role"), "reporter");
  EXPECT_EQ(Attribute(contact, "type"), "organization");
  EXPECT_EQ(TextOf(Children(contact, "ContactName").at(0)), "Kalix kommun");
  EXPECT_EQ(Attribute(Children(contact, "RegistryHandle").at(0), "registry"), "ext-value");
  xmlNode* person = Children(contact, "Contact").at(0);
  ExpectSequence(person, parts);
  EXPECT_EQ(Attribute(person, "type"), "person");
  EXPECT_EQ(TextOf(Children(person, "ContactName").at(0)), "Åsa Öhman");
}

TEST_F(DossierIodefTest, Rfc7970_3_12_AssessmentHasAnImpactAlways) {
  static const std::set<std::string> kSystemTypes = {"admin",
                                                     "takeover-account",
                                                     "takeover-service",
                                                     "takeover-system",
                                                     "cps-manipulation",
                                                     "cps-damage",
                                                     "availability-data",
                                                     "availability-account",
                                                     "availability-service",
                                                     "availability-system",
                                                     "damaged-system",
                                                     "damaged-data",
                                                     "breach-proprietary",
                                                     "breach-privacy",
                                                     "breach-credential",
                                                     "breach-configuration",
                                                     "integrity-data",
                                                     "integrity-configuration",
                                                     "integrity-hardware",
                                                     "traffic-redirection",
                                                     "monitoring-traffic",
                                                     "monitoring-host",
                                                     "policy",
                                                     "ext-value"};
  static const std::set<std::string> kBusinessSeverities = {"none", "low",     "medium",
                                                            "high", "unknown", "ext-value"};
  v1::Dossier all = Filled();
  all.mutable_case_()->mutable_impacts(3)->set_level(4);
  for (const v1::Dossier& dossier : {all, v1::Dossier()}) {
    xmlNode* assessment = Children(Incident(dossier), "Assessment").at(0);
    ExpectSequence(
        assessment,
        {{"IncidentCategory", 0, kMany}, {"SystemImpact", 0, kMany}, {"BusinessImpact", 1, kMany}});
    EXPECT_THAT((std::set<std::string>{"actual", "potential"}),
                Contains(Attribute(assessment, "occurrence")));
    for (xmlNode* impact : Children(assessment, "SystemImpact")) {
      EXPECT_THAT(kSystemTypes, Contains(Attribute(impact, "type")));
      EXPECT_THAT((std::set<std::string>{"low", "medium", "high"}),
                  Contains(Attribute(impact, "severity")));
      EXPECT_EQ(Attribute(impact, "type") == "ext-value", !Attribute(impact, "ext-type").empty());
    }
    EXPECT_THAT(kBusinessSeverities,
                Contains(Attribute(Children(assessment, "BusinessImpact").at(0), "severity")));
  }
  xmlNode* assessment = Children(Incident(all), "Assessment").at(0);
  std::vector<std::string> types;
  for (xmlNode* impact : Children(assessment, "SystemImpact"))
    types.push_back(Attribute(impact, "type"));
  EXPECT_THAT(types,
              ElementsAre("breach-privacy", "integrity-data", "availability-service", "ext-value"));
}

TEST_F(DossierIodefTest, Rfc7970_2_15_AdditionalDataHaveTypeAndMeaning) {
  std::map<std::string, std::string> data;
  for (xmlNode* datum : Children(Incident(Filled()), "AdditionalData")) {
    EXPECT_THAT((std::set<std::string>{"string", "integer"}), Contains(Attribute(datum, "dtype")));
    data[Attribute(datum, "meaning")] += TextOf(datum) + ";";
  }
  EXPECT_EQ(data["dossier-state"], "approved;");
  EXPECT_EQ(data["affected-persons"], "1200;");
  EXPECT_EQ(data["secrecy"], "OSL 18:8 b;OSL 10:28;");
}

TEST_F(DossierIodefTest, TextsAreEscapedAndSayWhatTheyAreOf) {
  std::vector<std::string> texts;
  for (xmlNode* description : Children(Incident(Filled()), "Description")) {
    EXPECT_EQ(Attribute(description, "lang"), "sv");
    texts.push_back(TextOf(description));
  }
  EXPECT_THAT(
      texts, IsSupersetOf(
                 {HasSubstr("4.1 Händelseförlopp: Obehöriga läste <journaler> & \"anteckningar\"."),
                  HasSubstr("4.2 När incidenten inträffade: 2026-11-20 kl. 06.00")}));
  EXPECT_THAT(texts, Not(Contains(HasSubstr("Angreppsindikatorer"))));
}

TEST_F(DossierIodefTest, WhatXmlDoesNotAllowIsLeftOut) {
  v1::Dossier dossier = Filled();
  dossier.mutable_fields(0)->mutable_value()->set_text(
      std::string("a\0\x01\x0B]]><x>&amp;\xEF\xBF\xBE", 18));
  dossier.set_external_id("\"><evil a=\"\x02");
  xmlNode* incident = Incident(dossier);
  EXPECT_EQ(TextOf(Children(incident, "AlternativeID").at(0)), "\"><evil a=\"");
  EXPECT_THAT(TextOf(Children(incident, "Description").at(1)), HasSubstr("a]]><x>&amp;"));
}

TEST_F(DossierIodefTest, TheSameDossierIsTheSameFile) {
  EXPECT_EQ(*ToIodef(Filled(), Frame()), *ToIodef(Filled(), Frame()));
}

// ---- STIX

class DossierStixTest : public ::testing::Test {
 protected:
  static Json Bundle(const v1::Dossier& dossier, const ExportFrame& frame = Frame()) {
    const std::string text = ToStix(dossier, frame);
    Keep("dossier.stix.json", text);
    return Json::parse(text);
  }
  static Json Object(const Json& bundle, const std::string& type) {
    for (const Json& object : bundle["objects"]) {
      if (object["type"] == type) return object;
    }
    return nullptr;
  }
};

constexpr char kIncidentCore[] = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";

TEST_F(DossierStixTest, Stix21_3_ObjectsHaveTheCommonProperties) {
  for (const v1::Dossier& dossier : {Filled(), v1::Dossier()}) {
    const Json bundle = Bundle(dossier);
    EXPECT_EQ(bundle["type"], "bundle");
    EXPECT_FALSE(bundle.contains("spec_version"));
    std::set<std::string> ids;
    for (const Json& object : bundle["objects"]) {
      EXPECT_EQ(object["spec_version"], "2.1");
      EXPECT_THAT(object["created"].get<std::string>(), MatchesRegex(kDateTime));
      const std::string id = object["id"];
      EXPECT_THAT(id, StartsWith(object["type"].get<std::string>() + "--"));
      ids.insert(id);
      if (object["type"] == "marking-definition") {
        EXPECT_FALSE(object.contains("modified"));
        continue;
      }
      // Version 5, variant of RFC 4122.
      EXPECT_TRUE(std::regex_match(
          id, std::regex(
                  "[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
          << id;
      EXPECT_THAT(object["modified"].get<std::string>(), MatchesRegex(kDateTime));
      EXPECT_LE(object["created"].get<std::string>(), object["modified"].get<std::string>());
    }
    EXPECT_EQ(ids.size(), 3u);
    for (const Json& object : bundle["objects"]) {
      for (const Json& marking : object.value("object_marking_refs", Json::array()))
        EXPECT_THAT(ids, Contains(marking));
      if (object.contains("created_by_ref")) {
        EXPECT_THAT(ids, Contains(object["created_by_ref"]));
      }
    }
  }
}

TEST_F(DossierStixTest, Stix21_4_5_IdentityIsTheOrganisation) {
  const Json identity = Object(Bundle(Filled()), "identity");
  EXPECT_EQ(identity["name"], "Kalix kommun");
  EXPECT_EQ(identity["identity_class"], "organization");
  EXPECT_EQ(identity["sectors"], Json::array({"government-local"}));
  EXPECT_EQ(identity["contact_information"], "Åsa Öhman, asa.ohman@kalix.example, +46 923 650 00");
  EXPECT_EQ(identity["external_references"][0]["external_id"], "212000-2692");
}

TEST_F(DossierStixTest, Stix21_4_7_IncidentHasNameAndDescription) {
  const Json incident = Object(Bundle(Filled()), "incident");
  EXPECT_EQ(incident["name"], "AVV-2026-000123 – Incidentanmälan");
  EXPECT_THAT(incident["description"].get<std::string>(),
              HasSubstr("4.1 Händelseförlopp\nObehöriga läste <journaler>"));
  EXPECT_EQ(incident["lang"], "sv");
  EXPECT_EQ(incident["external_references"][0]["external_id"], "AVV-2026-000123");
  EXPECT_EQ(incident["external_references"][1]["external_id"], "NCSC-2026-77");
  EXPECT_EQ(incident["labels"], Json::array({"dossier-approved"}));
  // An empty list or text must not be there.
  EXPECT_FALSE(Object(Bundle(v1::Dossier()), "incident").contains("description"));
}

TEST_F(DossierStixTest, IncidentCore_2_1_HasItsPropertiesAndNoOthers) {
  const Json core = Object(Bundle(Filled()), "incident")["extensions"][kIncidentCore];
  EXPECT_EQ(core["extension_type"], "property-extension");
  EXPECT_EQ(core["determination"], "confirmed");
  EXPECT_EQ(core["investigation_status"], "open");
  EXPECT_EQ(core["criticality"], 70);
  EXPECT_EQ(core["incident_types"], Json::array({"unauthorised-access"}));
  EXPECT_EQ(core.size(), 5u);
  v1::Dossier dossier;
  dossier.mutable_case_()->set_ongoing(type::v1::ANSWER_NO);
  const Json least = Object(Bundle(dossier), "incident")["extensions"][kIncidentCore];
  EXPECT_EQ(least["determination"], "suspected");
  EXPECT_EQ(least["investigation_status"], "closed");
  EXPECT_EQ(least.size(), 3u);
}

TEST_F(DossierStixTest, Tlp2MarkingTravelsAlong) {
  const std::vector<std::pair<Tlp, std::string>> all = {{Tlp::kClear, "clear"},
                                                        {Tlp::kGreen, "green"},
                                                        {Tlp::kAmber, "amber"},
                                                        {Tlp::kAmberStrict, "amber+strict"},
                                                        {Tlp::kRed, "red"}};
  std::set<std::string> ids;
  for (const auto& [tlp, level] : all) {
    ExportFrame frame = Frame();
    frame.tlp = tlp;
    const Json marking = Object(Bundle(Filled(), frame), "marking-definition");
    EXPECT_EQ(marking["extensions"]["extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"]
                     ["tlp_2_0"],
              level);
    ids.insert(marking["id"].get<std::string>());
  }
  EXPECT_EQ(ids.size(), 5u);
}

TEST_F(DossierStixTest, LaterVersionIsALaterVersionOfTheSameIncident) {
  v1::Dossier later = Filled();
  later.set_version(3);
  later.mutable_written()->mutable_time()->set_seconds(1795400000);
  auto* version = later.add_versions();
  version->set_version(3);
  *version->mutable_written() = later.written();
  const Json first = Object(Bundle(Filled()), "incident");
  const Json second = Object(Bundle(later), "incident");
  EXPECT_EQ(first["id"], second["id"]);
  EXPECT_EQ(first["created"], second["created"]);
  EXPECT_LT(first["modified"].get<std::string>(), second["modified"].get<std::string>());
  EXPECT_EQ(Object(Bundle(Filled()), "identity"), Object(Bundle(later), "identity"));
  EXPECT_NE(Bundle(Filled())["id"], Bundle(later)["id"]);
}

TEST_F(DossierStixTest, OtherStageIsAnotherIncidentAndOtherContactAnotherIdentity) {
  v1::Dossier other = Filled();
  other.set_stage("slutrapport");
  EXPECT_NE(Object(Bundle(Filled()), "incident")["id"], Object(Bundle(other), "incident")["id"]);
  other.mutable_contact()->set_phone("1");
  EXPECT_NE(Object(Bundle(Filled()), "identity")["id"], Object(Bundle(other), "identity")["id"]);
}

TEST_F(DossierStixTest, TheSameDossierIsTheSameFile) {
  EXPECT_EQ(ToStix(Filled(), Frame()), ToStix(Filled(), Frame()));
}

TEST_F(DossierStixTest, TextThatIsNoUtf8IsNoTrouble) {
  v1::Dossier dossier = Filled();
  dossier.set_municipality("K\xFFlix");
  dossier.set_entity_name("K\xFFlix");
  EXPECT_EQ(Object(Bundle(dossier), "identity")["name"], "K\uFFFDlix");
}

// ---- All of them

TEST(DossierExportTest, FileIsNamedByCaseStageAndVersion) {
  v1::Dossier dossier = Filled();
  EXPECT_EQ(FileNameOf(dossier, v1::DOSSIER_FORMAT_PDF), "AVV-2026-000123-incidentanmalan-v2.pdf");
  EXPECT_EQ(FileNameOf(dossier, v1::DOSSIER_FORMAT_IODEF),
            "AVV-2026-000123-incidentanmalan-v2.iodef.xml");
  EXPECT_EQ(FileNameOf(dossier, v1::DOSSIER_FORMAT_STIX),
            "AVV-2026-000123-incidentanmalan-v2.stix.json");
  EXPECT_EQ(FileNameOf(dossier, v1::DOSSIER_FORMAT_JSON),
            "AVV-2026-000123-incidentanmalan-v2.json");
  dossier.mutable_case_()->set_number("../\"å");
  EXPECT_THAT(FileNameOf(dossier, v1::DOSSIER_FORMAT_PDF), MatchesRegex("[A-Za-z0-9-]+[.]pdf"));
}

TEST(DossierExportTest, EveryFormatIsMadeAndNoOther) {
  for (int format = v1::DossierFormat_MIN + 1; format <= v1::DossierFormat_MAX; ++format) {
    const auto one = static_cast<v1::DossierFormat>(format);
    EXPECT_OK(Export(Filled(), one, Frame()));
    EXPECT_THAT(MediaTypeOf(one), StartsWith("application/"));
  }
  EXPECT_THAT(Export(Filled(), v1::DOSSIER_FORMAT_UNSPECIFIED, Frame()),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(DossierExportTest, SecrecyKeepsItWithTheReceiver) {
  v1::Dossier dossier = Filled();
  EXPECT_EQ(TlpOf(dossier), Tlp::kAmberStrict);
  dossier.clear_secrecy();
  EXPECT_EQ(TlpOf(dossier), Tlp::kAmber);
}

}  // namespace
}  // namespace avvik::escalation
