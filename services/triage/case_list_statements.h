// The statements of lists, counts and search. The benchmark hands the same text to pgbench.
//
// The first 33 parameters of those that take a filter are listed in case_list_statements.cc.
#pragma once

#include <cstdint>
#include <limits>

#include "avvik/triage/v1/case.pb.h"
#include "common/pg/connection.h"

namespace avvik::triage {

// The value, in an order by due time, of what is not due.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// $34 the id of the last case of the page before, null for the first page; $35 its value in the order; $36 how many;
// of a list that begins with candidates $37 these. `value` is what $35 will be. What begins with places is for whom no
// whole sphere is visible, so $2 is empty.
enum class Begin { kAlong, kCandidates, kPlaces };
const pg::Statement& ListStatement(v1::CaseOrder order, int64_t value, Begin begin);
// $34 the bound; with candidates $35 these.
const pg::Statement& CountStatement(Begin begin);
// $34 the bound, $35 the login that is `me`; with candidates $36 these.
const pg::Statement& TallyStatement(Begin begin);

// $1 tenant, $2 keys, $3 a bound. The cases reached by keys, or that they are many: by as many keys or more.
extern const pg::Statement kReachedCases;
// $1 tenant, $2 places of words, $3 terms, $4 bound. How many cases have each word, by its place.
extern const pg::Statement kRarity;
// $1 tenant, $2 places of words, $3 terms, $4 how many words. Cases that have all the words, in no order.
extern const pg::Statement kCasesWithWords;
// $1 tenant, $2 the case behind which to begin, null for the beginning, $3 how many; $4 to $7 terms of a word, $8 those
// beyond four, each kNoTerm where there are no more. Of several words $9 to $13 the same of a second one, $14 to $19 the
// terms of the others. Cases that have all the words, in the order of their ids, some more than once.
inline constexpr int64_t kNoTerm = 0;  // The hash of no word, as surely as two words have two hashes.
extern const pg::Statement kNewestWithWord;
extern const pg::Statement kOldestWithWord;
extern const pg::Statement kNewestWithWords;
extern const pg::Statement kOldestWithWords;

// $1 tenant, $2 the case, $3 whether words of its report count, $4 most cases that a word may have, $5 most words. The
// case's rarest words that others have, too.
extern const pg::Statement kRareWords;
// $1 tenant, $2 the case, $3 to $5 what is visible of cases, $6 to $8 of reports, $9 terms, $10 which of them are of
// reports, $11 what each weighs, $12 its system, $13 when it was reported, $14 how many. Each with its common terms.
extern const pg::Statement kLikeCases;

}  // namespace avvik::triage
