#include "services/escalation/dossier_words.h"

#include <array>

#include "fmt/format.h"

namespace avvik::escalation {
namespace {

constexpr DossierWords kSwedish{
    .yes = "Ja",
    .no = "Nej",
    .not_filled_in = "Inte ifyllt",
    .missing = "Saknas – myndigheten kräver uppgiften",
    .draft_mark = "UTKAST",
    .draft_title = "Utkast – inte godkänt",
    .draft_text =
        "Ingen annan än den som skrev har granskat innehållet. Lämna det inte till myndigheten.",
    .review_text =
        "Innehållet granskas av någon annan än den som skrev. Lämna det inte till myndigheten "
        "ännu.",
    .missing_fields = "Obligatoriska uppgifter som saknas: {}.",
    .unconfirmed_fields = "Fälten är inte jämförda med myndighetens formulär.",
    .to = "Mottagare",
    .entity = "Den som rapporterar",
    .legal_basis = "Lagrum",
    .case_number = "Ärende",
    .rules = "Regelverk",
    .version = "Version",
    .target = "Lämnas senast",
    .told = "Lämnad",
    .external_number = "Myndighetens beteckning",
    .written = "Skriven av",
    .approved = "Godkänd av",
    .not_approved = "Lämnades utan att vara godkänd",
    .contact = "Kontakt",
    .fields = "Uppgifter",
    .late = "Skäl till förseningen",
    .secrecy = "SEKRETESS",
    .made = "Upprättad i Avvik {}",
    .states = {"", "utkast", "under granskning", "godkänd", "lämnad"},
};

constexpr DossierWords kDanish{
    .yes = "Ja",
    .no = "Nej",
    .not_filled_in = "Ikke udfyldt",
    .missing = "Mangler – myndigheden kræver oplysningen",
    .draft_mark = "UDKAST",
    .draft_title = "Udkast – ikke godkendt",
    .draft_text = "Kun den, der skrev, har set indholdet. Send det ikke til myndigheden.",
    .review_text =
        "Indholdet gennemgås af en anden end den, der skrev. Send det ikke til myndigheden endnu.",
    .missing_fields = "Påkrævede oplysninger, der mangler: {}.",
    .unconfirmed_fields = "Felterne er ikke sammenholdt med myndighedens blanket.",
    .to = "Modtager",
    .entity = "Den, der underretter",
    .legal_basis = "Lovgrundlag",
    .case_number = "Sag",
    .rules = "Regelsæt",
    .version = "Version",
    .target = "Sendes senest",
    .told = "Sendt",
    .external_number = "Myndighedens journalnummer",
    .written = "Skrevet af",
    .approved = "Godkendt af",
    .not_approved = "Blev sendt uden at være godkendt",
    .contact = "Kontakt",
    .fields = "Oplysninger",
    .late = "Begrundelse for forsinkelsen",
    .secrecy = "TAVSHEDSPLIGT",
    .made = "Udarbejdet i Avvik {}",
    .states = {"", "udkast", "under gennemgang", "godkendt", "sendt"},
};

constexpr DossierWords kEnglish{
    .yes = "Yes",
    .no = "No",
    .not_filled_in = "Not filled in",
    .missing = "Missing – the authority asks for it",
    .draft_mark = "DRAFT",
    .draft_title = "Draft – not approved",
    .draft_text = "Nobody but the writer has reviewed it. Do not send it to the authority.",
    .review_text =
        "Somebody other than the writer is reviewing it. Do not send it to the authority yet.",
    .missing_fields = "Required fields that are empty: {}.",
    .unconfirmed_fields = "The fields have not been compared with the authority's form.",
    .to = "Receiver",
    .entity = "Reporting entity",
    .legal_basis = "Legal basis",
    .case_number = "Case",
    .rules = "Rules",
    .version = "Version",
    .target = "Due",
    .told = "Sent",
    .external_number = "The authority's number",
    .written = "Written by",
    .approved = "Approved by",
    .not_approved = "Was sent without being approved",
    .contact = "Contact",
    .fields = "Particulars",
    .late = "Reasons for the delay",
    .secrecy = "SUBJECT TO SECRECY",
    .made = "Made in Avvik {}",
    .states = {"", "draft", "in review", "approved", "sent"},
};

std::string OptionLabel(const v1::DossierField& field, const std::string& id) {
  for (const v1::FieldOption& option : field.options()) {
    if (option.id() == id) return option.label();
  }
  return id;
}

}  // namespace

const DossierWords& WordsOf(std::string_view language) {
  if (language == "sv") return kSwedish;
  if (language == "da") return kDanish;
  return kEnglish;
}

std::string DateText(absl::Time time, std::string_view language, absl::TimeZone zone) {
  return absl::FormatTime(language == "da" ? "%d.%m.%Y" : "%Y-%m-%d", time, zone);
}

std::string TimeText(absl::Time time, std::string_view language, absl::TimeZone zone) {
  const bool english = language != "sv" && language != "da";
  return DateText(time, language, zone) +
         absl::FormatTime(english ? " %H:%M" : " kl. %H.%M", time, zone);
}

std::string ValueText(const v1::DossierField& field, std::string_view language,
                      absl::TimeZone zone) {
  const DossierWords& words = WordsOf(language);
  const v1::FieldValue& value = field.value();
  switch (value.value_case()) {
    case v1::FieldValue::kText:
      return value.text();
    case v1::FieldValue::kYesNo:
      if (value.yes_no() == type::v1::ANSWER_YES) return words.yes;
      return value.yes_no() == type::v1::ANSWER_NO ? words.no : "";
    case v1::FieldValue::kNumber:
      return std::to_string(value.number());
    case v1::FieldValue::kTime:
      return TimeText(TimeOf(value.time()), language, zone);
    case v1::FieldValue::kChoices: {
      std::string text;
      for (const std::string& id : value.choices().options()) {
        if (!text.empty()) text += "\n";
        text += OptionLabel(field, id);
      }
      return text;
    }
    case v1::FieldValue::VALUE_NOT_SET:
      return "";
  }
  return "";
}

std::string LabelText(const v1::DossierField& field) {
  return field.number().empty() ? field.label()
                                : fmt::format("{} {}", field.number(), field.label());
}

std::string FieldsText(const v1::Dossier& dossier, absl::TimeZone zone) {
  std::string text;
  for (const v1::DossierField& field : dossier.fields()) {
    const std::string value = ValueText(field, dossier.language(), zone);
    if (value.empty()) continue;
    if (!text.empty()) text += "\n\n";
    text += fmt::format("{}\n{}", LabelText(field), value);
  }
  return text;
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace avvik::escalation
