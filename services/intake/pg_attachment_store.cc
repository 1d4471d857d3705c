#include "services/intake/pg_attachment_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "avvik/intake/v1/attachment_events.pb.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/intake/attachment_errors.h"
#include "services/intake/errors.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr char kActor[] = "avvik-intake";

// In the statements: state 0 is that of a file that comes in, 1 is quarantine, 3 refused.

constexpr pg::Statement kGetKey{"intake_attachment_key",
                                "SELECT wrapped FROM report_key WHERE report_id = $1"};

constexpr pg::Statement kTotals{"intake_attachment_totals", R"sql(
    SELECT count(*) AS count, coalesce(sum(size) FILTER (WHERE state <> 3), 0)::bigint AS bytes
      FROM attachment
     WHERE report_id = $1 AND state <> 0)sql"};

// Files of one reporter are counted one after the other, and so are those that came without an account, until each
// is seen by the next.
constexpr pg::Statement kTakeTurn{"intake_take_turn_of_reporter", R"sql(
    SELECT pg_advisory_xact_lock(4704, hashtext($1::text || '/' || pseudonym))
      FROM (SELECT pseudonym FROM unnest($2::text[]) AS pseudonym ORDER BY pseudonym) AS ordered)sql"};

// Who made a report, and whether that is not known; 3 is its confidentiality then.
constexpr pg::Statement kGetReporter{"intake_attachment_reporter", R"sql(
    SELECT confidentiality = 3 AS anonymous, reporter, wrapped
      FROM report
      LEFT JOIN report_key ON report_id = id
     WHERE report.tenant = $1 AND id = $2)sql"};

// What a reporter has, by the pseudonyms that their reports are found by.
constexpr pg::Statement kTotalsOfReporter{"intake_attachment_totals_of_reporter", R"sql(
    SELECT count(*) AS count, coalesce(sum(attachment.size), 0)::bigint AS bytes
      FROM report AS own
      JOIN attachment ON attachment.report_id = own.id AND attachment.state IN (1, 2)
     WHERE own.tenant = $1 AND own.reporter_pseudonym = ANY ($2::text[]))sql"};

constexpr pg::Statement kBytesWithoutAccount{"intake_attachment_bytes_without_account", R"sql(
    SELECT coalesce(sum(attachment.size), 0)::bigint AS bytes
      FROM attachment
      JOIN report ON report.id = attachment.report_id AND report.confidentiality = 3
     WHERE attachment.tenant = $1 AND attachment.created_at > $2 AND attachment.state IN (1, 2))sql"};

// What the files take on the disk, those that come in and room that is not used again included.
constexpr pg::Statement kBytesInAll{"intake_attachment_bytes_in_all",
                                    "SELECT pg_total_relation_size('attachment_chunk') AS bytes"};

constexpr pg::Statement kBegin{"intake_begin_attachment", R"sql(
    INSERT INTO attachment (id, tenant, report_id, filename, media_type, size, chunks, sha256,
                            metadata_removed, state, refusal, signature, created_at, scans, due_at)
    VALUES                 ($1, $2,     $3,        '',       '',         0,    0,      '',
                            false,            0,     0,       '',        $4,         0,     $5)
    ON CONFLICT DO NOTHING)sql"};

// Locks the row against a sweep that gives the file up meanwhile.
constexpr pg::Statement kAddChunk{"intake_add_attachment_chunk", R"sql(
    WITH receiving AS (
      SELECT id, tenant FROM attachment WHERE id = $1 AND state = 0 FOR KEY SHARE)
    INSERT INTO attachment_chunk (attachment_id, tenant, place, sealed)
    SELECT id, tenant, $2::integer, $3::bytea FROM receiving)sql"};

constexpr pg::Statement kLockReport{"intake_lock_report_for_attachment", R"sql(
    SELECT number, state, national_security, erased_at, version FROM report
     WHERE tenant = $1 AND id = $2
       FOR UPDATE)sql"};

