#include "services/gateway/form/report_draft.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "common/validate/format.h"
#include "services/gateway/http_message.h"

namespace avvik::gateway {
namespace {

// Sweden and Denmark have one local time; no form may name another, for zones that were looked for are kept.
constexpr char kZone[] = "Europe/Stockholm";
// Bytes of what is typed, and of what a page fills in by itself; beyond it nobody typed them.
constexpr size_t kLongestText = 80'000;
constexpr size_t kLongestLine = 800;
constexpr size_t kLongestHidden = 100;
constexpr size_t kTitleLength = 120;  // Code points.
constexpr std::array<std::string_view, 3> kLanguages = {"sv", "da", "en"};

// Words put below the text for what has no field of its own there.
struct Labels {
  const char* when;
  const char* where;
  const char* system;
};
const std::map<std::string, Labels, std::less<>> kLabels = {
    {"sv", {"När", "Var", "System"}},
    {"da", {"Hvornår", "Hvor", "System"}},
    {"en", {"When", "Where", "System"}}};

bool IsLanguage(std::string_view language) {
  return std::find(kLanguages.begin(), kLanguages.end(), language) != kLanguages.end();
}

bool IsSlug(const std::string& text) {
  return text.size() <= 60 && validate::HasFormat(options::v1::FORMAT_SLUG, text);
}

bool IsAnswer(std::string_view answer) {
  return answer.empty() || answer == "yes" || answer == "no" || answer == "unknown";
}

const char* AnswerOf(std::string_view answer) {
  if (answer == "yes") return "ANSWER_YES";
  return answer == "no" ? "ANSWER_NO" : "ANSWER_UNSPECIFIED";
}

const char* ConfidentialityOf(const ReportDraft& draft) {
  if (draft.anonymous()) return "CONFIDENTIALITY_ANONYMOUS";
  return draft.as == "confidential" ? "CONFIDENTIALITY_CONFIDENTIAL" : "CONFIDENTIALITY_NAMED";
}

// The beginning of the first line, broken at a space where it is too long.
std::string TitleOf(std::string_view what) {
  std::string_view line = Stripped(what.substr(0, what.find('\n')));
  size_t points = 0;
  size_t last_space = 0;
  for (size_t at = 0; at < line.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(line[at]) & 0xC0) != 0x80;
    if (begins && ++points > kTitleLength) {
      return std::string(Stripped(line.substr(0, last_space > 0 ? last_space : at))) +
             " …";
    }
    if (line[at] == ' ') last_space = at;
  }
  return std::string(line);
}

// The instant that `when` names; nothing when it is words. A day alone is its beginning.
std::optional<absl::Time> InstantOf(const ReportDraft& draft) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(kZone, &zone)) return std::nullopt;
  for (const char* format : {"%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d", absl::RFC3339_full}) {
    absl::Time time;
    if (absl::ParseTime(format, draft.when, zone, &time, nullptr)) return time;
  }
  return std::nullopt;
}

void AddLine(const char* label, const std::string& value, std::string* text) {
  if (value.empty()) return;
  *text += (text->empty() ? "" : text->find('\n') == std::string::npos ? "\n\n" : "\n") +
           std::string(label) + ": " + value;
}

}  // namespace

std::string PageLanguage(std::string_view wanted, std::string_view accept_language) {
  if (IsLanguage(wanted)) return std::string(wanted);
  while (!accept_language.empty()) {
    const std::string_view entry = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(entry.size() + 1, accept_language.size()));
    const std::string_view tag = Stripped(entry.substr(0, entry.find(';')));
    for (const std::string_view language : kLanguages) {
      if (EqualsIgnoringCase(tag.substr(0, tag.find('-')), language)) return std::string(language);
    }
  }
  return "sv";
}

ReportDraft DraftOf(const FormFields& form, std::string_view accept_language) {
  const auto field = [&](std::string_view name) {
    return std::string(Stripped(form.Get(name)));
  };
  return {.what = field("what"),
          .when = field("when"),
          .where = field("where"),
          .system = field("system"),
          .as = field("as"),
          .category = field("category"),
          .personal_data = field("personal_data"),
          .national_security = field("national_security"),
          .ongoing = field("ongoing"),
          .language = PageLanguage(field("language"), accept_language),
          .tenant = field("tenant"),
          .request_id = field("request_id")};
}

