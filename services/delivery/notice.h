// A notice: a message to one person, from the queue to its end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "avvik/delivery/v1/delivery.pb.h"
#include "avvik/type/v1/classification.pb.h"

namespace avvik::delivery {

// What a notice says; each has a template of its name in every language.
enum class TemplateId {
  kReportReceived,  // To the reporter: it has arrived.
  kReportClosed,    // To the reporter: it has been dealt with.
  kReportAnswered,  // To the reporter: all who reported the same thing have an answer.
  kReportMessage,   // To the reporter: there is a message about it.
  kCaseAssigned,    // To the owner of a case.
  kCaseDrawnIn,     // To somebody drawn in to a case.
  kCaseAnswered,    // To the owner of a case: its reporter has written.
  kStageDueSoon,    // To those a ladder calls: a statutory step comes due.
  kStageOverdue,    // To those a ladder calls: a statutory step is past its target.
};
inline constexpr std::array<TemplateId, 9> kTemplates = {
    TemplateId::kReportReceived, TemplateId::kReportClosed, TemplateId::kReportAnswered,
    TemplateId::kReportMessage,  TemplateId::kCaseAssigned, TemplateId::kCaseDrawnIn,
    TemplateId::kCaseAnswered,   TemplateId::kStageDueSoon, TemplateId::kStageOverdue};

// Languages that every template is written in.
inline constexpr std::array<std::string_view, 3> kLanguages = {"sv", "da", "en"};

// `report_received` and so on, as in files, database and API.
std::string_view TemplateName(TemplateId id);
std::optional<TemplateId> TemplateFromName(std::string_view name);

// Whether the notice is for the reporter, who follows the report, and not for a handler of the
// case.
bool IsForReporter(TemplateId id);

// What makes a new notice.
struct NoticeDraft {
  std::string tenant;
  // What it is for: the id of an event, or of the report or case for what is told once in its life.
  // There is one notice per tenant, cause, template and person.
  std::string cause;
  TemplateId template_id = TemplateId::kReportReceived;
  std::string person_id;  // Pseudonym of the addressee.
  std::vector<std::string> other_person_ids = {};  // By which they stand on notices from before.
  std::string number;     // Human number of the case.
  std::string unit;       // Unit of the case, for who may see the notice; may be empty.
  // Who may see it until its case is known.
  type::v1::Sphere sphere = type::v1::SPHERE_OPEN;
  std::string recipient;  // E-mail address, as given; empty once it was erased.
  bool withheld = false;  // The address would tell who a confidential reporter is.
  std::string language;
};

struct Notice {
  std::string notice_id;
  NoticeDraft draft;
  v1::NoticeState state = v1::NOTICE_STATE_WAITING;
  std::string message_id;  // Without brackets.
  absl::Time created;
  std::optional<absl::Time> next_attempt;  // Set while waiting.
  absl::Time give_up;                      // No further attempt is planned after this.
  std::optional<absl::Time> sent;
  int attempt_count = 0;
  int failures = 0;     // Since it was queued or last put back by hand.
  int64_t version = 1;  // Counts the events told of it.
};

// One try to hand a notice over.
struct Attempt {
  absl::Time time;
  bool succeeded = false;
  int reply_code = 0;  // The server's last reply; 0 when there was none.
  std::string error;   // Empty on success.
  absl::Duration duration;
};

// The Message-ID of a notice: the same for every attempt. `mail_from` gives the domain.
std::string MessageId(const std::string& notice_id, const std::string& mail_from);

// The id that all mail about one case refers to, so that mailboxes show it as one conversation.
std::string ThreadId(const std::string& tenant, const std::string& number,
                     const std::string& mail_from);

}  // namespace avvik::delivery
