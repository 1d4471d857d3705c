// Files of reports: in, checked, out again; and never what is bad, unchecked, too large or somebody else's.

import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

const mebibyte = 1024 * 1024;
// Put together here, so that this file is not malware itself.
const malware = ['AVVIK-HARMLESS-TEST-FILE-', 'THAT-COUNTS-AS-MALWARE'].join('');
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

let suite;
let login;
let employee;
let stranger;
let officer;

before(async () => {
  suite = await Suite.start();
  const people = suite.organisation.people.filter((person) => person.roles.every((held) => held.role === 'EMPLOYEE'));
  ({ login } = people[0]);
  employee = await suite.token(login);
  stranger = await suite.token(people[1].login);
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
});
after(() => suite?.stop());

async function submit(more = {}) {
  const { status, body } = await suite.api('POST', '/v1/reports',
    { request_id: randomUUID(), report: { title: 'Brev till fel person', ...more } }, employee);
  assert.equal(status, 200, JSON.stringify(body));
  return body.report_id;
}

// The header that names a file.
const named = (name) => ({ 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` });

const upload = (report, name, content, token = employee) =>
  suite.api('PUT', `/v1/reports/${report}/attachments`, content, token,
    { 'content-type': 'application/octet-stream', ...named(name) });

// The file's bytes; `suite.api` would read them as text.
async function download(report, id, token = employee) {
  const response = await fetch(`${suite.url}/v1/reports/${report}/attachments/${id}`,
    { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, content: Buffer.from(await response.arrayBuffer()) };
}

const describe = async (report, id) =>
  (await suite.api('GET', `/v1/reports/${report}/attachments/${id}:describe`, undefined, employee)).body;

const settled = (report, id) => waitFor(async () => {
  const attachment = await describe(report, id);
  return attachment.state !== 'ATTACHMENT_STATE_QUARANTINED' && attachment;
}, { what: 'the scanner' });

const rows = async () => (await suite.psql('intake',
  'SELECT (SELECT count(*) FROM attachment) AS files, (SELECT count(*) FROM attachment_chunk) AS chunks'))[0];

// Resident memory of a service, in MiB.
const resident = (service) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${suite.pid(service)}/status`, 'utf8'))[1]) / 1024;

// Four bytes, the most significant first.
const big = (value) => Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 255));
const segment = (marker, text) =>
  Buffer.concat([Buffer.from([0xff, marker]), big(text.length + 2).subarray(2), Buffer.from(text, 'latin1')]);

test('A file of 25 MiB comes back byte for byte, with safe headers', async () => {
  const report = await submit();
  const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(25 * mebibyte - 9)]);
  const { status, body } = await upload(report, 'skärmbild "1".pdf', content);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.size, String(content.length));
  assert.equal(body.sha256, createHash('sha256').update(content).digest('hex'));
  assert.equal(body.media_type, 'application/pdf');
  assert.equal((await settled(report, body.attachment_id)).state, 'ATTACHMENT_STATE_CLEAN');
  const file = await download(report, body.attachment_id);
  assert.equal(file.status, 200);
  assert.ok(file.content.equals(content));
  assert.equal(file.headers.get('content-type'), 'application/pdf');
  assert.equal(file.headers.get('content-disposition'),
    "attachment; filename=\"sk_rmbild _1_.pdf\"; filename*=UTF-8''sk%C3%A4rmbild%20%221%22.pdf");
  assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
  assert.match(file.headers.get('content-security-policy'), /sandbox; default-src 'none'/);
  assert.match(file.headers.get('cache-control'), /no-store/);
});

test('Four files at once take no memory that grows with them', async () => {
  const reports = await Promise.all([submit(), submit(), submit(), submit()]);
  const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(25 * mebibyte - 9)]);
  const earlier = { intake: resident('intake'), gateway: resident('gateway') };
  const most = { ...earlier };
  const watch = setInterval(() => {
    for (const service of Object.keys(most)) most[service] = Math.max(most[service], resident(service));
  }, 20);
  try {
    const answers = await Promise.all(reports.map((report) => upload(report, 'a.pdf', content)));
    for (const { status } of answers) assert.equal(status, 200);
    await Promise.all(answers.map(({ body }) => settled(body.report_id, body.attachment_id)));
    const files = await Promise.all(answers.map(({ body }) => download(body.report_id, body.attachment_id)));
    for (const file of files) assert.ok(file.content.equals(content));
  } finally {
    clearInterval(watch);
  }
  for (const service of Object.keys(most)) {
    assert.ok(most[service] - earlier[service] < 40,
      `${service} grew from ${earlier[service]} to ${most[service]} MiB`);
  }
});

