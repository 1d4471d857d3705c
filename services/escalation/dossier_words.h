// A dossier in words: the values as people read them, in the language of the authority.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "avvik/escalation/v1/dossier.pb.h"

namespace avvik::escalation {

// What the files say besides the authority's own words.
struct DossierWords {
  const char* yes;
  const char* no;
  const char* not_filled_in;
  const char* missing;
  const char* draft_mark;
  const char* draft_title;
  const char* draft_text;
  const char* review_text;
  const char* missing_fields;
  const char* unconfirmed_fields;
  const char* to;
  const char* entity;
  const char* legal_basis;
  const char* case_number;
  const char* rules;
  const char* version;
  const char* target;
  const char* told;
  const char* external_number;
  const char* written;
  const char* approved;
  const char* not_approved;
  const char* contact;
  const char* fields;
  const char* late;
  const char* secrecy;
  const char* made;
  const char* states[5];  // By DossierState.
};

// Of `sv`, `da` or `en`; English for any other.
const DossierWords& WordsOf(std::string_view language);

// A time as it is written in the language.
std::string TimeText(absl::Time time, std::string_view language, absl::TimeZone zone);
std::string DateText(absl::Time time, std::string_view language, absl::TimeZone zone);

// The value as it is read; empty when nothing is filled in. Options are given by their labels,
// several by a line each.
std::string ValueText(const v1::DossierField& field, std::string_view language,
                      absl::TimeZone zone);

// Number and label, such as `4.1 Händelseförlopp`.
std::string LabelText(const v1::DossierField& field);

// All that is filled in, as one text: label and value, field by field.
std::string FieldsText(const v1::Dossier& dossier, absl::TimeZone zone);

absl::Time TimeOf(const google::protobuf::Timestamp& time);

}  // namespace avvik::escalation
