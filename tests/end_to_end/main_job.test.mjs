// The main job on real input: reports brought from an older register become owned cases with duties and figures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { register } from '../harness/register.mjs';
import { differences, holdings, listAll, settle } from '../harness/state.mjs';
import { Suite } from '../harness/suite.mjs';

const file = register();
const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
let suite;
let officer;

before(async () => {
  suite = await Suite.start();
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const imported = await suite.avvik('import', 'reports', file, '--json');
  assert.equal(imported.status, 0, imported.stderr);
  const summary = JSON.parse(imported.stdout);
  assert.equal(summary.read, lines.length);
  assert.equal(summary.created, lines.length);
  await settle(suite);
});
after(() => suite?.stop());

const list = (path, key) => listAll(suite, path, key, officer);

test('EveryLineIsAReportAndEveryReportACaseWithANamedOwner', async () => {
  const reports = await list('/v1/reports', 'reports');
  const cases = await list('/v1/cases', 'cases');
  assert.equal(reports.length, lines.length);
  assert.equal(cases.length, lines.length);
  for (const entry of cases) assert.ok(entry.owner?.name, `${entry.number} has no owner`);
  assert.deepEqual(new Set(cases.map((entry) => entry.number)), new Set(reports.map((report) => report.number)));
});

test('NumbersFollowEachOtherWithoutAGap', async () => {
  const numbers = (await list('/v1/reports', 'reports')).map((report) => report.number).sort();
  const year = numbers[0].slice(4, 8);
  const expected = numbers.map((_, i) => `AVV-${year}-${String(i + 1).padStart(6, '0')}`);
  assert.deepEqual(numbers, expected);
});

test('EveryCaseWithPersonalDataHasAGdprDutyDueExactly72HoursAfterAwareness', async () => {
  const cases = (await list('/v1/cases', 'cases')).filter((entry) => entry.classification.personal_data === 'ANSWER_YES');
  assert.equal(cases.length, lines.length);
  const gdpr = (await list('/v1/duties', 'duties')).filter((duty) => duty.regime === 'SE-GDPR-33');
  const byCase = Map.groupBy ? Map.groupBy(gdpr, (duty) => duty.case_id) : new Map(gdpr.map((duty) => [duty.case_id, [duty]]));
  for (const entry of cases) {
    const duties = byCase.get(entry.case_id) ?? [];
    assert.equal(duties.length, 1, `${entry.number} has ${duties.length} GDPR duties`);
    assert.equal(duties[0].state, 'DUTY_STATE_REQUIRED');
    const [stage] = duties[0].stages;
    assert.equal(Date.parse(stage.target_time) - Date.parse(entry.aware_time), 72 * 3600 * 1000, entry.number);
  }
});

test('IndicatorsAgreeWithTheDatabases', async () => {
  const { status, body } = await suite.api('GET', '/v1/indicators', undefined, officer);
  assert.equal(status, 200);
  const value = (id) => body.indicators.find((indicator) => indicator.id === id)?.value;
  const [{ count: reports }] = await suite.psql('intake', 'SELECT count(*) FROM report');
  assert.equal(reports, lines.length);
  assert.equal(value('reports'), reports);
  assert.equal(value('cases'), lines.length);
  assert.equal(value('open_cases'), lines.length);
});

test('EveryNoticeReachedTheMailServerOnceAndCarriesNoContent', async () => {
  const notices = await list('/v1/notices', 'notices');
  assert.ok(notices.length >= lines.length);
  for (const notice of notices) assert.equal(notice.state, 'NOTICE_STATE_SENT', notice.number);
  const mails = suite.mails();
  assert.equal(mails.filter((mail) => mail.repeated).length, 0);
  const ids = mails.map((mail) => mail.message_id.replace(/[<>]/g, '')).sort();
  assert.deepEqual(ids, notices.map((notice) => notice.message_id).sort());
  for (const mail of mails.slice(0, 20)) {
    assert.match(mail.content, /AVV-\d{4}-\d{6}/);
    for (const line of lines.slice(0, 50)) assert.ok(!mail.content.includes(line.organisation), line.organisation);
  }
});

test('ImportingAgainChangesNothing', async () => {
  const first = await holdings(suite);
  const again = await suite.avvik('import', 'reports', file, '--json');
  assert.equal(again.status, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).created, 0);
  await settle(suite);
  assert.deepEqual(differences(first, await holdings(suite)), []);
});