constexpr pg::Statement kFinish{"intake_finish_attachment", R"sql(
    UPDATE attachment
       SET filename = $2, media_type = $3, size = $4, chunks = $5, sha256 = $6, metadata_removed = $7,
           state = $8, due_at = $9
     WHERE id = $1 AND state = 0)sql"};

constexpr pg::Statement kDeleteChunks{"intake_delete_attachment_chunks",
                                      "DELETE FROM attachment_chunk WHERE attachment_id = $1"};

constexpr pg::Statement kDelete{"intake_delete_attachment", "DELETE FROM attachment WHERE id = $1"};

constexpr pg::Statement kList{"intake_list_attachments", R"sql(
    SELECT * FROM attachment
     WHERE tenant = $1 AND report_id = $2 AND state <> 0
     ORDER BY id)sql"};

constexpr pg::Statement kGet{"intake_get_attachment", R"sql(
    SELECT * FROM attachment
     WHERE tenant = $1 AND report_id = $2 AND id = $3 AND state <> 0)sql"};

constexpr pg::Statement kGetChunk{"intake_get_attachment_chunk", R"sql(
    SELECT sealed FROM attachment
      LEFT JOIN attachment_chunk ON attachment_id = id AND place = $2
     WHERE id = $1)sql"};

constexpr pg::Statement kClaim{"intake_claim_attachment", R"sql(
    UPDATE attachment
       SET scans = scans + 1, due_at = $2
     WHERE id = (SELECT id FROM attachment
                  WHERE state = 1 AND due_at <= $1
                  ORDER BY due_at
                  LIMIT 1
                    FOR UPDATE SKIP LOCKED)
    RETURNING *)sql"};

constexpr pg::Statement kPostpone{"intake_postpone_attachment",
                                  "UPDATE attachment SET due_at = $2 WHERE id = $1 AND state = 1"};

constexpr pg::Statement kSettle{"intake_settle_attachment", R"sql(
    UPDATE attachment
       SET state = $2, refusal = $3, signature = $4, due_at = NULL
     WHERE id = $1 AND state = 1)sql"};

constexpr pg::Statement kSweep{"intake_sweep_attachments", R"sql(
    WITH given_up AS (
      SELECT id FROM attachment WHERE state = 0 AND due_at <= $1 LIMIT 100 FOR UPDATE SKIP LOCKED),
    emptied AS (
      DELETE FROM attachment_chunk WHERE attachment_id IN (SELECT id FROM given_up))
    DELETE FROM attachment WHERE id IN (SELECT id FROM given_up))sql"};

constexpr pg::Statement kWaiting{"intake_count_quarantine",
                                 "SELECT count(*) AS waiting FROM attachment WHERE state = 1"};

constexpr pg::Statement kEraseChunks{"intake_erase_attachment_chunks", R"sql(
    DELETE FROM attachment_chunk
     WHERE attachment_id IN (SELECT id FROM attachment WHERE report_id = $1))sql"};

constexpr pg::Statement kErase{"intake_erase_attachments",
                               "DELETE FROM attachment WHERE report_id = $1"};

// Where sealed bytes belong. A chunk is bound to its place, and the last one to being the last, so that none
// can be left out, exchanged or put at the end.
std::string ChunkContext(const Attachment& attachment, int index, bool last) {
  return "attachment.chunk/" + attachment.id + "/" + std::to_string(index) + (last ? "/last" : "/more");
}
std::string FieldContext(const char* field, const std::string& id) {
  return std::string("attachment.") + field + "/" + id;
}

// The report's row, locked, when it still takes files.
absl::StatusOr<Report> LockOpenReport(pg::Transaction& transaction, const Attachment& attachment) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kLockReport, {attachment.tenant, attachment.report_id}));
  if (rows.empty()) return error::ReportNotFound(attachment.report_id);
  Report report;
  report.id = attachment.report_id;
  report.tenant = attachment.tenant;
  report.number = rows[0].Text("number");
  report.version = rows[0].Int("version");
  report.state = static_cast<v1::ReportState>(rows[0].Int("state"));
  report.erased = rows[0].OptionalTime("erased_at");
  report.content.national_security = static_cast<type::v1::Answer>(rows[0].Int("national_security"));
  AVVIK_RETURN_IF_ERROR(TakesAttachments(report));
  return report;
}

