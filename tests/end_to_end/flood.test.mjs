// A whole town hall reports one phishing mail: 2,000 reports from one address within five minutes become one campaign with one
// case, one owner who is told once, and one answer to all, also to those who gave no name; and a wrong link is undone by one call.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseDocument } from 'yaml';
import { listAll, settle } from '../harness/state.mjs';
import { Suite, organisationFile, waitFor } from '../harness/suite.mjs';
import { solve } from '../../web/static/proof_of_work.js';

const REPORTS = 2000;
const EMPLOYEES = 300;
const AT_ONCE = 64;

const subject = 'Din postlåda är full – bekräfta ditt konto inom 24 timmar';
const folder = mkdtempSync(join(tmpdir(), 'avvik-flood-'));
let suite;
let officer;
let tokens;
let flood;
let others;
let campaign;
let owner;
let took;

// A series that is the same in every run.
let seed = 20261121;
const random = (below) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
};
const pick = (list) => list[random(list.length)];

// Kalix with some hundred employees more.
function townHall() {
  const document = parseDocument(readFileSync(organisationFile('kalix'), 'utf8'));
  const people = document.get('people');
  for (let n = 1; n <= EMPLOYEES; n += 1) {
    people.add(document.createNode({
      login: `medarbetare.${n}`, name: `Medarbetare ${n}`, email: `medarbetare.${n}@kalix.example`, unit: 'hemtjanst', roles: [],
    }));
  }
  const file = join(folder, 'kalix.yaml');
  writeFileSync(file, String(document));
  return file;
}

// Swaps, doubles or drops a letter, twice.
function withTypos(text) {
  let letters = [...text];
  for (let i = 0; i < 2; i += 1) {
    const at = 1 + random(letters.length - 2);
    const kind = random(3);
    if (kind === 0) [letters[at], letters[at + 1]] = [letters[at + 1], letters[at]];
    else if (kind === 1) letters.splice(at, 0, letters[at]);
    else letters.splice(at, 1);
    letters = letters.filter((letter) => letter !== undefined);
  }
  return letters.join('');
}

const forwards = ['', 'VB: ', 'Vidarebefordrat: ', 'VS: ', 'Videresendt: ', 'FW: ', 'Fwd: ', 'Fwd: VB: ', 'Misstänkt mejl: ',
  'Mistænkelig mail: ', 'Phishing? '];
const greetings = ['', 'Hej! ', 'Hejsan, ', 'Goddag, ', 'Hello, ', 'Hi! '];
const tellings = ['', 'Fick det här mejlet i morse, ser skumt ut.', 'Jag klickade inte på länken.', 'Titta på det här, tack.',
  'Jeg fik denne mail i dag, den ser mærkelig ud. Jeg klikkede ikke.', 'I got this today and did not click the link. Please check.',
  'Flera på avdelningen har fått samma. En kollega ringde till it-enheten, men där var det upptaget, så vi tänkte att det är lika '
    + 'bra att anmäla det här. Mejlet ligger kvar i inkorgen, och ingen har svarat på det.',
  'Kom till vår gemensamma funktionsbrevlåda och till mig personligen.'];
const signatures = ['', ' Mvh', ' Med vänliga hälsningar', ' Venlig hilsen', ' Kind regards'];

function phish() {
  const line = random(4) === 0 ? withTypos(subject) : subject;
  const words = pick(greetings) + pick(tellings) + pick(signatures);
  // One in ten only quotes the subject.
  if (random(10) === 0) return { title: pick(['Konstigt mejl', 'Mærkelig mail', 'Strange mail']), description: `${words} Ämne: ${line}` };
  const title = pick(forwards) + (random(5) === 0 ? line.toUpperCase() : line);
  return { title, description: words };
}

// Other phishing, reported in the same words.
const otherMails = ['Faktura 883812 har förfallit till betalning', 'Ditt paket väntar på utlämning hos ombudet',
  'Din chef har delat ett dokument med dig', 'Uppdatera dina löneuppgifter före fredag', 'Du har vunnit ett presentkort från Coop',
  'Ny röstbrevlåda från anonymt nummer', 'Swish: återbetalning av skatt', 'Kameran på din dator har spelat in dig',
  'Kontraktet behöver din underskrift', 'Sommarens semesterlistor, se bilagan'];
