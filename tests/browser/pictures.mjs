// Pictures of all pages: tests/browser/pictures FOLDER [REGEX].

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { act, manyCases, newCase } from './cases.mjs';
import { Web, settled, sizes } from './harness.mjs';
import { twoYears } from './two_years.mjs';

const [folder, only = ''] = process.argv.slice(2);
mkdirSync(resolve(folder), { recursive: true });
const wanted = new RegExp(only);
const web = await Web.start();
const { suite } = web;

// The number of a report that an employee has made and been asked about; made once.
let own;
function ownReport(the) {
  own ??= (async () => {
    const token = await the.token(the.person('EMPLOYEE').login);
    const report = { title: 'Jobbtelefonen är borta', description: 'Jobbtelefonen är borta.\nJag hade den på bussen mellan två besök, linje 12.', category: 'CATEGORY_LOST_DEVICE' };
    const { body: { number } } = await the.api('POST', '/v1/reports', { request_id: randomUUID(), report }, token);
    await the.api('POST', `/v1/reports/${number}/messages`, { request_id: randomUUID(), text: 'Vilket nummer har telefonen?' }, await the.token(the.person('INFORMATION_SECURITY_OFFICER').login));
    await the.api('POST', `/v1/reports/${number}/messages`, { request_id: randomUUID(), text: 'Det slutar på 12.' }, token);
    return number;
  })();
  return own;
}

