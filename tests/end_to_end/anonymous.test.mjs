// Reporting without an account: nothing of who reported is kept anywhere, and the way back is the receipt alone.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite, organisationFile, run, waitFor } from '../harness/suite.mjs';
import { solve } from '../../web/static/proof_of_work.js';

let suite;
let employee;
let officer;
let tenant;
let path;

before(async () => {
  suite = await Suite.start();
  employee = suite.person('EMPLOYEE');
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  tenant = suite.organisation.tenant;
  path = (rest) => `/v1/tenants/${tenant}/${rest}`;
  // Until intake has heard of the organisation.
  await waitFor(async () => (await suite.api('POST', path('challenges'), {})).status === 200);
});
after(() => suite?.stop());

async function work() {
  const { status, body } = await suite.api('POST', path('challenges'), {});
  assert.equal(status, 200, JSON.stringify(body));
  return solve(body.challenge, body.difficulty);
}

// Tries again while the receipts are busy, as a page does.
async function post(rest, body) {
  for (;;) {
    const answer = await suite.api('POST', path(rest), { ...body, proof_of_work: await work() });
    if (answer.status !== 429) return answer;
    await new Promise((resume) => { setTimeout(resume, 1000 * Number(answer.headers.get('retry-after'))); });
  }
}

const submit = (report, requestId = randomUUID()) => post('anonymous-reports', { request_id: requestId, report });
const open = (receipt) => post('receipts:open', { receipt });
const openUpload = (receipt, filename) => post('receipts:upload', { receipt, filename });
const reply = (receipt, text, requestId = randomUUID()) => post('receipts:reply', { receipt, text, request_id: requestId });

// Sends a file with a ticket; nothing else says who sends it.
const send = (ticket, content) => suite.api('PUT', path(`uploads/${ticket}`), content, '', { 'content-type': 'application/octet-stream' });

async function attach(receipt, filename, content) {
  const { status, body } = await openUpload(receipt, filename);
  assert.equal(status, 200, JSON.stringify(body));
  return send(body.upload_ticket, content);
}

// The attachments as the receipt shows them, when all have been looked at for malware.
const settledFiles = (receipt) => waitFor(async () => {
  const { attachments } = (await open(receipt)).body;
  return attachments.every(({ state }) => state !== 'ATTACHMENT_STATE_QUARANTINED') && attachments;
}, { every: 500, what: 'the scanner' });

