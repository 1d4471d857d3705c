#include "services/intake/report.h"

#include <cstdio>
#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/intake/errors.h"

namespace avvik::intake {
namespace {

using status::FieldViolation;

constexpr char kUnknownUnit[] = "is not a unit of the organisation";
constexpr char kUnknownSystem[] = "is not a system of the organisation";

// What is kept of a matter of national security (säkerhetsskyddslagen 2:1; statutory regime SE-SAK): that
// it exists, and who to turn to.
Content StubOf(const Content& content, const std::string& language) {
  Content stub;
  stub.category = type::v1::CATEGORY_OTHER;
  stub.unit = content.unit;
  stub.national_security = type::v1::ANSWER_YES;
  stub.confidentiality = content.confidentiality;
  stub.language = content.language;
  if (language == "sv") {
    stub.title = "Ärende som hanteras utanför Avvik; kontakta säkerhetsskyddschefen";
  } else if (language == "da") {
    stub.title = "Sag der behandles uden for Avvik; kontakt den sikkerhedsansvarlige";
  } else {
    stub.title = "A matter handled outside Avvik; contact the security protection chief";
  }
  return stub;
}

void CheckTimes(const Draft& draft, absl::Time now, std::vector<FieldViolation>* violations) {
  auto not_future = [&](const std::optional<absl::Time>& time, const char* field) {
    if (time.has_value() && *time > now + kClockSkew) {
      violations->push_back({field, "is in the future"});
    }
  };
  const Content& content = draft.content;
  not_future(content.occurred, "report.occurred_time");
  not_future(content.discovered, "report.discovered_time");
  if (draft.origin.has_value()) not_future(draft.origin->reported, "report.origin.reported_time");
  if (content.occurred.has_value() && content.discovered.has_value() &&
      *content.discovered < *content.occurred) {
    violations->push_back({"report.discovered_time", "is before report.occurred_time"});
  }
}

}  // namespace

absl::StatusOr<Draft> Admit(Draft draft, const organisation::Organisation& organisation,
                            absl::Time now) {
  std::vector<FieldViolation> violations;
  if (draft.request_id.size() < 8) {
    violations.push_back({"request_id", "must be at least 8 characters"});
  }
  Content& content = draft.content;
  if (content.confidentiality == v1::CONFIDENTIALITY_ANONYMOUS && !draft.reporter.login.empty()) {
    violations.push_back({"report.confidentiality",
                          "can only be anonymous of what is submitted without signing in"});
  }
  CheckTimes(draft, now, &violations);
  if (!content.unit.empty() && organisation.FindUnit(content.unit) == nullptr) {
    violations.push_back({"report.unit", kUnknownUnit});
  }
  if (!content.system.empty() && organisation.FindSystem(content.system) == nullptr) {
    violations.push_back({"report.system", kUnknownSystem});
  }
  if (!violations.empty()) return status::InvalidFields(violations);

  if (content.language.empty()) {
    content.language = organisation.LanguageOf(draft.reporter.login);
  }
  if (content.national_security == type::v1::ANSWER_YES) {
    content = StubOf(content, content.language);
    draft.digest.clear();
  }
  // Nobody waits for an answer to what was reported long ago, elsewhere.
  if (draft.origin.has_value()) draft.reporter.email.clear();
  return draft;
}

bool MayBeNews(const absl::Status& status) {
  const std::string reason = status::ReasonOf(status);
  if (reason == status::ReasonOf(error::NoOrganisation("")) ||
      reason == status::ReasonOf(error::ImportNotAllowed())) {
    return true;
  }
  for (const FieldViolation& violation : status::ViolationsOf(status)) {
    if (violation.description == kUnknownUnit || violation.description == kUnknownSystem) {
      return true;
    }
  }
  return false;
}

Report Submit(Draft draft, const std::string& tenant, std::string id, absl::Time now) {
  Report report;
  report.id = std::move(id);
  report.tenant = tenant;
  report.request_id = std::move(draft.request_id);
  report.digest = std::move(draft.digest);
  report.content = std::move(draft.content);
  report.origin = std::move(draft.origin);
  report.reporter = std::move(draft.reporter);
  report.submitted = now;
  report.reported =
      report.origin.has_value() ? report.origin->reported.value_or(now) : now;
  return report;
}

std::string NumberOf(int year, int64_t count) {
  char number[40];
  std::snprintf(number, sizeof number, "AVV-%04d-%06lld", year, static_cast<long long>(count));
  return number;
}

absl::StatusOr<Report> Supplemented(Report report, Supplement supplement) {
  if (report.erased.has_value()) return error::ReportErased(report.number);
  if (report.state == v1::REPORT_STATE_WITHDRAWN) return error::ReportWithdrawn(report.number);
  if (report.content.national_security == type::v1::ANSWER_YES) {
    return error::HandledElsewhere(report.number);
  }
  report.supplements.push_back(std::move(supplement));
  ++report.version;
  return report;
}

absl::StatusOr<Report> Withdrawn(Report report, const std::string& reason,
                                 const std::string& etag) {
  if (!etag.empty() && etag != EtagOf(report)) return error::ReportChanged(EtagOf(report));
  if (report.erased.has_value()) return error::ReportErased(report.number);
  if (report.state == v1::REPORT_STATE_WITHDRAWN) return error::ReportWithdrawn(report.number);
  report.state = v1::REPORT_STATE_WITHDRAWN;
  // Of a matter of national security nothing is kept, the reason neither.
  if (report.content.national_security != type::v1::ANSWER_YES) report.withdraw_reason = reason;
  ++report.version;
  return report;
}

std::optional<Report> Erased(Report report, absl::Time now) {
  if (report.erased.has_value()) return std::nullopt;
  report.content.title.clear();
  report.content.description.clear();
  report.reporter = {};
  report.withdraw_reason.clear();
  report.supplements.clear();
  report.state = v1::REPORT_STATE_ERASED;
  report.erased = now;
  ++report.version;
  return report;
}

std::string EtagOf(const Report& report) { return std::to_string(report.version); }

}  // namespace avvik::intake