// A few cases as a coordinator has them; made once, when a picture of them is wanted.
let cases;
function someCases() {
  cases ??= (async () => {
    const owner = suite.person('INFORMATION_SECURITY_OFFICER').login;
    const one = await newCase(suite, { title: 'Journaler mejlade till fel kommun', personal_data: 'ANSWER_YES', affected_persons: '40', description: 'En fil med utskrifter gick till fel adress. Mottagaren ringde och har raderat den.' });
    for (const [title, report] of [
      ['Borttappad telefon i trapphuset', { category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES' }], ['Konstig faktura i posten', { category: 'CATEGORY_SUSPICIOUS_MESSAGE' }],
      ['Journalen var nere i två timmar', { category: 'CATEGORY_SYSTEM_DOWN' }], ['Dörren till arkivet stod öppen', { category: 'CATEGORY_WEAKNESS' }],
      ['Elevlista publicerad på webbplatsen', { category: 'CATEGORY_UNINTENDED_PUBLICATION', unit: 'centrumskolan', personal_data: 'ANSWER_YES' }],
    ]) await newCase(suite, { title, ...report });
    await act(suite, one.number, 'assign', { owner });
    await act(suite, one.number, 'note', { text: 'Mottagaren intygar skriftligt att filen är raderad.', request_id: randomUUID() });
    return one;
  })();
  return cases;
}

// Measures of those cases: one overdue, one soon, one done.
let measures;
function someMeasures() {
  measures ??= (async () => {
    const one = await someCases();
    const officer = suite.person('INFORMATION_SECURITY_OFFICER').login;
    const token = await suite.token(officer);
    const decide = async (plan) => (await suite.api('POST', `/v1/cases/${one.number}/measures`, { request_id: randomUUID(), plan: { kind: 'MEASURE_KIND_CORRECTIVE', owner: officer, ...plan } }, token)).body;
    const until = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
    const late = await decide({ title: 'Ring mottagaren och be om ett skriftligt intyg', due_time: until(1) });
    await decide({ title: 'Gå igenom adressregistret i journalsystemet', kind: 'MEASURE_KIND_PREVENTIVE', due_time: until(12) });
    await decide({ title: 'Byt till täckta kuvert', kind: 'MEASURE_KIND_PREVENTIVE', owner: suite.person('IT_SECURITY_OFFICER').login });
    const done = await decide({ title: 'Spärra delningslänken', kind: 'MEASURE_KIND_CONTAINMENT' });
    await suite.api('POST', `/v1/measures/${done.measure_id}:complete`, { note: 'Länken är borta sedan i går.', etag: done.etag }, token);
    await suite.psqlDo('triage', `SET avvik.tenant = '*'; UPDATE measure SET due_at = now() - interval '3 days' WHERE id = '${late.measure_id}'`);
    return one;
  })();
  return measures;
}
// A breach that has been answered about, told to one authority and not to another.
let breach;
function someBreach() {
  breach ??= (async () => {
    const one = await someCases();
    const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
    const post = (path, body) => suite.api('POST', path, body, token);
    await post(`/v1/cases/${one.number}/assessment:answer`, { answers: [{ question: 'affected-units', units: [{ unit: 'socialnamnden' }] }, { question: 'high-risk', yes_no: 'ANSWER_YES' }, { question: 'breach-effects', choices: ['loss-of-control', 'reputation'] }, { question: 'breach-remedies', choices: ['recalled', 'deletion-confirmed'] }] });
    const { body: { duties } } = await suite.api('GET', `/v1/duties?case_id=${one.number}`, undefined, token);
    const information = duties.find(({ regime }) => regime === 'SE-GDPR-34');
    await post(`/v1/duties/${information.duty_id}:ruleOut`, { reason: 'Vi anmäler inte, eftersom skadan var avhjälpt innan någon drabbades.\nMottagaren har skriftligt bekräftat att filen är raderad och aldrig öppnades.', etag: information.etag });
    return one;
  })();
  return breach;
}
// What is written of that breach to the authority.
let dossier;
function someDossier() {
  dossier ??= (async () => {
    const { number } = await someBreach();
    const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
    const { body: { duties } } = await suite.api('GET', `/v1/duties?case_id=${number}`, undefined, token);
    const { duty_id: duty } = duties.find(({ regime }) => regime === 'SE-GDPR-33');
    await suite.api('POST', `/v1/duties/${duty}/stages/anmalan/dossier:save`, { values: [{ field: 'course', value: { text: 'En fil med utskrifter gick till fel adress i en annan kommun. Mottagaren ringde samma eftermiddag.' } }, { field: 'type', value: { choices: { options: ['misdirected'] } } }] }, token);
    return `/duties/${duty}/anmalan`;
  })();
  return dossier;
}
// Forty more, some of them late.
let forty;
function fortyCases() {
  forty ??= (async () => {
    await someCases();
    const kinds = [['LOST_DEVICE', 'Surfplatta kvar på tåget mot Luleå'], ['MISDIRECTED_MESSAGE', 'Kallelse skickad till före detta vårdnadshavare'], ['SYSTEM_DOWN', 'Nyckelfri hemtjänst svarade inte under morgonpasset'],
      ['OTHER', 'Mejl från ”ekonomichefen” om presentkort'], ['WEAKNESS', 'Gemensamt lösenord på avdelningens dator'], ['WRONG_INFORMATION', 'Fel läkemedelslista i signeringsappen'], ['UNAUTHORISED_ACCESS', 'Granne läste i sin släktings akt']];
    await manyCases(suite, 40, (at) => ({ title: kinds[at % kinds.length][1], category: `CATEGORY_${kinds[at % kinds.length][0]}`, unit: ['hemtjanst', 'centrumskolan'][at % 2], personal_data: at % 3 ? 'ANSWER_YES' : 'ANSWER_NO' }));
    await suite.psqlDo('triage', "SET avvik.tenant = '*'; UPDATE triage_case SET due_at = now() - interval '5 hours' WHERE number LIKE '%1' AND due_at < 'infinity'");
  })();
  return forty;
}

// The figures of two years.
let years;
function someYears() {
  years ??= twoYears(suite);
  return years;
}

// Name, address, whose eyes (a role; none: nobody signed in), and what is done before the picture. `each` gives an address that
// only the data know; `paper` shows it as it is printed.
const pages = [
  { name: 'start', path: '/' },
  { name: 'start-officer', path: '/', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'report', path: '/report', role: 'EMPLOYEE', act: (page) => page.locator('input[name="kind"][value="lost"]').check({ force: true }) },
  { name: 'report-errors', path: '/report', act: (page) => page.locator('#send').click() },
  { name: 'report-receipt', path: '/report', act: async (page) => {
    await page.locator('#what').fill('Ett brev låg i fel fack.');
    await page.locator('#send').click();
    await page.locator('[data-receipt]').waitFor({ timeout: 60_000 });
    await page.locator('.saved input').check();
  } },
  { name: 'report-print', path: '/report', paper: true, act: async (page) => {
    await page.locator('#what').fill('Ett brev låg i fel fack.');
    await page.locator('#send').click();
    await page.locator('[data-receipt]').waitFor({ timeout: 60_000 });
    await page.locator('.saved input').check();
  } },
  { name: 'my-reports', role: 'EMPLOYEE', each: (the) => ownReport(the).then(() => '/my-reports') },
  { name: 'my-report', role: 'EMPLOYEE', each: (the) => ownReport(the).then((number) => `/my-reports/${number}`) },
  { name: 'receipt', path: '/receipt' },
  { name: 'accessibility', path: '/accessibility' },
  { name: 'privacy', path: '/privacy' },
  { name: 'menu', path: '/', role: 'INFORMATION_SECURITY_OFFICER', act: (page) => page.locator('[aria-label="Utseende"]').click() },
  { name: 'sessions', path: '/sessions', role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'sign-in-first', path: '/sessions' },
  { name: 'cases', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someCases(); return '/cases?view=all'; } },
  { name: 'cases-selected', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someCases(); return '/cases?view=all&severity=LOW'; },
    act: async (page) => { for (const at of [0, 1]) await page.getByRole('checkbox').nth(at).check(); } },
  { name: 'cases-filters', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someCases(); return '/cases?view=all&overdue=no'; },
    act: (page) => page.locator('main .bar button').first().click() },
  { name: 'cases-empty', path: '/cases?view=mine', role: 'COORDINATOR' },
  { name: 'case', role: 'INFORMATION_SECURITY_OFFICER', each: async () => `/cases/${(await someCases()).number}`, act: (page) => page.locator('#duties article').first().waitFor() },
  { name: 'case-assessed', role: 'INFORMATION_SECURITY_OFFICER', each: async () => `/cases/${(await someBreach()).number}`, act: async (page) => {
    await page.locator('#assessment form').waitFor();
    await page.locator('#assessment details').nth(1).evaluate((each) => { each.open = true; });
    await page.locator('#decisions li').first().waitFor();
  } },
  { name: 'case-not-told', role: 'INFORMATION_SECURITY_OFFICER', each: async () => `/cases/${(await someBreach()).number}`, act: (page) => page.locator('#duties').getByRole('button', { name: /Vi anmäler inte/ }).first().click() },
  { name: 'deadlines', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someBreach(); await suite.psqlDo('escalation', "SET avvik.tenant = '*'; UPDATE duty_stage SET target_at = now() - interval '3 hours' FROM duty WHERE duty_id = duty.id AND number LIKE '%2' AND target_at IS NOT NULL"); return '/deadlines'; } },
  { name: 'deadlines-week', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someBreach(); return '/deadlines?by=week'; }, act: async (page) => {
    await page.locator('details summary').last().click();
    await page.getByRole('button', { name: 'Skapa en adress' }).click();
    await page.getByLabel('Kalenderns adress').waitFor();
  } },
  { name: 'deadlines-none', role: 'SYSTEM_OWNER', path: '/deadlines' },
  { name: 'dossier', role: 'INFORMATION_SECURITY_OFFICER', each: () => someDossier() },
  { name: 'dossier-copy', role: 'INFORMATION_SECURITY_OFFICER', each: async () => `${await someDossier()}?view=copy` },
  { name: 'breaches', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someBreach(); return '/breaches'; }, act: (page) => page.locator('article').first().waitFor() },
  { name: 'breaches-print', role: 'INFORMATION_SECURITY_OFFICER', paper: true, each: async () => { await someBreach(); return '/breaches'; }, act: (page) => page.locator('article').first().waitFor() },
  { name: 'breaches-empty', role: 'INFORMATION_SECURITY_OFFICER', path: '/breaches?from=2020-01-01&until=2020-12-31' },
  { name: 'case-classify', role: 'INFORMATION_SECURITY_OFFICER', each: async () => `/cases/${(await someCases()).number}`,
    act: (page) => page.locator('#classification header button').first().click() },
  { name: 'case-print', role: 'INFORMATION_SECURITY_OFFICER', paper: true, each: async () => `/cases/${(await someMeasures()).number}`, act: (page) => page.locator('#duties article').first().waitFor() },
  { name: 'case-group', role: 'INFORMATION_SECURITY_OFFICER', each: async () => {
    const one = await someMeasures();
    const members = [await newCase(suite, { title: 'Samma fil kom även till oss' }), await newCase(suite, { title: 'Fick en journal som inte är min' })];
    await act(suite, one.number, 'group', { member_case_ids: members.map(({ number }) => number) });
    return `/cases/${one.number}`;
  }, act: (page) => page.locator('#related ul a').first().waitFor() },
  { name: 'cases-forty', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await fortyCases(); return '/cases?view=all'; } },
  { name: 'cases-close', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await fortyCases(); return '/cases?view=all'; }, act: async (page) => {
    for (const at of [0, 1, 2]) await page.getByRole('checkbox').nth(at).check();
    await page.keyboard.press('c');
    await page.locator('#close-told').waitFor();
  } },
  { name: 'measures', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someMeasures(); return '/measures?view=all'; } },
  { name: 'measures-filters', role: 'INFORMATION_SECURITY_OFFICER', each: async () => { await someMeasures(); return '/measures?view=all&overdue=yes'; }, act: (page) => page.locator('main .bar button').first().click() },
  { name: 'measures-empty', path: '/measures?view=mine', role: 'COORDINATOR' },
  { name: 'not-found', path: '/nowhere' },
  { name: 'picture', each: () => someYears().then(() => '/picture'), role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'projector', each: () => someYears().then(() => '/picture?view=projector&panel=3'), role: 'INFORMATION_SECURITY_OFFICER' },
  { name: 'administration-who', path: '/administration/who', role: 'ADMINISTRATOR' },
  { name: 'administration-stand-ins', path: '/administration/stand-ins', role: 'ADMINISTRATOR' },
  { name: 'administration-regimes', path: '/administration/regimes', role: 'ADMINISTRATOR' },
  { name: 'administration-regime', path: '/administration/regimes', role: 'ADMINISTRATOR', act: (page) => page.locator('details.regime', { hasText: 'SE-NIS2' }).locator('summary').first().click() },
  { name: 'administration-ladders', path: '/administration/ladders', role: 'ADMINISTRATOR' },
  { name: 'administration-events', path: '/administration/events', role: 'ADMINISTRATOR' },
];

