// Measures Avvik beside a yardstick in the same run. Called by ./bench.

import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from '../harness/state.mjs';
import { Suite, run, services, waitFor } from '../harness/suite.mjs';

const rounds = Number(process.env.AVVIK_BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.AVVIK_BENCH_SECONDS ?? 8);
const clients = 64;
const bin = join(process.env.AVVIK_BUILD, 'bin');

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
const spread = (numbers) => (Math.max(...numbers) - Math.min(...numbers)) / median(numbers);

function must({ status, stdout, stderr }, what) {
  if (status !== 0) throw new Error(`${what}: ${stderr || stdout}`);
  return stdout;
}

// Holds the other services still while one is measured: on a small machine they would be measured with it.
async function alone(suite, measured, work) {
  const others = services.filter((service) => service !== measured);
  for (const service of others) process.kill(suite.pid(service), 'SIGSTOP');
  try {
    return await work();
  } finally {
    for (const service of others) process.kill(suite.pid(service), 'SIGCONT');
  }
}

// Returns when intake knows the organisation.
async function takesReports(suite) {
  const token = await suite.token(suite.person('EMPLOYEE').login);
  const submit = () => suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'x' } }, token);
  await waitFor(async () => (await submit()).status === 200, { what: 'a report taken' });
}

// Intake over gRPC, with token check, rights, audit, events and publishing, beside pgbench with the same statements, the
// same clients and the same server, one transaction a report. Both in turns, so that a slow spell of the machine meets both.
async function intakeGrpc(suite) {
  const token = await suite.token(suite.person('EMPLOYEE').login);
  const script = join(suite.home, 'intake.pgbench');
  writeFileSync(script, must(await run(join(bin, 'avvik-bench-intake'), ['--pgbench-script']), 'the pgbench script'));
  const server = suite.conninfo('intake');
  await suite.psqlDo('intake', `INSERT INTO report_counter (tenant, year, last)
    SELECT 'bench-' || client, 2026, 0 FROM generate_series(0, ${clients - 1}) AS client`);
  const ours = [];
  const theirs = [];
  const p99 = [];
  for (let round = 0; round < rounds; round += 1) {
    // What pgbench wrote is published too; that work is not part of the next round.
    await waitFor(async () => (await suite.psql('intake',
      'SELECT count(*) AS waiting FROM event_log WHERE position IS NULL'))[0].waiting === 0, { what: 'an empty outbox' });
    const load = JSON.parse(must(await run(join(bin, 'avvik-bench-intake'),
      ['--address', suite.address('intake'), ...suite.tlsFlags('gateway'), '--seconds', String(seconds), '--clients', String(clients)],
      { env: { ...process.env, AVVIK_TOKEN: token } }), 'the load on intake'));
    if (load.failed > 0) throw new Error(`${load.failed} reports were refused`);
    ours.push(load.per_second);
    p99.push(load.p99_ms);
    const pgbench = must(await run(suite.postgresTool('pgbench'), ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2',
      '-T', String(seconds), '-f', script, server]), 'pgbench');
    theirs.push(Number(/tps = ([\d.]+)/.exec(pgbench)[1]));
  }
  return [
    {
      id: 'intake_grpc', what: 'durable reports by gRPC', value: median(ours), unit: '1/s', yardstick: median(theirs),
      beside: 'pgbench, same SQL', ratio: median(ours) / median(theirs), spread: spread(ours), aim: '≥ 1.0',
    },
    { id: 'intake_grpc_p99', what: `… their 99th percentile, ${clients} at a time`, value: median(p99), unit: 'ms', spread: spread(p99) },
  ];
}