AttachmentTotals TotalsOf(const pg::Rows& rows) {
  return {.count = rows[0].Int("count"), .bytes = rows[0].Int("bytes")};
}

// Whoever sends a file.
struct Sender {
  bool anonymous = false;
  pg::Param pseudonyms;
};

absl::StatusOr<Sender> SenderOf(pg::Transaction& transaction, secrecy::Vault& vault,
                                const Attachment& attachment) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kGetReporter, {attachment.tenant, attachment.report_id}));
  if (rows.empty() || rows[0].IsNull("wrapped")) return error::ReportNotFound(attachment.report_id);
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key,
                         vault.Unwrap(attachment.tenant, rows[0].Bytes("wrapped")));
  AVVIK_ASSIGN_OR_RETURN(
      const Reporter reporter,
      OpenReporter(key, rows[0].Bytes("reporter"), attachment.report_id));
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> pseudonyms,
                         vault.Pseudonyms(attachment.tenant, reporter.login));
  return Sender{.anonymous = rows[0].Bool("anonymous"), .pseudonyms = pg::TextArray(pseudonyms)};
}

absl::Status CheckRoom(pg::Transaction& transaction, const Attachment& attachment,
                       const Sender& sender, const StorageLimits& limits) {
  const int64_t bytes = attachment.size;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows of_report,
                         transaction.Execute(kTotals, {attachment.report_id}));
  AVVIK_RETURN_IF_ERROR(HasRoom(TotalsOf(of_report), bytes));
  if (sender.anonymous) {
    AVVIK_ASSIGN_OR_RETURN(
        const pg::Rows today,
        transaction.Execute(kBytesWithoutAccount,
                            {attachment.tenant, attachment.created - kDayWithoutAccount}));
    AVVIK_RETURN_IF_ERROR(HasRoomWithoutAccount(today[0].Int("bytes"), bytes, limits));
  } else {
    AVVIK_ASSIGN_OR_RETURN(
        const pg::Rows of_reporter,
        transaction.Execute(kTotalsOfReporter, {attachment.tenant, sender.pseudonyms}));
    AVVIK_RETURN_IF_ERROR(HasRoomOfPerson(TotalsOf(of_reporter), bytes, limits));
  }
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows in_all, transaction.Execute(kBytesInAll, {}));
  // When it ends, what came in has been written.
  return HasRoomInAll(in_all[0].Int("bytes"), 0, limits);
}

// What of a row is not sealed.
Attachment PlainFromRow(const pg::Row& row) {
  Attachment attachment;
  attachment.id = row.Text("id");
  attachment.tenant = row.Text("tenant");
  attachment.report_id = row.Text("report_id");
  attachment.media_type = row.Text("media_type");
  attachment.size = row.Int("size");
  attachment.chunks = static_cast<int>(row.Int("chunks"));
  attachment.metadata_removed = row.Bool("metadata_removed");
  attachment.state = static_cast<v1::AttachmentState>(row.Int("state"));
  attachment.refusal = static_cast<v1::AttachmentRefusal>(row.Int("refusal"));
  attachment.created = row.Time("created_at");
  return attachment;
}

absl::StatusOr<Attachment> FromRow(const pg::Row& row, const secrecy::DataKey& key) {
  Attachment attachment = PlainFromRow(row);
  AVVIK_ASSIGN_OR_RETURN(attachment.filename,
                         key.Open(row.Bytes("filename"), FieldContext("filename", attachment.id)));
  AVVIK_ASSIGN_OR_RETURN(attachment.sha256,
                         key.Open(row.Bytes("sha256"), FieldContext("sha256", attachment.id)));
  return attachment;
}

absl::Status Remove(pg::Transaction& transaction, const Attachment& attachment) {
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteChunks, {attachment.id}).status());
  return transaction.Execute(kDelete, {attachment.id}).status();
}

}  // namespace

