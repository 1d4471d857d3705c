// Fills a suite with so many open duties that their timers are put to the test.

import { randomUUID } from 'node:crypto';
import { settle } from './state.mjs';

// So many copies of one duty, each of a case of its own, waiting for a year.
export async function fillDuties(suite, many) {
  const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const { body } = await suite.api('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'Laptop', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' },
  }, token);
  await settle(suite);
  const number = `'${body.number}'`;
  await suite.psqlDo('escalation', `
    SET avvik.tenant = '*'; SET synchronous_commit = off; SET statement_timeout = 0;
    INSERT INTO case_record
    SELECT (jsonb_populate_record(case_record, jsonb_build_object('case_id', md5('case' || n)::uuid))).*
      FROM case_record, generate_series(1, ${many}) AS n
     WHERE case_id = (SELECT case_id FROM duty WHERE number = ${number} LIMIT 1);
    INSERT INTO duty
    SELECT (jsonb_populate_record(duty, jsonb_build_object('id', md5('duty' || n)::uuid, 'case_id', md5('case' || n)::uuid,
        'number', 'AVV-2000-' || n, 'urgent_at', urgent_at + interval '1 year', 'due_at', due_at + interval '1 year'))).*
      FROM duty, generate_series(1, ${many}) AS n WHERE number = ${number} AND regime = 'SE-GDPR-33';
    INSERT INTO duty_stage
    SELECT (jsonb_populate_record(duty_stage, jsonb_build_object('duty_id', md5('duty' || n)::uuid, 'target_at', target_at + interval '1 year',
        'outer_at', outer_at + interval '1 year', 'remind_at', remind_at + interval '1 year'))).*
      FROM duty_stage JOIN duty ON duty.id = duty_id, generate_series(1, ${many}) AS n WHERE number = ${number} AND regime = 'SE-GDPR-33';
    ANALYZE duty; ANALYZE duty_stage; ANALYZE case_record`);
}

// Lets those from the `first` on, so many as `due`, come due soon one after the other, `apart` milliseconds from one to the next,
// beginning in `seconds`. Returns {id, due} of each, with the time in seconds, in that order.
export async function comeDue(suite, { first = 1, due, apart, seconds }) {
  const these = `number LIKE 'AVV-2000-%' AND right(number, -9)::int BETWEEN ${first} AND ${first + due - 1}`;
  await suite.psqlDo('escalation', `
    SET avvik.tenant = '*'; SET statement_timeout = 0;
    UPDATE duty SET due_at = now() + interval '${seconds} seconds' + (right(number, -9)::int - ${first}) * interval '${apart} milliseconds' WHERE ${these};
    UPDATE duty_stage SET remind_at = duty.due_at FROM duty WHERE duty.id = duty_id AND remind_at IS NOT NULL AND ${these}`);
  return suite.psql('escalation', `SELECT id, extract(epoch FROM due_at)::float8 AS due FROM duty WHERE ${these} ORDER BY due_at`);
}

// What the timers told, in the order of the log: {id, kind, told}, with the time in seconds when it was written.
export function told(suite) {
  return suite.psql('escalation', `
    SELECT kind, extract(epoch FROM told_at)::float8 AS told,
           convert_from(substring(event FROM position('duties/'::bytea IN event) + 7 FOR 36), 'UTF8') AS id
      FROM event_log, (VALUES ('StageDueSoon'), ('StageOverdue')) AS kinds (kind)
     WHERE position(convert_to('avvik.escalation.v1.' || kind, 'UTF8') IN event) > 0 ORDER BY seq`);
}

// From now on the log says when each event was written.
export const timeTheLog = (suite) => suite.psqlAsOwner('escalation', 'ALTER TABLE event_log ADD COLUMN told_at timestamptz DEFAULT clock_timestamp()');
