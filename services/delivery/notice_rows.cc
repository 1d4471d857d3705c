#include "services/delivery/notice_rows.h"

#include "common/status/macros.h"

namespace avvik::delivery {

std::string AddressContext(const std::string& notice_id) { return "notice.recipient/" + notice_id; }

absl::StatusOr<Notice> NoticeFromRow(const pg::Row& row, secrecy::Vault& vault) {
  Notice notice;
  notice.notice_id = row.Text("notice_id");
  NoticeDraft& draft = notice.draft;
  draft.tenant = row.Text("tenant");
  draft.cause = row.Text("cause");
  draft.template_id = TemplateFromName(row.Text("template")).value_or(TemplateId::kReportReceived);
  draft.person_id = row.Text("person_id");
  draft.number = row.Text("number");
  draft.unit = row.Text("unit");
  draft.sphere = static_cast<type::v1::Sphere>(row.Int("sphere"));
  if (!row.IsNull("recipient")) {
    AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                           vault.Unwrap(draft.tenant, row.Bytes("address_key")));
    AVVIK_ASSIGN_OR_RETURN(draft.recipient,
                           key.Open(row.Bytes("recipient"), AddressContext(notice.notice_id)));
  }
  draft.withheld = row.Bool("withheld");
  draft.language = row.Text("language");
  notice.message_id = row.Text("message_id");
  notice.created = row.Time("created_at");
  notice.state = static_cast<v1::NoticeState>(row.Int("state"));
  notice.next_attempt = row.OptionalTime("next_attempt_at");
  notice.give_up = row.Time("give_up_at");
  notice.sent = row.OptionalTime("sent_at");
  notice.attempt_count = static_cast<int>(row.Int("attempt_count"));
  notice.failures = static_cast<int>(row.Int("failures"));
  notice.version = row.Int("version");
  return notice;
}

}  // namespace avvik::delivery
