// Reporting: named, confidential and anonymous; what is typed survives; nothing is sent twice.

import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { after, before, test } from 'node:test';
import { Web, axe, fits, languages, settled } from './harness.mjs';
import { kept, png, reportJourney } from './report_journey.mjs';
import { inEachCell } from './visitor.mjs';

let web;
let employee;

before(async () => {
  web = await Web.start();
  employee = web.suite.person('EMPLOYEE').login;
});
after(() => web?.stop());

const send = { sv: 'Skicka rapporten', da: 'Send indberetningen', en: 'Send the report' };
const arrived = { sv: 'Tack, rapporten har kommit fram', da: 'Tak, indberetningen er nået frem', en: 'Thank you, the report has arrived' };
const what = { sv: 'Vad hände?', da: 'Hvad skete der?', en: 'What happened?' };

async function openReport(options) {
  const opened = await web.open(options);
  await opened.page.goto(web.url('/report'));
  await settled(opened.page);
  return opened;
}
const doneHeading = (page, language = 'sv') => page.getByRole('heading', { level: 1, name: arrived[language] }).waitFor({ timeout: 60_000 });
const reportsCalled = async (title) => web.suite.psql('intake', `SELECT count(*)::int AS count FROM reports WHERE title = '${title}'`).then(([{ count }]) => count).catch(() => undefined);

test('OnPaperTheReceiptSaysWhatTakesOneBackAndNothingElse', async () => {
  const { page, context } = await openReport({ dark: true, login: employee });
  await page.getByLabel(what.sv).fill('En lapp med ett lösenord.');
  await page.locator('input[name="who"][value="anonymous"]').check({ force: true });
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  const line = page.getByText(`Läs svaret på ${web.url('/receipt')}`);
  assert.equal(await line.isVisible(), false);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const hidden of ['header.no-print', 'footer', 'nav', 'button', 'a.ds-button', 'input']) {
    for (const element of await page.locator(hidden).all()) assert.equal(await element.isVisible(), false, hidden);
  }
  assert.ok(await page.locator('[data-receipt]').isVisible());
  assert.ok(await line.isVisible());
  assert.ok(await page.getByText(/AVV-\d{4}-\d+/).first().isVisible());
  assert.ok(await page.getByText(/Utskrivet/).isVisible());
  // Whoever finds the paper does not learn who made the report.
  const { name } = web.suite.person('EMPLOYEE');
  assert.ok(!(await page.locator('body').innerText()).includes(name));
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await axe(page);
  await context.close();
});

inEachCell('ReportIsMadeWithoutANameWithItAndInConfidence', () => ({ web }), (visitor) => reportJourney(visitor, employee));

test('DarkIsWhole', async () => {
  const { page, context } = await openReport({ dark: true });
  await page.locator('input[name="kind"][value="lost"]').check({ force: true });
  await page.locator('input[name="when"][value="earlier"]').check({ force: true });
  await page.locator('summary', { hasText: 'Några frågor till' }).click();
  await page.locator('input[name="personal"][value="yes"]').check({ force: true });
  await page.locator('input[name="security"][value="yes"]').check({ force: true });
  await axe(page);
  await fits(page);
  await context.close();
});