// Reading single cases from triage over gRPC, with token check, rights, unsealing and the trace, beside pgbench with the
// same two statements in one transaction, without any of that.
async function caseReadGrpc(suite, cases) {
  const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const file = join(suite.home, 'cases');
  const script = join(suite.home, 'case_read.pgbench');
  writeFileSync(file, cases.map((number) => `${number}\n`).join(''));
  writeFileSync(script, must(await run(join(bin, 'avvik-bench-cases'),
    ['--pgbench-script', '--tenant', suite.organisation.tenant, '--cases', file]), 'the pgbench script'));
  const ours = [];
  const theirs = [];
  const p99 = [];
  for (let round = 0; round < rounds; round += 1) {
    const load = JSON.parse(must(await run(join(bin, 'avvik-bench-cases'),
      ['--address', suite.address('triage'), ...suite.tlsFlags('gateway'), '--cases', file, '--seconds', String(seconds), '--clients', String(clients)],
      { env: { ...process.env, AVVIK_TOKEN: token } }), 'the load on triage'));
    if (load.failed > 0) throw new Error(`${load.failed} reads were refused`);
    ours.push(load.per_second);
    p99.push(load.p99_ms);
    const pgbench = must(await run(suite.postgresTool('pgbench'), ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2',
      '-T', String(seconds), '-f', script, suite.conninfo('triage')]), 'pgbench');
    theirs.push(Number(/tps = ([\d.]+)/.exec(pgbench)[1]));
  }
  return [
    {
      id: 'case_read_grpc', what: 'reads of a case by gRPC', value: median(ours), unit: '1/s', yardstick: median(theirs),
      beside: 'pgbench, same reads', ratio: median(ours) / median(theirs), spread: spread(ours),
    },
    { id: 'case_read_grpc_p99', what: `… their 99th percentile, ${clients} at a time`, value: median(p99), unit: 'ms', spread: spread(p99) },
  ];
}

// The numbers of so many new cases.
async function openCases(suite, count) {
  const token = await suite.token(suite.person('EMPLOYEE').login);
  const numbers = [];
  for (let i = 0; i < count; i += 1) {
    const { status, body } = await suite.api('POST', '/v1/reports', {
      request_id: randomUUID(), report: { title: `Brev ${i}`, category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES' },
    }, token);
    if (status !== 200) throw new Error(`report ${i}: ${status} ${JSON.stringify(body)}`);
    numbers.push(body.number);
  }
  await settle(suite);
  return numbers;
}


// Only root may look into a service; to others the kernel tells its resident set, which counts what services share for
// each of them.
function proportionalSetSize(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  } catch {
    text = readFileSync(`/proc/${pid}/status`, 'utf8');
  }
  return Number(/^(?:Pss|VmRSS):\s+(\d+)/m.exec(text)[1]) / 1024;
}

// Memory of each service at rest, as proportional set size.
async function memory(suite) {
  const rows = services.map((service) => ({
    id: `memory_${service}`, what: `memory of ${service}, idle`, value: proportionalSetSize(suite.pid(service)), unit: 'MB',
  }));
  const total = rows.reduce((sum, row) => sum + row.value, 0);
  return [...rows, { id: 'memory_services', what: 'memory of all services, idle', value: total, unit: 'MB', aim: '≤ 150' }];
}

// In the order they run: memory first, while the suite has done nothing; the flood of reports last, so that nobody
// has to wait until all have heard it.
const benches = {
  memory,
  async case_read_grpc(suite) {
    await takesReports(suite);
    const cases = await openCases(suite, 200);
    return alone(suite, 'triage', () => caseReadGrpc(suite, cases));
  },
  async intake_grpc(suite) {
    await takesReports(suite);
    return alone(suite, 'intake', () => intakeGrpc(suite));
  },
};

const number = (value) => (value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2));

function print(rows) {
  const header = ['id', 'figure', 'value', 'unit', 'yardstick', 'ratio', 'spread', 'aim'];
  const cells = rows.map((row) => [row.id, row.what, number(row.value), row.unit,
    row.yardstick === undefined ? '' : `${number(row.yardstick)} (${row.beside})`,
    number(row.ratio), row.spread === undefined ? '' : `${(row.spread * 100).toFixed(0)} %`, row.aim ?? '']);
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i].length)));
  const right = new Set([2, 5, 6]);
  const line = (values) => values.map((value, i) => (right.has(i) ? value.padStart(widths[i]) : value.padEnd(widths[i]))).join('  ').trimEnd();
  console.log(line(header));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const values of cells) console.log(line(values));
}

const options = { only: [], json: '' };
for (let i = 2; i < process.argv.length; i += 2) {
  const [name, value] = [process.argv[i], process.argv[i + 1]];
  if (name === '--only') options.only = value.split(',');
  else if (name === '--json') options.json = value;
}
const chosen = Object.entries(benches).filter(([id]) => options.only.length === 0
  || options.only.some((wanted) => wanted === id || wanted.startsWith(`${id}_`)));
if (chosen.length === 0) {
  console.error(`bench: there is none of these; there are: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const suite = await Suite.start();
try {
  const rows = [];
  for (const [id, bench] of chosen) {
    console.error(`bench: ${id} …`);
    rows.push(...await bench(suite));
  }
  print(rows);
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify(rows.map(({ id, value, unit, yardstick, ratio, spread: s }) => ({ id, value, unit, yardstick, ratio, spread: s })), null, 2)}\n`);
  }
} finally {
  await suite.stop();
}
