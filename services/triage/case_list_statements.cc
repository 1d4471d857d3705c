#include "services/triage/case_list_statements.h"

namespace avvik::triage {
namespace {

// $1 tenant; $2 to $4 what is visible of cases; $5 states, $6 units; $7 system; $8 owner, $9 somebody else than;
// $10 least severity; $11 categories; $12 properties by their bits; $13 received from, $14 received before;
// $15 spheres; $16 overdue (1 yes, 2 no) at $17; $18 grouped; $19 held; $20 causes; $21 group; $22 to $29 by what each
// word stands in the index; $30 whether words of reports count whatever is visible of reports, which $31 to $33 say.
//
// What is not asked for is gone before the statement is planned, because it is planned with its parameters.
#define AVVIK_CASE_FILTER \
  " triage_case.tenant = $1" \
  " AND avvik_visible(sphere, unit, parties, $2, $3, $4)" \
  " AND ($5::smallint[] = '{}' OR state = ANY ($5))" \
  " AND ($6::text[] = '{}' OR unit = ANY ($6))" \
  " AND ($7::text = '' OR (system <> '' AND system = $7))" \
  " AND ($8::text IS NULL OR owner_login = $8)" \
  " AND ($9::text IS NULL OR owner_login NOT IN ($9, ''))" \
  " AND ($10::smallint = 0 OR severity >= $10)" \
  " AND ($11::smallint[] = '{}' OR category = ANY ($11))" \
  " AND ($12::smallint = 0 OR hit_properties & $12 <> 0)" \
  " AND ($13::timestamptz IS NULL OR reported_at >= $13)" \
  " AND ($14::timestamptz IS NULL OR reported_at < $14)" \
  " AND ($15::smallint[] = '{}' OR sphere = ANY ($15))" \
  " AND ($16::smallint = 0 OR ($16 = 1) = (due_at < $17::timestamptz))" \
  " AND ($18::smallint = 0 OR ($18 = 1) = (group_id IS NOT NULL))" \
  " AND ($19::smallint = 0 OR ($19 = 1) = (held_at IS NOT NULL))" \
  " AND ($20::smallint[] = '{}' OR cause = ANY ($20))" \
  " AND ($21::uuid IS NULL OR group_id = $21)" \
  AVVIK_HAS("$22") AVVIK_HAS("$23") AVVIK_HAS("$24") AVVIK_HAS("$25") \
  AVVIK_HAS("$26") AVVIK_HAS("$27") AVVIK_HAS("$28") AVVIK_HAS("$29")

// Whether the case has a word. OFFSET keeps the planner from reading every case that has it for the sake of a page.
#define AVVIK_HAS(terms) \
  " AND (" terms "::bigint[] = '{}' OR EXISTS (" \
  " SELECT FROM case_word" \
  " WHERE case_word.tenant = $1 AND case_word.word = ANY (" terms ")" \
  " AND case_word.case_id = triage_case.id" \
  " AND ($30::boolean OR NOT case_word.of_report" \
  " OR avvik_visible(triage_case.sphere, triage_case.unit, triage_case.parties," \
  " $31, $32, $33)) OFFSET 0))"

// Where a statement begins: along an index of all cases, with the candidates, or along an index of each place that is
// visible. Candidates are fetched before anything else is looked at; the planner would rather look for them along the
// order, and weighs each of a list that it is given. Whoever sees a few places among many would wait long for a case of
// theirs to come by.
#define AVVIK_ALONG "triage_case"
#define AVVIK_CANDIDATES(ids)                                               \
  "(SELECT fetched.* FROM unnest(" ids "::uuid[]) AS candidate (id)"        \
  "  CROSS JOIN LATERAL (SELECT * FROM triage_case"                         \
  "                       WHERE triage_case.tenant = $1"                    \
  "                         AND triage_case.id = candidate.id OFFSET 0) AS fetched) AS triage_case"

// A page of what the source has; the key is looked up for what is on the page only.
#define AVVIK_PAGE(source, order)                                                         \
  "SELECT triage_case.*, case_key.wrapped,"                                               \
  "       CASE WHEN isfinite(due_at) THEN (extract(epoch FROM due_at) * 1000000)::bigint" \
  "       ELSE 9223372036854775807 END AS due_micros,"                                    \
  "       (extract(epoch FROM updated_at) * 1000000)::bigint AS changed_micros"           \
  "  FROM (SELECT triage_case.* FROM " source " ORDER BY " order " LIMIT $36) AS triage_case" \
  "  LEFT JOIN case_key ON case_key.case_id = triage_case.id ORDER BY " order

#define AVVIK_WANTED(behind) \
  AVVIK_CASE_FILTER "   AND ($34::uuid IS NULL OR (" behind "))"

#define AVVIK_LIST(source, order, behind) \
  AVVIK_PAGE(source " WHERE " AVVIK_WANTED(behind), order)

// What is wanted of each place, the first of it only, and of what is reached by its parties, which nobody is of many
// cases. OFFSET keeps split_part, which is not leak-proof, out of the condition on the index.
#define AVVIK_PLACES(wanted, first)                                                \
  "(SELECT of_place.*"                                                             \
  "   FROM (SELECT split_part(place, '/', 1)::smallint AS of_sphere,"              \
  "                split_part(place, '/', 2) AS of_unit"                           \
  "           FROM unnest($3::text[]) AS place OFFSET 0) AS place"                 \
  "  CROSS JOIN LATERAL ("                                                         \
  "        SELECT * FROM triage_case"                                              \
  "         WHERE sphere = place.of_sphere AND unit = place.of_unit"               \
  "           AND " wanted first ") AS of_place"                                   \
  " UNION ALL "                                                                    \
  "SELECT * FROM triage_case"                                                      \
  " WHERE id IN (SELECT case_id FROM case_reach"                                   \
  "               WHERE case_reach.tenant = $1 AND key = ANY ($4::text[]))"        \
  "   AND (sphere::text || '/' || unit) <> ALL ($3::text[])"                       \
  "   AND " wanted ") AS triage_case"

#define AVVIK_LIST_OF_PLACES(order, behind) \
  AVVIK_PAGE(AVVIK_PLACES(AVVIK_WANTED(behind), " ORDER BY " order " LIMIT $36"), order)

// A time given in microseconds, exactly.
#define AVVIK_TIME                                                   \
  "timestamptz 'epoch' + $35::bigint / 1000000 * interval '1 second'" \
  " + $35 % 1000000 * interval '1 microsecond'"

// Each order, and what comes in it behind the last case of the page before.
#define AVVIK_NEWEST "triage_case.id DESC", "triage_case.id < $34 AND $35::bigint IS NOT NULL"
#define AVVIK_OLDEST "triage_case.id", "triage_case.id > $34 AND $35::bigint IS NOT NULL"
#define AVVIK_SEVERITY \
  "severity DESC, triage_case.id DESC", "(severity, triage_case.id) < ($35::bigint::smallint, $34)"
#define AVVIK_DUE                 \
  "due_at, triage_case.id DESC",  \
      "due_at >= " AVVIK_TIME " AND (due_at > " AVVIK_TIME " OR triage_case.id < $34)"
// Behind a case that is not due stand only such cases.
#define AVVIK_NEVER_DUE          \
  "due_at, triage_case.id DESC", \
      "due_at = 'infinity' AND triage_case.id < $34 AND $35::bigint IS NOT NULL"
#define AVVIK_CHANGED \
  "updated_at DESC, triage_case.id DESC", "(updated_at, triage_case.id) < (" AVVIK_TIME ", $34)"

// A list in one order, from each beginning.
struct InOrder {
  pg::Statement along;
  pg::Statement candidates;
  pg::Statement places;
};
#define AVVIK_ORDER(name, ...) AVVIK_ORDER_OF(name, __VA_ARGS__)
#define AVVIK_ORDER_OF(name, order, behind)                                      \
  {                                                                              \
    {"triage_list_" name, AVVIK_LIST(AVVIK_ALONG, order, behind)},               \
    {"triage_list_" name "_of", AVVIK_LIST(AVVIK_CANDIDATES("$37"), order, behind)},    \
    {"triage_list_" name "_by_place", AVVIK_LIST_OF_PLACES(order, behind)},      \
  }

constexpr InOrder kNewest = AVVIK_ORDER("newest", AVVIK_NEWEST);
constexpr InOrder kOldest = AVVIK_ORDER("oldest", AVVIK_OLDEST);
constexpr InOrder kSeverity = AVVIK_ORDER("severest", AVVIK_SEVERITY);
constexpr InOrder kDue = AVVIK_ORDER("due", AVVIK_DUE);
constexpr InOrder kNeverDue = AVVIK_ORDER("never_due", AVVIK_NEVER_DUE);
constexpr InOrder kChanged = AVVIK_ORDER("changed", AVVIK_CHANGED);

const InOrder& In(v1::CaseOrder order, int64_t value) {
  switch (order) {
    case v1::CASE_ORDER_OLDEST:
      return kOldest;
    case v1::CASE_ORDER_SEVERITY:
      return kSeverity;
    case v1::CASE_ORDER_DUE:
      return value == kNever ? kNeverDue : kDue;
    case v1::CASE_ORDER_CHANGED:
      return kChanged;
    default:
      return kNewest;
  }
}

}  // namespace

const pg::Statement& ListStatement(v1::CaseOrder order, int64_t value, Begin begin) {
  const InOrder& list = In(order, value);
  switch (begin) {
    case Begin::kCandidates:
      return list.candidates;
    case Begin::kPlaces:
      return list.places;
    default:
      return list.along;
  }
}

#define AVVIK_COUNT(source) \
  "SELECT count(*) AS total FROM (SELECT 1 FROM " source " LIMIT $34) AS counted"

#define AVVIK_TALLY(source)                                                          \
  "SELECT state, severity,"                                                          \
  "       CASE owner_login WHEN '' THEN 2 WHEN $35 THEN 1 ELSE 3 END AS ownership,"  \
  "       due_at < $17 AS overdue, count(*) AS total"                                \
  "  FROM (SELECT state, severity, owner_login, due_at FROM " source " LIMIT $34) AS counted" \
  " GROUP BY 1, 2, 3, 4"

#define AVVIK_FILTERED(source) source " WHERE" AVVIK_CASE_FILTER
#define AVVIK_FILTERED_PLACES AVVIK_PLACES(AVVIK_CASE_FILTER, " LIMIT $34")

constexpr pg::Statement kCountAlong{"triage_count_cases", AVVIK_COUNT(AVVIK_FILTERED(AVVIK_ALONG))};
constexpr pg::Statement kCountCandidates{
    "triage_count_cases_of", AVVIK_COUNT(AVVIK_FILTERED(AVVIK_CANDIDATES("$35")))};
constexpr pg::Statement kCountPlaces{"triage_count_cases_by_place",
                                     AVVIK_COUNT(AVVIK_FILTERED_PLACES)};
constexpr pg::Statement kTallyAlong{"triage_tally_cases", AVVIK_TALLY(AVVIK_FILTERED(AVVIK_ALONG))};
constexpr pg::Statement kTallyCandidates{
    "triage_tally_cases_of", AVVIK_TALLY(AVVIK_FILTERED(AVVIK_CANDIDATES("$36")))};
constexpr pg::Statement kTallyPlaces{"triage_tally_cases_by_place",
                                     AVVIK_TALLY(AVVIK_FILTERED_PLACES)};

const pg::Statement& CountStatement(Begin begin) {
  return begin == Begin::kCandidates ? kCountCandidates
         : begin == Begin::kPlaces   ? kCountPlaces
                                     : kCountAlong;
}

const pg::Statement& TallyStatement(Begin begin) {
  return begin == Begin::kCandidates ? kTallyCandidates
         : begin == Begin::kPlaces   ? kTallyPlaces
                                     : kTallyAlong;
}

const pg::Statement kReachedCases{"triage_list_reached", R"sql(
    WITH reached AS MATERIALIZED (
      SELECT case_id FROM case_reach WHERE tenant = $1 AND key = ANY ($2::text[]) LIMIT $3)
    SELECT counted.cases >= $3 AS many,
           ARRAY(SELECT DISTINCT case_id FROM reached WHERE counted.cases < $3) AS case_ids
      FROM (SELECT count(*) AS cases FROM reached) AS counted)sql"};

const pg::Statement kRarity{"triage_rarity_of_words", R"sql(
    SELECT asked.place, sum(found.cases) AS cases
      FROM unnest($2::smallint[], $3::bigint[]) AS asked (place, term)
     CROSS JOIN LATERAL (
           SELECT count(*) AS cases
             FROM (SELECT 1 FROM case_word WHERE tenant = $1 AND word = asked.term LIMIT $4)
                  AS counted) AS found
     GROUP BY asked.place
     ORDER BY cases)sql"};

const pg::Statement kCasesWithWords{"triage_list_cases_with_words", R"sql(
    SELECT case_word.case_id
      FROM unnest($2::smallint[], $3::bigint[]) AS asked (place, term)
      JOIN case_word ON case_word.tenant = $1 AND case_word.word = asked.term
     GROUP BY case_word.case_id
    HAVING count(DISTINCT asked.place) = $4)sql"};

// The cases that have one of a word's terms, in the order of their ids, which is that of the index for each term: those
// are merged. Each is ordered by itself, and OFFSET has the whole of them planned so, because the planner finds neither
// order on its own. Who has two terms comes twice.
#define AVVIK_TERM(term, order) \
  "(SELECT case_id FROM case_word WHERE tenant = $1 AND word = " term " ORDER BY case_id " order ")"
#define AVVIK_OF_WORD(one, two, three, four, more, behind, order)                         \
  "(SELECT case_id FROM (" AVVIK_TERM(one "::bigint", order)                              \
  " UNION ALL " AVVIK_TERM(two "::bigint", order) " UNION ALL " AVVIK_TERM(three "::bigint", order) \
  " UNION ALL " AVVIK_TERM(four "::bigint", order)                                        \
  " UNION ALL " AVVIK_TERM("ANY (" more "::bigint[])", order) ") AS alternative"          \
  " WHERE $2::uuid IS NULL OR case_id " behind " $2"                                      \
  " ORDER BY case_id " order " OFFSET 0)"
#define AVVIK_HAS_TOO(terms)                                                              \
  " AND (" terms "::bigint[] = '{}' OR EXISTS ("                                          \
  " SELECT FROM case_word"                                                                \
  " WHERE tenant = $1 AND word = ANY (" terms ") AND case_id = first.case_id OFFSET 0))"

#define AVVIK_WITH_WORD(behind, order)                                                    \
  "SELECT first.case_id FROM "                                                            \
  AVVIK_OF_WORD("$4", "$5", "$6", "$7", "$8", behind, order) " AS first"                  \
  " ORDER BY first.case_id " order " LIMIT $3"
#define AVVIK_WITH_WORDS(behind, order)                                                   \
  "SELECT first.case_id FROM "                                                            \
  AVVIK_OF_WORD("$4", "$5", "$6", "$7", "$8", behind, order) " AS first JOIN "            \
  AVVIK_OF_WORD("$9", "$10", "$11", "$12", "$13", behind, order) " AS second"             \
  " ON second.case_id = first.case_id WHERE true"                                         \
  AVVIK_HAS_TOO("$14") AVVIK_HAS_TOO("$15") AVVIK_HAS_TOO("$16")                          \
  AVVIK_HAS_TOO("$17") AVVIK_HAS_TOO("$18") AVVIK_HAS_TOO("$19")                          \
  " ORDER BY first.case_id " order " LIMIT $3"

const pg::Statement kNewestWithWord{"triage_newest_with_word", AVVIK_WITH_WORD("<", "DESC")};
const pg::Statement kOldestWithWord{"triage_oldest_with_word", AVVIK_WITH_WORD(">", "ASC")};
const pg::Statement kNewestWithWords{"triage_newest_with_words", AVVIK_WITH_WORDS("<", "DESC")};
const pg::Statement kOldestWithWords{"triage_oldest_with_words", AVVIK_WITH_WORDS(">", "ASC")};

const pg::Statement kRareWords{"triage_list_rare_words", R"sql(
    SELECT own.word, own.of_report, found.cases
      FROM (SELECT word, of_report FROM case_word
             WHERE tenant = $1 AND case_id = $2 AND (NOT of_report OR $3) LIMIT 300) AS own
     CROSS JOIN LATERAL (
           SELECT count(*) AS cases
             FROM (SELECT 1 FROM case_word WHERE tenant = $1 AND word = own.word LIMIT $4 + 1)
                  AS counted) AS found
     WHERE found.cases BETWEEN 2 AND $4
     ORDER BY found.cases, own.word
     LIMIT $5)sql"};

const pg::Statement kLikeCases{"triage_list_like_cases", R"sql(
    WITH sharing AS (
      SELECT triage_case.id, array_agg(asked.term) AS terms, sum(asked.weight) AS weight
        FROM unnest($9::bigint[], $10::boolean[], $11::float8[]) AS asked (term, of_report, weight)
        JOIN case_word ON case_word.tenant = $1 AND case_word.word = asked.term
        JOIN triage_case ON triage_case.tenant = $1 AND triage_case.id = case_word.case_id
       WHERE triage_case.id <> $2
         AND avvik_visible(sphere, unit, parties, $3, $4, $5)
         AND (NOT asked.of_report OR avvik_visible(sphere, unit, parties, $6, $7, $8))
       GROUP BY triage_case.id
       ORDER BY weight DESC, triage_case.id DESC
       LIMIT $14
    ), same_system AS (
      SELECT id, '{}'::bigint[] AS terms
        FROM triage_case
       WHERE tenant = $1 AND system <> '' AND system = $12 AND id <> $2
         AND reported_at BETWEEN $13::timestamptz - interval '7 days'
                             AND $13::timestamptz + interval '7 days'
         AND erased_at IS NULL
         AND avvik_visible(sphere, unit, parties, $3, $4, $5)
         AND id NOT IN (SELECT id FROM sharing)
       ORDER BY id DESC
       LIMIT $14
    )
    SELECT triage_case.*, case_key.wrapped, alike.terms
      FROM (SELECT id, terms FROM sharing UNION ALL SELECT id, terms FROM same_system) AS alike
      JOIN triage_case ON triage_case.id = alike.id
      LEFT JOIN case_key ON case_key.case_id = triage_case.id)sql"};

}  // namespace avvik::triage