absl::StatusOr<secrecy::DataKey> PgAttachmentStore::KeyOf(const std::string& tenant,
                                                          const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kGetKey, {report_id}));
  if (rows.empty()) return error::ReportNotFound(report_id);
  return vault_.Unwrap(tenant, rows[0].Bytes("wrapped"));
}

absl::Status PgAttachmentStore::Begin(const Attachment& attachment, absl::Time until) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(attachment.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_ASSIGN_OR_RETURN(const Sender sender, SenderOf(transaction, vault_, attachment));
        AVVIK_RETURN_IF_ERROR(CheckRoom(transaction, attachment, sender, limits_));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kBegin, {attachment.id, attachment.tenant, attachment.report_id,
                                         attachment.created, until}));
        return rows.affected() == 1 ? absl::OkStatus() : error::BadUploadTicket();
      });
}

absl::Status PgAttachmentStore::AddChunk(const Attachment& attachment, const secrecy::DataKey& key,
                                         int index, bool last, std::string_view chunk) {
  const std::string sealed = key.Seal(chunk, ChunkContext(attachment, index, last));
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(attachment.tenant), kAddChunk,
                                     {attachment.id, index, pg::Bytes{sealed}}));
  return rows.affected() == 1 ? absl::OkStatus() : error::AttachmentNotFound(attachment.id);
}

absl::Status PgAttachmentStore::Finish(const Attachment& attachment, const secrecy::DataKey& key,
                                       const audit::Record& trace) {
  const std::string filename =
      key.Seal(attachment.filename, FieldContext("filename", attachment.id));
  const std::string sha256 = key.Seal(attachment.sha256, FieldContext("sha256", attachment.id));
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(attachment.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_RETURN_IF_ERROR(LockOpenReport(transaction, attachment).status());
        AVVIK_ASSIGN_OR_RETURN(const Sender sender, SenderOf(transaction, vault_, attachment));
        AVVIK_RETURN_IF_ERROR(
            transaction.Execute(kTakeTurn, {attachment.tenant, sender.pseudonyms}).status());
        AVVIK_RETURN_IF_ERROR(CheckRoom(transaction, attachment, sender, limits_));
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(
                kFinish, {attachment.id, pg::Bytes{filename}, attachment.media_type, attachment.size,
                          attachment.chunks, pg::Bytes{sha256}, attachment.metadata_removed,
                          static_cast<int>(v1::ATTACHMENT_STATE_QUARANTINED), attachment.created}));
        if (rows.affected() != 1) return error::AttachmentNotFound(attachment.id);
        return audit::Append(transaction, trace);
      });
}

absl::Status PgAttachmentStore::Discard(const Attachment& attachment) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(attachment.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) { return Remove(transaction, attachment); });
}

absl::StatusOr<std::vector<Attachment>> PgAttachmentStore::List(const std::string& tenant,
                                                                const std::string& report_id) {
  std::vector<Attachment> attachments;
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Tenant(tenant), kList, {tenant, report_id}));
  if (rows.empty()) return attachments;
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, KeyOf(tenant, report_id));
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(Attachment attachment, FromRow(row, key));
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

absl::StatusOr<Attachment> PgAttachmentStore::Get(const std::string& tenant,
                                                  const std::string& report_id,
                                                  const std::string& attachment_id) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(tenant), kGet, {tenant, report_id, attachment_id}));
  if (rows.empty()) return error::AttachmentNotFound(attachment_id);
  AVVIK_ASSIGN_OR_RETURN(const secrecy::DataKey key, KeyOf(tenant, report_id));
  return FromRow(rows[0], key);
}

absl::StatusOr<std::string> PgAttachmentStore::Chunk(const Attachment& attachment,
                                                     const secrecy::DataKey& key, int index) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(pg::Scope::Tenant(attachment.tenant), kGetChunk, {attachment.id, index}));
  if (rows.empty()) return error::AttachmentNotFound(attachment.id);
  if (rows[0].IsNull("sealed")) return absl::DataLossError("a chunk is missing");
  return key.Open(rows[0].Bytes("sealed"),
                  ChunkContext(attachment, index, index + 1 == attachment.chunks));
}