test('ReceiptIsCopiedAndItsProofIsSaved', async () => {
  const { page, context } = await openReport({ more: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await page.getByLabel(what.sv).fill('En dörr stod olåst');
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  await page.getByRole('button', { name: 'Kopiera' }).click();
  await page.locator('.toast').waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\d{4} \d{4} \d{4} \d{4}$/);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Hämta intyget' }).click();
  assert.match((await download).suggestedFilename(), /^AVV-\d{4}-\d{6}\.txt$/);
  await page.getByRole('button', { name: 'Rapportera något mer' }).click();
  await page.getByLabel(what.sv).waitFor();
  assert.equal(await page.getByLabel(what.sv).inputValue(), '');
  await context.close();
});

test('LeavingAReceiptThatIsNotSavedAsksFirst', async () => {
  const { page, context } = await openReport();
  await page.getByLabel(what.sv).fill('En pärm låg framme');
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  const question = new Promise((resume) => { page.once('dialog', (dialog) => { resume(dialog.message()); void dialog.dismiss(); }); });
  await page.locator('main').getByRole('link', { name: 'Läs svar med kvitto' }).click();
  assert.match(await question, /kvitto/);
  assert.equal(await page.locator('[data-receipt]').count(), 1);
  await page.getByLabel('Jag har sparat kvittot').check();
  await page.locator('main').getByRole('link', { name: 'Läs svar med kvitto' }).click();
  await page.getByRole('heading', { level: 1, name: 'Läs med kvitto' }).waitFor();
  await context.close();
});

test('EmptyReportSaysWhatIsMissingAndLeadsThere', async () => {
  const { page, context } = await openReport();
  await page.locator('input[name="when"][value="earlier"]').check({ force: true });
  await page.locator('input[name="who"][value="named"]').check({ force: true });
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByRole('heading', { name: '3 saker behöver rättas' }).waitFor();
  await page.waitForFunction(() => /behöver rättas/.test(document.activeElement?.textContent ?? ''));
  await axe(page);
  await page.getByRole('link', { name: 'Berätta vad som hände, gärna bara med en mening.' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'what');
  assert.equal(await page.locator('#what').getAttribute('aria-invalid'), 'true');
  await context.close();
});

// The clock of the device is an hour ahead: what happened just now has not been yet where the server is.
test('FieldThatTheServerRefusesIsNamed', async () => {
  const { page, context } = await web.open({ login: employee });
  await page.clock.install({ time: Date.now() + 3_600_000 });
  await page.goto(web.url('/report'));
  await settled(page);
  await page.getByLabel(what.sv).fill('Nätet gick ner');
  await page.locator('input[name="when"][value="now"]').check({ force: true });
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByRole('link', { name: 'Tiden har inte varit än. Välj en tid som har passerat.' }).waitFor();
  await axe(page);
  await page.locator('input[name="when"][value="unknown"]').check({ force: true });
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  await context.close();
});

test('DraftSurvivesReloadingAndIsDeletedWhenWanted', async () => {
  const { page, context } = await openReport();
  await page.getByLabel(what.sv).fill('Jag hann inte skriva klart');
  await page.locator('input[name="when"][value="yesterday"]').check({ force: true });
  await page.locator('#files').setInputFiles({ name: 'skärmbild.png', mimeType: 'image/png', buffer: png });
  await page.getByText('skärmbild.png').waitFor();
  await page.waitForTimeout(300);
  await page.reload();
  await settled(page);
  await page.getByText(/Det du började skriva/).waitFor();
  await axe(page);
  assert.equal(await page.getByLabel(what.sv).inputValue(), 'Jag hann inte skriva klart');
  assert.ok(await page.locator('input[name="when"][value="yesterday"]').isChecked());
  await page.getByText('skärmbild.png').waitFor();
  // Away and back.
  await page.locator('header a.home').click();
  await page.goBack();
  await settled(page);
  assert.equal(await page.getByLabel(what.sv).inputValue(), 'Jag hann inte skriva klart');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Ta bort det jag skrivit' }).click();
  await page.locator('.toast').waitFor();
  assert.equal(await page.getByLabel(what.sv).inputValue(), '');
  await page.waitForTimeout(300);
  assert.deepEqual(await kept(page), { texts: [], files: 0 });
  await context.close();
});

test('ReportWaitsForTheConnectionAndIsSentOnce', async () => {
  const { page, context } = await openReport({ login: employee });
  let calls = 0;
  page.on('request', (request) => { if (request.method() === 'POST' && new URL(request.url()).pathname === '/v1/reports') calls += 1; });
  await page.getByLabel(what.sv).fill('Skickad utan nät');
  await context.setOffline(true);
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByText('Ingen kontakt med nätet.').waitFor();
  await axe(page);
  await page.waitForTimeout(2500);
  assert.equal(calls, 0);
  await context.setOffline(false);
  await doneHeading(page);
  assert.equal(calls, 1);
  const count = await reportsCalled('Skickad utan nät');
  assert.ok(count === undefined || count === 1);
  await context.close();
});

test('LostAnswerMakesNoSecondReport', async () => {
  const { page, context } = await openReport({ login: employee });
  let numbers = [];
  let first = true;
  await page.route('**/v1/reports', async (route) => {
    const answer = await route.fetch();
    numbers.push((await answer.json()).number);
    if (first) {
      first = false;
      await route.abort('connectionreset');
    } else {
      await route.fulfill({ response: answer });
    }
  });
  await page.getByLabel(what.sv).fill('Svaret kom bort');
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  numbers = [...new Set(numbers)];
  assert.equal(numbers.length, 1);
  await page.getByText(numbers[0]).first().waitFor();
  await context.close();
});

test('ReloadingWhileItWaitsGoesOnWithTheSameReport', async () => {
  const { page, context } = await openReport({ login: employee });
  await page.route('**/v1/reports', (route) => route.abort('connectionreset'));
  await page.getByLabel(what.sv).fill('Omladdad under tiden');
  await page.locator('#files').setInputFiles({ name: 'bild.png', mimeType: 'image/png', buffer: png });
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByText('Ingen kontakt med nätet.').waitFor();
  await page.unroute('**/v1/reports');
  await page.reload();
  await doneHeading(page);
  await page.waitForFunction(() => document.querySelectorAll('main .done').length === 1);
  assert.deepEqual(await kept(page), { texts: [], files: 0 });
  await context.close();
});

test('WaitingIsStoppedAndNothingIsLost', async () => {
  const { page, context } = await openReport();
  await page.getByLabel(what.sv).fill('Jag ångrade mig');
  await context.setOffline(true);
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByRole('button', { name: 'Avbryt och fortsätt skriva' }).click();
  assert.equal(await page.getByLabel(what.sv).inputValue(), 'Jag ångrade mig');
  await context.setOffline(false);
  await context.close();
});

test('ExpiredSignInLosesNothing', async () => {
  const { page, context } = await openReport({ login: employee });
  await page.getByLabel(what.sv).fill('Inloggningen gick ut');
  await context.clearCookies();
  await page.getByRole('button', { name: send.sv }).click();
  await page.getByRole('heading', { name: 'Du har loggats ut' }).waitFor();
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Logga in igen' }).click();
  await (await opened).locator(`button[value="${employee}"]`).click();
  await doneHeading(page);
  await context.close();
});

test('SigningInFromTheFormKeepsWhatIsWritten', async () => {
  const { page, context } = await openReport();
  await page.getByLabel(what.sv).fill('Jag vill ändå ge mitt namn');
  await page.locator('input[name="who"][value="confidential"]').check({ force: true });
  await page.locator('main').getByRole('button', { name: 'Logga in' }).click();
  await page.locator(`button[value="${employee}"], input[value="${employee}"]`).first().click();
  await page.getByLabel(what.sv).waitFor();
  await settled(page);
  assert.equal(await page.getByLabel(what.sv).inputValue(), 'Jag vill ändå ge mitt namn');
  assert.ok(await page.locator('input[name="who"][value="confidential"]').isChecked());
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  await context.close();
});

test('FilesAreToldTheirLimitsSentAndShown', async () => {
  const { page, context } = await openReport({ login: employee });
  await page.getByLabel(what.sv).fill('Ett konstigt mejl');
  await page.locator('#files').setInputFiles([{ name: 'bild.png', mimeType: 'image/png', buffer: png }, { name: 'tom.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) }]);
  await page.getByText(/tom\.txt är tom/).waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(26 * 1024 * 1024)], 'för stor.pdf', { type: 'application/pdf' }));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.getByText(/för stor\.pdf är för stor/).waitFor();
  await axe(page);
  // Pasted and dropped.
  await page.evaluate(() => {
    const transfer = () => {
      const data = new DataTransfer();
      data.items.add(new File(['klistrad'], 'klistrad.txt', { type: 'text/plain' }));
      return data;
    };
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer(), bubbles: true, cancelable: true }));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer(), bubbles: true, cancelable: true }));
  });
  await page.getByText('klistrad.txt').nth(1).waitFor();
  await page.getByRole('button', { name: 'Ta bort klistrad.txt' }).first().click();
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  await page.waitForFunction(() => document.querySelectorAll('main .done').length === 2);
  await axe(page);
  assert.deepEqual(await kept(page), { texts: [], files: 0 });
  await context.close();
});

