// A municipality in its third year: an older register brought in by the command line, most of its cases closed with their causes,
// and measures, late ones among them.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAll, settle } from '../harness/state.mjs';

const units = ['Hemtjänsten', 'Hemtjänsten', 'Socialförvaltningen', 'Hemsjukvården', 'Individ- och familjeomsorgen', 'Utbildningsförvaltningen', 'Centrumskolan', 'Gymnasieskolan', 'It-enheten',
  'Hemtjänsten', 'Socialförvaltningen', 'Utbildningsförvaltningen', ''];
const kinds = [['Felskick', 'Kallelse till fel mottagare'], ['Borttappad telefon', 'Telefonen kvar på bussen'], ['Nätfiske', 'Mejl om en obetald faktura'], ['Driftstörning', 'Inloggningen svarade inte'],
  ['Obehörig åtkomst', 'Kollega läste i en akt'], ['Felaktig uppgift', 'Fel läkemedelslista'], ['Publicerad på webben', 'Elevlista på webbplatsen'], ['Brist', 'Delat lösenord på avdelningen']];
const systems = ['Omsorgsjournalen', 'Trygghetslarm', 'Lärplattformen', 'Personal- och lönesystemet'];
const causes = ['HUMAN_ERROR', 'HUMAN_ERROR', 'HUMAN_ERROR', 'ROUTINE', 'ROUTINE', 'TECHNICAL_FAULT', 'SUPPLIER', ''];
const day = 86_400_000;

// The register as a spreadsheet saves it: a little more each month, in all 24 of them, of the present one its first days. One unit
// has told of very little.
function register() {
  const lines = ['Diarienummer;Rubrik;Beskrivning;Typ;Enhet;System;Personuppgifter;Anmält'];
  const now = new Date();
  let number = 0;
  for (let back = 23; back >= 0; back -= 1) {
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
    const end = Math.min(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back + 1, 1), now.getTime() - day);
    const count = 6 + Math.floor((23 - back) / 3) + (back * 7) % 4;
    for (let at = 0; at < count; at += 1) {
      number += 1;
      const time = new Date(first + Math.max(0, (end - first - day) * (at / count)));
      const [type, title] = kinds[(number * 5) % kinds.length];
      const unit = number % 80 === 40 ? 'Vatten och avlopp' : units[(number * 7) % units.length];
      // What authorities should have been told of, and were not.
      const personal = number % 40 === 3 ? 'ja' : 'nej';
      const system = number % 3 === 0 ? systems[number % systems.length] : '';
      lines.push(`REG-${number};${title} ${number};Ur det äldre registret.;${type};${unit};${system};${personal};${time.toISOString().slice(0, 10)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

async function bring(suite) {
  const folder = mkdtempSync(join(tmpdir(), 'avvik-register-'));
  const file = join(folder, 'register.csv');
  try {
    writeFileSync(file, register());
    const { status, stdout, stderr } = await suite.avvik('import', 'reports', file, '--mapping', 'kommun-register', '--json');
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function batch(suite, token, command, cases, fields) {
  const { status, body } = await suite.api('POST', `/v1/cases:${command}`, { cases: cases.map(({ case_id }) => ({ case_id })), ...fields }, token);
  assert.equal(status, 200, JSON.stringify(body));
}

// Somebody takes every fifth on. Closes five of six, with a cause each; of those of the last two months every third.
async function end(suite, token, others) {
  const cases = (await listAll(suite, '/v1/cases', 'cases', token)).filter(({ case_id }) => !others.has(case_id)).sort((a, b) => a.report_time.localeCompare(b.report_time));
  const recent = Date.now() - 60 * day;
  const taken = cases.filter((_, at) => at % 5 === 0);
  await batch(suite, token, 'batchAssign', taken, { owner: suite.person('INFORMATION_SECURITY_OFFICER').login });
  await batch(suite, token, 'batchAcknowledge', taken);
  const toEnd = cases.filter(({ report_time }, at) => (Date.parse(report_time) < recent ? at % 6 !== 0 : at % 3 === 0));
  await Promise.all(causes.map((cause, group) => batch(suite, token, 'batchClose', toEnd.filter((_, at) => at % causes.length === group),
    { resolution: 'RESOLUTION_REMEDIED', outcome: 'Åtgärdat.', ...(cause ? { cause: `CAUSE_${cause}` } : {}) })));
  return cases;
}

// What the law asked for was seen to when it was new, but for the last few.
async function ruleOut(suite, token, others) {
  const duties = (await listAll(suite, '/v1/duties', 'duties', token)).filter(({ case_id }) => !others.has(case_id)).sort((a, b) => a.number.localeCompare(b.number)).slice(0, -4);
  const worker = async () => {
    for (let duty = duties.pop(); duty; duty = duties.pop()) {
      const { status, body } = await suite.api('POST', `/v1/duties/${duty.duty_id}:ruleOut`, { reason: 'Bedömdes i det äldre registret.', etag: duty.etag }, token);
      assert.equal(status, 200, JSON.stringify(body));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

async function decide(suite, token, cases) {
  const owner = suite.person('INFORMATION_SECURITY_OFFICER').login;
  const made = await Promise.all(cases.slice(-12).map(async ({ number }, at) => {
    const { status, body } = await suite.api('POST', `/v1/cases/${number}/measures`, {
      request_id: randomUUID(), plan: { kind: 'MEASURE_KIND_PREVENTIVE', title: `Åtgärd ${at}`, owner, ...(at % 2 ? { due_time: new Date(Date.now() + (at < 6 ? 1500 : 10 * day)).toISOString() } : {}) },
    }, token);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }));
  for (const { measure_id, etag } of made.slice(8)) await suite.api('POST', `/v1/measures/${measure_id}:complete`, { note: 'Gjord.', etag }, token);
}

// Makes it so, and waits until the figures have it.
export async function twoYears(suite) {
  const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  // What was there before stays as it is.
  const others = new Set((await listAll(suite, '/v1/cases', 'cases', token)).map(({ case_id }) => case_id));
  const { created } = await bring(suite);
  await settle(suite);
  const cases = await end(suite, token, others);
  await ruleOut(suite, token, others);
  await decide(suite, token, cases);
  await settle(suite, { seconds: 120 });
  return created;
}

// The picture's figures as somebody sees them.
export async function situation(suite, login, query = '') {
  const { status, body } = await suite.api('GET', `/v1/situation${query}`, undefined, await suite.token(login));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
