#include "services/intake/pg_receipt_store.h"

#include <optional>
#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "common/events/outbox.h"
#include "common/status/macros.h"
#include "services/intake/errors.h"
#include "services/intake/intake_events.h"
#include "services/intake/sealed_report.h"

namespace avvik::intake {
namespace {

using pg::Scope;

constexpr absl::Duration kPatience = absl::Seconds(5);

constexpr pg::Statement kSpend{"intake_spend_challenge", R"sql(
    INSERT INTO spent_challenge (tenant, nonce, expires_at)
    VALUES                      ($1,     $2,    $3)
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kCountSpent{"intake_count_spent_challenges", R"sql(
    SELECT count(*) AS spent FROM spent_challenge WHERE tenant = $1 AND expires_at > $2)sql"};

constexpr pg::Statement kForget{"intake_forget_challenges",
                                "DELETE FROM spent_challenge WHERE expires_at <= $1"};

constexpr pg::Statement kKeepReceipt{"intake_keep_receipt", R"sql(
    INSERT INTO receipt (tenant, key_id, tag, salt, hash, report_id)
    VALUES              ($1,     $2,     $3,  $4,   $5,   $6))sql"};

constexpr pg::Statement kFindReceipts{"intake_find_receipts", R"sql(
    SELECT key_id, tag, salt, hash, report_id
      FROM receipt
     WHERE tenant = $1 AND key_id = $2 AND tag = $3)sql"};

constexpr pg::Statement kReplaceReceipt{"intake_replace_receipt", R"sql(
    UPDATE receipt
       SET key_id = $5, tag = $6, salt = $7, hash = $8
     WHERE tenant = $1 AND key_id = $2 AND tag = $3 AND salt = $4)sql"};

constexpr pg::Statement kCountReceipts{
    "intake_count_receipts", "SELECT key_id, count(*) AS receipts FROM receipt GROUP BY key_id"};

constexpr pg::Statement kListMessages{"intake_list_messages", R"sql(
    SELECT id, request_id, author, handler, text, created_at
      FROM report_message
     WHERE tenant = $1 AND report_id = $2
     ORDER BY created_at, id)sql"};

constexpr pg::Statement kFindMessage{"intake_find_message", R"sql(
    SELECT id, request_id, author, handler, text, created_at
      FROM report_message
     WHERE tenant = $1 AND report_id = $2 AND author = $3 AND handler = $4 AND request_id = $5)sql"};

constexpr pg::Statement kCountMessages{
    "intake_count_messages",
    "SELECT count(*) AS messages FROM report_message WHERE tenant = $1 AND report_id = $2"};

constexpr pg::Statement kLockReportOfMessage{
    "intake_lock_report_of_message",
    "SELECT number, version FROM report WHERE tenant = $1 AND id = $2 FOR UPDATE"};

constexpr pg::Statement kFindReportKey{
    "intake_find_report_key",
    "SELECT wrapped FROM report_key WHERE tenant = $1 AND report_id = $2"};

constexpr pg::Statement kInsertMessage{"intake_insert_message", R"sql(
    INSERT INTO report_message (id, tenant, report_id, request_id, author, handler, text, created_at)
    VALUES                     ($1, $2,     $3,        $4,         $5,     $6,      $7,   $8))sql"};

constexpr pg::Statement kRaiseVersion{"intake_raise_report_version",
                                      "UPDATE report SET version = $2 WHERE id = $1"};

// The report's key; nothing when the report was erased.
absl::StatusOr<std::optional<secrecy::DataKey>> KeyOf(pg::Transaction& transaction,
                                                      secrecy::Vault& vault,
                                                      const std::string& tenant,
                                                      const std::string& report_id) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         transaction.Execute(kFindReportKey, {tenant, report_id}));
  if (rows.empty()) return std::nullopt;
  AVVIK_ASSIGN_OR_RETURN(secrecy::DataKey key, vault.Unwrap(tenant, rows[0].Bytes("wrapped")));
  return std::optional(std::move(key));
}

absl::StatusOr<std::vector<Message>> Opened(const pg::Rows& rows, const secrecy::DataKey& key) {
  std::vector<Message> messages;
  for (const pg::Row row : rows) {
    AVVIK_ASSIGN_OR_RETURN(
        std::string text, key.Open(row.Bytes("text"), SealContext(kMessage, row.Text("id"))));
    messages.push_back({.id = row.Text("id"),
                        .request_id = row.Text("request_id"),
                        .author = static_cast<v1::MessageAuthor>(row.Int("author")),
                        .handler = row.Text("handler"),
                        .text = std::move(text),
                        .created = row.Time("created_at")});
  }
  return messages;
}

}  // namespace

absl::Status PgReceiptStore::Spend(const std::string& tenant, const OpenedChallenge& challenge) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(Scope::Tenant(tenant), kSpend,
                                     {tenant, challenge.nonce, challenge.expires}));
  return rows.affected() == 1 ? absl::OkStatus() : error::ChallengeUsed();
}

absl::StatusOr<int64_t> PgReceiptStore::SpentLately(const std::string& tenant, absl::Time now) {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                         pool_.Query(Scope::Tenant(tenant), kCountSpent, {tenant, now}));
  return rows[0].Int("spent");
}

