// Between the domain's case and its row, where its texts are sealed.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/pg/value.h"
#include "common/secrecy/data_key.h"
#include "common/secrecy/vault.h"
#include "services/triage/case.h"

namespace avvik::triage {

// The bit of a property in `hit_properties`.
inline int PropertyBit(type::v1::SecurityProperty property) { return 1 << property; }

// A row of triage_case joined with its key, opened, without notes. DATA_LOSS when its classification
// cannot be read or a text was altered.
absl::StatusOr<Case> CaseFromRow(const pg::Row& row, secrecy::Vault& vault);

// The columns of triage_case in the order of kCaseColumns, sealed with the case's key.
absl::StatusOr<std::vector<pg::Param>> CaseColumns(const Case& subject, secrecy::Vault& vault);

// The title of a case that is read for something else.
absl::StatusOr<std::string> OpenTitle(const secrecy::DataKey& key, const std::string& sealed,
                                      const std::string& case_id);

// What was written for the reporter, of a row of triage_case; the same.
absl::StatusOr<std::string> OpenOutcomeForReporter(const secrecy::DataKey& key,
                                                   const std::string& sealed,
                                                   const std::string& case_id);

// Puts the notes into a case: rows of note, oldest first.
absl::Status NotesFromRows(const pg::Rows& rows, secrecy::Vault& vault, Case* subject);

// A note's text as it is kept with its case.
absl::StatusOr<std::string> SealNote(const Case& subject, const Note& note, secrecy::Vault& vault);

}  // namespace avvik::triage
