// What authorities must be told: what the laws say of a case, the decision log, the register of breaches, and the rules themselves.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { newCase } from './cases.mjs';
import { deadlinesJourney, dutiesJourney, registerJourney } from './duties_journey.mjs';
import { Web, axe, fits, settled } from './harness.mjs';
import { inEachCell } from './visitor.mjs';

let web;
let suite;
let officer;

const stolen = { title: 'En bärbar dator är stulen', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' };
const asked = async (path, login = officer) => (await suite.api('GET', path, undefined, await suite.token(login))).body;
// A case that the laws have been tried on.
async function assessedCase(fields = {}) {
  const one = await newCase(suite, { ...stolen, ...fields });
  await waitFor(async () => (await asked(`/v1/cases/${one.number}/assessment`)).results?.length > 0, { what: 'the assessment' });
  return one;
}
const part = (page, id) => page.locator(`#${id}`);
async function open(page, number) {
  await page.goto(web.url(`/cases/${number}`));
  await settled(page);
  await part(page, 'assessment').getByRole('heading', { level: 2 }).waitFor();
}

before(async () => {
  web = await Web.start();
  ({ suite } = web);
  officer = suite.person('INFORMATION_SECURITY_OFFICER').login;
});
after(() => web?.stop());

test('RegisterThatIsEmptySaysHowItIsFilled', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/breaches'));
  await settled(page);
  await page.getByRole('heading', { name: 'Inga incidenter i registret' }).waitFor();
  await axe(page);
  await context.close();
});

inEachCell('WhatTheLawsSayIsAnsweredAndDecided', () => ({ web, login: officer }), async (visitor) => {
  const { number } = await assessedCase();
  await dutiesJourney(visitor, { number });
});

inEachCell('RegisterOfBreachesIsRead', () => ({ web, login: officer }), async (visitor) => {
  const { number } = await assessedCase();
  await registerJourney(visitor, { number });
});

test('WhoeverMayOnlyReadSeesNoControls', async () => {
  const one = await assessedCase();
  const { page, context } = await web.open({ login: suite.person('AUDITOR').login });
  await open(page, one.number);
  const assessment = part(page, 'assessment');
  await assessment.getByText('Ska anmälas').first().waitFor();
  await assessment.getByText(/frågor är obesvarade/).waitFor();
  assert.equal(await assessment.locator('form, button:not(.help)').count(), 0);
  assert.equal(await part(page, 'duties').getByRole('button', { name: /Vi anmäler inte/ }).count(), 0);
  await axe(page);
  await context.close();
});

test('MatterOfNationalSecurityIsANeutralStub', async () => {
  const chief = suite.person('SECURITY_PROTECTION_CHIEF').login;
  const { body: { number } } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { ...stolen, personal_data: 'ANSWER_NO', national_security: 'ANSWER_YES' } }, await suite.token(suite.person('EMPLOYEE').login));
  await waitFor(async () => (await asked(`/v1/cases/${number}/assessment`, chief)).results?.length > 0, { what: 'the assessment' });
  const { page, context } = await web.open({ login: chief });
  await open(page, number);
  const assessment = part(page, 'assessment');
  await assessment.getByText('Det här hanteras utanför Avvik').waitFor();
  assert.equal(await assessment.locator('form').count(), 0);
  assert.equal(await assessment.getByText('Varför?').count(), 0);
  await axe(page);
  await context.close();
});

test('UnverifiedRulesAreMarked', async () => {
  const one = await assessedCase({ category: 'CATEGORY_SYSTEM_DOWN', personal_data: 'ANSWER_NO' });
  const { regimes } = await asked('/v1/regimes');
  const unverified = new Set(regimes.flatMap(({ id, versions }) => versions.filter(({ confidence }) => confidence === 'CONFIDENCE_UNVERIFIED').map(() => id)));
  const found = (await asked(`/v1/cases/${one.number}/assessment`)).results.filter(({ confidence }) => confidence === 'CONFIDENCE_UNVERIFIED');
  for (const { regime } of found) assert.ok(unverified.has(regime), regime);
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  const assessment = part(page, 'assessment');
  await assessment.getByText('Varför?').first().waitFor();
  await assessment.locator('details').evaluateAll((all) => { for (const each of all) each.open = true; });
  assert.equal(await assessment.locator('.head').getByText('Regeln är inte kontrollerad', { exact: true }).count(), found.length);
  await context.close();
});

test('AnswerOnWhatAnotherChangedIsKeptAndSaid', async () => {
  const one = await assessedCase();
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  const assessment = part(page, 'assessment');
  await assessment.locator('form h3').waitFor();
  await page.waitForTimeout(2500);
  await suite.api('POST', `/v1/cases/${one.number}/assessment:answer`, { answers: [{ question: 'breach-remedies', choices: ['locked'] }] }, await suite.token(suite.person('DATA_PROTECTION_OFFICER').login));
  await assessment.getByRole('combobox').fill('Socialnämnden');
  await page.getByRole('option').first().click();
  await assessment.getByRole('button', { name: 'Svara' }).click();
  await assessment.getByText('Någon annan hann ändra före dig').waitFor();
  await assessment.getByLabel('När någon ansvarig där visste').waitFor();
  await assessment.getByRole('button', { name: 'Svara' }).click();
  await assessment.getByText(/Det här ändrade svaret|Svaret är sparat/).waitFor();
  await context.close();
});