async function download(number, id, token) {
  const response = await fetch(`${suite.url}/v1/reports/${number}/attachments/${id}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

// A photograph: what a picture needs, and with `told` what a camera or a program writes beside it.
function photograph(picture, told) {
  const segment = (marker, text) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length + 2);
    return Buffer.concat([Buffer.from([0xff, marker]), length, Buffer.from(text, 'latin1')]);
  };
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...(told ? [segment(0xe1, `Exif\0\0GPS ${told}`), segment(0xed, `Photoshop 3.0\0${told}`), segment(0xfe, `av ${told}`)] : []),
    segment(0xdb, 'tables'), segment(0xda, 'scan'), Buffer.from(picture), Buffer.from([0xff, 0xd9]),
    ...(told ? [Buffer.from(`after the end: ${told}`)] : []),
  ]);
}

async function caseOf(number) {
  return waitFor(async () => {
    const { status, body } = await suite.api('GET', `/v1/cases/${number}`, undefined, officer);
    return status === 200 && body;
  }, { what: `the case ${number}` });
}

test('AnonymousReportBecomesACaseWithAnOwnerLikeAnyOther', async () => {
  const answer = await submit({ title: 'Utan namn', description: 'Något hände.', personal_data: 'ANSWER_YES' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.match(answer.body.receipt, /^\d{4} \d{4} \d{4} \d{4}$/);
  assert.match(answer.body.number, /^AVV-\d{4}-\d{6}$/);
  const opened = await caseOf(answer.body.number);
  assert.ok(opened.owner.name);
  const seen = await suite.api('GET', `/v1/reports/${answer.body.number}`, undefined, officer);
  assert.equal(seen.status, 200);
  assert.equal(seen.body.confidentiality, 'CONFIDENTIALITY_ANONYMOUS');
  assert.equal((seen.body.reporter?.login ?? '') + (seen.body.reporter?.name ?? '') + (seen.body.reporter?.email ?? ''), '');
});

test('DialogueGoesBothWaysByReceiptAndTheOwnerIsTold', async () => {
  const { body: { receipt, number } } = await submit({ title: 'Samtal' });
  await caseOf(number);
  await settle(suite);
  const asked = await suite.api('POST', `/v1/reports/${number}/messages`, { request_id: randomUUID(), text: 'När hände det?' }, officer);
  assert.equal(asked.status, 200, JSON.stringify(asked.body));
  assert.equal(asked.body.author, 'MESSAGE_AUTHOR_HANDLER');

  const read = await open(receipt.replaceAll(' ', '-'));
  assert.equal(read.status, 200, JSON.stringify(read.body));
  assert.equal(read.body.report.title, 'Samtal');
  assert.deepEqual(read.body.messages.map(({ author, handler, text }) => [author, handler, text]),
    [['MESSAGE_AUTHOR_HANDLER', '', 'När hände det?']]);

  const requestId = randomUUID();
  for (let i = 0; i < 2; i += 1) {
    const answered = await reply(receipt, 'I går.', requestId);
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
    assert.equal(answered.body.messages.length, 2);
  }
  const listed = await suite.api('GET', `/v1/reports/${number}/messages`, undefined, officer);
  assert.deepEqual(listed.body.messages.map(({ author, text }) => [author, text]),
    [['MESSAGE_AUTHOR_HANDLER', 'När hände det?'], ['MESSAGE_AUTHOR_REPORTER', 'I går.']]);
  const mail = await waitFor(() => suite.mails().find(({ subject, content }) =>
    (subject + content).includes(number) && /har skrivit|has written/.test(subject)), { what: 'the notice to the owner' });
  assert.ok(!mail.content.includes('I går'));
});

test('ReceiptTellsWhatBecameOfTheReportAndNotWhoHandlesIt', async () => {
  const { body: { receipt, number } } = await submit({ title: 'Vad hände?' });
  const opened = await caseOf(number);
  assert.equal((await open(receipt)).body.status.progress, 'REPORT_PROGRESS_RECEIVED');
  const close = await suite.api('POST', `/v1/cases/${number}:close`, {
    resolution: 'RESOLUTION_REMEDIED', outcome: 'Internt', outcome_for_reporter: 'Vi har lagat det. Tack!',
  }, officer);
  assert.equal(close.status, 200, JSON.stringify(close.body));
  await settle(suite);
  const { body } = await open(receipt);
  assert.equal(body.status.progress, 'REPORT_PROGRESS_DONE');
  assert.equal(body.status.outcome, 'Vi har lagat det. Tack!');
  const text = JSON.stringify(body);
  for (const word of ['Internt', opened.owner.login, opened.owner.name]) assert.ok(!text.includes(word), word);
});

test('ReporterWithANameHasTheSameDialogueSignedIn', async () => {
  const token = await suite.token(employee.login);
  const { body: report } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Med namn' } }, token);
  const messages = `/v1/reports/${report.report_id}/messages`;
  const mine = await suite.api('POST', messages, { request_id: randomUUID(), text: 'Jag glömde något.' }, token);
  assert.equal(mine.body.author, 'MESSAGE_AUTHOR_REPORTER', JSON.stringify(mine.body));
  const theirs = await suite.api('POST', messages, { request_id: randomUUID(), text: 'Vad då?' }, officer);
  assert.equal(theirs.status, 200);
  const listed = await suite.api('GET', messages, undefined, token);
  assert.deepEqual(listed.body.messages.map(({ author, handler }) => [author, handler]),
    [['MESSAGE_AUTHOR_REPORTER', ''], ['MESSAGE_AUTHOR_HANDLER', '']]);
  await waitFor(() => suite.mails().some(({ to, subject }) => String(to).includes(employee.email) &&
    subject.includes(report.number) && /meddelande|message/.test(subject)), { what: 'the notice to the reporter' });
  const other = await suite.token(suite.organisation.people.findLast((person) =>
    person.login !== employee.login && person.roles.every(({ role }) => role === 'EMPLOYEE'))?.login ?? suite.person('DIRECTOR').login);
  assert.ok([403, 404].includes((await suite.api('GET', messages, undefined, other)).status));
  assert.ok([403, 404].includes((await suite.api('POST', messages, { request_id: randomUUID(), text: 'x' }, other)).status));
});

test('FilesComeByReceiptAndImagesLoseWhatTellsOfTheirMaker', async () => {
  const { body: { receipt, number } } = await submit({ title: 'Med bild', language: 'sv' });
  await caseOf(number);
  const image = await attach(receipt, 'bild.jpg', photograph('picture', '59.33 18.06 Anna'));
  assert.equal(image.status, 200, JSON.stringify(image.body));
  assert.equal(image.body.metadata_removed, true);
  const text = await attach(receipt, 'skärmtext.txt', 'Lösenordet står här');
  assert.equal(text.status, 200, JSON.stringify(text.body));

  const files = await settledFiles(receipt);
  assert.deepEqual(files.map(({ filename, state }) => [filename, state]),
    [['bild.jpg', 'ATTACHMENT_STATE_CLEAN'], ['skärmtext.txt', 'ATTACHMENT_STATE_CLEAN']]);
  assert.ok((await download(number, image.body.attachment_id, officer)).equals(photograph('picture')));
  assert.equal(String(await download(number, text.body.attachment_id, officer)), 'Lösenordet står här');
  // What cannot be cleaned is not taken from somebody who is not named.
  const unclean = await attach(receipt, 'a.gif', 'GIF89a...');
  assert.equal(unclean.status, 400);
  assert.equal(unclean.body.reason, 'ATTACHMENT_METADATA');
  // The receipt opens its own report's files only.
  const other = await submit({ title: 'En annan' });
  assert.deepEqual((await open(other.body.receipt)).body.attachments, []);
});

test('MalwareOfAnAnonymousReporterIsRefusedAndTheReceiptSaysSo', async () => {
  const { body: { receipt, number } } = await submit({ title: 'Bilaga', language: 'sv' });
  await caseOf(number);
  // Put together here, so that this file is not malware itself.
  const { status, body } = await attach(receipt, 'logg.txt', ['AVVIK-HARMLESS-TEST-FILE-', 'THAT-COUNTS-AS-MALWARE'].join(''));
  assert.equal(status, 200, JSON.stringify(body));
  const [file] = await settledFiles(receipt);
  assert.equal(file.state, 'ATTACHMENT_STATE_REFUSED');
  assert.equal(file.refusal, 'ATTACHMENT_REFUSAL_INFECTED');
  assert.match(file.explanation, /skadlig kod/);
  const refused = await suite.api('GET', `/v1/reports/${number}/attachments/${file.attachment_id}`, undefined, officer);
  assert.equal(refused.body.reason, 'ATTACHMENT_REFUSED');
});

test('TicketIsGoodForOneFileOfOneReportInOneMunicipality', async () => {
  const { body: { receipt } } = await submit({ title: 'Biljett' });
  const { body: { upload_ticket: ticket, expire_time: until } } = await openUpload(receipt, 'a.txt');
  assert.ok(Date.parse(until) - Date.now() <= 15 * 60_000, until);
  assert.ok(!ticket.includes(receipt.replaceAll(' ', '')));
  const refuses = async (answer, what) => {
    const { status, body } = await answer;
    assert.equal(status, 400, what);
    assert.equal(body.reason, 'UPLOAD_TICKET', what);
  };
  await refuses(send(`${ticket.slice(0, -1)}${ticket.endsWith('A') ? 'B' : 'A'}`, 'x'), 'changed');
  await refuses(send('invented', 'x'), 'invented');
  await refuses(suite.api('PUT', `/v1/tenants/orebro/uploads/${ticket}`, 'x', ''), 'of another municipality');
  // What is refused leaves nothing, and the ticket as it was.
  assert.equal((await send(ticket, 'MZ\x90\0')).body.reason, 'ATTACHMENT_ACTIVE');
  assert.equal((await send(ticket, 'den första')).status, 200);
  await refuses(send(ticket, 'den andra'), 'used');
  assert.equal((await settledFiles(receipt)).length, 1);
  // Without work or with a wrong receipt there is none.
  assert.equal((await suite.api('POST', path('receipts:upload'), { receipt, filename: 'a.txt' })).status, 400);
  assert.equal((await openUpload('0'.repeat(16), 'a.txt')).body.reason, 'RECEIPT_UNKNOWN');
  assert.equal((await openUpload(receipt, '../a.txt')).body.errors[0].field, 'filename');
});

test('WrongReceiptIsAnsweredLikeOneThatNeverWas', async () => {
  const { body: { receipt } } = await submit({ title: 'Kvitto' });
  const digits = receipt.replaceAll(' ', '');
  const nearly = digits.slice(0, 15) + ((Number(digits[15]) + 1) % 10);
  const answers = [await open(nearly), await open('0000 0000 0000 0000'), await reply(nearly, 'x')];
  for (const { status, body } of answers) {
    assert.equal(status, 404);
    assert.equal(body.reason, 'RECEIPT_UNKNOWN');
    assert.equal(body.detail, answers[0].body.detail);
  }
  const short = await open('1234');
  assert.ok(short.body.errors.some(({ field }) => field === 'receipt'), JSON.stringify(short.body));
});

test('ChallengeIsGoodForOneCallOfItsOwn', async () => {
  const count = async () => (await suite.psql('intake', 'SELECT count(*) FROM report'))[0].count;
  const before = await count();
  const body = { request_id: randomUUID(), report: { title: 'Arbete' } };
  const send = (proof) => suite.api('POST', path('anonymous-reports'), { ...body, proof_of_work: proof });
  const { body: { challenge } } = await suite.api('POST', path('challenges'), {});
  const refused = [
    await send({ challenge, solution: 'x' }),
    await send({ challenge: challenge.replace(/^\d+/, '0'), solution: '0' }),
    await send({ challenge: 'no.challenge', solution: '0' }),
  ];
  for (const { status, body: problem } of refused) {
    assert.equal(status, 400);
    assert.equal(problem.reason, 'PROOF_OF_WORK');
  }
  assert.equal((await suite.api('POST', path('anonymous-reports'), body)).status, 400);
  assert.equal(await count(), before);

  const proof = await work();
  assert.equal((await send(proof)).status, 200);
  const again = await send(proof);
  assert.equal(again.status, 400);
  assert.equal(again.body.reason, 'PROOF_OF_WORK');
  assert.equal(await count(), before + 1);
});

test('SubmitSentAgainIsTheSameReportWithAnotherReceipt', async () => {
  const requestId = randomUUID();
  const first = await submit({ title: 'Två gånger' }, requestId);
  const second = await submit({ title: 'Två gånger' }, requestId);
  assert.equal(second.status, 200, JSON.stringify(second.body));
  assert.equal(second.body.number, first.body.number);
  assert.notEqual(second.body.receipt, first.body.receipt);
  for (const { body: { receipt } } of [first, second]) assert.equal((await open(receipt)).body.report.number, first.body.number);
  const other = await submit({ title: 'Något annat' }, requestId);
  assert.equal(other.status, 409);
  assert.equal(other.body.reason, 'REQUEST_ID_REUSED');
});

test('ProofVerifiesAndAChangedOneDoesNot', async () => {
  const report = { title: 'Bevis', description: 'Rad ett\nrad två' };
  const { body } = await submit(report);
  const key = join(suite.home, 'secrets/proof.pem');
  const verify = async (text, ...more) => {
    const file = join(suite.home, `proof-${randomUUID()}`);
    writeFileSync(file, text);
    return suite.avvik('proof', 'verify', file, '--key', key, ...more);
  };
  for (const text of [body.proof.text, JSON.stringify(body.proof), JSON.stringify(body)]) {
    const { status, stdout, stderr } = await verify(text);
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(body.number));
  }
  const { stdout } = await run('bash', ['-c', 'printf "%s\\n%s" "$0" "$1" | sha256sum', report.title, report.description]);
  assert.equal(stdout.slice(0, 64), body.proof.content_sha256);
  assert.deepEqual((await open(body.receipt)).body.proof, body.proof);

  const changed = [
    body.proof.text.replace(body.number, 'AVV-2020-000001'),
    body.proof.text.replace(/submitted: \d{4}/, 'submitted: 2019'),
    JSON.stringify({ ...body.proof, content_sha256: '0'.repeat(64) }),
    JSON.stringify({ ...body.proof, tenant: 'orebro' }),
    body.proof.text.replace(/signature: .{4}/, 'signature: AAAA'),
  ];
  for (const text of changed) assert.equal((await verify(text)).status, 1, text);
  assert.equal((await verify('nonsense')).status, 2);
});

test('SignedInReporterGetsTheProofOfTheirOwnReportAndNobodyElses', async () => {
  const token = await suite.token(employee.login);
  const { body: report } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Mitt' } }, token);
  const proof = await suite.api('GET', `/v1/reports/${report.number}/proof`, undefined, token);
  assert.equal(proof.status, 200, JSON.stringify(proof.body));
  assert.equal(proof.body.number, report.number);
  assert.ok(!proof.body.text.includes(employee.login));
  assert.equal((await suite.api('GET', `/v1/reports/${report.number}/proof`, undefined, officer)).status, 404);
});

test('SignedInReportCannotCallItselfAnonymous', async () => {
  const answer = await suite.api('POST', '/v1/reports',
    { request_id: randomUUID(), report: { title: 'x', confidentiality: 'CONFIDENTIALITY_ANONYMOUS' } }, await suite.token(employee.login));
  assert.equal(answer.status, 400);
  assert.ok(answer.body.errors.some(({ field }) => field === 'report.confidentiality'), JSON.stringify(answer.body));
});

test('NothingOfTheApiButWhatIsDeclaredSoAnswersWithoutAToken', async () => {
  const { body: api } = await suite.api('GET', '/openapi.json');
  const openMethods = [];
  for (const [template, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const target = template.replaceAll(/\{[^}]*\}/g, 'x');
      const { status } = await suite.api(method.toUpperCase(), target, ['get', 'delete'].includes(method) ? undefined : {});
      if (status !== 401) openMethods.push(operation.operationId);
      assert.equal(status === 401, operation.security === undefined, `${method} ${template}: ${status}`);
    }
  }
  assert.deepEqual(openMethods.sort(),
    ['Attachments_UploadByTicket', 'Portal_GetAppearance', 'Receipts_CreateChallenge', 'Receipts_OpenReceipt', 'Receipts_OpenUpload',
      'Receipts_ReplyByReceipt', 'Receipts_SubmitAnonymousReport']);
});

// What could point to a reporter, each thing marked so that it is found wherever it was kept.
const mark = randomUUID().replaceAll('-', '');
const address = '127.0.0.77';
const marks = { address, forwarded: '198.51.100.77', trace: `${mark.slice(0, 16)}${'7'.repeat(16)}`, mark };
const markedHeaders = (token) => ({
  'X-Forwarded-For': marks.forwarded, Forwarded: `for=${marks.forwarded}`, 'X-Real-IP': marks.forwarded,
  'User-Agent': `agent-${mark}`, Cookie: `session=${mark}`, Referer: `https://referer.example/${mark}`, Origin: `https://${mark}.example`,
  'Accept-Language': `sv-x-${mark.slice(0, 8)}`, Authorization: `Bearer ${token}`, traceparent: `00-${marks.trace}-b7ad6b7169203331-01`,
  tracestate: `a=${mark}`, 'Avvik-Tenant': tenant,
});