const looks = [
  { look: 'desktop', size: 'desktop' }, { look: 'phone', size: 'phone' }, { look: 'dark', size: 'desktop', dark: true },
];

try {
  for (const { look, size, dark = false } of looks) {
    const contexts = new Map();
    for (const { name, path, role, act, each, paper } of pages) {
      if (!wanted.test(`${name}-${look}`)) continue;
      const login = role && suite.person(role).login;
      if (!contexts.has(login)) contexts.set(login, await web.open({ size, dark, login }));
      const { page } = contexts.get(login);
      await page.goto(web.url(each ? await each(suite) : path));
      await settled(page);
      await act?.(page);
      // A4 at 96 points an inch, without margins.
      if (paper) await page.setViewportSize({ width: 718, height: 1000 });
      if (paper) await page.emulateMedia({ media: 'print' });
      const file = join(resolve(folder), `${name}-${look}.png`);
      await page.screenshot({ path: file, fullPage: true, scale: 'css', animations: 'disabled' });
      if (paper) await page.emulateMedia({ media: null });
      if (paper) await page.setViewportSize(sizes[size].viewport);
      console.log(`${file} (${sizes[size].viewport.width} px)`);
    }
    for (const { context } of contexts.values()) await context.close();
  }
} finally {
  await web.stop();
}
