// Measures Avvik beside a yardstick in the same run. Called by ./bench.

import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillCases } from '../harness/many_cases.mjs';
import { comeDue, fillDuties, timeTheLog, told } from '../harness/many_duties.mjs';
import { settle } from '../harness/state.mjs';
import { Suite, run, services, waitFor } from '../harness/suite.mjs';

const rounds = Number(process.env.AVVIK_BENCH_ROUNDS ?? 3);
const seconds = Number(process.env.AVVIK_BENCH_SECONDS ?? 8);
const waitingTimers = Number(process.env.AVVIK_BENCH_TIMERS ?? 100_000);
const dueTimers = 5000;
const clients = 64;
// Below the 64 calls that a service admits at a time: a caller has its answer a moment before its place is free again.
const readers = 48;
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
// same two statements, without any of that.
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
    const loaded = await run(join(bin, 'avvik-bench-cases'),
      ['--address', suite.address('triage'), ...suite.tlsFlags('gateway'), '--cases', file, '--seconds', String(seconds), '--clients', String(readers)],
      { env: { ...process.env, AVVIK_TOKEN: token } });
    const load = JSON.parse(must(loaded, 'the load on triage'));
    if (load.failed > 0) throw new Error(`${load.failed} reads were refused: ${loaded.stderr}`);
    ours.push(load.per_second);
    p99.push(load.p99_ms);
    const pgbench = must(await run(suite.postgresTool('pgbench'), ['-n', '-M', 'prepared', '-c', String(readers), '-j', '2',
      '-T', String(seconds), '-f', script, suite.conninfo('triage')]), 'pgbench');
    theirs.push(Number(/tps = ([\d.]+)/.exec(pgbench)[1]));
  }
  return [
    {
      id: 'case_read_grpc', what: 'reads of a case by gRPC', value: median(ours), unit: '1/s', yardstick: median(theirs),
      beside: 'pgbench, same reads', ratio: median(ours) / median(theirs), spread: spread(ours),
    },
    { id: 'case_read_grpc_p99', what: `… their 99th percentile, ${readers} at a time`, value: median(p99), unit: 'ms', spread: spread(p99) },
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


const many = Number(process.env.AVVIK_BENCH_CASES ?? 1_000_000);

// Lists, counts, search and likeness over many cases, by gRPC with token check, rights and trace, four at a time; a page of
// each order beside pgbench with the same statement.
async function caseLists(suite) {
  const officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const coordinator = await suite.token(suite.person('COORDINATOR').login);
  const few = 4;
  const measured = async (id, what, call, request, token = officer, order = '') => {
    const p99 = [];
    let yardstick;
    for (let round = 0; round < rounds; round += 1) {
      const load = JSON.parse(must(await run(join(bin, 'avvik-bench-cases'),
        ['--address', suite.address('triage'), ...suite.tlsFlags('gateway'), '--call', call, '--request', request, '--seconds', String(seconds), '--clients', String(few)],
        { env: { ...process.env, AVVIK_TOKEN: token } }), what));
      if (load.failed > 0) throw new Error(`${id}: ${load.failed} were refused`);
      p99.push(load.p99_ms);
    }
    if (order) {
      const script = join(suite.home, `${id}.pgbench`);
      writeFileSync(script, must(await run(join(bin, 'avvik-bench-cases'), ['--pgbench-script', '--tenant', suite.organisation.tenant, '--order', order]), 'the script'));
      const pgbench = must(await run(suite.postgresTool('pgbench'), ['-n', '-c', String(few), '-j', '2', '-T', String(seconds), '-f', script,
        `${suite.conninfo('triage')} options='-c avvik.tenant=${suite.organisation.tenant}'`]), 'pgbench');
      yardstick = Number(/latency average = ([\d.]+)/.exec(pgbench)[1]);
    }
    return { id, what, value: median(p99), unit: 'ms', yardstick, beside: 'pgbench, same SQL, mean', ratio: yardstick && median(p99) / yardstick, spread: spread(p99), aim: '≤ 50' };
  };
  const rows = [];
  for (const order of ['NEWEST', 'OLDEST', 'SEVERITY', 'DUE', 'CHANGED']) {
    rows.push(await measured(`case_list_${order.toLowerCase()}`, `p99 of a page of ${many} cases, ${order.toLowerCase()}`, 'list', `order_by: CASE_ORDER_${order}`, officer, order));
  }
  const open = 'states: CASE_STATE_OPEN states: CASE_STATE_ASSIGNED states: CASE_STATE_ACKNOWLEDGED';
  rows.push(await measured('case_list_open', 'p99 of what is open, due first', 'list', `${open} order_by: CASE_ORDER_DUE`));
  rows.push(await measured('case_list_filtered', 'p99 of a system\'s severe ones, changed last first', 'list', 'system: "system3" minimum_severity: SEVERITY_HIGH order_by: CASE_ORDER_CHANGED'));
  rows.push(await measured('case_list_unit', 'p99 of what a coordinator sees, severest first', 'list', 'order_by: CASE_ORDER_SEVERITY', coordinator));
  rows.push(await measured('case_count', 'p99 of counting what is open', 'count', open));
  rows.push(await measured('case_count_all', 'p99 of counting everything', 'count', ''));
  const searches = [
    ['rare', 'a rare word', 'sällsynt'],
    ['common', 'a word of every fifth case', 'vanlig'],
    ['uncommon', 'a word of every twenty-fifth case', 'kuvert'],
    ['two', 'two common words', 'vanlig annan'],
    ['two_apart', 'two words of every twenty-fifth case, never of the same', 'kuvert laptop'],
    ['two_mixed', 'a common and a rare word', 'vanlig sällsynt'],
  ];
  for (const [id, what, query] of searches) {
    rows.push(await measured(`case_search_${id}`, `p99 of a search for ${what}`, 'list', `query: "${query}"`));
    rows.push(await measured(`case_search_${id}_severity`, '… severest first', 'list', `query: "${query}" order_by: CASE_ORDER_SEVERITY`));
    rows.push(await measured(`case_search_${id}_count`, '… counted', 'count', `query: "${query}"`));
  }
  rows.push(await measured('case_search_open', 'p99 of a search for a common word in what is open, due first', 'list', `query: "vanlig" ${open} order_by: CASE_ORDER_DUE`));
  rows.push(await measured('case_search_open_count', '… counted', 'count', `query: "vanlig" ${open}`));
  rows.push(await measured('case_search_unit', 'p99 of a coordinator\'s search for a common word, severest first', 'list', 'query: "vanlig" order_by: CASE_ORDER_SEVERITY', coordinator));
  rows.push(await measured('case_search_unit_count', '… counted', 'count', 'query: "vanlig"', coordinator));
  rows.push(await measured('case_similar', 'p99 of cases like one', 'similar', 'case_id: "AVV-2000-0001001"'));
  return rows;
}

// Timers come due one after the other while 100,000 wait; half-way every service dies and is started anew. What it takes from
// when a timer is due until its event is written in the log, beside the same without the deaths.
async function timers(suite) {
  await timeTheLog(suite);
  await fillDuties(suite, waitingTimers);
  const p99 = async (first, disturb) => {
    const before = (await told(suite)).length;
    const due = await comeDue(suite, { first, due: dueTimers, apart: 40, seconds: 5 });
    const some = (share) => waitFor(async () => (await told(suite)).length - before >= share * due.length, { seconds: 900, every: 1000, what: 'timers' });
    await some(0.5);
    await disturb?.();
    await some(1);
    const at = new Map(due.map((timer) => [timer.id, timer.due]));
    const late = (await told(suite)).slice(before).map(({ id, told: time }) => 1000 * (time - at.get(id))).sort((a, b) => a - b);
    return late[Math.ceil(late.length * 0.99) - 1];
  };
  const calm = await p99(1);
  const disturbed = await p99(1 + dueTimers, () => Promise.all(services.map((service) => suite.killService(service))));
  return [{
    id: 'timers', what: `p99 from due to told, ${waitingTimers} timers waiting, all services killed half-way`, value: disturbed, unit: 'ms',
    yardstick: calm, beside: 'undisturbed', ratio: disturbed / calm, aim: '≤ 1000',
  }];
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
  async case_lists(suite) {
    await takesReports(suite);
    await fillCases(suite, many);
    return alone(suite, 'triage', () => caseLists(suite));
  },
  timers,
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
const suite = await Suite.start({ env: { AVVIK_READS_PER_HOUR: '100000000' } });
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
