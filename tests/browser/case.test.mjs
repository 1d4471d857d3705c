// The case page: everything about a case on one screen, and two who work on it at once.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { waitFor } from '../harness/suite.mjs';
import { campaignJourney, caseJourney } from './case_journey.mjs';
import { act, newCase, readCase } from './cases.mjs';
import { Web, axe, fits, settled, tabTo } from './harness.mjs';
import { inEachCell } from './visitor.mjs';

let web;
let suite;
let officer;
let other;
let employee;
let breach;

before(async () => {
  web = await Web.start();
  ({ suite } = web);
  officer = suite.person('INFORMATION_SECURITY_OFFICER').login;
  other = suite.person('IT_SECURITY_OFFICER').login;
  employee = suite.person('EMPLOYEE').login;
  breach = await newCase(suite, { title: 'Journaler mejlade till fel kommun', personal_data: 'ANSWER_YES', affected_persons: '40', system: '' });
});
after(() => web?.stop());

const part = (page, id) => page.locator(`#${id}`);

async function open(page, number) {
  await page.goto(web.url(`/cases/${number}`));
  await settled(page);
  await part(page, 'notes').waitFor();
}
const toast = (page, text) => page.locator('.toast', { hasText: text }).first().waitFor();

// What two cases of a cell have in common, and no other case has.
const thing = { sv_phone: 'kopiator', sv_desktop: 'trädgårdsskjul', da_phone: 'vattenkokare', da_desktop: 'fönsterbräda', en_phone: 'skridskor', en_desktop: 'piano', sv_desktop_by_keyboard_alone: 'barnvagn' };

inEachCell('CaseIsHandledFromTheFirstLookToItsOutcome', () => ({ web, login: officer }), async (visitor, { name }) => {
  const like = await newCase(suite, { title: `Papper i en ${thing[name]} såldes` });
  const one = await newCase(suite, { title: `Sjukskrivningar i en ${thing[name]}`, personal_data: 'ANSWER_NO' });
  await caseJourney(visitor, { one, like, employee, officer, other: suite.person('IT_SECURITY_OFFICER') });
});

// What many were sent in a cell: like no other, so that its reports are no others'.
const lure = {
  sv_phone: 'Faktura obetald leverans', sv_desktop: 'Paket väntar tullavgift', da_phone: 'Lotterivinst hämtas snarast', da_desktop: 'Lösenord upphör midnatt',
  en_phone: 'Presentkort chefen behöver', en_desktop: 'Röstmeddelande okänt nummer', sv_desktop_by_keyboard_alone: 'Kvarskatt återbäring konto',
};

inEachCell('ManyWhoReportedTheSameAreAnsweredAtOnce', () => ({ web, login: officer }), async (visitor, { name }) => {
  const report = { title: `${lure[name]} ${thing[name]}`, category: 'CATEGORY_SUSPICIOUS_MESSAGE', description: '' };
  const { number } = await newCase(suite, report);
  const second = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { unit: 'hemtjanst', ...report } }, await suite.token(employee));
  assert.equal(second.status, 200, JSON.stringify(second.body));
  await waitFor(async () => Number((await suite.api('GET', `/v1/campaigns/${number}`, undefined, await suite.token(officer))).body.report_count) === 2, { what: 'the report to join' });
  await campaignJourney(visitor, { number, reports: [number, second.body.number], reporter: employee });
});

test('DarkHasContrast', async () => {
  const { page, context } = await web.open({ dark: true, login: officer });
  await open(page, breach.number);
  await part(page, 'duties').locator('article').first().waitFor();
  await axe(page);
  await context.close();
});

test('NothingTypedIsLostWhenItCannotBeSent', async () => {
  const one = await newCase(suite);
  const { page, context } = await web.open({ login: officer, language: 'en' });
  await open(page, one.number);
  await page.getByLabel('Write a note').fill('Must not be lost.');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Save the note' }).click();
  await part(page, 'notes').getByText('There is no contact with the server').waitFor();
  assert.equal(await page.getByLabel('Write a note').inputValue(), 'Must not be lost.');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Save the note' }).click();
  await toast(page, 'The note is saved');
  await context.close();
});

