// Puts notices in the queue, within the transaction of the event that gives rise to them.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/ids/id_source.h"
#include "common/organisation/organisation.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/delivery/notice.h"

namespace avvik::delivery {

// Thread-safe.
class NoticeWriter {
 public:
  // `mail_from` is the sender for organisations that name none; may be empty.
  NoticeWriter(IdSource& ids, const Clock& clock, secrecy::Vault& vault, std::string mail_from)
      : ids_(ids), clock_(clock), vault_(vault), mail_from_(std::move(mail_from)) {}

  // Writes a notice of the organisation and tells of it (NoticeQueued). Does nothing when there is
  // one with the same tenant, cause, template and person already.
  absl::Status Queue(pg::Transaction& transaction, const NoticeDraft& draft,
                     const organisation::Organisation& organisation);

 private:
  IdSource& ids_;
  const Clock& clock_;
  secrecy::Vault& vault_;
  const std::string mail_from_;
};

// The draft for somebody in the organisation; nothing when the organisation no longer has the
// person.
std::optional<NoticeDraft> DraftForPerson(const organisation::Organisation& organisation,
                                          const std::string& person_id);

}  // namespace avvik::delivery
