// What surrounds every page: languages, sizes, keyboard, colours, the session, and what is not there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Web, axe, settled } from './harness.mjs';
import { startJourney } from './start_journey.mjs';
import { inEachCell } from './visitor.mjs';

let web;
let officer;

before(async () => {
  web = await Web.start();
  officer = web.suite.person('INFORMATION_SECURITY_OFFICER').login;
});
after(() => web?.stop());

inEachCell('PagesForEverybodyAreReadSignedInToAndLeft', () => ({ web }), (visitor) => startJourney(visitor, web.suite.person('INFORMATION_SECURITY_OFFICER')));

test('DarkHasContrast', async () => {
  const { page, context } = await web.open({ dark: true, login: officer });
  for (const path of ['/', '/sessions', '/nowhere']) {
    await page.goto(web.url(path));
    await settled(page);
    await axe(page);
  }
  await context.close();
});

test('HigherContrastAndColoursAreChosenAndKept', async () => {
  const { page, context } = await web.open();
  await page.goto(web.url('/'));
  await settled(page);
  await page.getByRole('button', { name: 'Utseende' }).click();
  await page.getByRole('button', { name: 'Mörkt', exact: true }).click();
  await page.getByRole('button', { name: 'Högre', exact: true }).click();
  await axe(page);
  await page.reload();
  await settled(page);
  assert.equal(await page.locator('html').getAttribute('data-color-scheme'), 'dark');
  assert.equal(await page.locator('html').getAttribute('data-contrast'), 'more');
  await axe(page);
  await context.close();
});

test('FirstStopOfTheKeyboardLeadsToTheContent', async () => {
  const { page, context } = await web.open();
  await page.goto(web.url('/'));
  await settled(page);
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Hoppa till innehållet/);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await context.close();
});

// A move in place: the focus is on the title, and back leads back.
test('MoveInPlaceIsAPageOfItsOwn', async () => {
  const { page, context } = await web.open({ login: officer });
  await page.getByRole('button', { name: /Inloggad som/ }).click();
  await page.getByRole('link', { name: 'Mina inloggningar' }).click();
  await page.getByRole('heading', { level: 1, name: 'Mina inloggningar' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  assert.match(await page.title(), /^Mina inloggningar – /);
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: /^Hej / }).waitFor();
  await context.close();
});

test('SessionThatEndsIsRenewedBesideThePageAndWhatWasBegunIsDone', async () => {
  const elsewhere = await web.open({ login: officer });
  const { page, context } = await web.open({ login: officer });
  await page.goto(web.url('/sessions'));
  await page.getByText('Den här').waitFor();
  const others = page.getByRole('button', { name: 'Avsluta' });
  const before = await others.count();
  assert.ok(before >= 1);
  await context.clearCookies();
  await others.first().click();
  await page.getByRole('heading', { name: 'Du har loggats ut' }).waitFor();
  await axe(page);
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Logga in igen' }).click();
  const popup = await opened;
  await popup.locator(`button[value="${officer}"]`).click();
  await page.getByRole('heading', { name: 'Du har loggats ut' }).waitFor({ state: 'detached' });
  // Said aloud and shown.
  await page.locator('.toast', { hasText: 'Inloggningen är avslutad' }).waitFor();
  await context.close();
  await elsewhere.context.close();
});

test('LostNetworkIsSaid', async () => {
  const { page, context } = await web.open({ language: 'en' });
  await page.goto(web.url('/'));
  await settled(page);
  await context.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await axe(page);
  await context.setOffline(false);
  await page.getByText('You are offline.').waitFor({ state: 'detached' });
  await context.close();
});

test('FirstPageIsSmallCompressedAndKept', async () => {
  const { page, context } = await web.open();
  let bytes = 0;
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  client.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.goto(web.url('/'));
  await settled(page);
  assert.ok(bytes > 10_000 && bytes <= 150_000, `${bytes} bytes`);
  const script = await page.evaluate(() => [...document.scripts].find(({ src }) => src.includes('/assets/')).src);
  const answer = await fetch(script, { headers: { 'accept-encoding': 'br' } });
  assert.match(answer.headers.get('cache-control'), /immutable/);
  assert.equal(answer.headers.get('content-encoding'), 'br');
  await context.close();
});