test('WhatIsWrongIsSaidByTheField', async () => {
  const one = await newCase(suite);
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await part(page, 'classification').getByRole('button', { name: 'Ändra' }).click();
  await page.getByLabel('Klass enligt Enisa').fill('finns/inte');
  await page.getByRole('button', { name: 'Spara bedömningen' }).click();
  await part(page, 'classification').locator('.ds-validation-message').waitFor();
  await axe(page);
  assert.equal(await page.getByLabel('Klass enligt Enisa').inputValue(), 'finns/inte');
  await context.close();
});

test('TwoWhoClassifyAtOnceSeeEachOthersChangeAndLoseNothing', async () => {
  const one = await newCase(suite, { title: 'Två på en gång' });
  const mine = await web.open({ login: officer });
  const theirs = await web.open({ login: other });
  for (const { page } of [mine, theirs]) {
    await open(page, one.number);
    await part(page, 'classification').getByRole('button', { name: 'Ändra' }).click();
  }
  await theirs.page.getByLabel('Slag', { exact: true }).selectOption('KIND_WEAKNESS');
  await mine.page.getByLabel('Konfidentialitet').selectOption('2');
  await theirs.page.getByRole('button', { name: 'Spara bedömningen' }).click();
  await toast(theirs.page, 'Bedömningen är sparad');
  await mine.page.getByRole('button', { name: 'Spara bedömningen' }).click();
  const dialog = mine.page.getByRole('dialog');
  await dialog.getByRole('heading', { name: /hann före/ }).waitFor();
  await dialog.getByRole('row', { name: /Slag.*Svaghet/ }).waitFor();
  await dialog.getByRole('row', { name: /Vad som drabbats.*Konfidentialitet 2/ }).waitFor();
  await axe(mine.page);
  await dialog.getByRole('button', { name: 'Skicka mitt ovanpå' }).click();
  await toast(mine.page, 'Ditt är sparat ovanpå deras');
  const { classification } = await readCase(suite, one.number);
  assert.equal(classification.kind, 'KIND_WEAKNESS');
  assert.ok(classification.impacts.some(({ property, level }) => property === 'SECURITY_PROPERTY_CONFIDENTIALITY' && level === 2));
  await mine.context.close();
  await theirs.context.close();
});

