#include "services/delivery/notice_writer.h"

#include <span>

#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/delivery/delivery_events.h"
#include "services/delivery/notice_rows.h"
#include "services/delivery/retry_schedule.h"

namespace avvik::delivery {
namespace {

constexpr pg::Statement kInsertNotice{"delivery_insert_notice", R"sql(
    INSERT INTO notice
           (notice_id, tenant, cause, template, person_id, number, unit, recipient, withheld,
            language, message_id, created_at, state, next_attempt_at, give_up_at, attempt_count,
            failures, version, address_key, sphere)
    VALUES ($1,        $2,     $3,    $4,       $5,        $6,     $7,   $8,        $9,
            $10,      $11,        $12,        $13,   $12,             $14,        0,
            0,        1,       $15,         $16)
    ON CONFLICT (tenant, cause, template, person_id) DO NOTHING
    RETURNING *)sql"};

constexpr pg::Statement kFindNotice{"delivery_find_notice_from_before", R"sql(
    SELECT 1 FROM notice
     WHERE tenant = $1 AND cause = $2 AND template = $3 AND person_id = ANY ($4::text[])
     LIMIT 1)sql"};

}  // namespace

absl::Status NoticeWriter::Queue(pg::Transaction& transaction, const NoticeDraft& draft,
                                 const organisation::Organisation& organisation) {
  if (!draft.other_person_ids.empty()) {
    AVVIK_ASSIGN_OR_RETURN(
        const pg::Rows before,
        transaction.Execute(kFindNotice, {draft.tenant, draft.cause, TemplateName(draft.template_id),
                                          pg::TextArray(draft.other_person_ids)}));
    if (!before.empty()) return absl::OkStatus();
  }
  const std::string notice_id = ids_.Next();
  const std::string& own = organisation.proto().mail_from();
  const std::string& mail_from = own.empty() ? mail_from_ : own;
  const absl::Time now = clock_.Now();
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, vault_.NewKey(draft.tenant));
  const std::string recipient = key.Seal(draft.recipient, AddressContext(notice_id));
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kInsertNotice,
                          {notice_id, draft.tenant, draft.cause, TemplateName(draft.template_id),
                           draft.person_id, draft.number, draft.unit, pg::Bytes{recipient},
                           draft.withheld, draft.language, MessageId(notice_id, mail_from), now,
                           static_cast<int>(v1::NOTICE_STATE_WAITING), now + kGiveUpAfter,
                           pg::Bytes{key.wrapped()}, static_cast<int>(draft.sphere)}));
  if (rows.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const Notice queued, NoticeFromRow(rows[0], vault_));
  const events::v1::Event event = NoticeEvent(ids_, queued, now, "");
  return events::Append(transaction, std::span(&event, 1));
}

std::optional<NoticeDraft> DraftForPerson(const organisation::Organisation& organisation,
                                          const std::string& person_id) {
  const organisation::v1::Person* person = organisation.FindPersonById(person_id);
  if (person == nullptr) return std::nullopt;
  return NoticeDraft{.tenant = organisation.tenant(),
                     .person_id = person_id,
                     .recipient = person->email(),
                     .language = organisation.LanguageOf(person->login())};
}

}  // namespace avvik::delivery