const otherPhish = (n) => ({
  title: pick(forwards) + otherMails[n], description: pick(greetings) + pick(tellings) + pick(signatures),
});

const submit = (report, token) => suite.api('POST', '/v1/reports', {
  request_id: randomUUID(), report: { category: 'CATEGORY_SUSPICIOUS_MESSAGE', ...report },
}, token);

// Does the jobs, so many at a time, in order.
async function inParallel(jobs, work) {
  const results = new Array(jobs.length);
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < jobs.length) {
      const at = next;
      next += 1;
      results[at] = await work(jobs[at], at);
    }
  }));
  return results;
}

const read = async (path, token = officer) => {
  const { status, body } = await suite.api('GET', path, undefined, token);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body;
};
const post = async (path, body, token = officer) => {
  const answer = await suite.api('POST', path, body, token);
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const mailsAbout = (pattern) => suite.mails().filter((mail) => pattern.test(mail.subject));

before(async () => {
  suite = await Suite.start({ organisation: townHall() });
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  tokens = await inParallel(Array.from({ length: EMPLOYEES }, (_, n) => `medarbetare.${n + 1}`), (login) => suite.token(login));
  // Somebody is the first; then it floods, with other mail in between.
  const began = Date.now();
  const first = await submit({ title: `VB: ${subject}`, description: 'Hej! Fick det här mejlet i morse.', unit: 'hemtjanst' }, tokens[0]);
  const jobs = Array.from({ length: REPORTS - 1 }, (_, n) => ({ report: phish(), token: tokens[(n + 1) % EMPLOYEES] }));
  otherMails.forEach((_, n) => {
    jobs.splice(100 + 180 * n, 0, { report: otherPhish(n), token: tokens[n], other: true });
  });
  const answers = await inParallel(jobs, async (job) => ({ ...job, answer: await submit(job.report, job.token) }));
  took = (Date.now() - began) / 1000;
  flood = [{ answer: first, token: tokens[0], report: { title: subject } }, ...answers.filter((job) => !job.other)];
  others = answers.filter((job) => job.other);
  await settle(suite, { seconds: 300 });
});
after(async () => {
  await suite?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('All2000ReportsFromOneAddressWithinFiveMinutesAreAcceptedEachWithItsOwnNumber', async () => {
  assert.equal(flood.length, REPORTS);
  assert.ok(took < 300, `${took} s`);
  const rows = await suite.psql('intake', `SELECT client, count(*) FROM audit_record
    WHERE method LIKE '%/SubmitReport' AND outcome = 'allowed' GROUP BY client`);
  assert.deepEqual(rows.map((row) => [row.client, Number(row.count)]), [['127.0.0.1', REPORTS + others.length]]);
  for (const { answer } of [...flood, ...others]) assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(new Set(flood.map(({ answer }) => answer.body.number)).size, REPORTS);
});

test('OneCampaignOneCaseOneOwnerWhoIsToldOnce', async () => {
  const campaigns = await listAll(suite, '/v1/campaigns', 'campaigns', officer);
  assert.equal(campaigns.length, 1, JSON.stringify(campaigns.map((entry) => [entry.number, entry.report_count])));
  [campaign] = campaigns;
  assert.equal(campaign.number, flood[0].answer.body.number);
  assert.equal(Number(campaign.report_count), REPORTS);
  const reports = await listAll(suite, `/v1/campaigns/${campaign.number}/reports`, 'reports', officer);
  assert.deepEqual(new Set(reports.map((entry) => entry.number)), new Set(flood.map(({ answer }) => answer.body.number)));

  const cases = await listAll(suite, '/v1/cases', 'cases', officer);
  assert.deepEqual(new Set(cases.map((entry) => entry.number)),
    new Set([campaign.number, ...others.map(({ answer }) => answer.body.number)]));
  const found = cases.find((entry) => entry.number === campaign.number);
  assert.equal(found.case_id, campaign.campaign_id);
  assert.equal(Number(found.report_count), REPORTS);
  owner = suite.organisation.people.find((person) => person.login === found.owner.login);
  // Of all the reports of the flood, the owner is told once, and nobody else is told of any but those who made it.
  const numbers = new Set(flood.map(({ answer }) => answer.body.number));
  const notices = suite.mails().filter((mail) => !/^medarbetare\./.test(mail.to)
    && (mail.subject + mail.content).match(/AVV-\d{4}-\d{6}/g)?.some((number) => numbers.has(number)));
  assert.deepEqual(notices.map((mail) => mail.to), [owner.email], notices.map((mail) => mail.subject).join('\n'));
  assert.ok((notices[0].subject + notices[0].content).includes(campaign.number));
});

test('OwnerOfTheCaseReadsEveryReportLinkedToIt', async () => {
  const token = await suite.token(owner.login);
  await inParallel(flood, async ({ answer, report }) => {
    const linked = await read(`/v1/reports/${answer.body.number}`, token);
    if (linked.number !== campaign.number) assert.equal(linked.title, report.title);
  });
});

test('OtherPhishingInBetweenGetsCasesOfItsOwn', async () => {
  for (const { answer } of others) {
    const found = await read(`/v1/cases/${answer.body.number}`);
    assert.equal(Number(found.report_count), 1, found.number);
  }
});

test('EveryReporterReadsTheirOwnReportAndHasAReceiptForEach', async () => {
  await inParallel(flood, async ({ answer, token, report }) => {
    const own = await read(`/v1/reports/${answer.body.number}`, token);
    assert.equal(own.report_id, answer.body.report_id);
    if (own.number !== campaign.number) assert.equal(own.title, report.title);
  });
  const receipts = mailsAbout(/AVV-/).filter((mail) => /^medarbetare\./.test(mail.to));
  assert.equal(receipts.length, flood.length + others.length);
  assert.equal(receipts.filter((mail) => mail.repeated).length, 0);
});

test('FiguresCountReportsAndCasesApart', async () => {
  const { indicators } = await read('/v1/indicators');
  const value = (id) => indicators.find((indicator) => indicator.id === id)?.value;
  assert.equal(value('reports'), REPORTS + others.length);
  assert.equal(value('cases'), 1 + others.length);
  assert.equal(value('open_cases'), 1 + others.length);
});

test('TheAnswerReachesAllOnceAndWhoeverJoinsLater', async () => {
  const requestId = randomUUID();
  const answer = { request_id: requestId, text: 'Mejlet är nätfiske. Radera det; har du loggat in, byt lösenord nu.' };
  await post(`/v1/campaigns/${campaign.number}:answer`, answer);
  await post(`/v1/campaigns/${campaign.number}:answer`, answer);
  await settle(suite, { seconds: 300 });
  const answered = () => mailsAbout(/har fått ett svar/);
  const reporters = flood.slice(0, EMPLOYEES).map((_, n) => `medarbetare.${n + 1}@kalix.example`).sort();
  assert.deepEqual(answered().map((mail) => mail.to).sort(), reporters);
  assert.ok(answered().every((mail) => !mail.content.includes('lösenord')));
  const last = flood.at(-1);
  const own = await read(`/v1/reports/${last.answer.body.number}/answer`, last.token);
  assert.equal(own.text, answer.text);
  assert.equal(own.number, campaign.number);
  assert.equal((await suite.api('GET', `/v1/reports/${others[0].answer.body.number}/answer`, undefined, others[0].token)).status, 404);
  assert.equal((await suite.api('POST', `/v1/campaigns/${campaign.number}:answer`, answer, last.token)).status, 403);

  const joiner = suite.person('EMPLOYEE');
  const late = await submit({ title: `VB: ${subject}` }, await suite.token(joiner.login));
  assert.equal(late.status, 200);
  await waitFor(() => answered().some((mail) => mail.to === joiner.email), { seconds: 60, what: 'the answer to the latecomer' });
  await settle(suite, { seconds: 120 });
  assert.equal(answered().length, EMPLOYEES + 1);
});

test('ReportsWithoutANameJoinAndTheirReceiptsShowTheAnswer', async () => {
  const path = (rest) => `/v1/tenants/${suite.organisation.tenant}/${rest}`;
  // Tries again while the receipts are busy, as a page does.
  const nameless = async (rest, body) => {
    for (;;) {
      const { body: { challenge, difficulty } } = await suite.api('POST', path('challenges'), {});
      const answer = await suite.api('POST', path(rest), { ...body, proof_of_work: await solve(challenge, difficulty) });
      if (answer.status !== 429) {
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        return answer.body;
      }
      await new Promise((resume) => { setTimeout(resume, 1000 * Number(answer.headers.get('retry-after'))); });
    }
  };
  const report = (title) => nameless('anonymous-reports',
    { request_id: randomUUID(), report: { title, category: 'CATEGORY_SUSPICIOUS_MESSAGE' } });
  const before = await read(`/v1/campaigns/${campaign.number}`);
  const sent = suite.mails().length;
  const joined = [];
  for (let n = 0; n < 5; n += 1) joined.push(await report(`${forwards[n]}${subject}`));
  const apart = await report('En helt annan sak har kommit per post');
  await settle(suite, { seconds: 120 });
  const after = await read(`/v1/campaigns/${campaign.number}`);
  assert.equal(Number(after.report_count), Number(before.report_count) + joined.length);
  for (const { receipt, number } of joined) {
    assert.equal((await suite.api('GET', `/v1/cases/${number}`, undefined, officer)).status, 404);
    const opened = await nameless('receipts:open', { receipt });
    assert.equal(opened.report.number, number);
    assert.equal(opened.answer?.text, before.answer.text);
    assert.equal(opened.answer.number, campaign.number);
  }
  assert.equal((await nameless('receipts:open', { receipt: apart.receipt })).answer ?? null, null);
  // But for the case that is another matter, nobody is told anything.
  const told = suite.mails().slice(sent);
  assert.ok(told.every((mail) => (mail.subject + mail.content).includes(apart.number)), told.map((mail) => mail.subject).join('\n'));
  assert.ok(told.length > 0);
});

test('UnlinkingGivesAReportItsOwnCaseAndLinkingItAgainRestoresTheCampaign', async () => {
  const before = await read(`/v1/campaigns/${campaign.number}`);
  const { number, report_id: reportId } = flood[700].answer.body;
  assert.equal((await suite.api('GET', `/v1/cases/${number}`, undefined, officer)).status, 404);
  const after = await post(`/v1/cases/${campaign.number}:unlink`, { report_id: number });
  assert.equal(Number(after.report_count), Number(before.report_count) - 1);
  const own = await read(`/v1/cases/${number}`);
  assert.equal(own.report_id, reportId);
  assert.ok(own.owner.login);
  await waitFor(async () => Number((await read(`/v1/campaigns/${campaign.number}`)).report_count)
    === Number(before.report_count) - 1, { what: 'the campaign without the report' });
  assert.equal((await read(`/v1/reports/${number}`, flood[700].token)).report_id, reportId);

  const restored = await post(`/v1/cases/${campaign.number}:link`, { report_id: number });
  assert.equal(Number(restored.member_count), 1);
  await waitFor(async () => (await read(`/v1/campaigns/${campaign.number}`)).report_count === before.report_count,
    { what: 'the campaign with the report' });
  assert.equal((await read(`/v1/cases/${number}`)).group_case_id, campaign.campaign_id);
  assert.equal((await read(`/v1/reports/${number}/answer`, flood[700].token)).number, campaign.number);
  await settle(suite, { seconds: 120 });
});

test('GroupingCasesIsUndoneToTheRow', async () => {
  const rows = async () => {
    const found = await suite.psql('triage', 'SELECT * FROM triage_case ORDER BY id');
    return found.map(({ version, updated_at: _, ...row }) => row);
  };
  const before = await rows();
  const members = others.slice(0, 3).map(({ answer }) => answer.body.number);
  const sent = suite.mails().length;
  const grouped = await post(`/v1/cases/${others[3].answer.body.number}:group`, { member_case_ids: members });
  assert.equal(Number(grouped.member_count), 3);
  const listed = await read(`/v1/cases?group_case_id=${grouped.case_id}`);
  assert.deepEqual(listed.cases.map(({ number }) => number).sort(), [...members].sort());
  assert.equal(Number((await read(`/v1/cases:count?group_case_id=${grouped.case_id}`)).total), 3);
  assert.notDeepEqual(await rows(), before);
  await post(`/v1/cases/${others[3].answer.body.number}:ungroup`, { member_case_ids: members });
  assert.deepEqual(await rows(), before);
  await settle(suite, { seconds: 120 });
  // Nobody is told anew of a case they have.
  assert.equal(suite.mails().length, sent);
});
