// The administration: the organisation, the rules and the operation, each part for those it is meant for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Web, axe, fits, languages, settled, tabTo } from './harness.mjs';

let web;
let administrator;
let officer;

before(async () => {
  web = await Web.start();
  administrator = web.suite.person('ADMINISTRATOR').login;
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
});
after(() => web?.stop());

const parts = ['organisation', 'stand-ins', 'change', 'versions', 'roles', 'rules', 'regimes', 'templates', 'retention', 'notices', 'events'];

async function opened(page, part) {
  await page.goto(web.url(`/administration/${part}`));
  await settled(page);
}

for (const language of languages) {
  for (const size of ['small', 'desktop']) {
    test(`PartsThatNeedNoNewCallsAreWhole_${language}_${size}`, async () => {
      const { page, context } = await web.open({ size, language, login: administrator });
      for (const part of ['who', 'organisation', 'stand-ins', 'change', 'regimes', 'retention', 'notices', 'events']) {
        await opened(page, part);
        assert.doesNotMatch(await page.locator('main').innerText(), /administration\.|undefined|UNIT_TYPE_|CONFIDENCE_/, part);
        await fits(page);
        await axe(page);
      }
      await context.close();
    });
  }
}

test('EachSeesThePartsTheyMay', async () => {
  const { page, context } = await web.open({ login: web.suite.person('EMPLOYEE').login });
  assert.equal(await page.getByRole('link', { name: 'Administration' }).count(), 0);
  await page.goto(web.url('/administration'));
  await settled(page);
  await page.getByRole('heading', { name: 'Den här sidan är inte för dig' }).waitFor();
  await context.close();
  const other = await web.open({ login: officer });
  await other.page.goto(web.url('/administration'));
  await settled(other.page);
  const links = other.page.getByRole('navigation', { name: 'Administration' }).getByRole('link');
  const names = await links.allTextContents();
  assert.ok(names.includes('Lagkrav') && names.includes('Händelser och siffror'), String(names));
  assert.ok(!names.includes('Ändra organisationen'), String(names));
  await other.context.close();
});

