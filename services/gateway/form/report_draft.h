// A report as the fields of a form have it, and as the API takes it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "services/gateway/form/form_body.h"

namespace avvik::gateway {

// What was typed and chosen, by the names of the form's fields.
struct ReportDraft {
  std::string what;               // What happened.
  std::string when;               // A day, a local time, or words.
  std::string where;              // A unit's id, or words.
  std::string system;             // A system's id, or words.
  std::string as;                 // `named`, `confidential` or `anonymous`.
  std::string category;           // Such as `CATEGORY_LOST_DEVICE`; empty when not said.
  std::string personal_data;      // `yes`, `no`, or empty.
  std::string national_security;  // The same.
  std::string ongoing;            // The same.
  std::string language;           // `sv`, `da` or `en`.
  std::string tenant;             // The municipality, for who reports without a name.
  std::string request_id;

  bool anonymous() const { return as == "anonymous"; }
};

// `accept_language` decides on the language when the form does not.
ReportDraft DraftOf(const FormFields& form, std::string_view accept_language);

// The language of a page: `wanted` when it is one of the three, otherwise the first of them that the
// header Accept-Language names, otherwise Swedish.
std::string PageLanguage(std::string_view wanted, std::string_view accept_language);

// Names of the fields that are wrong, each once; `form` for what is no field's.
using WrongFields = std::vector<std::string>;

// What is wrong that can be told without asking a service.
WrongFields CheckDraft(const ReportDraft& draft);

// Which of `where` and `system` to write into the text instead of giving them as ids: what has not the
// form of an id, and what the municipality turned out not to know.
struct AsWords {
  bool where = false;
  bool system = false;
};

// The report as JSON of the API. The title is the beginning of what happened; a time without a day, and
// words for a place, stand below the text.
nlohmann::ordered_json ReportJson(const ReportDraft& draft, AsWords as_words);

// The form's fields for those that a service found wrong, by their paths in its request.
WrongFields FieldsOf(const nlohmann::json& problem);

// A random UUID (RFC 9562, version 4).
std::string RandomUuid();

}  // namespace avvik::gateway
