// Fills a suite with so many cases that lists, counts and searches are put to the test.

import { randomUUID } from 'node:crypto';
import { settle } from './state.mjs';

// The term of a word in the index: what two cases have in common that have the same title and nothing else.
async function termOf(suite, word) {
  const token = await suite.token(suite.person('EMPLOYEE').login);
  const numbers = [];
  for (let i = 0; i < 2; i += 1) {
    const { body } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: word } }, token);
    numbers.push(body.number);
  }
  await settle(suite);
  const rows = await suite.psql('triage', `SELECT word::text FROM case_word JOIN triage_case ON triage_case.id = case_id
    WHERE NOT of_report AND number IN ('${numbers.join("','")}') GROUP BY word HAVING count(*) = 2`);
  if (rows.length !== 1) throw new Error(`${rows.length} terms for ${word}`);
  return rows[0].word;
}

// The words that can be searched for: which of every so many cases has them.
const searched = (many) => ({ vanlig: [5, 0], annan: [7, 0], kuvert: [25, 1], laptop: [25, 2], sällsynt: [Math.ceil(many / 50), 1] });

// So many cases over the years: one in two hundred open, in forty units and thirty systems. They have no texts, and twelve
// words each, a few of which can be searched for: `vanlig` in every fifth case, `annan` in every seventh, `kuvert` and `laptop`
// in every twenty-fifth and never in the same one, `sällsynt` in fifty.
export async function fillCases(suite, many) {
  const shares = [];
  for (const [word, [nth, rest]] of Object.entries(searched(many))) shares.push(`(${await termOf(suite, word)}, ${nth}, ${rest})`);
  const { tenant } = suite.organisation;
  const { body: { organisation } } = await suite.api('GET', '/v1/organisation', undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login));
  const units = organisation.units.map(({ id }) => `'${id}'`).join(',');
  await suite.psqlDo('triage', `
    SET avvik.tenant = '*'; SET synchronous_commit = off; SET statement_timeout = 0;
    INSERT INTO triage_case (id, tenant, number, report_id, state, unit, system, category, severity, classification, owner_login,
        owner_role, owner_unit, drawn_in_logins, drawn_in_roles, drawn_in_units, aware_at, reported_at, opened_at, closed_at,
        resolution, reopen_count, imported, withdrawn, updated_at, organisation_version, version, sphere, parties, hit_properties,
        due_at, words_indexed)
    SELECT (lpad(to_hex(1600000000000 + n * 60000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, '${tenant}',
        'AVV-2000-' || lpad(n::text, 7, '0'), gen_random_uuid(), CASE WHEN n % 200 = 0 THEN 1 + n / 200 % 3 ELSE 4 END,
        (ARRAY[${units}])[1 + n * 7919 % ${organisation.units.length}], CASE WHEN n % 3 = 0 THEN 'system' || n % 30 ELSE '' END, 1 + n % 12,
        1 + (n * 31 % 100 < 40)::int + (n * 31 % 100 < 10)::int + (n * 31 % 100 < 1)::int, '', 'person' || n % 200, 1, '', '{}', '{}', '{}',
        at, at, at, CASE WHEN n % 200 <> 0 THEN at END, 0, 0, false, false, at + n * 7919 % 10000 * interval '1 minute', 1, 1,
        CASE WHEN n % 1000 = 1 THEN 3 WHEN n % 4 = 0 THEN 2 ELSE 1 END, ARRAY['p_' || n % 200], 1 << (1 + n % 4)::int,
        CASE WHEN n % 400 = 0 THEN at + interval '90 days' ELSE 'infinity' END, true
      FROM generate_series(1::bigint, ${many}) AS n, LATERAL (SELECT to_timestamp(1600000000 + n * 60) AS at) AS moment;
    INSERT INTO case_word (tenant, word, case_id, of_report)
    SELECT DISTINCT tenant, word, id, false
      FROM triage_case,
           LATERAL (SELECT hashint8(floor(exp(random() * 11))::bigint)::bigint AS word FROM generate_series(1, 12) WHERE number <> '') AS words
     WHERE number LIKE 'AVV-2000-%';
    INSERT INTO case_word (tenant, word, case_id, of_report)
    SELECT tenant, word, id, false FROM triage_case, (VALUES ${shares.join(', ')}) AS share (word, nth, rest)
     WHERE number LIKE 'AVV-2000-%' AND right(number, 7)::bigint % nth = rest
    ON CONFLICT DO NOTHING;
    ANALYZE triage_case; ANALYZE case_word; ANALYZE case_reach`);
}