absl::Status PgAttachmentStore::Delete(const Attachment& attachment, const audit::Record& trace) {
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(attachment.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        AVVIK_RETURN_IF_ERROR(LockOpenReport(transaction, attachment).status());
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteChunks, {attachment.id}).status());
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kDelete, {attachment.id}));
        if (rows.affected() != 1) return error::AttachmentNotFound(attachment.id);
        return audit::Append(transaction, trace);
      });
}

absl::StatusOr<std::optional<ClaimedAttachment>> PgAttachmentStore::ClaimForScan(absl::Time now,
                                                                                 absl::Time retry) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kClaim, {now, retry}));
  if (rows.empty()) return std::nullopt;
  return ClaimedAttachment{.attachment = PlainFromRow(rows[0]),
                           .scans = static_cast<int>(rows[0].Int("scans"))};
}

absl::Status PgAttachmentStore::Postpone(const Attachment& attachment, absl::Time until) {
  return pool_.Query(pg::Scope::Tenant(attachment.tenant), kPostpone, {attachment.id, until})
      .status();
}

absl::Status PgAttachmentStore::Settle(const Attachment& attachment, const Verdict& verdict,
                                       absl::Time now) {
  const bool clean = verdict.refusal == v1::ATTACHMENT_REFUSAL_UNSPECIFIED;
  const auto state = clean ? v1::ATTACHMENT_STATE_CLEAN : v1::ATTACHMENT_STATE_REFUSED;
  return pg::InTransaction(
      pool_, pg::Scope::Tenant(attachment.tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::Status {
        // Events of a report travel in the order in which its row was locked.
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows reports,
            transaction.Execute(kLockReport, {attachment.tenant, attachment.report_id}));
        if (reports.empty()) return absl::OkStatus();
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows rows,
            transaction.Execute(kSettle, {attachment.id, static_cast<int>(state),
                                          static_cast<int>(verdict.refusal), verdict.signature}));
        if (rows.affected() == 0) return absl::OkStatus();
        if (!clean) {
          AVVIK_RETURN_IF_ERROR(transaction.Execute(kDeleteChunks, {attachment.id}).status());
        }
        const events::Heading heading = {.tenant = attachment.tenant,
                                         .subject = "reports/" + attachment.report_id,
                                         .subject_version = reports[0].Int("version"),
                                         .time = now,
                                         .trace_parent = ""};
        v1::AttachmentAdded added;
        added.set_report_id(attachment.report_id);
        added.set_attachment_id(attachment.id);
        added.set_media_type(attachment.media_type);
        added.set_size(attachment.size);
        v1::AttachmentRefused refused;
        refused.set_report_id(attachment.report_id);
        refused.set_attachment_id(attachment.id);
        refused.set_refusal(verdict.refusal);
        const events::v1::Event event = clean ? events::MakeEvent(ids_, "intake", heading, added)
                                              : events::MakeEvent(ids_, "intake", heading, refused);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        audit::Record trace;
        trace.id = ids_.Next();
        trace.tenant = attachment.tenant;
        trace.at = now;
        trace.actor = kActor;
        trace.machine = true;
        trace.method = event.type();
        trace.subject = heading.subject;
        trace.outcome = audit::Outcome::kAllowed;
        trace.reason = clean ? "" : v1::AttachmentRefusal_Name(verdict.refusal);
        return audit::Append(transaction, trace);
      });
}

absl::StatusOr<int64_t> PgAttachmentStore::Sweep(absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(pg::Scope::Everything(), kSweep, {now}));
  return rows.affected();
}

absl::StatusOr<int64_t> PgAttachmentStore::Waiting() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(pg::Scope::Everything(), kWaiting));
  return rows[0].Int("waiting");
}

absl::StatusOr<int64_t> EraseAttachments(pg::Transaction& transaction,
                                         const std::string& report_id) {
  AVVIK_RETURN_IF_ERROR(transaction.Execute(kEraseChunks, {report_id}).status());
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kErase, {report_id}));
  return rows.affected();
}

}  // namespace avvik::intake