test('Malware is refused with a clear word, never served, and its content removed', async () => {
  for (const [name, content] of [['eicar.txt', eicar], ['logg.txt', `${'x'.repeat(200_000)} ${malware} slut`]]) {
    const report = await submit({ language: 'sv' });
    const { status, body } = await upload(report, name, content);
    assert.equal(status, 200, JSON.stringify(body));
    const attachment = await settled(report, body.attachment_id);
    assert.equal(attachment.state, 'ATTACHMENT_STATE_REFUSED');
    assert.equal(attachment.refusal, 'ATTACHMENT_REFUSAL_INFECTED');
    assert.match(attachment.explanation, /skadlig kod/);
    const file = await download(report, body.attachment_id);
    assert.equal(file.status, 400);
    assert.match(String(file.content), /ATTACHMENT_REFUSED/);
    const [kept] = await suite.psql('intake',
      `SELECT count(*) AS chunks FROM attachment_chunk WHERE attachment_id = '${body.attachment_id}'`);
    assert.equal(kept.chunks, 0);
  }
});

test('A file in quarantine is not served, however long the scanner is away', async () => {
  const report = await submit();
  // The scanner is halted: connections are taken, nothing is answered.
  process.kill(suite.pid('clamd'), 'SIGSTOP');
  let id;
  try {
    const { status, body } = await upload(report, 'a.txt', 'inget farligt');
    assert.equal(status, 200);
    assert.equal(body.state, 'ATTACHMENT_STATE_QUARANTINED');
    id = body.attachment_id;
    for (const token of [employee, officer]) {
      const file = await download(report, id, token);
      assert.equal(file.status, 400);
      assert.match(String(file.content), /ATTACHMENT_QUARANTINED/);
      assert.doesNotMatch(String(file.content), /inget farligt/);
    }
  } finally {
    process.kill(suite.pid('clamd'), 'SIGCONT');
  }
  assert.equal((await settled(report, id)).state, 'ATTACHMENT_STATE_CLEAN');
  assert.equal(String((await download(report, id)).content), 'inget farligt');
});

test('A file that came in while the scanner died is scanned when it is back', async () => {
  const report = await submit();
  // Halted first, so that the file is surely under way when it dies.
  process.kill(suite.pid('clamd'), 'SIGSTOP');
  let attachment;
  try {
    ({ body: attachment } = await upload(report, 'a.txt', 'inget farligt'));
    await waitFor(async () => {
      const [{ scans }] = await suite.psql('intake', `SELECT scans FROM attachment WHERE id = '${attachment.attachment_id}'`);
      return scans > 0;
    }, { what: 'the first scan' });
    assert.equal((await describe(report, attachment.attachment_id)).state, 'ATTACHMENT_STATE_QUARANTINED');
  } finally {
    await suite.killService('clamd');
  }
  assert.equal((await settled(report, attachment.attachment_id)).state, 'ATTACHMENT_STATE_CLEAN');
  assert.equal(String((await download(report, attachment.attachment_id)).content), 'inget farligt');
});

