#include "services/intake/sealed_keys.h"

namespace avvik::intake {

std::vector<secrecy::SealedWith> SealedKeys() {
  return {
      {.name = "report_key",
       .page = {"intake_report_key_keys",
                "SELECT report_id AS id, tenant, wrapped AS wrapped FROM report_key "
                "WHERE report_id > $1 ORDER BY report_id LIMIT 100"},
       .replace = {"intake_report_key_key",
                   "UPDATE report_key SET wrapped = $3 WHERE report_id = $1 AND wrapped = $2"},
       .busy = {"intake_report_key_busy", "SELECT 1 FROM attachment WHERE report_id = $1 AND state = 0 LIMIT 1"},
       .texts =
        {
         {{"intake_report_title_places",
            "SELECT id AS place, 'report.title/' || id AS context FROM report "
            "WHERE id = $1 AND title IS NOT NULL"},
           {"intake_report_title_read", "SELECT title AS sealed FROM report WHERE id = $1 AND title IS NOT NULL"},
           {"intake_report_title_seal", "UPDATE report SET title = $3 WHERE id = $1 AND title = $2"}},
         {{"intake_report_description_places",
            "SELECT id AS place, 'report.description/' || id AS context FROM report "
            "WHERE id = $1 AND description IS NOT NULL"},
           {"intake_report_description_read", "SELECT description AS sealed FROM report WHERE id = $1 AND description IS NOT NULL"},
           {"intake_report_description_seal", "UPDATE report SET description = $3 WHERE id = $1 AND description = $2"}},
         {{"intake_report_reporter_places",
            "SELECT id AS place, 'report.reporter/' || id AS context FROM report "
            "WHERE id = $1 AND reporter IS NOT NULL"},
           {"intake_report_reporter_read", "SELECT reporter AS sealed FROM report WHERE id = $1 AND reporter IS NOT NULL"},
           {"intake_report_reporter_seal", "UPDATE report SET reporter = $3 WHERE id = $1 AND reporter = $2"}},
         {{"intake_report_withdraw_reason_places",
            "SELECT id AS place, 'report.withdraw-reason/' || id AS context FROM report "
            "WHERE id = $1 AND withdraw_reason IS NOT NULL"},
           {"intake_report_withdraw_reason_read", "SELECT withdraw_reason AS sealed FROM report WHERE id = $1 AND withdraw_reason IS NOT NULL"},
           {"intake_report_withdraw_reason_seal", "UPDATE report SET withdraw_reason = $3 WHERE id = $1 AND withdraw_reason = $2"}},
         {{"intake_supplement_text_places",
            "SELECT id AS place, 'report.supplement/' || id AS context FROM supplement "
            "WHERE report_id = $1 AND text IS NOT NULL"},
           {"intake_supplement_text_read", "SELECT text AS sealed FROM supplement WHERE id = $1 AND text IS NOT NULL"},
           {"intake_supplement_text_seal", "UPDATE supplement SET text = $3 WHERE id = $1 AND text = $2"}},
         {{"intake_report_message_text_places",
            "SELECT id AS place, 'report.message/' || id AS context FROM report_message "
            "WHERE report_id = $1 AND text IS NOT NULL"},
           {"intake_report_message_text_read", "SELECT text AS sealed FROM report_message WHERE id = $1 AND text IS NOT NULL"},
           {"intake_report_message_text_seal", "UPDATE report_message SET text = $3 WHERE id = $1 AND text = $2"}},
         {{"intake_attachment_filename_places",
            "SELECT id AS place, 'attachment.filename/' || id AS context FROM attachment "
            "WHERE report_id = $1 AND filename IS NOT NULL AND filename <> ''"},
           {"intake_attachment_filename_read", "SELECT filename AS sealed FROM attachment WHERE id = $1 AND filename IS NOT NULL"},
           {"intake_attachment_filename_seal", "UPDATE attachment SET filename = $3 WHERE id = $1 AND filename = $2"}},
         {{"intake_attachment_sha256_places",
            "SELECT id AS place, 'attachment.sha256/' || id AS context FROM attachment "
            "WHERE report_id = $1 AND sha256 IS NOT NULL AND sha256 <> ''"},
           {"intake_attachment_sha256_read", "SELECT sha256 AS sealed FROM attachment WHERE id = $1 AND sha256 IS NOT NULL"},
           {"intake_attachment_sha256_seal", "UPDATE attachment SET sha256 = $3 WHERE id = $1 AND sha256 = $2"}},
         {{"intake_attachment_chunk_places", R"sql(
             SELECT attachment_id || '/' || place AS place,
                    'attachment.chunk/' || attachment_id || '/' || place ||
                      CASE WHEN place = chunks - 1 THEN '/last' ELSE '/more' END AS context
               FROM attachment JOIN attachment_chunk ON attachment_id = id
              WHERE report_id = $1 AND state <> 0)sql"},
           {"intake_attachment_chunk_read", R"sql(
             SELECT sealed FROM attachment_chunk
              WHERE attachment_id = split_part($1, '/', 1)::uuid
                AND place = split_part($1, '/', 2)::integer)sql"},
           {"intake_attachment_chunk_seal", R"sql(
             UPDATE attachment_chunk SET sealed = $3
              WHERE attachment_id = split_part($1, '/', 1)::uuid
                AND place = split_part($1, '/', 2)::integer AND sealed = $2)sql"}},
        }},
      {.name = "campaign_answer",
       .page = {"intake_campaign_answer_keys",
                "SELECT id AS id, tenant, wrapped AS wrapped FROM campaign_answer "
                "WHERE id > $1 ORDER BY id LIMIT 100"},
       .replace = {"intake_campaign_answer_key",
                   "UPDATE campaign_answer SET wrapped = $3 WHERE id = $1 AND wrapped = $2"},
       .busy = {},
       .texts =
        {
         {{"intake_campaign_answer_text_places",
            "SELECT id AS place, 'campaign.answer/' || id AS context FROM campaign_answer "
            "WHERE id = $1 AND text IS NOT NULL"},
           {"intake_campaign_answer_text_read", "SELECT text AS sealed FROM campaign_answer WHERE id = $1 AND text IS NOT NULL"},
           {"intake_campaign_answer_text_seal", "UPDATE campaign_answer SET text = $3 WHERE id = $1 AND text = $2"}},
        }},
  };
}

}  // namespace avvik::intake