test('DarkHasContrast', async () => {
  const one = await assessedCase();
  await suite.api('POST', `/v1/cases/${one.number}/assessment:answer`, { answers: [{ question: 'high-risk', yes_no: 'ANSWER_YES' }] }, await suite.token(officer));
  const { page, context } = await web.open({ dark: true, login: officer });
  await open(page, one.number);
  await part(page, 'decisions').locator('li').first().waitFor();
  await axe(page);
  await page.goto(web.url('/breaches'));
  await settled(page);
  await page.getByRole('article').first().waitFor();
  await axe(page);
  await context.close();
});

test('RegisterSaysWhatWasToldAndWhyNot', async () => {
  const one = await assessedCase();
  const token = await suite.token(officer);
  const { duties: [duty] } = await asked(`/v1/duties?case_id=${one.number}`);
  const told = await suite.api('POST', `/v1/duties/${duty.duty_id}/stages/${duty.stages[0].stage}:submit`, { external_id: 'IMY-2026-77', etag: duty.etag }, token);
  assert.equal(told.status, 200, JSON.stringify(told.body));
  await suite.api('POST', `/v1/cases/${one.number}/assessment:answer`, { answers: [{ question: 'breach-remedies', choices: ['locked', 'police'] }] }, token);
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/breaches'));
  await settled(page);
  const entry = page.getByRole('article', { name: one.number });
  await entry.getByText('IMY-2026-77').waitFor();
  await entry.getByText('Spärrat konto eller enhet · Polisanmält').waitFor();
  // On paper there is everything and nothing to press.
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('main button:visible, main a.ds-button:visible').count(), 0);
  await page.getByText(/^Registret för hela tiden\. Utskrivet/).waitFor();
  await context.close();
});

test('RegimesAreGroupedByCountryAndSayWhenTheyApply', async () => {
  const { page, context } = await web.open({ login: officer, size: 'phone' });
  await page.goto(web.url('/administration/regimes'));
  await settled(page);
  for (const country of ['Sverige', 'Danmark', 'Hela EU']) await page.getByRole('heading', { level: 2, name: new RegExp(`^${country}`) }).waitFor();
  const nis = page.locator('details.regime', { hasText: 'SE-NIS2' });
  await nis.locator('summary').first().click();
  await nis.getByText('Är ett nätverk eller it-system drabbat? Ja').first().waitFor();
  await nis.getByText('Slag: Incident').first().waitFor();
  await nis.getByText('PUB-1').waitFor();
  await nis.getByText('Nationellt cybersäkerhetscenter').first().waitFor();
  const omnibus = page.locator('details.regime', { hasText: 'EU-OMNIBUS-33' });
  await omnibus.locator('summary').first().click();
  await omnibus.getByText(/^Används inte: A proposal/).waitFor();
  await fits(page);
  await page.locator('details').evaluateAll((all) => { for (const each of all) each.open = true; });
  await fits(page);
  await axe(page);
  await context.close();
});

test('LaddersSayWhoIsCalledInWhichOrder', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/administration/ladders'));
  await settled(page);
  const first = page.getByRole('region', { name: /Rapportering av betydande incident/ });
  const steps = await first.getByRole('listitem').allTextContents();
  assert.equal(steps.length, 4);
  assert.match(steps[0], /Genast.*Ärendets ägare/s);
  assert.match(steps[1], /30 minuter.*informationssäkerhetsansvarig/s);
  await page.getByText('Bara i kontorstid').first().waitFor();
  await axe(page);
  await context.close();
});

inEachCell('DeadlinesAreSeenAndFollowedInACalendar', () => ({ web, login: officer }), async (visitor) => {
  const { number } = await assessedCase();
  await deadlinesJourney(visitor, { number });
});

test('DeadlineThatIsOverdueComesFirst', async () => {
  const one = await assessedCase();
  await suite.psqlDo('escalation', `SET avvik.tenant = '*'; UPDATE duty_stage SET target_at = now() - interval '2 hours' FROM duty WHERE duty_id = duty.id AND number = '${one.number}' AND target_at IS NOT NULL`);
  const { page, context } = await web.open({ login: officer, dark: true });
  await page.goto(web.url('/deadlines'));
  await settled(page);
  const first = page.getByRole('main').getByRole('region').first();
  await first.getByRole('heading', { name: /^Försenat/ }).waitFor();
  await first.getByText(one.number).waitFor();
  await first.getByText(/för sent/).first().waitFor();
  await axe(page);
  await context.close();
});

test('WhoHasNoClocksIsToldSo', async () => {
  const { page, context } = await web.open({ login: suite.person('AUDITOR').login });
  await page.goto(web.url('/deadlines?own=yes'));
  await settled(page);
  await page.getByRole('heading', { name: 'Inga tider löper i dina ärenden' }).waitFor();
  await page.getByRole('button', { name: 'Visa alla jag får se' }).click();
  await page.getByText('Anmälan av personuppgiftsincident').first().waitFor();
  await context.close();
});
