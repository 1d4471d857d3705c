#include "services/delivery/notice.h"

namespace avvik::delivery {
namespace {

// RFC 2606: a name that is never anybody's.
constexpr char kNoDomain[] = "avvik.invalid";

std::string DomainOf(const std::string& address) {
  const size_t at = address.rfind('@');
  return at == std::string::npos || at + 1 == address.size() ? kNoDomain : address.substr(at + 1);
}

}  // namespace

std::string_view TemplateName(TemplateId id) {
  switch (id) {
    case TemplateId::kReportReceived:
      return "report_received";
    case TemplateId::kReportClosed:
      return "report_closed";
    case TemplateId::kReportAnswered:
      return "report_answered";
    case TemplateId::kReportMessage:
      return "report_message";
    case TemplateId::kCaseAssigned:
      return "case_assigned";
    case TemplateId::kCaseDrawnIn:
      return "case_drawn_in";
    case TemplateId::kCaseAnswered:
      return "case_answered";
    case TemplateId::kStageDueSoon:
      return "stage_due_soon";
    case TemplateId::kStageOverdue:
      return "stage_overdue";
  }
  return "";
}

std::optional<TemplateId> TemplateFromName(std::string_view name) {
  for (const TemplateId id : kTemplates) {
    if (TemplateName(id) == name) return id;
  }
  return std::nullopt;
}

bool IsForReporter(TemplateId id) {
  return id == TemplateId::kReportReceived || id == TemplateId::kReportClosed ||
         id == TemplateId::kReportAnswered || id == TemplateId::kReportMessage;
}

std::string MessageId(const std::string& notice_id, const std::string& mail_from) {
  return notice_id + "@" + DomainOf(mail_from);
}

std::string ThreadId(const std::string& tenant, const std::string& number,
                     const std::string& mail_from) {
  return number + "." + tenant + "@" + DomainOf(mail_from);
}

}  // namespace avvik::delivery
