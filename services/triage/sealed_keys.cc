#include "services/triage/sealed_keys.h"

namespace avvik::triage {

std::vector<secrecy::SealedWith> SealedKeys() {
  return {
      {.name = "case_key",
       .page = {"triage_case_key_keys",
                "SELECT case_id AS id, tenant, wrapped AS wrapped FROM case_key "
                "WHERE case_id > $1 ORDER BY case_id LIMIT 100"},
       .replace = {"triage_case_key_key",
                   "UPDATE case_key SET wrapped = $3 WHERE case_id = $1 AND wrapped = $2"},
       .busy = {},
       .texts =
        {
         {{"triage_triage_case_title_places",
            "SELECT id AS place, 'case.title/' || id AS context FROM triage_case "
            "WHERE id = $1 AND title IS NOT NULL"},
           {"triage_triage_case_title_read", "SELECT title AS sealed FROM triage_case WHERE id = $1 AND title IS NOT NULL"},
           {"triage_triage_case_title_seal", "UPDATE triage_case SET title = $3 WHERE id = $1 AND title = $2"}},
         {{"triage_triage_case_outcome_places",
            "SELECT id AS place, 'case.outcome/' || id AS context FROM triage_case "
            "WHERE id = $1 AND outcome IS NOT NULL"},
           {"triage_triage_case_outcome_read", "SELECT outcome AS sealed FROM triage_case WHERE id = $1 AND outcome IS NOT NULL"},
           {"triage_triage_case_outcome_seal", "UPDATE triage_case SET outcome = $3 WHERE id = $1 AND outcome = $2"}},
         {{"triage_triage_case_outcome_for_reporter_places",
            "SELECT id AS place, 'case.outcome_for_reporter/' || id AS context FROM triage_case "
            "WHERE id = $1 AND outcome_for_reporter IS NOT NULL"},
           {"triage_triage_case_outcome_for_reporter_read",
            "SELECT outcome_for_reporter AS sealed FROM triage_case WHERE id = $1 AND outcome_for_reporter IS NOT NULL"},
           {"triage_triage_case_outcome_for_reporter_seal",
            "UPDATE triage_case SET outcome_for_reporter = $3 WHERE id = $1 AND outcome_for_reporter = $2"}},
         {{"triage_measure_title_places",
            "SELECT id AS place, 'measure.title/' || id AS context FROM measure WHERE case_id = $1 AND octet_length(title) > 0"},
           {"triage_measure_title_read", "SELECT title AS sealed FROM measure WHERE id = $1 AND octet_length(title) > 0"},
           {"triage_measure_title_seal", "UPDATE measure SET title = $3 WHERE id = $1 AND title = $2"}},
         {{"triage_measure_note_places",
            "SELECT id AS place, 'measure.note/' || id AS context FROM measure WHERE case_id = $1 AND octet_length(note) > 0"},
           {"triage_measure_note_read", "SELECT note AS sealed FROM measure WHERE id = $1 AND octet_length(note) > 0"},
           {"triage_measure_note_seal", "UPDATE measure SET note = $3 WHERE id = $1 AND note = $2"}},
         {{"triage_note_text_places",
            "SELECT id AS place, 'note.text/' || id AS context FROM note "
            "WHERE case_id = $1 AND text IS NOT NULL"},
           {"triage_note_text_read", "SELECT text AS sealed FROM note WHERE id = $1 AND text IS NOT NULL"},
           {"triage_note_text_seal", "UPDATE note SET text = $3 WHERE id = $1 AND text = $2"}},
        }},
  };
}

}  // namespace avvik::triage
