#include "services/triage/case_link_rows.h"

#include <utility>

#include "common/status/macros.h"
#include "services/triage/case_rows.h"

namespace avvik::triage {
namespace {

constexpr pg::Statement kIsReportKnown{"triage_is_report_known", R"sql(
    SELECT EXISTS (SELECT FROM triage_case WHERE tenant = $1 AND report_id = $2)
        OR EXISTS (SELECT FROM case_report WHERE tenant = $1 AND report_id = $2) AS known)sql"};

constexpr pg::Statement kFindJoinable{"triage_find_joinable", R"sql(
    SELECT joinable_case.*, triage_case.classification
      FROM joinable_case
      JOIN triage_case ON triage_case.id = joinable_case.case_id
     WHERE joinable_case.tenant = $1
       AND joinable_case.category = $2
       AND last_report_at >= $3
       AND ended_at IS NULL
       AND triage_case.state <> 4
       AND triage_case.sphere IN (1, 2)
     ORDER BY last_report_at DESC
     LIMIT $4)sql"};

constexpr pg::Statement kPutJoinable{"triage_put_joinable", R"sql(
    INSERT INTO joinable_case (tenant, case_id, category, system, title_hashes, text_hashes,
                               last_report_at)
    VALUES                    ($1,     $2,      $3,       $4,     $5,           $6,
                               $7))sql"};

constexpr pg::Statement kTouchJoinable{"triage_touch_joinable", R"sql(
    UPDATE joinable_case SET last_report_at = greatest(last_report_at, $3)
     WHERE tenant = $1 AND case_id = $2)sql"};

constexpr pg::Statement kEndJoinable{"triage_end_joinable", R"sql(
    UPDATE joinable_case SET ended_at = $3
     WHERE tenant = $1 AND case_id = $2 AND ended_at IS NULL)sql"};

constexpr pg::Statement kRecogniseAnew{"triage_recognise_joinable_anew", R"sql(
    UPDATE joinable_case SET title_hashes = $3, text_hashes = $4 WHERE tenant = $1 AND case_id = $2)sql"};

constexpr pg::Statement kRemoveJoinable{
    "triage_remove_joinable", "DELETE FROM joinable_case WHERE tenant = $1 AND case_id = $2"};

constexpr pg::Statement kLockCase{"triage_lock_case_by_id", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1 AND id = $2
       FOR UPDATE OF triage_case)sql"};

constexpr pg::Statement kLockCaseOfLink{"triage_lock_case_of_link", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      JOIN case_report ON case_report.case_id = triage_case.id
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE case_report.tenant = $1 AND case_report.report_id = $2
       FOR UPDATE OF triage_case)sql"};

constexpr pg::Statement kUpdateLinks{"triage_update_links", R"sql(
    UPDATE triage_case
       SET report_count = $2, group_id = $3, member_count = $4, updated_at = $5, version = $6
     WHERE id = $1)sql"};

constexpr pg::Statement kUpdateMembers{"triage_update_members", R"sql(
    UPDATE triage_case SET member_count = $2 WHERE id = $1)sql"};

constexpr pg::Statement kInsertLink{"triage_insert_link", R"sql(
    INSERT INTO case_report (tenant, report_id, case_id, number, submitted, linked_at, similarity,
                             withdrawn)
    VALUES                  ($1,     $2,        $3,      $4,     $5,        $6,        $7,
                             false))sql"};

constexpr pg::Statement kFindLink{"triage_find_link", R"sql(
    SELECT case_id, submitted, withdrawn FROM case_report
     WHERE tenant = $1
       AND (number = $2 OR report_id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                            THEN $2::uuid END)
       FOR UPDATE)sql"};

constexpr pg::Statement kDeleteLink{
    "triage_delete_link", "DELETE FROM case_report WHERE tenant = $1 AND report_id = $2"};

constexpr pg::Statement kWithdrawLink{
    "triage_withdraw_link",
    "UPDATE case_report SET withdrawn = true WHERE tenant = $1 AND report_id = $2"};

std::string Packed(const std::vector<uint32_t>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * 4);
  for (const uint32_t hash : hashes) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(hash >> shift));
  }
  return bytes;
}

std::vector<uint32_t> Unpacked(const std::string& bytes) {
  std::vector<uint32_t> hashes(bytes.size() / 4);
  for (size_t i = 0; i < hashes.size() * 4; ++i) {
    hashes[i / 4] |= uint32_t{static_cast<unsigned char>(bytes[i])} << 8 * (i % 4);
  }
  return hashes;
}

absl::StatusOr<JoinableCase> JoinableFromRow(const pg::Row& row) {
  v1::Classification classification;
  JoinableCase joinable{.case_id = row.Text("case_id"), .subject = {}};
  if (!classification.ParseFromString(row.Bytes("classification"))) {
    return absl::DataLossError("the classification of case " + joinable.case_id +
                               " cannot be read");
  }
  joinable.subject = {.category = static_cast<type::v1::Category>(row.Int("category")),
                      .system = row.Text("system"),
                      .fingerprint = {.title = Unpacked(row.Bytes("title_hashes")),
                                      .text = Unpacked(row.Bytes("text_hashes"))},
                      .personal_data = classification.personal_data(),
                      .reported = row.Time("last_report_at")};
  return joinable;
}

