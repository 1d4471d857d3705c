// The table of words, within a transaction of the caller's. What stands there is a keyed hash of a word, so that
// nobody without the tenant's key reads it or can try a word out.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/pool.h"
#include "common/secrecy/vault.h"
#include "services/triage/case.h"

namespace avvik::triage {

// What a word stands for in the table. The same word has another hash in each.
enum class WordKind { kOwn, kReport, kUnit, kSystem };

// The hashes of a word, by one of which it stands in the table: the first is what is written.
absl::StatusOr<std::vector<int64_t>> TermsOf(secrecy::Vault& vault, const std::string& tenant,
                                             WordKind kind, const std::string& word);

// Writes what differs between the words of a case's own texts `before` (null for a new case) and after a change. Both
// have their notes.
absl::Status PutOwnWords(pg::Transaction& transaction, secrecy::Vault& vault, const Case* before,
                         const Case& after);

// Adds the words of a report that belongs to the case.
absl::Status AddReportWords(pg::Transaction& transaction, secrecy::Vault& vault,
                            const Case& subject, const std::vector<std::string>& words);

// Writes the words of a case's own texts, and `told` of its reports, anew by the newest key. The case has its notes.
absl::Status RenewWords(pg::Transaction& transaction, secrecy::Vault& vault, const Case& subject,
                        const std::vector<std::string>& told);

// Remembers that all words of the case are there.
absl::Status MarkIndexed(pg::Transaction& transaction, const Case& subject);

// Removes the words of the case's reports; the indexer reads them again.
absl::Status ForgetReportWords(pg::Transaction& transaction, const Case& subject);

// Removes every word of the case.
absl::Status DeleteWords(pg::Transaction& transaction, const Case& subject);

}  // namespace avvik::triage
