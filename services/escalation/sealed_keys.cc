#include "services/escalation/sealed_keys.h"

namespace avvik::escalation {

std::vector<secrecy::SealedWith> SealedKeys() {
  return {
      {.name = "duty",
       .page = {"escalation_duty_keys",
                "SELECT id AS id, tenant, wrapped_key AS wrapped FROM duty "
                "WHERE id > $1 AND wrapped_key IS NOT NULL ORDER BY id LIMIT 100"},
       .replace = {"escalation_duty_key",
                   "UPDATE duty SET wrapped_key = $3 WHERE id = $1 AND wrapped_key = $2"},
       .busy = {},
       .texts =
        {
         {{"escalation_duty_rule_out_reason_places",
            "SELECT id AS place, 'duty.rule_out_reason/' || id AS context FROM duty "
            "WHERE id = $1 AND rule_out_reason IS NOT NULL"},
           {"escalation_duty_rule_out_reason_read", "SELECT rule_out_reason AS sealed FROM duty WHERE id = $1 AND rule_out_reason IS NOT NULL"},
           {"escalation_duty_rule_out_reason_seal", "UPDATE duty SET rule_out_reason = $3 WHERE id = $1 AND rule_out_reason = $2"}},
         {{"escalation_decision_statement_places",
            "SELECT id AS place, 'decision.statement/' || id AS context FROM duty_decision "
            "WHERE duty_id = $1 AND statement IS NOT NULL"},
           {"escalation_decision_statement_read", "SELECT statement AS sealed FROM duty_decision WHERE id = $1 AND statement IS NOT NULL"},
           {"escalation_decision_statement_seal", "UPDATE duty_decision SET statement = $3 WHERE id = $1 AND statement = $2"}},
         {{"escalation_dossier_version_content_places",
            "SELECT id AS place, 'dossier.content/' || id AS context FROM dossier_version "
            "WHERE duty_id = $1 AND content IS NOT NULL"},
           {"escalation_dossier_version_content_read", "SELECT content AS sealed FROM dossier_version WHERE id = $1 AND content IS NOT NULL"},
           {"escalation_dossier_version_content_seal", "UPDATE dossier_version SET content = $3 WHERE id = $1 AND content = $2"}},
         {{"escalation_dossier_step_statement_places",
            "SELECT id AS place, 'dossier.statement/' || id AS context FROM dossier_step "
            "WHERE duty_id = $1 AND statement IS NOT NULL"},
           {"escalation_dossier_step_statement_read", "SELECT statement AS sealed FROM dossier_step WHERE id = $1 AND statement IS NOT NULL"},
           {"escalation_dossier_step_statement_seal", "UPDATE dossier_step SET statement = $3 WHERE id = $1 AND statement = $2"}},
         {{"escalation_dossier_receipt_head_places",
            "SELECT id AS place, 'receipt.head/' || id AS context FROM dossier_receipt "
            "WHERE duty_id = $1 AND head IS NOT NULL"},
           {"escalation_dossier_receipt_head_read", "SELECT head AS sealed FROM dossier_receipt WHERE id = $1 AND head IS NOT NULL"},
           {"escalation_dossier_receipt_head_seal", "UPDATE dossier_receipt SET head = $3 WHERE id = $1 AND head = $2"}},
         {{"escalation_dossier_receipt_content_places",
            "SELECT id AS place, 'receipt.content/' || id AS context FROM dossier_receipt "
            "WHERE duty_id = $1 AND content IS NOT NULL"},
           {"escalation_dossier_receipt_content_read", "SELECT content AS sealed FROM dossier_receipt WHERE id = $1 AND content IS NOT NULL"},
           {"escalation_dossier_receipt_content_seal", "UPDATE dossier_receipt SET content = $3 WHERE id = $1 AND content = $2"}},
         {{"escalation_duty_stage_external_id_places",
            "SELECT duty_id || '/' || stage AS place, 'stage.external_id/' || duty_id || '/' || stage AS context "
            "FROM duty_stage WHERE duty_id = $1 AND external_id IS NOT NULL"},
           {"escalation_duty_stage_external_id_read",
            "SELECT external_id AS sealed FROM duty_stage "
            "WHERE duty_id = split_part($1, '/', 1)::uuid AND stage = split_part($1, '/', 2) "
            "AND external_id IS NOT NULL"},
           {"escalation_duty_stage_external_id_seal",
            "UPDATE duty_stage SET external_id = $3 "
            "WHERE duty_id = split_part($1, '/', 1)::uuid AND stage = split_part($1, '/', 2) "
            "AND external_id = $2"}},
         {{"escalation_duty_stage_reason_places",
            "SELECT duty_id || '/' || stage AS place, 'stage.reason/' || duty_id || '/' || stage AS context "
            "FROM duty_stage WHERE duty_id = $1 AND reason IS NOT NULL"},
           {"escalation_duty_stage_reason_read",
            "SELECT reason AS sealed FROM duty_stage "
            "WHERE duty_id = split_part($1, '/', 1)::uuid AND stage = split_part($1, '/', 2) "
            "AND reason IS NOT NULL"},
           {"escalation_duty_stage_reason_seal",
            "UPDATE duty_stage SET reason = $3 "
            "WHERE duty_id = split_part($1, '/', 1)::uuid AND stage = split_part($1, '/', 2) "
            "AND reason = $2"}},
        }},
  };
}

}  // namespace avvik::escalation
