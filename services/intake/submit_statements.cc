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
                    WITH ORDINALITY AS u (tenant, pseudonym, request_key, register, key, place))
    SELECT input.place, true AS same_request, report.id
      FROM input
      JOIN report ON report.tenant = input.tenant AND report.reporter_pseudonym = input.pseudonym
                 AND report.request_key = input.request_key
     UNION ALL
    SELECT input.place, report.request_key = input.request_key, report.id
      FROM input
      JOIN report ON report.tenant = input.tenant AND report.register = input.register
                 AND report.register_key = input.key
     WHERE input.register IS NOT NULL)sql"};

const pg::Statement kInsertReports{"intake_insert_reports", R"sql(
    WITH reports AS (
      INSERT INTO report (id, tenant, number, reporter_pseudonym, request_key, content_digest,
                          title, description, reporter, category, unit, system, occurred_at,
                          discovered_at, personal_data, affected_persons, national_security,
                          ongoing, confidentiality, language, register, register_key, state,
                          submitted_at, reported_at, version)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                           $7::bytea[], $8::bytea[], $9::bytea[], $10::smallint[], $11::text[],
                           $12::text[], $13::timestamptz[], $14::timestamptz[], $15::smallint[],
                           $16::bigint[], $17::smallint[], $18::smallint[], $19::smallint[],
                           $20::text[], $21::text[], $22::text[], $23::smallint[],
                           $24::timestamptz[], $25::timestamptz[], $26::bigint[])),
    keys AS (
      INSERT INTO report_key (report_id, tenant, wrapped)
      SELECT * FROM unnest($1::uuid[], $2::text[], $27::bytea[])),
    told AS (
      INSERT INTO event_log (event)
      SELECT event FROM unnest($28::bytea[]) WITH ORDINALITY AS u (event, place) ORDER BY place),
    traced AS (
      INSERT INTO audit_record (id, tenant, at, actor, machine, method, permission, subject,
                                outcome, reason, trace_parent, on_behalf_of, client, detail)
      SELECT * FROM unnest($29::uuid[], $30::text[], $31::timestamptz[], $32::text[],
                           $33::boolean[], $34::text[], $35::text[], $36::text[], $37::text[],
                           $38::text[], $39::text[], $40::text[], $41::text[], $42::text[]))
    UPDATE report_counter
       SET last = counted.last
      FROM unnest($43::text[], $44::integer[], $45::bigint[]) AS counted (tenant, year, last)
     WHERE report_counter.tenant = counted.tenant AND report_counter.year = counted.year)sql"};

}  // namespace avvik::intake
