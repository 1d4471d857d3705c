#include "services/intake/submit_statements.h"

namespace avvik::intake {

const pg::Statement kLockCounters{"intake_lock_counters", R"sql(
    SELECT tenant, year, last
      FROM report_counter
     WHERE (tenant, year) IN (SELECT * FROM unnest($1::text[], $2::integer[]))
     ORDER BY tenant, year
       FOR UPDATE)sql"};

const pg::Statement kBeginCounters{"intake_begin_counters", R"sql(
    INSERT INTO report_counter (tenant, year, last)
    SELECT tenant, year, 0 FROM unnest($1::text[], $2::integer[]) AS input (tenant, year)
    ON CONFLICT DO NOTHING)sql"};

// Two joins, not one with OR: each then uses its own unique index.
const pg::Statement kFindRepeats{"intake_find_repeats", R"sql(
    WITH input AS (
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                    WITH ORDINALITY AS u (tenant, login, request_id, register, key, place))
    SELECT input.place, report.*, reporter.name, reporter.email
      FROM input
      JOIN report ON report.tenant = input.tenant AND report.reporter_login = input.login
                 AND report.request_id = input.request_id
      JOIN reporter ON reporter.report_id = report.id
     UNION ALL
    SELECT input.place, report.*, reporter.name, reporter.email
      FROM input
      JOIN report ON report.tenant = input.tenant AND report.register = input.register
                 AND report.register_key = input.key
      JOIN reporter ON reporter.report_id = report.id
     WHERE input.register IS NOT NULL)sql"};

const pg::Statement kInsertReports{"intake_insert_reports", R"sql(
    WITH input AS (
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                           $7::text[], $8::text[], $9::smallint[], $10::text[], $11::text[],
                           $12::timestamptz[], $13::timestamptz[], $14::smallint[], $15::bigint[],
                           $16::smallint[], $17::smallint[], $18::smallint[], $19::text[],
                           $20::text[], $21::text[], $22::smallint[], $23::timestamptz[],
                           $24::timestamptz[], $25::text[], $26::bigint[])),
    reports AS (INSERT INTO report SELECT * FROM input),
    reporters AS (
      INSERT INTO reporter (report_id, name, email)
      SELECT * FROM unnest($1::uuid[], $27::text[], $28::text[])),
    told AS (
      INSERT INTO event_log (event)
      SELECT event FROM unnest($29::bytea[]) WITH ORDINALITY AS u (event, place) ORDER BY place),
    traced AS (
      INSERT INTO audit_record (id, tenant, at, actor, machine, method, permission, subject,
                                outcome, reason, trace_parent, on_behalf_of, client, detail)
      SELECT * FROM unnest($30::uuid[], $31::text[], $32::timestamptz[], $33::text[],
                           $34::boolean[], $35::text[], $36::text[], $37::text[], $38::text[],
                           $39::text[], $40::text[], $41::text[], $42::text[], $43::text[]))
    UPDATE report_counter
       SET last = counted.last
      FROM unnest($44::text[], $45::integer[], $46::bigint[]) AS counted (tenant, year, last)
     WHERE report_counter.tenant = counted.tenant AND report_counter.year = counted.year)sql"};

}  // namespace avvik::intake
