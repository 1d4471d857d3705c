// 100,000 duties are open; what comes due is told once, and not before its time, though every service dies half-way.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { comeDue, fillDuties, timeTheLog, told } from '../harness/many_duties.mjs';
import { Suite, services, waitFor } from '../harness/suite.mjs';

const many = 100_000;
const due = 1500;

let suite;
before(async () => { suite = await Suite.start(); });
after(() => suite?.stop());

test('EveryTimerIsToldOnceAndNotBeforeItsTimeThoughAllServicesDieHalfWay', async () => {
  await timeTheLog(suite);
  await fillDuties(suite, many);
  const timers = await comeDue(suite, { due, apart: 20, seconds: 5 });
  assert.equal(timers.length, due);
  await waitFor(async () => (await told(suite)).length >= due / 2, { seconds: 120, what: 'half of the timers' });
  await Promise.all(services.map((service) => suite.killService(service)));
  await suite.ready();
  await waitFor(async () => (await told(suite)).length >= due, { seconds: 120, what: 'all of the timers' });
  // Each began one alarm, whose first step called somebody once.
  const called = async () => (await suite.psql('escalation', `SELECT count(*)::int AS steps, count(DISTINCT alarm.duty_id)::int AS duties
    FROM alarm JOIN alarm_step ON alarm_id = alarm.id JOIN duty ON duty.id = duty_id WHERE number LIKE 'AVV-2000-%'`))[0];
  await waitFor(async () => (await called()).duties >= due, { seconds: 120, what: 'the first step of each ladder' });
  assert.deepEqual(await called(), { steps: due, duties: due });
  const events = await told(suite);
  assert.deepEqual(events.map(({ kind }) => kind).filter((kind) => kind !== 'StageDueSoon'), []);
  assert.deepEqual(events.map(({ id }) => id).sort(), timers.map(({ id }) => id).sort(), 'each once, and nothing else');
  const dueAt = new Map(timers.map(({ id, due: at }) => [id, at]));
  assert.deepEqual(events.filter(({ id, told: at }) => at < dueAt.get(id)), [], 'none before its time');
});