absl::StatusOr<std::optional<Case>> CaseIn(const pg::Rows& rows, secrecy::Vault& vault) {
  if (rows.empty()) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(Case found, CaseFromRow(rows[0], vault));
  return std::optional<Case>(std::move(found));
}

}  // namespace

absl::StatusOr<bool> IsReportKnown(pg::Transaction& transaction, const std::string& tenant,
                                   const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kIsReportKnown, {tenant, report_id}));
  return rows[0].Bool("known");
}

absl::StatusOr<std::vector<JoinableCase>> FindJoinable(pg::Transaction& transaction,
                                                       const std::string& tenant,
                                                       type::v1::Category category,
                                                       absl::Time oldest) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      transaction.Execute(kFindJoinable,
                          {tenant, static_cast<int>(category), oldest, kMostCompared}));
  std::vector<JoinableCase> joinable;
  joinable.reserve(rows.size());
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(JoinableCase entry, JoinableFromRow(row));
    joinable.push_back(std::move(entry));
  }
  return joinable;
}

absl::Status PutJoinable(pg::Transaction& transaction, const Case& opened,
                         const campaigns::Subject& report) {
  const std::string title = Packed(report.fingerprint.title);
  const std::string text = Packed(report.fingerprint.text);
  return transaction
      .Execute(kPutJoinable, {opened.tenant, opened.id, static_cast<int>(report.category),
                              report.system, pg::Bytes{title}, pg::Bytes{text}, report.reported})
      .status();
}

absl::Status TouchJoinable(pg::Transaction& transaction, const Case& subject,
                           absl::Time reported) {
  return transaction.Execute(kTouchJoinable, {subject.tenant, subject.id, reported}).status();
}

absl::Status RecogniseAnew(pg::Transaction& transaction, const Case& subject,
                           const campaigns::Fingerprint& fingerprint) {
  const std::string title = Packed(fingerprint.title);
  const std::string text = Packed(fingerprint.text);
  return transaction
      .Execute(kRecogniseAnew, {subject.tenant, subject.id, pg::Bytes{title}, pg::Bytes{text}})
      .status();
}

absl::Status EndJoinable(pg::Transaction& transaction, const std::string& tenant,
                         const std::string& case_id, absl::Time now) {
  return transaction.Execute(kEndJoinable, {tenant, case_id, now}).status();
}

absl::Status RemoveJoinable(pg::Transaction& transaction, const std::string& tenant,
                            const std::string& case_id) {
  return transaction.Execute(kRemoveJoinable, {tenant, case_id}).status();
}

absl::StatusOr<std::optional<Case>> LockCaseById(pg::Transaction& transaction,
                                                 secrecy::Vault& vault, const std::string& tenant,
                                                 const std::string& case_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kLockCase, {tenant, case_id}));
  return CaseIn(rows, vault);
}

absl::StatusOr<std::optional<Case>> LockCaseOfLinkedReport(pg::Transaction& transaction,
                                                           secrecy::Vault& vault,
                                                           const std::string& tenant,
                                                           const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kLockCaseOfLink, {tenant, report_id}));
  return CaseIn(rows, vault);
}

absl::Status UpdateLinks(pg::Transaction& transaction, const CaseChange& change) {
  const Case& subject = change.changed;
  const pg::Param group = subject.group_id.empty() ? pg::Param(std::nullopt) : subject.group_id;
  AVVIK_RETURN_IF_ERROR(transaction
                            .Execute(kUpdateLinks, {subject.id, subject.report_count, group,
                                                    subject.member_count, subject.updated,
                                                    subject.version})
                            .status());
  if (change.leader == nullptr) return absl::OkStatus();
  return transaction.Execute(kUpdateMembers, {change.leader->id, change.leader->member_count})
      .status();
}

absl::Status InsertLink(pg::Transaction& transaction, const Case& subject,
                        intake::v1::ReportSubmitted submitted, int similarity, absl::Time now) {
  submitted.clear_fingerprint();
  submitted.clear_other_fingerprints();
  const std::string bytes = submitted.SerializeAsString();
  return transaction
      .Execute(kInsertLink, {subject.tenant, submitted.report_id(), subject.id, submitted.number(),
                             pg::Bytes{bytes}, now, similarity})
      .status();
}

absl::StatusOr<std::optional<StoredLink>> FindLink(pg::Transaction& transaction,
                                                   const std::string& tenant,
                                                   const std::string& reference) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, transaction.Execute(kFindLink, {tenant, reference}));
  if (rows.empty()) return std::nullopt;
  StoredLink link{.case_id = rows[0].Text("case_id"),
                  .submitted = {},
                  .withdrawn = rows[0].Bool("withdrawn")};
  if (!link.submitted.ParseFromString(rows[0].Bytes("submitted"))) {
    return absl::DataLossError("what was told of report " + reference + " cannot be read");
  }
  return std::optional<StoredLink>(std::move(link));
}

absl::Status DeleteLink(pg::Transaction& transaction, const std::string& tenant,
                        const std::string& report_id) {
  return transaction.Execute(kDeleteLink, {tenant, report_id}).status();
}

absl::Status MarkLinkWithdrawn(pg::Transaction& transaction, const std::string& tenant,
                               const std::string& report_id) {
  return transaction.Execute(kWithdrawLink, {tenant, report_id}).status();
}

}  // namespace avvik::triage
