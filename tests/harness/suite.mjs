// A private suite for a test: its own data folder, ports and processes, started by ./run from the binaries of AVVIK_BUILD.
//
//   const suite = await Suite.start({ organisation: 'kalix' });
//   after(() => suite.stop());
//   const { status, body } = await suite.api('GET', '/v1/cases', undefined, await suite.token('anna.lind'));
//
// stop() fails when a service ended by itself, or a sanitizer had something to say.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOrganisation } from '../../deploy/local/lib/people.mjs';

export const root = resolve(fileURLToPath(import.meta.url), '../../..');
export const services = ['intake', 'triage', 'escalation', 'metrics', 'delivery', 'gateway'];

// A test that is broken off exits in order, so that its suite is stopped.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

// Runs a program to its end: {status, stdout, stderr}; a signal counts as status 128 + its number.
export function run(program, args, { env = process.env, input = '', cwd = root } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { env, cwd });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { stdout += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
    child.on('error', failed);
    child.on('close', (code, signal) => done({ status: code ?? 128 + (signal ? 9 : 0), stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

// How many times longer than usual everything may take, such as with a sanitizer.
const patience = Number(process.env.AVVIK_TEST_PATIENCE || 1);

// Waits until `probe()` gives something true, and gives it back; an exception in it counts as not yet.
export async function waitFor(probe, { seconds = 30, every = 50, what = 'the expected' } = {}) {
  const deadline = Date.now() + seconds * patience * 1000;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come within ${seconds * patience} s${last ? `; at last: ${last.message}` : ''}`);
    }
    await new Promise((resume) => { setTimeout(resume, every); });
  }
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

// The first of three ports in a row that nobody listens on, below those the kernel gives to clients.
export async function freePortBlock() {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 20000 + 10 * Math.floor(Math.random() * 1200);
    if (await isFree(port) && await isFree(port + 1) && await isFree(port + 2)) return port;
  }
  throw new Error('there are no three free ports in a row');
}

// The file for an organisation's name in deploy/organisations, or for a path.
export function organisationFile(organisation) {
  const file = join(root, 'deploy/organisations', `${organisation}.yaml`);
  return existsSync(file) ? file : resolve(organisation);
}

export class Suite {
  #environment;
  #places;
  #tokens = new Map();
  #expectedEnds = new Map();
  #stopped = false;

  // Starts a suite and returns when it is ready. Options: organisation (a name in deploy/organisations or a path), env
  // (more environment for ./run).
  static async start({ organisation = 'kalix', env = {} } = {}) {
    const suite = new Suite();
    suite.started = Date.now();
    // What the organisation file says: {tenant, name, people}.
    suite.organisation = readOrganisation(organisationFile(organisation));
    suite.home = mkdtempSync(join(tmpdir(), 'avvik-suite-'));
    suite.port = await freePortBlock();
    suite.url = `http://127.0.0.1:${suite.port}`;
    suite.issuer = `http://127.0.0.1:${suite.port + 1}`;
    suite.#environment = { ...process.env, AVVIK_HOME: suite.home, AVVIK_PORT: String(suite.port), ...env };
    process.once('exit', () => suite.#reset());
    const { status, stderr } = await suite.run('--detach', '--organisation', organisation);
    if (status !== 0) {
      suite.#keepLogs();
      suite.#reset();
      throw new Error(`the suite does not start:\n${stderr}`);
    }
    await suite.findPlaces();
    return suite;
  }

  // One of the example people: the first who holds a role such as COORDINATOR (for a unit, if one is named), or for EMPLOYEE
  // the first who holds none.
  person(role, unit) {
    const fits = role === 'EMPLOYEE'
      ? (person) => person.roles.every((held) => held.role === 'EMPLOYEE')
      : (person) => person.roles.some((held) => held.role === role && (unit === undefined || held.unit === unit));
    const person = this.organisation.people.find(fits);
    if (!person) throw new Error(`nobody in ${this.organisation.tenant} is ${role}${unit ? ` of ${unit}` : ''}`);
    return person;
  }

  // ./run with these arguments on this suite, without installing and building.
  run(...args) {
    return run(join(root, 'run'), ['--no-install', '--no-build', ...args], { env: this.#environment });
  }

  // What a script says that may use the functions of deploy/local on this suite; throws when it fails.
  async script(text) {
    const { status, stdout, stderr } = await run('bash',
      ['-euo', 'pipefail', '-c', `. deploy/local/settings.sh; . deploy/local/suite.sh; ${text}`], { env: this.#environment });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  // ./avvik with these arguments against this suite: {status, stdout, stderr}.
  avvik(...args) {
    return run(join(root, 'avvik'), args, { env: this.#environment });
  }

  // Stops the suite and deletes its data. The logs are kept in AVVIK_TEST_LOGS where that is set. Throws when a service
  // ended unexpectedly, when a sanitizer reported something, or when something could not be stopped.
  async stop() {
    if (this.#stopped) return;
    const faults = this.unexpectedEnds();
    const { status, stderr } = await this.run('--stop');
    if (status !== 0) faults.push(`./run --stop: ${stderr}`);
    faults.push(...this.#sanitizerReports());
    this.#keepLogs();
    this.#reset();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  // The access token of one of the example people.
  token(login) {
    return this.#token(`person ${login}`, 'avvik-cli', { grant_type: 'urn:avvik:grant:person', login });
  }

  // The access token of a machine, such as 'avvik-tickets' with the scope 'avvik.tickets'.
  machineToken(client, scope = 'avvik.service') {
    return this.#token(`machine ${client} ${scope}`, client, { grant_type: 'client_credentials', scope });
  }

  // Calls the REST API: {status, body, headers}; a JSON answer comes parsed. A string or Buffer body is sent as it is.
  async api(method, path, body, token, headers = {}) {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  // The rows of a SELECT (or another statement that may stand in WITH … AS) in a service's database, as objects.
  async psql(service, select) {
    const text = await this.#sql(service,
      `WITH asked AS (${select}) SELECT coalesce(json_agg(asked), '[]') FROM asked`);
    return JSON.parse(text);
  }

  // Runs statements in a service's database for what they do.
  async psqlDo(service, statements) {
    await this.#sql(service, statements);
  }

  // Lets the reminders of a case's duties come now instead of hours later.
  async remindNow(number) {
    await this.psqlDo('escalation', `
      UPDATE duty_stage SET remind_at = now() FROM duty WHERE duty_id = duty.id AND number = '${number}' AND remind_at IS NOT NULL;
      UPDATE duty SET due_at = now() WHERE number = '${number}'`);
  }

  // The same as the role that owns the tables, which migrations use.
  async psqlAsOwner(service, statements) {
    await this.#sql(service, statements, `avvik_${service}_owner`);
  }

  // The same as the server's superuser, whom nothing in a database stops.
  async psqlAsSuperuser(service, statements) {
    await this.#sql(service, `SET session_replication_role = replica; ${statements}`, 'avvik_admin');
  }

  // What redis-cli prints for a command of whoever operates the machine.
  redisCli(...command) {
    return this.redisCliAs('operator', ...command);
  }

  // The same for a service.
  async redisCliAs(name, ...command) {
    const password = readFileSync(join(this.home, `secrets/redis-${name}.secret`), 'utf8').trim();
    const { status, stdout, stderr } = await run('redis-cli', ['-s', this.#places.redis, '--user', `avvik-${name}`, ...command],
      { env: { ...process.env, REDISCLI_AUTH: password } });
    if (status !== 0) throw new Error(`redis-cli ${command.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  }

  // Kills a process without warning (SIGKILL) and returns when its supervisor has started it anew. Names: the services,
  // oidc-provider, mail-server, postgres, redis, clamd.
  async killService(name, signal = 'SIGKILL') {
    const pid = this.pid(name);
    this.#expectedEnds.set(name, (this.#expectedEnds.get(name) ?? 0) + 1);
    process.kill(pid, signal);
    await waitFor(() => this.pid(name) !== pid, { what: `the restart of ${name}` });
  }

  // The process id of a service; throws while it is not running.
  pid(name) {
    return Number(readFileSync(join(this.home, 'run/pids', `${name}.pid`), 'utf8').split(' ')[0]);
  }

  // One line for each process that ended more often than this test killed it.
  unexpectedEnds() {
    const folder = join(this.home, 'run/pids');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((file) => file.endsWith('.ended')).flatMap((file) => {
      const name = basename(file, '.ended');
      const ends = readFileSync(join(folder, file), 'utf8').trim().split('\n');
      return ends.length > (this.#expectedEnds.get(name) ?? 0)
        ? [`${name} ended unexpectedly (time, status, seconds lived): ${ends.join('; ')}`] : [];
    });
  }

  // Waits until /readyz answers 200.
  ready() {
    return waitFor(async () => (await this.api('GET', '/readyz')).status === 200, { seconds: 60, what: 'readiness' });
  }

  // What the mail server took, oldest first: {time, message_id, to, subject, file, repeated, content}; with `repeated` the
  // recipient had the message already and did not get it again.
  mails() {
    const path = join(this.home, 'mail/deliveries.jsonl');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    return lines.map((line) => ({
      repeated: false, ...line, content: readFileSync(join(this.home, 'mail/new', line.file), 'utf8'),
    }));
  }

  // Makes the mail server behave from the next message on: {defer_share, drop_share, reject} (deploy/local/mail-server.mjs).
  mailBehaviour(behaviour) {
    writeFileSync(join(this.home, 'mail/behaviour.json'), JSON.stringify(behaviour));
  }

  // The lines that a process has logged, as objects; what is not JSON comes as {text}.
  log(name) {
    return readFileSync(join(this.home, 'log', `${name}.log`), 'utf8').split('\n').filter(Boolean).map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return { text: line };
      }
    });
  }

  async #token(key, client, parameters) {
    const kept = this.#tokens.get(key);
    if (kept && kept.until > Date.now()) return kept.token;
    const secret = readFileSync(join(this.home, 'secrets', `${client}.secret`), 'utf8').trim();
    // The provider may be starting anew.
    const response = await waitFor(() => fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
      body: new URLSearchParams(parameters),
    }), { seconds: 10, what: 'the OpenID provider' });
    const answer = await response.json();
    if (!response.ok) throw new Error(`no token for ${key}: ${answer.error_description ?? answer.error}`);
    this.#tokens.set(key, { token: answer.access_token, until: Date.now() + (answer.expires_in - 60) * 1000 });
    return answer.access_token;
  }

  // The gRPC address of a service.
  address(service) {
    return this.#places.address.replace('SERVICE', service);
  }

  // The flags by which a program proves to be a service of this suite.
  tlsFlags(service) {
    const file = join(this.home, 'tls', `avvik-${service}.pem`);
    return ['--tls-certificate', file, '--tls-key', file, '--tls-authority', join(this.home, 'tls/ca.pem')];
  }

  // The connection string of a service's database, as the service's role in the scope of all tenants.
  conninfo(service) {
    return `${this.#places.conninfo.replaceAll('DATABASE', `avvik_${service}`)} options='-c avvik.tenant=*'`;
  }

  // The path of a PostgreSQL program, such as pgbench.
  postgresTool(name) {
    return join(dirname(this.#places.psql), name);
  }

  async #sql(service, statements, role) {
    const conninfo = role ? this.conninfo(service).replace(/user=\S+/, `user=${role}`) : this.conninfo(service);
    const { status, stdout, stderr } = await run(this.#places.psql,
      ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', conninfo], { input: statements });
    if (status !== 0) throw new Error(`psql ${service}: ${stderr}`);
    return stdout;
  }

  // Asks the scripts that know where things lie; also after these were made anew.
  async findPlaces() {
    const stdout = await this.script(
      'printf "%s\\n" "$AVVIK_REDIS" "$(conninfo DATABASE DATABASE)" "$(postgres_programs)/psql" "$(address_of SERVICE)"');
    const [redis, conninfo, psql, address] = stdout.split('\n');
    this.#places = { redis, conninfo, psql, address };
  }

  #sanitizerReports() {
    const folder = join(this.home, 'log');
    return readdirSync(folder).flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const at = text.search(/ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: /);
      return at < 0 ? [] : [`a sanitizer reported in ${file}:\n${text.slice(at, at + 4000)}`];
    });
  }

  #keepLogs() {
    const folder = join(this.home, 'log');
    if (!process.env.AVVIK_TEST_LOGS || !existsSync(folder)) return;
    const test = basename(process.argv[1] ?? 'suite', '.test.mjs');
    cpSync(folder, join(process.env.AVVIK_TEST_LOGS, `${test}-${this.port}`), { recursive: true });
  }

  // Also when the test is broken off: nothing may be left running.
  #reset() {
    if (this.#stopped) return;
    this.#stopped = true;
    spawnSync(join(root, 'run'), ['--reset'], { env: this.#environment });
    rmSync(this.home, { recursive: true, force: true });
  }
}