test('StandInIsAddedByKeyboardAndEnded', async () => {
  const { page, context } = await web.open({ login: administrator });
  await opened(page, 'stand-ins');
  const [absent, person] = web.suite.organisation.people.filter(({ roles }) => roles.some(({ role }) => role === 'COORDINATOR'));
  // Nothing is sent while something is missing, and the focus is where that is said.
  await page.getByRole('button', { name: 'Lägg till' }).click();
  await page.getByRole('link', { name: 'Välj vem som ska ersätta.' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H2');
  await axe(page);
  await tabTo(page, '#stand-in-person');
  await page.keyboard.type(person.name);
  await page.keyboard.press('Enter');
  await tabTo(page, '#stand-in-absent');
  await page.keyboard.type(absent.name);
  await page.keyboard.press('Enter');
  await page.locator('#stand-in-first').fill('2027-06-28');
  await page.locator('#stand-in-last').fill('2027-06-01');
  await page.getByText('Den sista dagen ligger före den första.').first().waitFor();
  await page.locator('#stand-in-last').fill('2027-07-18');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row', { name: new RegExp(`${person.name}.*${absent.name}.*28 juni 2027`) });
  await row.waitFor();
  await axe(page);
  await row.getByRole('button', { name: /Avsluta/ }).click();
  await row.waitFor({ state: 'detached' });
  await context.close();
});

test('OrganisationIsTriedAndThenChanged', async () => {
  const { page, context } = await web.open({ login: administrator });
  await opened(page, 'change');
  await page.getByLabel('Organisationsfilen').fill('units: [\n  {');
  await page.getByRole('button', { name: 'Prova och visa skillnaden' }).click();
  await page.getByText(/Rad \d+ går inte att läsa/).waitFor();
  await axe(page);
  await page.getByRole('button', { name: /Hämta gällande fil/ }).click();
  const box = page.getByLabel('Organisationsfilen');
  // What was taken out and not changed differs in nothing.
  await page.getByRole('button', { name: 'Prova och visa skillnaden' }).click();
  await page.getByText('Inget skiljer sig från den som gäller.').waitFor();
  const text = await box.inputValue();
  assert.match(text, /type: MUNICIPALITY/);
  await box.fill(text.replace('name: Hemtjänsten', 'name: Hemtjänsten och boendestödet'));
  assert.equal(await page.getByRole('button', { name: 'Inför ändringen' }).count(), 0);
  await page.getByRole('button', { name: 'Prova och visa skillnaden' }).click();
  await page.getByText('units/hemtjanst').waitFor();
  await axe(page);
  await page.getByRole('button', { name: 'Inför ändringen' }).click();
  await page.locator('.toast', { hasText: 'Ändringen gäller nu' }).waitFor();
  await opened(page, 'organisation');
  await page.getByRole('rowheader', { name: 'Hemtjänsten och boendestödet' }).waitFor();
  await context.close();
});

test('RegimesSaySinceWhenBySourceAndHowSure', async () => {
  const { page, context } = await web.open({ login: officer, dark: true });
  await opened(page, 'regimes');
  await page.getByText('Gäller nu').first().waitFor();
  for (const summary of await page.locator('main details > summary').all()) await summary.click();
  await page.getByText('Källa').first().waitFor();
  assert.ok(await page.getByText('Senast jämfört med källan').count() > 0);
  await axe(page);
  await context.close();
});

test('ParkedEventIsReplayedAndItsResultIsSaid', async () => {
  const { page, context } = await web.open({ login: administrator });
  await opened(page, 'events');
  await page.getByText('Allt mottaget').first().waitFor();
  const parked = { source: 'triage', position: '7', type: 'avvik.triage.v1.CaseOpened', subject: 'cases/1', error: 'unit gone is not known', park_time: '2026-11-20T10:00:00Z', attempts: 3 };
  await page.route((url) => url.pathname === '/v1/services/metrics/parked-events', (route) => route.fulfill({ json: { parked_events: [parked], total_size: '1' } }));
  await page.reload();
  await page.getByText('1 parkerad').waitFor();
  await axe(page);
  // The replay itself is the suite's own: there it finds nothing to do.
  await page.getByRole('button', { name: 'Försök alla igen' }).click();
  await page.getByRole('main').getByText('Mottagna nu: 0. Fortfarande parkerade: 0.').waitFor();
  await context.close();
});

test('FiguresAreBuiltAnewWithProgress', async () => {
  const { page, context } = await web.open({ login: administrator });
  await opened(page, 'events');
  await page.getByRole('button', { name: 'Bygg om' }).click();
  await axe(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Bygg om' }).click();
  await page.getByText(/Senast ombyggda/).waitFor();
  await context.close();
});

test('WhoWouldGetItIsAnsweredRuleByRule', async () => {
  const { page, context } = await web.open({ login: officer });
  await opened(page, 'who');
  await page.getByLabel('Vad det liknar').selectOption({ label: 'Förlorad telefon eller dator' });
  await page.getByRole('combobox', { name: /Var det händer/ }).fill('Hemtj');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Visa vem som skulle få det' }).click();
  await page.getByText('Ärendet skulle gå till').waitFor();
  await page.getByRole('table', { name: /Regel för regel/ }).waitFor();
  // Who is reminded, by the law of this country only, and that nobody comes after the owner.
  const reminders = page.getByRole('region', { name: 'Om inget händer: vem påminns, och när' });
  const steps = reminders.getByRole('table', { name: /Steg med en tid/ });
  await steps.getByRole('row', { name: /Anmälan av personuppgiftsincident.*inom 72 timmar.*18 timmar före/ }).waitFor();
  assert.equal(await steps.getByText('Anmeldelse af brud på persondatasikkerheden').count(), 0);
  await reminders.getByText('Ingen annan får e-post av sig själv.').waitFor();
  await axe(page);
  await context.close();
});

test('VersionsRolesRulesAndTemplatesAreShown', async () => {
  for (const [language, size] of [['sv', 'desktop'], ['da', 'small'], ['en', 'phone']]) {
    const { page, context } = await web.open({ language, size, login: administrator });
    for (const part of ['versions', 'roles', 'rules', 'templates']) {
      await opened(page, part);
      assert.equal(await page.locator('main [role="alert"]').count(), 0, part);
      await page.locator('main .panel, main table').first().waitFor();
      for (const summary of await page.locator('main details > summary').all()) await summary.click();
      await fits(page);
      await axe(page);
    }
    await context.close();
  }
});

test('PartsAreReachedFromOneAnother', async () => {
  const { page, context } = await web.open({ login: administrator, size: 'phone' });
  await opened(page, parts[0]);
  const nav = page.getByRole('navigation', { name: 'Administration' });
  await nav.getByText('Alla delar av administrationen').click();
  await axe(page);
  await nav.getByRole('link', { name: 'Lagkrav' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lagkrav' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Organisationen' }).waitFor();
  await context.close();
});

test('MailIsShownAsItLooksAndNothingInItRuns', async () => {
  const { page, context } = await web.open({ login: administrator, dark: true });
  const strange = '<body style="background: #ffffff; color: #1a1a1a; position: fixed"><p style="color: #003a70">Hej!</p><script>window.ran = 1</script><img src="/x.png" onerror="window.ran = 1"><a href="https://evil.example" onclick="window.ran = 1">Öppna ärendet</a></body>';
  const words = { subject: 'Ärende AVV-1', text: 'Hej!', html: strange };
  await page.route((url) => url.pathname === '/v1/templates', (route) => route.fulfill({ json: { templates: [{ template: 'case_assigned', language: 'sv', words, preview: words }] } }));
  await opened(page, 'templates');
  await page.getByText('Nytt ärende till ägaren').click();
  await page.getByText('Öppna ärendet').waitFor();
  const shown = await page.locator('.paper').evaluate(({ shadowRoot }) => {
    const sheet = shadowRoot.firstElementChild;
    return { tags: [...sheet.querySelectorAll('*')].map(({ tagName }) => tagName), color: getComputedStyle(sheet.querySelector('p')).color, position: getComputedStyle(sheet).position, ran: window.ran };
  });
  assert.deepEqual(shown, { tags: ['P', 'SPAN'], color: 'rgb(0, 58, 112)', position: 'static', ran: undefined });
  // The policy of the page says that it would have stopped them, too.
  web.expectFault(/inline event handler violates/);
  await axe(page);
  await context.close();
});

test('QueueSaysHowOldAndWhenItLastWorked', async () => {
  const { page, context } = await web.open({ login: administrator, size: 'phone' });
  const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  let queue = { waiting: '3', failed: '1', sent: '120', oldest_create_time: ago(40), last_success_time: ago(2), last_failure_time: ago(600), last_failure_reply_code: 451 };
  await page.route((url) => url.pathname === '/v1/notices:queue', (route) => route.fulfill({ json: queue }));
  await opened(page, 'notices');
  await page.getByText('E-posten går fram').waitFor();
  await page.getByText('Ett meddelande har väntat länge').waitFor();
  await page.getByText('för 10 timmar sedan, svar 451').waitFor();
  await fits(page);
  await axe(page);
  queue = { ...queue, oldest_create_time: ago(1), last_failure_time: ago(1), last_failure_reply_code: 0 };
  await page.reload();
  await page.getByText('E-posten går inte fram').waitFor();
  await page.getByText(/för 1 minut sedan, inget svar/).waitFor();
  assert.equal(await page.getByText('E-posten går fram').count(), 0);
  await context.close();
});