test('ProgramIsRefusedAndTheOthersArrive', async () => {
  const { page, context } = await openReport();
  await page.getByLabel(what.sv).fill('Någon skickade ett program');
  await page.locator('#files').setInputFiles([
    { name: 'virus.exe', mimeType: 'application/octet-stream', buffer: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(300)]) },
    { name: 'bild.png', mimeType: 'image/png', buffer: png },
  ]);
  await page.getByRole('button', { name: send.sv }).click();
  await doneHeading(page);
  await page.getByText(/virus\.exe togs inte emot/).waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.querySelectorAll('main .done').length === 1, undefined, { timeout: 60_000 });
  await axe(page);
  await context.close();
});

// A practised person: types five characters a second, and needs a second for each choice. Two at a time: they mostly wait.
test('SixtySecondsFromOpenToReceipt', async () => {
  const report = async (login) => {
    const { page, context } = await web.open({ size: 'phone', login });
    const begin = Date.now();
    await page.goto(web.url('/report'));
    await settled(page);
    const choose = async (selector) => {
      await page.waitForTimeout(1000);
      await page.locator(selector).check({ force: true });
    };
    await page.waitForTimeout(1000);
    await page.getByLabel(what.sv).click();
    await page.keyboard.type('Jag la ett provsvar i fel brevlåda på Storgatan och märkte det när jag kom till nästa.', { delay: 200 });
    await choose('input[name="when"][value="now"]');
    await page.waitForTimeout(1000);
    await page.locator('#where').click();
    await page.keyboard.type('hemtj', { delay: 200 });
    if (login) await page.getByRole('option').first().click();
    await choose('input[name="kind"][value="misdirected"]');
    await page.waitForTimeout(3000);
    await page.getByRole('button', { name: send.sv }).click();
    await doneHeading(page);
    const seconds = (Date.now() - begin) / 1000;
    console.log(`from open to receipt, ${login ? 'named' : 'anonymous'}: ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 60, `${seconds} s`);
    await context.close();
  };
  await Promise.all([report(employee), report()]);
});

// Holds the application back; what is given back lets it come.
async function holdApplication(page) {
  let release;
  const held = new Promise((resume) => { release = resume; });
  await page.route('**/assets/app-*.js', async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  return release;
}
// Where what is seen from the beginning stands.
const places = (page) => page.evaluate(() => ['header', '.home', 'h1', '.lead', '.urgent', 'label[for="what"]', '#what'].map((selector) => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [selector, ...[x, y, width, height].map(Math.round)].join(' ');
}));

for (const [language, options] of [['sv', { size: 'phone' }], ['da', { size: 'desktop', dark: true }], ['en', { size: 'small' }], ['sv', { size: 'desktop', login: 'employee' }]]) {
  test(`WhatIsTypedBeforeTheApplicationIsThereGoesOver_${language}_${options.login ?? options.size}`, async () => {
    const { page, context } = await web.open({ ...options, language, login: options.login && employee });
    const release = await holdApplication(page);
    await page.goto(web.url('/report'), { waitUntil: 'commit' });
    await page.getByLabel(what[language]).click();
    await page.keyboard.type('Ett brev fel fack.');
    for (let times = 0; times < 9; times += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('i');
    await axe(page);
    await fits(page);
    const before = await places(page);
    assert.equal(await page.locator('main').getAttribute('aria-busy'), null, 'the application is not there yet');
    release();
    await settled(page);
    assert.deepEqual(await places(page), before);
    assert.equal(await page.locator('#what').count(), 1);
    await page.keyboard.type(' ');
    assert.equal(await page.getByLabel(what[language]).inputValue(), 'Ett brev i fel fack.');
    await page.waitForFunction(() => JSON.parse(localStorage.getItem('avvik.report'))?.what === 'Ett brev i fel fack.');
    await context.close();
  });
}

test('WhatIsTypedBeforeTheApplicationIsThereOutlivesLeaving', async () => {
  const { page, context } = await web.open({ size: 'phone' });
  await holdApplication(page);
  await page.goto(web.url('/report'), { waitUntil: 'commit' });
  await page.getByLabel(what.sv).fill('Dörren stod öppen');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await settled(page);
  assert.equal(await page.getByLabel(what.sv).inputValue(), 'Dörren stod öppen');
  await context.close();
});

// Chromium's emulation: processor slowed down 4 times, 1.6 Mbit/s, with and without latency. A hand that types waits in the page
// itself, so that the way to the test counts for nothing: what is typed counts from when the next picture has it.
for (const latency of [0, 150]) {
  test(`FirstPageIsSmallAndSoonInteractiveOnASlowPhone_${latency}_ms`, async () => {
    const rows = [];
    for (let round = 0; round < Number(process.env.AVVIK_ROUNDS ?? 1); round += 1) {
      const { page, context } = await web.open({ size: 'phone' });
      const client = await context.newCDPSession(page);
      await client.send('Network.enable');
      await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await client.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 });
      let bytes = 0;
      client.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
      await page.addInitScript(() => {
        const seen = { shift: 0 };
        window.seen = seen;
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) seen.shift += value; }).observe({ type: 'layout-shift', buffered: true });
        const look = () => {
          const field = document.querySelector('#what');
          if (field && seen.typed === undefined && field.checkVisibility()) {
            field.focus();
            document.execCommand('insertText', false, 'Ett brev');
            seen.typed = null;
            requestAnimationFrame(() => setTimeout(() => { seen.typed = performance.now(); }));
          }
          if (document.querySelector('main[aria-busy="false"] #send')) requestAnimationFrame(() => setTimeout(() => {
            seen.whole = performance.now();
            console.debug('whole');
          }));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      // Nothing else is asked of the page while it is measured: a script of the test's would be read by the slow processor too.
      const answering = page.waitForEvent('console', { predicate: (message) => message.text() === 'whole' });
      await page.goto(web.url('/report'), { waitUntil: 'commit' });
      await answering;
      const { typed, whole, shift } = await page.evaluate(() => window.seen);
      assert.equal(await page.locator('#what').inputValue(), 'Ett brev');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'what');
      await page.locator('input[name="when"][value="now"]').check({ force: true });
      await page.waitForFunction(() => JSON.parse(localStorage.getItem('avvik.report'))?.when === 'now' && JSON.parse(localStorage.getItem('avvik.report')).what === 'Ett brev');
      assert.ok(bytes > 10_000 && bytes <= 150_000, `${bytes} bytes`);
      assert.equal(shift, 0, 'nothing jumps');
      rows.push({ bytes, typed, whole });
      await context.close();
    }
    const median = (of) => rows.map((row) => row[of]).sort((a, b) => a - b)[rows.length >> 1];
    console.log(`first page: ${(median('bytes') / 1000).toFixed(1)} kB; the first question takes what is typed after ${median('typed').toFixed(0)} ms, the whole form answers after ${median('whole').toFixed(0)} ms`
      + ` (4 × slowed processor, 1.6 Mbit/s, ${latency} ms latency, median of ${rows.length}, load ${loadavg()[0].toFixed(1)})`);
  });
}

for (const language of languages) {
  test(`ReportingWithoutScripts_${language}`, async () => {
    const { page, context } = await web.open({ language, more: { javaScriptEnabled: false } });
    await page.goto(web.url('/report'));
    const form = page.locator(`form[action="/report"]:has([name="language"][value="${language}"])`);
    if (!await form.isVisible()) await page.locator(`details:has([name="language"][value="${language}"]) > summary`).click();
    await form.locator('[name="what"]').fill('Skickat utan skript');
    await form.locator('[name="as"][value="anonymous"]').check();
    await form.locator('[name="tenant"]').fill(web.suite.organisation.tenant);
    await form.locator('button[type="submit"]').click();
    await page.locator('#receipt').waitFor();
    assert.match(await page.locator('#receipt').textContent(), /^\d{4} \d{4} \d{4} \d{4}$/);
    await context.close();
  });
}