test('A browser sends and fetches a file by its session, and no other page can', async () => {
  const report = await submit();
  const path = `/v1/reports/${report}/attachments`;
  const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(3 * mebibyte)]);
  const browser = new Browser(suite);
  await browser.signIn(login);
  const before = await rows();
  const put = (headers = {}) => browser.request('PUT', path,
    { body: content, headers: { 'content-type': 'application/pdf', ...named('a.pdf'), ...headers } });
  for (const forged of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://elsewhere.example' }, { 'avvik-request': undefined },
    { 'sec-fetch-site': undefined, origin: undefined }]) {
    const answer = await put(forged);
    assert.equal(answer.status, 403, JSON.stringify(forged));
    assert.equal((await answer.json()).reason, 'FORGERY');
  }
  assert.deepEqual(await rows(), before);

  const sent = await put();
  const attachment = await sent.json();
  assert.equal(sent.status, 200, JSON.stringify(attachment));
  assert.equal(attachment.sha256, createHash('sha256').update(content).digest('hex'));
  await settled(report, attachment.attachment_id);
  const got = await browser.request('GET', `${path}/${attachment.attachment_id}`);
  assert.equal(got.status, 200);
  assert.ok(Buffer.from(await got.arrayBuffer()).equals(content));
  assert.equal((await browser.request('GET', `${path}/${attachment.attachment_id}`, { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);

  // A session that has ended takes no file.
  assert.equal((await browser.request('POST', '/sign-out')).status, 200);
  browser.cookies.set('__Host-avvik', 'x'.repeat(43));
  assert.equal((await put()).status, 401);
});

test('An image of a confidential reporter loses where and by whom it was taken', async () => {
  const picture = Buffer.concat([segment(0xdb, 'tables'), segment(0xda, 'scan'), Buffer.from('coded'),
    Buffer.from([0xff, 0xd9])]);
  const start = Buffer.from([0xff, 0xd8]);
  const image = Buffer.concat([start, segment(0xe1, 'Exif\0\0GPS 59.33 18.06'), segment(0xfe, 'av Anna'), picture,
    Buffer.from('trailer av Anna')]);
  for (const [confidentiality, expected] of [['CONFIDENTIALITY_CONFIDENTIAL', Buffer.concat([start, picture])],
    ['CONFIDENTIALITY_NAMED', image]]) {
    const report = await submit({ confidentiality });
    const { status, body } = await upload(report, 'bild.jpg', image);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.metadata_removed, confidentiality === 'CONFIDENTIALITY_CONFIDENTIAL');
    await settled(report, body.attachment_id);
    assert.ok((await download(report, body.attachment_id)).content.equals(expected), confidentiality);
  }
  const { status, body } = await upload(await submit({ confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' }), 'a.gif',
    'GIF89a...');
  assert.equal(status, 400);
  assert.equal(body.reason, 'ATTACHMENT_METADATA');
});

test('Content tells what a file is; programs, scripts and pages are refused and leave nothing', async () => {
  const report = await submit();
  const before = await rows();
  for (const [name, content] of [['faktura.pdf', 'MZ\x90\0'], ['bild.png', '<svg onload="alert(1)">'],
    ['sida.txt', '<!doctype html><script>1</script>'], ['a.ps1', 'Get-Item']]) {
    const { status, body } = await upload(report, name, content);
    assert.equal(status, 400, name);
    assert.equal(body.reason, 'ATTACHMENT_ACTIVE', name);
  }
  assert.equal((await upload(report, 'a.bin', Buffer.from([0, 1, 2, 3]))).body.reason, 'ATTACHMENT_TYPE');
  assert.equal((await upload(report, '../a.txt', 'x')).body.errors[0].field, 'filename');
  assert.equal((await upload(report, 'tom.txt', '')).body.reason, 'ATTACHMENT_EMPTY');
  assert.deepEqual(await rows(), before);
  const { body } = await upload(report, 'bild.png', 'det här är text');
  assert.equal(body.media_type, 'text/plain');
  assert.equal(body.filename, 'bild.png.txt');
});

test('The name of a file is not taken from the address', async () => {
  const report = await submit();
  const before = await rows();
  const { status, body } = await suite.api('PUT', `/v1/reports/${report}/attachments?filename=l%C3%B6n.txt`, 'x', employee, named('b.txt'));
  assert.equal(status, 400);
  assert.equal(body.errors[0].field, 'filename');
  assert.match(JSON.stringify(body), /Content-Disposition/);
  assert.deepEqual(await rows(), before);
  // Nor without a name.
  const nameless = await suite.api('PUT', `/v1/reports/${report}/attachments`, 'x', employee);
  assert.equal(nameless.body.errors[0].field, 'filename');
  const put = (await suite.api('GET', '/openapi.json')).body.paths['/v1/reports/{report_id}/attachments'].put;
  assert.deepEqual(put.parameters.filter(({ in: where }) => where !== 'path').map(({ name, in: where }) => [name, where]), [['Content-Disposition', 'header']]);
});

test("Other people's attachments are as good as absent", async () => {
  const report = await submit();
  const { body } = await upload(report, 'a.txt', 'mitt');
  await settled(report, body.attachment_id);
  const path = `/v1/reports/${report}/attachments`;
  const before = await rows();
  for (const [method, at] of [['GET', path], ['GET', `${path}/${body.attachment_id}`],
    ['GET', `${path}/${body.attachment_id}:describe`], ['DELETE', `${path}/${body.attachment_id}`]]) {
    assert.equal((await suite.api(method, at, undefined, stranger)).status, 404, `${method} ${at}`);
  }
  assert.equal((await upload(report, 'b.txt', 'ditt', stranger)).status, 404);
  // One that is there is refused in the same words as one that is not.
  const words = async (at) => {
    const { body: { reason, detail } } = await suite.api('GET', at, undefined, stranger);
    return [reason, detail];
  };
  assert.deepEqual(await words(`${path}/${body.attachment_id}`), await words(`${path}/${randomUUID()}`));
  // One who may read the report may read its files, and neither add nor remove any.
  assert.equal((await download(report, body.attachment_id, officer)).status, 200);
  assert.equal((await upload(report, 'b.txt', 'x', officer)).status, 404);
  assert.equal((await suite.api('DELETE', `${path}/${body.attachment_id}`, undefined, officer)).status, 404);
  // Nor is it there under another report of one's own.
  assert.equal((await download(await submit(), body.attachment_id)).status, 404);
  assert.equal((await upload(report, 'b.txt', 'x', '')).status, 401);
  assert.deepEqual(await rows(), before);
});

test('A file that is too large is 413, whether it says so or not', async () => {
  const report = await submit();
  const before = await rows();
  assert.equal((await upload(report, 'a.pdf', Buffer.alloc(25 * mebibyte + 1, 'x'))).status, 413);
  const pieces = new ReadableStream({
    start() { this.left = 30; },
    pull(controller) {
      if (this.left-- > 0) controller.enqueue(Buffer.alloc(mebibyte, 'x'));
      else controller.close();
    },
  });
  const response = await fetch(`${suite.url}/v1/reports/${report}/attachments`,
    { method: 'PUT', headers: { authorization: `Bearer ${employee}`, ...named('a.txt') }, body: pieces, duplex: 'half' });
  assert.equal(response.status, 413);
  await waitFor(async () => JSON.stringify(await rows()) === JSON.stringify(before), { what: 'the end of the upload' });
});

test('An upload that breaks off leaves nothing', async () => {
  const report = await submit();
  const before = await rows();
  await new Promise((done, failed) => {
    const socket = connect(suite.port, '127.0.0.1', () => {
      socket.write(`PUT /v1/reports/${report}/attachments HTTP/1.1\r\nHost: a\r\nContent-Disposition: attachment; filename=a.txt\r\n` +
        `Authorization: Bearer ${employee}\r\nContent-Length: 2000000\r\n\r\n`);
      socket.write(Buffer.alloc(mebibyte, 'x'), () => setTimeout(() => socket.destroy(), 300));
    });
    socket.on('close', done).on('error', failed);
  });
  await waitFor(async () => JSON.stringify(await rows()) === JSON.stringify(before), { what: 'the end of the upload' });
  assert.deepEqual((await suite.api('GET', `/v1/reports/${report}/attachments`, undefined, employee)).body.attachments, []);
});

test('A client that asks before it sends is told to go on', async () => {
  const report = await submit();
  const text = await new Promise((done, failed) => {
    let answer = '';
    const socket = connect(suite.port, '127.0.0.1', () => {
      socket.write(`PUT /v1/reports/${report}/attachments HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Disposition: attachment; filename=a.txt\r\n` +
        `Authorization: Bearer ${employee}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
    });
    socket.setEncoding('utf8').on('data', (data) => {
      answer += data;
      if (answer === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hejsa');
    }).on('end', () => done(answer)).on('error', failed);
  });
  assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
});

test('A matter of national security takes no files and says who handles it', async () => {
  const report = await submit({ national_security: 'ANSWER_YES' });
  const before = await rows();
  const { status, body } = await upload(report, 'a.txt', 'något');
  assert.equal(status, 400);
  assert.equal(body.reason, 'HANDLED_ELSEWHERE');
  assert.match(body.detail, /security protection chief/);
  assert.deepEqual(await rows(), before);
});

test('A reporter may remove a file while the report is open', async () => {
  const report = await submit();
  const path = `/v1/reports/${report}/attachments`;
  const { body } = await upload(report, 'a.txt', 'ångrar mig');
  const other = await upload(report, 'b.txt', 'den här ska vara kvar');
  assert.equal((await suite.api('DELETE', `${path}/${body.attachment_id}`, undefined, employee)).status, 200);
  const { attachments } = (await suite.api('GET', path, undefined, employee)).body;
  assert.deepEqual(attachments.map((attachment) => attachment.filename), ['b.txt']);
  const { status } = await suite.api('POST', `/v1/reports/${report}:withdraw`, { reason: 'fel' }, employee);
  assert.equal(status, 200);
  const late = await suite.api('DELETE', `${path}/${other.body.attachment_id}`, undefined, employee);
  assert.equal(late.body.reason, 'REPORT_WITHDRAWN');
});
