#include "services/triage/read_statements.h"

namespace avvik::triage {

const pg::Statement kGetCase{"triage_get_case", R"sql(
    SELECT triage_case.*, case_key.wrapped
      FROM triage_case
      LEFT JOIN case_key ON case_key.case_id = triage_case.id
     WHERE triage_case.tenant = $1
       AND (number = $2 OR id = CASE WHEN $2 LIKE '________-____-____-____-____________'
                                     THEN $2::uuid END)
       AND avvik_visible(sphere, unit, parties, $3, $4, $5))sql"};

const pg::Statement kListNotes{"triage_list_notes", R"sql(
    SELECT id, text, author_login, created_at FROM note
     WHERE case_id = $1
     ORDER BY created_at, id)sql"};

}  // namespace avvik::triage
