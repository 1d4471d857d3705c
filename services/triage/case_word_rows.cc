#include "services/triage/case_word_rows.h"

#include <algorithm>
#include <iterator>

#include "common/status/macros.h"
#include "services/triage/case_words.h"

namespace avvik::triage {
namespace {

constexpr pg::Statement kInsertWords{"triage_insert_words", R"sql(
    INSERT INTO case_word (tenant, word, case_id, of_report)
    SELECT $1, word, $2, $3 FROM unnest($4::bigint[]) AS word
    ON CONFLICT DO NOTHING)sql"};

constexpr pg::Statement kDeleteSomeWords{"triage_delete_some_words", R"sql(
    DELETE FROM case_word WHERE tenant = $1 AND word = ANY ($2::bigint[]) AND case_id = $3)sql"};

constexpr pg::Statement kMarkIndexed{"triage_mark_indexed", R"sql(
    UPDATE triage_case SET words_indexed = true WHERE id = $1 AND NOT words_indexed)sql"};

constexpr pg::Statement kForgetReportWords{"triage_forget_report_words", R"sql(
    WITH forgotten AS (
      DELETE FROM case_word WHERE tenant = $1 AND case_id = $2 AND of_report)
    UPDATE triage_case SET words_indexed = false WHERE id = $2)sql"};

constexpr pg::Statement kDeleteWords{"triage_delete_words", R"sql(
    DELETE FROM case_word WHERE tenant = $1 AND case_id = $2)sql"};

const char* PurposeOf(WordKind kind) {
  switch (kind) {
    case WordKind::kOwn:
      return "word";
    case WordKind::kReport:
      return "report-word";
    case WordKind::kUnit:
      return "unit";
    case WordKind::kSystem:
      return "system";
  }
  return "";
}

// Of many words: what is written, and what was written by other keys.
struct Terms {
  std::vector<pg::Param> now;
  std::vector<pg::Param> other;
};

absl::StatusOr<Terms> TermsOfAll(secrecy::Vault& vault, const std::string& tenant, WordKind kind,
                                 const std::vector<std::string>& words) {
  Terms terms;
  terms.now.reserve(words.size());
  for (const std::string& word : words) {
    AVVIK_ASSIGN_OR_RETURN(const std::vector<int64_t> of_word, TermsOf(vault, tenant, kind, word));
    terms.now.emplace_back(of_word.front());
    terms.other.insert(terms.other.end(), of_word.begin() + 1, of_word.end());
  }
  return terms;
}

absl::Status Insert(pg::Transaction& transaction, const Case& subject, WordKind kind,
                    const std::vector<pg::Param>& terms) {
  return transaction
      .Execute(kInsertWords,
               {subject.tenant, subject.id, kind == WordKind::kReport, pg::Array(terms)})
      .status();
}

absl::Status Delete(pg::Transaction& transaction, const Case& subject,
                    const std::vector<pg::Param>& terms) {
  if (terms.empty()) return absl::OkStatus();
  return transaction.Execute(kDeleteSomeWords, {subject.tenant, pg::Array(terms), subject.id})
      .status();
}

absl::Status Insert(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                    WordKind kind, const std::vector<std::string>& words) {
  if (words.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const Terms terms, TermsOfAll(vault, subject.tenant, kind, words));
  return Insert(transaction, subject, kind, terms.now);
}

absl::Status Renew(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                   WordKind kind, const std::vector<std::string>& words) {
  if (words.empty()) return absl::OkStatus();
  AVVIK_ASSIGN_OR_RETURN(const Terms terms, TermsOfAll(vault, subject.tenant, kind, words));
  AVVIK_RETURN_IF_ERROR(Insert(transaction, subject, kind, terms.now));
  return Delete(transaction, subject, terms.other);
}

std::vector<std::string> Without(const std::vector<std::string>& words,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> rest;
  std::set_difference(words.begin(), words.end(), others.begin(), others.end(),
                      std::back_inserter(rest));
  return rest;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> TermsOf(secrecy::Vault& vault, const std::string& tenant,
                                             WordKind kind, const std::string& word) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> hashes,
                         vault.Fingerprints(tenant, PurposeOf(kind), word));
  std::vector<int64_t> terms;
  terms.reserve(hashes.size());
  for (const std::string& hash : hashes) {
    terms.push_back(static_cast<int64_t>(std::stoull(hash.substr(0, 16), nullptr, 16)));
  }
  return terms;
}

absl::Status PutOwnWords(pg::Transaction& transaction, secrecy::Vault& vault, const Case* before,
                         const Case& after) {
  const std::vector<std::string> now = OwnWordsOf(after);
  const std::vector<std::string> then =
      before == nullptr ? std::vector<std::string>() : OwnWordsOf(*before);
  if (const std::vector<std::string> gone = Without(then, now); !gone.empty()) {
    AVVIK_ASSIGN_OR_RETURN(const Terms terms,
                           TermsOfAll(vault, after.tenant, WordKind::kOwn, gone));
    AVVIK_RETURN_IF_ERROR(Delete(transaction, after, terms.now));
    AVVIK_RETURN_IF_ERROR(Delete(transaction, after, terms.other));
  }
  if (before == nullptr) {
    if (!after.unit.empty()) {
      AVVIK_RETURN_IF_ERROR(Insert(transaction, vault, after, WordKind::kUnit, {after.unit}));
    }
    if (!after.system.empty()) {
      AVVIK_RETURN_IF_ERROR(Insert(transaction, vault, after, WordKind::kSystem, {after.system}));
    }
  }
  return Insert(transaction, vault, after, WordKind::kOwn, Without(now, then));
}

absl::Status AddReportWords(pg::Transaction& transaction, secrecy::Vault& vault,
                            const Case& subject, const std::vector<std::string>& words) {
  return Insert(transaction, vault, subject, WordKind::kReport, words);
}

absl::Status RenewWords(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                        const std::vector<std::string>& told) {
  AVVIK_RETURN_IF_ERROR(
      Renew(transaction, vault, subject, WordKind::kOwn, OwnWordsOf(subject)));
  if (!subject.unit.empty()) {
    AVVIK_RETURN_IF_ERROR(Renew(transaction, vault, subject, WordKind::kUnit, {subject.unit}));
  }
  if (!subject.system.empty()) {
    AVVIK_RETURN_IF_ERROR(Renew(transaction, vault, subject, WordKind::kSystem, {subject.system}));
  }
  return Renew(transaction, vault, subject, WordKind::kReport, told);
}

absl::Status MarkIndexed(pg::Transaction& transaction, const Case& subject) {
  return transaction.Execute(kMarkIndexed, {subject.id}).status();
}

absl::Status ForgetReportWords(pg::Transaction& transaction, const Case& subject) {
  return transaction.Execute(kForgetReportWords, {subject.tenant, subject.id}).status();
}

absl::Status DeleteWords(pg::Transaction& transaction, const Case& subject) {
  return transaction.Execute(kDeleteWords, {subject.tenant, subject.id}).status();
}

}  // namespace avvik::triage