// From the marked address.
function marked(method, rest, type, content, token) {
  return new Promise((done, failed) => {
    const request = http.request({
      host: '127.0.0.1', port: suite.port, localAddress: address, method, path: path(rest), agent: false,
      headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(content), ...markedHeaders(token) },
    }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (part) => { answer += part; })
        .on('end', () => done({ status: response.statusCode, body: JSON.parse(answer) }));
    });
    request.on('error', failed);
    request.end(content);
  });
}
// The form of a browser that runs no scripts, with everything that such a browser and a session would send.
const markedForm = (fields, token) => new Promise((done, failed) => {
  const content = String(new URLSearchParams(fields));
  const request = http.request({
    host: '127.0.0.1', port: suite.port, localAddress: address, method: 'POST', path: '/report', agent: false,
    headers: {
      ...markedHeaders(token), 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(content),
      Origin: suite.url, 'Sec-Fetch-Site': 'same-origin', Cookie: `__Host-avvik=${mark}`,
    },
  }, (response) => {
    let page = '';
    response.setEncoding('utf8').on('data', (part) => { page += part; }).on('end', () => done({ status: response.statusCode, page }));
  });
  request.on('error', failed);
  request.end(content);
});
const markedPost = (rest, body, token) => marked('POST', rest, 'application/json', JSON.stringify(body), token);
const markedPut = (rest, content, token) => marked('PUT', rest, `image/${mark}`, content, token);

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else if (entry.isFile()) yield file;
  }
}