absl::Status PgReceiptStore::ForgetExpired(absl::Time now) {
  return pool_.Query(Scope::Everything(), kForget, {now}).status();
}

absl::Status PgReceiptStore::KeepReceipt(const std::string& tenant, const HashedReceipt& receipt,
                                         const std::string& report_id) {
  return pool_
      .Query(Scope::Tenant(tenant), kKeepReceipt,
             {tenant, receipt.key_id, pg::Bytes{receipt.tag}, pg::Bytes{receipt.salt},
              pg::Bytes{receipt.hash}, report_id})
      .status();
}

absl::StatusOr<std::vector<KeptReceipt>> PgReceiptStore::FindReceipts(const std::string& tenant,
                                                                      const std::string& key_id,
                                                                      const std::string& tag) {
  AVVIK_ASSIGN_OR_RETURN(
      const pg::Rows rows,
      pool_.Query(Scope::Tenant(tenant), kFindReceipts, {tenant, key_id, pg::Bytes{tag}}));
  std::vector<KeptReceipt> receipts;
  for (const pg::Row row : rows) {
    receipts.push_back({.hashed = {.key_id = row.Text("key_id"),
                                   .tag = row.Bytes("tag"),
                                   .salt = row.Bytes("salt"),
                                   .hash = row.Bytes("hash")},
                        .report_id = row.Text("report_id")});
  }
  return receipts;
}

absl::Status PgReceiptStore::ReplaceReceipt(const std::string& tenant, const HashedReceipt& from,
                                            const HashedReceipt& to) {
  return pool_
      .Query(Scope::Tenant(tenant), kReplaceReceipt,
             {tenant, from.key_id, pg::Bytes{from.tag}, pg::Bytes{from.salt}, to.key_id,
              pg::Bytes{to.tag}, pg::Bytes{to.salt}, pg::Bytes{to.hash}})
      .status();
}

absl::StatusOr<std::map<std::string, int64_t>> PgReceiptStore::CountReceipts() {
  AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows, pool_.Query(Scope::Everything(), kCountReceipts));
  std::map<std::string, int64_t> counts;
  for (const pg::Row row : rows) counts[row.Text("key_id")] = row.Int("receipts");
  return counts;
}

absl::StatusOr<std::vector<Message>> PgReceiptStore::Messages(const std::string& tenant,
                                                              const std::string& report_id) {
  using Messages = std::vector<Message>;
  return pg::InTransaction(
      pool_, Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Messages> {
        AVVIK_ASSIGN_OR_RETURN(const std::optional<secrecy::DataKey> key,
                               KeyOf(transaction, vault_, tenant, report_id));
        if (!key.has_value()) return Messages();
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows rows,
                               transaction.Execute(kListMessages, {tenant, report_id}));
        return Opened(rows, *key);
      });
}

absl::StatusOr<Message> PgReceiptStore::AddMessage(const std::string& tenant,
                                                   const std::string& report_id,
                                                   const Message& message,
                                                   const audit::Record& trace) {
  return pg::InTransaction(
      pool_, Scope::Tenant(tenant), absl::Now() + kPatience,
      [&](pg::Transaction& transaction) -> absl::StatusOr<Message> {
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows locked,
                               transaction.Execute(kLockReportOfMessage, {tenant, report_id}));
        if (locked.empty()) return error::ReportNotFound(report_id);
        const std::string number = locked[0].Text("number");
        AVVIK_ASSIGN_OR_RETURN(const std::optional<secrecy::DataKey> key,
                               KeyOf(transaction, vault_, tenant, report_id));
        if (!key.has_value()) return error::ReportErased(number);
        AVVIK_ASSIGN_OR_RETURN(
            const pg::Rows repeat,
            transaction.Execute(kFindMessage,
                                {tenant, report_id, static_cast<int>(message.author),
                                 message.handler, message.request_id}));
        if (!repeat.empty()) {
          AVVIK_ASSIGN_OR_RETURN(std::vector<Message> earlier, Opened(repeat, *key));
          return std::move(earlier.front());
        }
        AVVIK_ASSIGN_OR_RETURN(const pg::Rows count,
                               transaction.Execute(kCountMessages, {tenant, report_id}));
        if (count[0].Int("messages") >= static_cast<int64_t>(kMostMessages)) {
          return error::TooManyMessages(number);
        }
        const std::string text = key->Seal(message.text, SealContext(kMessage, message.id));
        AVVIK_RETURN_IF_ERROR(
            transaction
                .Execute(kInsertMessage,
                         {message.id, tenant, report_id, message.request_id,
                          static_cast<int>(message.author), message.handler,
                          pg::Bytes{text}, message.created})
                .status());
        const int64_t version = locked[0].Int("version") + 1;
        AVVIK_RETURN_IF_ERROR(transaction.Execute(kRaiseVersion, {report_id, version}).status());
        audit::Record record = trace;
        record.subject = "reports/" + report_id;
        AVVIK_RETURN_IF_ERROR(audit::Append(transaction, record));
        const events::v1::Event event =
            MessageAddedEvent(ids_, tenant, report_id, version, message, trace.trace_parent);
        AVVIK_RETURN_IF_ERROR(events::Append(transaction, std::span(&event, 1)));
        return message;
      });
}

}  // namespace avvik::intake
