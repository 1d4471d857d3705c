// Reporting with scripts blocked: the plain form, in three languages, with a name and without.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

let suite;
let employee;
let officer;
let tenant;

before(async () => {
  suite = await Suite.start();
  employee = suite.person('EMPLOYEE');
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  tenant = suite.organisation.tenant;
  // Until intake has heard of the organisation.
  await waitFor(async () => (await suite.api('POST', `/v1/tenants/${tenant}/challenges`, {})).status === 200);
});
after(() => suite?.stop());

// What a browser sends of a form by itself.
const form = (fields) => ({
  body: String(new URLSearchParams(fields)),
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'avvik-request': undefined },
});

async function send(browser, fields, headers = {}) {
  const { body, headers: own } = form(fields);
  const response = await browser.request('POST', '/report', { body, headers: { ...own, ...headers } });
  return { status: response.status, headers: response.headers, page: await response.text() };
}

const WORDS = {
  sv: { ask: 'Vad hände?', thanks: 'rapporten är mottagen', keep: 'Skriv upp kvittot nu.', wrong: 'Skriv vad som hände' },
  da: { ask: 'Hvad skete der?', thanks: 'indberetningen er modtaget', keep: 'Skriv kvitteringen ned nu.', wrong: 'Skriv, hvad der skete' },
  en: { ask: 'What happened?', thanks: 'the report has been received', keep: 'Write the receipt down now.', wrong: 'Write what happened' },
};

// The fields of the form on a page, as a browser would send them.
function fieldsOf(page) {
  const text = (html) => html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  const fields = {};
  for (const [tag] of page.matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
    if (attribute('type') === 'radio' && !tag.includes(' checked')) continue;
    fields[attribute('name')] = text(attribute('value') ?? '');
  }
  const [, name, value] = /<textarea [^>]*name="(\w+)"[^>]*>\n([^<]*)<\/textarea>/.exec(page) ?? [];
  if (name) fields[name] = text(value);
  return fields;
}

const numberOn = (page) => /<dd id="number">(AVV-\d{4}-\d{6})</.exec(page)?.[1];
const receiptOn = (page) => /<strong id="receipt">([\d ]{19})</.exec(page)?.[1];

function isPlain({ headers, page }, language) {
  assert.match(headers.get('content-type'), /^text\/html; charset=utf-8/);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.match(headers.get('content-security-policy'), /default-src 'self'.*form-action 'self'/);
  assert.ok(page.includes(`<html lang="${language}">`));
  assert.ok(!/<script|<style| style=| on\w+=/.test(page), 'a page by itself');
}

test('AnonymousReportIsSentFromThePlainFormInEveryLanguage', async () => {
  for (const [language, words] of Object.entries(WORDS)) {
    const browser = new Browser(suite);
    const opened = await browser.request('GET', `/report/plain?language=${language}&tenant=${tenant}`);
    assert.equal(opened.status, 200);
    const page = await opened.text();
    isPlain({ headers: opened.headers, page }, language);
    assert.ok(page.includes(words.ask));
    const fields = { ...fieldsOf(page), what: `Ett brev <hamnade> fel: ${language}`, where: 'Bakom huset', when: '2026-03-01T14:30', personal_data: 'yes' };
    assert.equal(fields.as, 'anonymous');
    const sent = await send(browser, fields);
    assert.equal(sent.status, 200, sent.page);
    isPlain(sent, language);
    assert.ok(sent.page.includes(words.thanks) && sent.page.includes(words.keep));
    const seen = await suite.api('GET', `/v1/reports/${numberOn(sent.page)}`, undefined, officer);
    assert.equal(seen.body.title, fields.what);
    assert.match(seen.body.description, /Bakom huset/);
    assert.equal(seen.body.occurred_time, '2026-03-01T13:30:00Z');
    assert.equal(seen.body.personal_data, 'ANSWER_YES');
    assert.equal(seen.body.language, language);
    assert.equal(seen.body.confidentiality, 'CONFIDENTIALITY_ANONYMOUS');
    assert.ok(receiptOn(sent.page));
    assert.match(sent.page, /<pre id="proof"/);
  }
});

test('ReloadSendsOnce', async () => {
  const browser = new Browser(suite);
  const page = await (await browser.request('GET', `/report/plain?language=sv&tenant=${tenant}`)).text();
  const fields = { ...fieldsOf(page), what: `Två gånger ${randomUUID()}` };
  const first = await send(browser, fields);
  const second = await send(browser, fields);
  assert.equal(second.status, 200, second.page);
  assert.equal(numberOn(second.page), numberOn(first.page));
  const other = await send(browser, { ...fields, what: 'Något annat' });
  assert.equal(other.status, 409);
  // What comes back can be sent: it has a number of its own.
  const third = await send(browser, fieldsOf(other.page));
  assert.equal(third.status, 200, third.page);
  assert.notEqual(numberOn(third.page), numberOn(first.page));
});