// As the one whom no right and no policy keeps from a row.
const admin = (service) => suite.conninfo(service).replace(/user=\S+/, 'user=avvik_admin');

// Every place where something could have been kept, with what it holds.
async function* everythingKept() {
  for (const service of ['intake', 'triage', 'escalation', 'metrics', 'delivery']) {
    const { status, stdout, stderr } = await run(suite.postgresTool('pg_dump'), ['-d', admin(service), '--inserts']);
    assert.equal(status, 0, stderr);
    yield [`database of ${service}`, Buffer.from(stdout)];
  }
  await suite.redisCli('CONFIG', 'SET', 'rdbcompression', 'no');
  await suite.redisCli('SAVE');
  const [, folder] = (await suite.redisCli('CONFIG', 'GET', 'dir')).split('\n');
  const [, name] = (await suite.redisCli('CONFIG', 'GET', 'dbfilename')).split('\n');
  yield ['redis', readFileSync(join(folder, name))];
  // Logs, mail, and the very files of the databases; not the keys.
  for (const file of filesBelow(suite.home)) if (!file.includes('/secrets/')) yield [file, readFileSync(file)];
}

test('NothingThatPointsToTheReporterIsKeptAnywhere', async () => {
  const token = await suite.token(employee.login);
  const signature = token.split('.')[2];
  const text = `Innehåll ${randomUUID()}`;
  const picture = `Bildens punkter ${randomUUID()}`;
  const receipts = [];
  const numbers = [];
  for (const bearer of [token, `aaaa.${mark}.bbbb`]) {
    const proof = async () => {
      const { status, body } = await markedPost('challenges', {}, bearer);
      assert.equal(status, 200, JSON.stringify(body));
      return solve(body.challenge, body.difficulty);
    };
    const sent = await markedPost('anonymous-reports',
      { request_id: randomUUID(), report: { title: text }, proof_of_work: await proof() }, bearer);
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
    const { receipt } = sent.body;
    receipts.push(receipt, receipt.replaceAll(' ', ''), receipt.replaceAll(' ', '-'));
    numbers.push(sent.body.number);
    const answered = await markedPost('receipts:reply',
      { receipt, text: 'Svar från den markerade', request_id: randomUUID(), proof_of_work: await proof() }, bearer);
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
    // A photograph that says where and by whom it was taken.
    const { body: upload } = await markedPost('receipts:upload', { receipt, filename: 'bild.jpg', proof_of_work: await proof() }, bearer);
    receipts.push(upload.upload_ticket);
    const file = await markedPut(`uploads/${upload.upload_ticket}`, photograph(picture, `${mark} ${marks.forwarded}`), bearer);
    assert.equal(file.status, 200, JSON.stringify(file.body));
    assert.equal((await settledFiles(receipt))[0].state, 'ATTACHMENT_STATE_CLEAN');
    await caseOf(sent.body.number);
    assert.ok((await download(sent.body.number, file.body.attachment_id, officer)).equals(photograph(picture)));
    const formed = await markedForm({ what: `${text} i ett formulär`, as: 'anonymous', tenant, language: 'sv' }, bearer);
    assert.equal(formed.status, 200, formed.page);
    const formReceipt = /<strong id="receipt">([\d ]{19})</.exec(formed.page)[1];
    receipts.push(formReceipt, formReceipt.replaceAll(' ', ''));
    numbers.push(/AVV-\d{4}-\d{6}/.exec(formed.page)[0]);
    assert.equal((await open(formReceipt)).body.report.title, `${text} i ett formulär`);
    // Also what is refused leaves nothing.
    assert.equal((await markedForm({ what: text, as: 'anonymous', when: mark, tenant: 'nowhere' }, bearer)).status, 404);
    assert.equal((await markedPut(`uploads/${upload.upload_ticket}`, mark, bearer)).body.reason, 'UPLOAD_TICKET');
    assert.equal((await markedPut(`uploads/${mark}`, mark, bearer)).body.reason, 'UPLOAD_TICKET');
    assert.equal((await markedPost('receipts:upload', { receipt, filename: `../${mark}`, proof_of_work: await proof() }, bearer)).status, 400);
    assert.equal((await markedPost('receipts:open', { receipt: '0'.repeat(16), proof_of_work: await proof() }, bearer)).status, 404);
    assert.equal((await markedPost('receipts:open', { receipt: mark }, bearer)).status, 400);
    assert.equal((await markedPost('anonymous-reports', { report: { title: 7 } }, bearer)).status, 400);
  }
  await settle(suite);
  await suite.ready();

  // What was told is sealed: neither report nor message is anywhere in the clear.
  const wanted = [text, picture, 'Svar från den marke', marks.address, marks.forwarded, marks.trace, mark, mark.slice(0, 8), signature, ...receipts];
  const found = [];
  let places = 0;
  for await (const [place, content] of everythingKept()) {
    places += 1;
    for (const word of wanted) if (content.includes(word)) found.push(`${word} in ${place}`);
  }
  assert.ok(places > 20, `only ${places} places were looked at`);
  assert.deepEqual(found, []);

  // Who did it is not in the trail either, though a good token came along; that it was done is.
  const trail = await suite.psql('intake',
    `SELECT actor, client, on_behalf_of, detail, trace_parent, method FROM audit_record WHERE permission LIKE 'anonymous.%'`);
  assert.ok(trail.some(({ method }) => method.endsWith('/UploadByTicket')));
  assert.ok(trail.some(({ method }) => method.endsWith('/SubmitAnonymousReport')));
  for (const record of trail) {
    const { method, ...rest } = record;
    assert.equal(Object.values(rest).join(''), '', JSON.stringify(record));
  }
  // Both are nobody's, and not the employee's whose token came along.
  const nobodys = await suite.psql('intake',
    `SELECT DISTINCT reporter_pseudonym FROM report WHERE number IN ('${numbers.join("','")}')`);
  assert.equal(nobodys.length, 1);
  const { body: own } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Eget' } }, token);
  const theirs = await suite.psql('intake', `SELECT reporter_pseudonym FROM report WHERE number = '${own.number}'`);
  assert.notEqual(theirs[0].reporter_pseudonym, nobodys[0].reporter_pseudonym);
});