test('AConflictCanBeLeftToTheOther', async () => {
  const one = await newCase(suite);
  const { page, context } = await web.open({ login: officer, size: 'phone' });
  await open(page, one.number);
  await page.getByRole('button', { name: 'Ge till någon' }).click();
  await page.getByRole('dialog').getByRole('combobox').fill('Anna Berg');
  await page.keyboard.press('Enter');
  await act(suite, one.number, 'assign', { owner: other }, other);
  await page.getByRole('dialog').getByRole('button', { name: 'Ge till någon' }).click();
  await page.getByRole('heading', { name: /hann före/ }).waitFor();
  await fits(page);
  await axe(page);
  await page.getByRole('button', { name: 'Låt deras gälla' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' }).catch(() => {});
  assert.equal((await readCase(suite, one.number)).owner.login, other);
  await part(page, 'owner').getByText('Tomas Niemi').waitFor();
  await context.close();
});

test('ClosedCaseIsOpenedAgain', async () => {
  const one = await newCase(suite);
  await act(suite, one.number, 'close', { resolution: 'RESOLUTION_REMEDIED', outcome: 'Brevet är tillbaka.' });
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await page.getByRole('button', { name: 'Öppna igen' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Öppna igen' }).click();
  await dialog.getByRole('link', { name: 'Skriv varför' }).waitFor();
  await axe(page);
  await dialog.getByLabel('Varför').fill('Det hände igen.');
  await dialog.getByRole('button', { name: 'Öppna igen' }).click();
  await toast(page, 'Ärendet är öppet igen');
  assert.equal((await readCase(suite, one.number)).state, 'CASE_STATE_ASSIGNED');
  await context.close();
});

test('DutyIsRuledOut', async () => {
  const one = await newCase(suite, { personal_data: 'ANSWER_YES', affected_persons: '3' });
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await part(page, 'duties').getByRole('button', { name: /Vi anmäler inte/ }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /det inte hade hänt/ }).check();
  await dialog.getByLabel('Vad ni vet').fill('Inga uppgifter lämnade huset.');
  await axe(page);
  await dialog.getByRole('button', { name: 'Besluta att inte anmäla' }).click();
  await toast(page, 'Beslutet är sparat');
  await axe(page);
  await context.close();
});

test('WhoeverIsCalledAboutAStageSaysThatTheyDealWithIt', async () => {
  const one = await newCase(suite, { personal_data: 'ANSWER_YES', affected_persons: '3' });
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await part(page, 'duties').getByRole('heading', { name: 'Anmälan av personuppgiftsincident' }).waitFor();
  await suite.remindNow(one.number);
  await waitFor(async () => (await suite.psql('escalation', `SELECT 1 FROM alarm_step JOIN alarm ON alarm.id = alarm_id JOIN duty ON duty.id = duty_id WHERE number = '${one.number}'`)).length > 0, { what: 'somebody is called' });
  await page.reload();
  const answer = part(page, 'duties').getByRole('button', { name: 'Jag tar hand om det' });
  await part(page, 'duties').getByText(/^Larmade .+\.$/).waitFor();
  await part(page, 'duties').getByText(/^Nästa larmas /).waitFor();
  await axe(page);
  await answer.click();
  await toast(page, 'Du tar hand om det. Ingen fler larmas.');
  await part(page, 'duties').getByText(/ tar hand om det sedan /).waitFor();
  await answer.waitFor({ state: 'hidden' });
  await context.close();
});

test('CaseIsRestrictedAccessGivenAndTakenBack', async () => {
  const one = await newCase(suite);
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  const access = part(page, 'access');
  const dialog = page.getByRole('dialog');
  await access.getByRole('button', { name: 'Begränsa' }).click();
  await dialog.getByLabel('Varför').fill('Rör en kollega.');
  await dialog.getByRole('button', { name: 'Begränsa' }).click();
  await toast(page, 'Ärendet är begränsat');
  await access.getByText('Bara ansvarig, inkopplade och utpekade ser det.').waitFor();
  await access.getByRole('button', { name: 'Ge tillgång' }).click();
  await dialog.getByRole('combobox').fill('Tomas Niemi');
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Varför').fill('Ska titta på loggarna.');
  await axe(page);
  await dialog.getByRole('button', { name: 'Ge tillgång' }).click();
  await toast(page, 'Tillgången är given');
  await access.getByRole('button', { name: /Ta tillbaka.*Tomas/ }).click();
  await dialog.getByLabel('Varför').fill('Klart.');
  await dialog.getByRole('button', { name: 'Ta tillbaka' }).click();
  await toast(page, 'Tillgången är borttagen');
  await access.getByRole('button', { name: 'Hindra gallring' }).click();
  await dialog.getByLabel('Beslutets nummer').fill('KS 2026/17');
  await dialog.getByRole('button', { name: 'Hindra gallring' }).click();
  await access.getByText(/KS 2026\/17/).waitFor();
  await axe(page);
  await context.close();
});

test('ConfidentialReporterIsNamedOnlyWithAReason', async () => {
  const one = await newCase(suite, { confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' });
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await page.getByText('Rapporterat i förtroende').waitFor();
  await page.getByRole('button', { name: 'Ta reda på vem' }).click();
  await page.getByText('Personen litade på att du inte får veta').waitFor();
  await page.getByRole('button', { name: 'Visa namnet' }).click();
  await page.getByText('Välj varför').waitFor();
  await axe(page);
  await page.getByLabel('Varför du måste veta').selectOption('REVEAL_REASON_PROTECTION');
  await page.getByRole('button', { name: 'Visa namnet' }).click();
  await part(page, 'report').getByText(suite.organisation.people.find(({ login }) => login === employee).name).first().waitFor();
  await axe(page);
  await context.close();
});

test('FileOfTheReportIsFetchedWhenItIsClean', async () => {
  const one = await newCase(suite);
  const token = await suite.token(employee);
  const { status } = await suite.api('PUT', `/v1/reports/${one.number}/attachments`, Buffer.from('Vad som stod i brevet.\n'), token,
    { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="brev.txt"' });
  assert.equal(status, 200);
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await part(page, 'report').getByText('brev.txt').waitFor();
  await part(page, 'report').locator('li .tag').first().waitFor();
  await axe(page);
  await context.close();
});

test('CasesAreGroupedReportsLinkedAndBothUndone', async () => {
  const [one, member] = [await newCase(suite, { title: 'Samma sak, ett' }), await newCase(suite, { title: 'Samma sak, två' })];
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  await part(page, 'related').getByRole('button', { name: 'Gruppera', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await axe(page);
  await dialog.getByLabel('Nummer').fill(member.number);
  await dialog.getByRole('button', { name: 'Gruppera' }).click();
  await toast(page, 'Ärendet är grupperat hit');
  await part(page, 'related').getByText('1 ärende är grupperat hit').waitFor();
  // The members are listed, each a link; one is taken out, and that is undone.
  await part(page, 'related').getByRole('listitem').filter({ hasText: member.number }).filter({ hasText: 'Tilldelat' }).getByRole('link', { name: 'Samma sak, två' }).waitFor();
  await axe(page);
  const out = part(page, 'related').getByRole('button', { name: `Ta ut ${member.number}` });
  await out.click();
  const told = page.locator('.toast', { hasText: 'är inte med i gruppen längre' });
  await told.waitFor();
  await out.waitFor({ state: 'detached' });
  assert.equal((await readCase(suite, member.number)).group_case_id, '');
  await told.getByRole('button', { name: 'Ångra' }).click();
  await out.waitFor();
  assert.equal((await readCase(suite, member.number)).group_case_id, one.case_id);
  await part(page, 'related').getByRole('link', { name: 'Samma sak, två' }).first().click();
  await page.waitForURL(`**/cases/${member.number}`);
  await open(page, member.number);
  await part(page, 'related').getByRole('button', { name: 'Lämna gruppen' }).click();
  await toast(page, 'Ärendet har lämnat gruppen');
  assert.equal((await readCase(suite, member.number)).group_case_id, '');
  await axe(page);
  await context.close();
});

test('MeasureIsDecidedChangedDoneTakenUpAndGivenUp', async () => {
  const one = await newCase(suite);
  const { page, context } = await web.open({ login: officer });
  await open(page, one.number);
  const measures = part(page, 'measures');
  const dialog = page.getByRole('dialog');
  await measures.getByRole('button', { name: 'Lägg till' }).click();
  await dialog.getByRole('button', { name: 'Lägg till' }).click();
  await dialog.getByText('Skriv vad som ska göras').waitFor();
  await axe(page);
  await dialog.getByLabel('Vad ska göras').fill('Byt fönsterkuvert');
  await dialog.getByRole('button', { name: 'Lägg till' }).click();
  await toast(page, 'Åtgärden är bestämd');
  await measures.getByRole('button', { name: /Ändra/ }).click();
  await dialog.getByLabel('Vad ska göras').fill('Byt alla fönsterkuvert');
  await dialog.getByRole('button', { name: 'Spara' }).click();
  await measures.getByRole('heading', { name: 'Byt alla fönsterkuvert' }).waitFor();
  await measures.getByRole('button', { name: /Klar/ }).click();
  await dialog.getByRole('button', { name: 'Klar' }).click();
  await toast(page, 'Åtgärden är klar');
  await measures.getByText('1 avslutad').click();
  await measures.getByRole('button', { name: /Ta upp igen/ }).click();
  await dialog.getByLabel('Varför').fill('Kuverten tog slut.');
  await dialog.getByRole('button', { name: 'Ta upp igen' }).click();
  await measures.getByRole('button', { name: /Släpp/ }).click();
  await dialog.getByLabel('Varför').fill('Breven skickas digitalt.');
  await dialog.getByRole('button', { name: 'Släpp' }).click();
  await toast(page, 'Åtgärden är släppt');
  await axe(page);
  await context.close();
});

test('WhyItHasThisOwnerIsExplained', async () => {
  const { page, context } = await web.open({ login: officer });
  await open(page, breach.number);
  await part(page, 'owner').getByText('Varför just den?').click();
  await part(page, 'owner').locator('ol li').first().waitFor();
  await axe(page);
  await part(page, 'owner').getByRole('button', { name: /Hjälp/ }).press('Enter');
  await page.getByText('Kommunens regler väljer den som ansvarar.').waitFor();
  await axe(page);
  await context.close();
});

test('ByKeyboardAloneOneGoesFromCaseToCaseAndTakesOneOn', async () => {
  const one = await newCase(suite, { title: 'Sist kommen' });
  await act(suite, one.number, 'assign', { owner: officer });
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/cases?view=all&order=newest'));
  await settled(page);
  await tabTo(page, '[role=row][data-index="0"]');
  await page.keyboard.press('Enter');
  await part(page, 'notes').waitFor();
  const before = page.url();
  await page.keyboard.press('j');
  await page.waitForURL((url) => url.href !== before);
  await page.getByRole('heading', { level: 1, name: 'Sist kommen' }).waitFor({ state: 'detached' });
  await part(page, 'notes').waitFor();
  await page.keyboard.press('k');
  await page.waitForURL(before);
  await page.getByRole('heading', { level: 1, name: 'Sist kommen' }).waitFor();
  await part(page, 'notes').waitFor();
  await page.keyboard.press('e');
  await toast(page, 'Du har tagit dig an ärendet');
  await page.keyboard.press('n');
  await page.keyboard.type('Med tangenter');
  await page.keyboard.press('Control+Enter');
  await toast(page, 'Anteckningen är sparad');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'write-note');
  assert.equal((await readCase(suite, one.number)).state, 'CASE_STATE_ACKNOWLEDGED');
  await context.close();
});

test('PhoneHasAJumpList', async () => {
  const { page, context } = await web.open({ login: officer, size: 'phone', language: 'da' });
  await open(page, breach.number);
  await page.getByRole('navigation', { name: 'Dele af sagen' }).getByRole('link', { name: 'Noter' }).click();
  await waitFor(async () => await page.evaluate(() => document.activeElement.id) === 'notes', { what: 'the focus' });
  await context.close();
});

test('OnPaperTheCaseIsToldWithoutWhatOnlyAScreenCanDo', async () => {
  const one = await newCase(suite, { title: 'Skrivs ut till forumet', personal_data: 'ANSWER_YES', affected_persons: '3' });
  for (let at = 0; at < 9; at += 1) await act(suite, one.number, 'note', { text: `Anteckning nummer ${at}`, request_id: randomUUID() });
  const { page, context } = await web.open({ login: officer, dark: true });
  await open(page, one.number);
  await part(page, 'timeline').getByText('Anteckning nummer 8').waitFor();
  await part(page, 'duties').locator('article').first().waitFor();
  assert.equal(await page.getByText(/Utskrivet/).isVisible(), false);
  assert.ok(await page.getByRole('button', { name: 'Skriv ut' }).isVisible());
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const hidden of ['header.no-print', 'footer', 'nav', 'button', 'textarea', 'form', 'dialog', '#readers']) {
    for (const element of await page.locator(hidden).all()) assert.equal(await element.isVisible(), false, hidden);
  }
  assert.ok(await page.getByText(/Kalix kommun · .*Utskrivet/).isVisible());
  assert.ok(await page.getByRole('heading', { level: 1, name: 'Skrivs ut till forumet' }).isVisible());
  for (const id of ['report', 'dialogue', 'notes', 'duties', 'classification', 'measures', 'owner', 'access', 'timeline']) assert.ok(await part(page, id).locator('h2').isVisible(), id);
  // Everything that happened, also what a screen folds away.
  assert.ok(await part(page, 'timeline').getByText('Ärendet öppnades').isVisible());
  assert.ok(await part(page, 'classification').locator('details li').first().isVisible());
  const { ground, text } = await page.evaluate(() => ({ ground: getComputedStyle(document.body).backgroundColor, text: getComputedStyle(document.body).color }));
  assert.equal(ground, 'rgb(255, 255, 255)');
  assert.ok(text.match(/\d+/g).slice(0, 3).every((channel) => Number(channel) < 90), text);
  await axe(page);
  await context.close();
});

test('CaseThatIsNotThereSaysSo', async () => {
  const { page, context } = await web.open({ login: suite.person('COORDINATOR', 'samhallsbyggnadsnamnden').login });
  for (const number of [breach.number, 'AVV-2026-999999']) {
    await page.goto(web.url(`/cases/${number}`));
    await settled(page);
    await page.getByText('Det finns inte, eller så får du inte se det.').or(page.locator('[role=alert]')).first().waitFor();
    await axe(page);
  }
  await context.close();
});