WrongFields CheckDraft(const ReportDraft& draft) {
  WrongFields wrong;
  if (draft.what.empty() || draft.what.size() > kLongestText) wrong.push_back("what");
  if (draft.when.size() > kLongestLine) wrong.push_back("when");
  if (draft.where.size() > kLongestLine) wrong.push_back("where");
  if (draft.system.size() > kLongestLine) wrong.push_back("system");
  if (draft.category.size() > kLongestHidden || draft.request_id.size() > kLongestHidden) {
    wrong.push_back("form");
  }
  if (draft.as != "named" && draft.as != "confidential" && !draft.anonymous()) {
    wrong.push_back("as");
  }
  if (draft.anonymous() && (draft.tenant.size() > 40 ||
                            !validate::HasFormat(options::v1::FORMAT_SLUG, draft.tenant))) {
    wrong.push_back("tenant");
  }
  if (!draft.category.empty() && !draft.category.starts_with("CATEGORY_")) {
    wrong.push_back("category");
  }
  if (!IsAnswer(draft.personal_data)) wrong.push_back("personal_data");
  if (!IsAnswer(draft.national_security)) wrong.push_back("national_security");
  if (!IsAnswer(draft.ongoing)) wrong.push_back("ongoing");
  return wrong;
}

nlohmann::ordered_json ReportJson(const ReportDraft& draft, AsWords as_words) {
  const Labels& labels = kLabels.find(draft.language)->second;
  const bool where_known = !as_words.where && IsSlug(draft.where);
  const bool system_known = !as_words.system && IsSlug(draft.system);
  const std::optional<absl::Time> occurred = InstantOf(draft);
  nlohmann::ordered_json report;
  report["title"] = TitleOf(draft.what);
  std::string text = draft.what == report["title"] ? "" : draft.what;
  if (!occurred) AddLine(labels.when, draft.when, &text);
  if (!where_known) AddLine(labels.where, draft.where, &text);
  if (!system_known) AddLine(labels.system, draft.system, &text);
  report["description"] = std::move(text);
  if (!draft.category.empty()) report["category"] = draft.category;
  if (where_known) report["unit"] = draft.where;
  if (system_known) report["system"] = draft.system;
  if (occurred) report["occurred_time"] = absl::FormatTime(absl::RFC3339_sec, *occurred, absl::UTCTimeZone());
  report["personal_data"] = AnswerOf(draft.personal_data);
  report["national_security"] = AnswerOf(draft.national_security);
  report["ongoing"] = AnswerOf(draft.ongoing);
  report["confidentiality"] = ConfidentialityOf(draft);
  report["language"] = draft.language;
  return report;
}

WrongFields FieldsOf(const nlohmann::json& problem) {
  static const std::map<std::string, const char*, std::less<>> kFields = {
      {"report.title", "what"},
      {"report.description", "what"},
      {"report.occurred_time", "when"},
      {"report.unit", "where"},
      {"report.system", "system"},
      {"report.category", "category"},
      {"report.confidentiality", "as"},
      {"tenant", "tenant"}};
  WrongFields wrong;
  const auto errors = problem.is_object() ? problem.find("errors") : problem.end();
  if (!problem.is_object() || errors == problem.end() || !errors->is_array()) return wrong;
  for (const nlohmann::json& error : *errors) {
    if (!error.is_object()) continue;
    const auto known = kFields.find(error.value("field", ""));
    const std::string name = known == kFields.end() ? "form" : known->second;
    if (std::find(wrong.begin(), wrong.end(), name) == wrong.end()) wrong.push_back(name);
  }
  return wrong;
}

std::string RandomUuid() {
  std::array<unsigned char, 16> bytes;
  RAND_bytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string hex = absl::BytesToHexString(
      std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  for (const size_t at : {20, 16, 12, 8}) hex.insert(at, 1, '-');
  return hex;
}

}  // namespace avvik::gateway