test('ManyCallsMakeTheWorkHarderAndNeverImpossible', async () => {
  const difficulty = async () => (await suite.api('POST', path('challenges'), {})).body.difficulty;
  const used = (count) => suite.psqlDo('intake', `INSERT INTO spent_challenge
    SELECT '${tenant}', 'made-up-' || n, now() + interval '5 minutes' FROM generate_series(1, ${count}) AS n ON CONFLICT DO NOTHING`);
  try {
    await used(450);
    const harder = await difficulty();
    assert.ok(harder >= 20, `${harder}`);
    await used(100_000);
    assert.equal(await difficulty(), 22);
  } finally {
    await suite.psqlDo('intake', `DELETE FROM spent_challenge WHERE nonce LIKE 'made-up-%'`);
  }
  assert.ok(await difficulty() <= 17);
});

test('TwoThousandReportsFromOneAddressAreAllTaken', async () => {
  const token = await suite.token(employee.login);
  let next = 0;
  const refused = [];
  await Promise.all(Array.from({ length: 50 }, async () => {
    while (next < 2000) {
      next += 1;
      const answer = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Nätfiske' } }, token);
      if (answer.status !== 200) refused.push(`${answer.status} ${answer.body.reason}`);
    }
  }));
  assert.deepEqual(refused, []);
});

test('MunicipalityThatWantsNoneTakesNoneAndOpensThoseItHas', async () => {
  const { body: { receipt, number } } = await submit({ title: 'Före' });
  const file = join(suite.home, 'without.yaml');
  writeFileSync(file, `${readFileSync(organisationFile('kalix'), 'utf8')}\nanonymous_reporting: false\n`);
  const applied = await suite.avvik('organisation', 'apply', file);
  assert.equal(applied.status, 0, applied.stderr);
  await waitFor(async () => {
    const { status, body } = await submit({ title: 'Efter' });
    return status === 404 && body.reason === 'NO_ANONYMOUS_REPORTING';
  }, { what: 'the refusal' });
  assert.equal((await open(receipt)).body.report.number, number);
  assert.equal((await suite.api('POST', '/v1/tenants/nowhere/challenges', {})).body.reason, 'NO_ANONYMOUS_REPORTING');
});