test('NamedAndConfidentialReportsGoInByTheSession', async () => {
  const browser = new Browser(suite);
  await browser.signIn(employee.login);
  const page = await (await browser.request('GET', '/report/plain?language=sv')).text();
  assert.equal(fieldsOf(page).as, 'named');
  const unit = 'hemtjanst';
  for (const as of ['named', 'confidential']) {
    const fields = { ...fieldsOf(page), request_id: randomUUID(), what: `Med namn ${as}`, as, where: unit };
    for (let i = 0; i < 2; i += 1) {
      const sent = await send(browser, fields);
      assert.equal(sent.status, 200, sent.page);
      assert.equal(receiptOn(sent.page), undefined);
      const { body } = await browser.api('GET', `/v1/reports/${numberOn(sent.page)}`);
      assert.equal(body.title, fields.what);
      assert.equal(body.unit, unit);
      assert.equal(body.reporter.login, employee.login);
      assert.equal(body.confidentiality, `CONFIDENTIALITY_${as.toUpperCase()}`);
    }
  }
  // A place that the municipality does not know is kept as words.
  const sent = await send(browser, { ...fieldsOf(page), what: 'Någonstans', where: 'kafeterian' });
  assert.equal(sent.status, 200, sent.page);
  const { body } = await browser.api('GET', `/v1/reports/${numberOn(sent.page)}`);
  assert.equal(body.unit, '');
  assert.equal(body.description, 'Var: kafeterian');
});

test('FieldsInErrorComeBackWithEverythingTyped', async () => {
  const browser = new Browser(suite);
  for (const [language, words] of Object.entries(WORDS)) {
    const typed = { what: '', when: 'i "går" <', where: 'hos oss', system: 'x', as: 'anonymous', tenant, language, ongoing: 'yes', request_id: randomUUID() };
    const back = await send(browser, typed);
    assert.equal(back.status, 400);
    isPlain(back, language);
    assert.ok(back.page.includes(words.wrong));
    assert.deepEqual({ ...fieldsOf(back.page), personal_data: undefined, national_security: undefined },
      { ...typed, personal_data: undefined, national_security: undefined });
  }
  const later = await send(browser, { what: 'I morgon', when: '2999-01-01', as: 'anonymous', tenant, language: 'en' });
  assert.equal(later.status, 400);
  assert.match(later.page, /id="when-wrong"/);
  assert.equal(fieldsOf(later.page).what, 'I morgon');
});

test('WhoeverIsNotSignedInIsToldSoAndLosesNothing', async () => {
  const answer = await send(new Browser(suite), { what: 'Mitt', as: 'named', language: 'en' });
  assert.equal(answer.status, 401);
  assert.match(answer.page, /You are not signed in/);
  assert.equal(fieldsOf(answer.page).what, 'Mitt');
  const nowhere = await send(new Browser(suite), { what: 'Mitt', as: 'anonymous', tenant: 'nowhere', language: 'en' });
  assert.equal(nowhere.status, 404);
  assert.equal(fieldsOf(nowhere.page).what, 'Mitt');
});

test('FormFromAnotherSitesPageIsRefused', async () => {
  const browser = new Browser(suite);
  await browser.signIn(employee.login);
  const count = async () => (await suite.psql('intake', 'SELECT count(*) FROM report'))[0].count;
  const kept = await count();
  const foreign = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    { 'sec-fetch-site': undefined, origin: undefined },
  ];
  for (const headers of foreign) {
    for (const fields of [{ what: 'x', as: 'named' }, { what: 'x', as: 'anonymous', tenant }]) {
      const answer = await send(browser, { ...fields, language: 'sv' }, headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      isPlain(answer, 'sv');
    }
  }
  assert.equal(await count(), kept);
});

test('MultipartIsTakenAndAFileIsAnsweredWithAWord', async () => {
  const browser = new Browser(suite);
  const post = async (data) => {
    const request = new Request(suite.url, { method: 'POST', body: data });
    const response = await browser.request('POST', '/report', {
      body: Buffer.from(await request.arrayBuffer()), headers: { 'content-type': request.headers.get('content-type') },
    });
    return { status: response.status, page: await response.text() };
  };
  const data = new FormData();
  for (const [name, value] of Object.entries({ what: 'Rad ett\nrad två', as: 'anonymous', tenant, language: 'en' })) data.set(name, value);
  const sent = await post(data);
  assert.equal(sent.status, 200, sent.page);
  const seen = await suite.api('GET', `/v1/reports/${numberOn(sent.page)}`, undefined, officer);
  assert.equal(seen.body.title, 'Rad ett');
  assert.equal(seen.body.description, 'Rad ett\nrad två');
  data.set('file', new File(['x'], 'bild.png'));
  const back = await post(data);
  assert.equal(back.status, 400);
  assert.match(back.page, /files need scripts/);
  assert.equal(fieldsOf(back.page).what, 'Rad ett\nrad två');
});

test('FloodOfFormsIsSlowAndNobodyIsRefused', async () => {
  const browser = new Browser(suite);
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => send(browser, { what: `Flod ${i}`, as: 'anonymous', tenant, language: 'sv' })));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ page }) => numberOn(page))).size, 30);
});
