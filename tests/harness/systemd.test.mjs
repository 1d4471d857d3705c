// deploy/systemd: the units that install makes, judged by systemd itself without running any.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { root, run } from './suite.mjs';

// What "systemd-analyze security" may find exposed, from 0 (nothing) to 10.
const mostExposed = 2.0;

const build = resolve(root, process.env.AVVIK_BUILD ?? 'build/release');
const tree = mkdtempSync(join(tmpdir(), 'avvik-systemd-'));
after(() => rmSync(tree, { recursive: true }));

const installer = join(root, 'deploy/systemd/install');
const install = (...args) => run(installer, args, { env: { ...process.env, AVVIK_BUILD: build } });
const installed = await install('--root', tree);
const units = join(tree, 'usr/local/lib/systemd/system');

const programs = readdirSync(join(build, 'bin')).filter((name) => /^avvik-(?!bench-|fuzz$|case-states$|cli$)/.test(name)).sort();

// The settings of a unit, by name: each may stand more than once.
function read(unit) {
  const settings = new Map();
  for (const line of readFileSync(join(units, unit), 'utf8').replace(/\\\n\s*/g, '').split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name) settings.set(name, [...settings.get(name) ?? [], value]);
  }
  return settings;
}

const services = existsSync(units) ? readdirSync(units).filter((name) => /^avvik-.*\.service$/.test(name) && name !== 'avvik-certificates.service').sort() : [];
const wordsOf = (unit) => [...read(unit).get('ExecStart')[0].matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);

// The flags of a unit: [flag, value].
function flagsOf(unit) {
  const words = wordsOf(unit).slice(1);
  return words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]]] : []));
}

test('EveryServiceHasAUnit', () => {
  assert.equal(installed.status, 0, installed.stderr);
  assert.equal(programs.length, 6, programs.join());
  assert.deepEqual(services, programs.map((name) => `${name}.service`));
  for (const unit of services) assert.equal(wordsOf(unit)[0], `/opt/avvik/bin/${unit.replace('.service', '')}`);
});

test('SystemdHasNoComplaint', async () => {
  // Of the machine's own units, those that ours are ordered by.
  cpSync('/lib/systemd/system', join(tree, 'lib/systemd/system'), { recursive: true, verbatimSymlinks: true });
  const own = readdirSync(units).filter((name) => /^avvik[.-]/.test(name));
  assert.equal(own.length, 9, own.join());
  const { status, stdout, stderr } = await run('systemd-analyze', ['verify', `--root=${tree}`, '--man=no', ...own]);
  const complaints = (stdout + stderr).split('\n').filter((line) => line.includes('avvik'));
  assert.deepEqual({ status, complaints }, { status: 0, complaints: [] });
});

test('EveryUnitIsSandboxed', async () => {
  for (const unit of [...services, 'avvik-certificates.service']) {
    const { status, stdout, stderr } = await run('systemd-analyze',
      ['security', '--offline=true', '--no-pager', `--threshold=${10 * mostExposed}`, join(units, unit)]);
    const said = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    assert.ok(said !== undefined && Number(said) <= mostExposed && status === 0, `${unit}: ${said} ${stderr}`);
  }
});

test('NoServiceMayWhatTheOthersMay', () => {
  for (const unit of services) {
    const settings = read(unit);
    const asked = {
      NoNewPrivileges: 'yes', CapabilityBoundingSet: '', ProtectSystem: 'strict', PrivateTmp: 'yes', PrivateDevices: 'yes',
      MemoryDenyWriteExecute: 'yes', UMask: '0077', LimitCORE: '0', RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6',
      RuntimeDirectory: unit.replace(/^avvik-(.*)\.service$/, 'avvik/$1'), RuntimeDirectoryMode: '0750',
    };
    for (const [name, value] of Object.entries(asked)) assert.deepEqual(settings.get(name), [value], `${unit}: ${name}`);
    assert.deepEqual(settings.get('SystemCallFilter'), ['@system-service', '~@privileged @resources'], unit);
    assert.equal(settings.get('ReadWritePaths'), undefined, unit);
    // The scanner's socket is for who takes files in.
    assert.equal(settings.get('SupplementaryGroups')[0].includes('clamav'), ['avvik-intake.service', 'avvik-escalation.service'].includes(unit), unit);
  }
});

test('EachServiceHasAUserOfItsOwn', async () => {
  const users = services.map((unit) => read(unit).get('User')[0]);
  assert.equal(new Set(users).size, services.length, users.join());
  assert.ok(!users.includes('root'));
  const made = await run('systemd-sysusers', [`--root=${tree}`, join(tree, 'etc/sysusers.d/avvik.conf')]);
  assert.equal(made.status, 0, made.stderr);
  const names = (file) => readFileSync(join(tree, 'etc', file), 'utf8').split('\n').map((line) => line.split(':')[0]).filter(Boolean).sort();
  assert.deepEqual(names('passwd'), users.toSorted());
  assert.deepEqual(names('group'), [...users, 'avvik', 'avvik-redis'].sort());
});

test('EveryRequiredFlagIsGivenAndEveryGivenOneIsKnown', async () => {
  for (const unit of services) {
    const { stdout } = await run(join(build, 'bin', unit.replace('.service', '')), ['--help']);
    const known = [...stdout.matchAll(/^  (?:-\w,)?(--[a-z-]+)((?:.|\n(?!  -))*)/gm)].map(([, flag, words]) => ({ flag, required: words.includes('(required)') }));
    assert.ok(known.filter(({ required }) => required).length > 8, unit);
    const given = flagsOf(unit).map(([flag]) => flag);
    assert.equal(new Set(given).size, given.length, `${unit}: ${given.join(' ')}`);
    assert.deepEqual(known.filter(({ flag, required }) => required && !given.includes(flag)), [], `${unit} lacks`);
    assert.deepEqual(given.filter((flag) => !known.some((one) => one.flag === flag)), [], `${unit} does not know`);
  }
});

test('EachServiceUnderstandsItsCommandLine', async () => {
  const secrets = join(tree, 'secrets');
  mkdirSync(secrets);
  for (const unit of services) {
    const environment = Object.fromEntries(read(unit).get('Environment').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    Object.assign(environment, {
      AVVIK_ISSUER: 'https://login.kommun.example', AVVIK_PUBLIC_URL: 'https://avvik.kommun.example', AVVIK_SMTP: 'smtps://mail.kommun.example', AVVIK_SMTP_USER: '',
    });
    const words = wordsOf(unit).slice(1).map((word) => word.replace(/^%d\//, `${secrets}/`).replace(/\$\{(\w+)\}/g, (_, name) => {
      assert.ok(name in environment, `${unit}: ${name} has no value`);
      return environment[name];
    }));
    for (const word of words.filter((one) => one.startsWith(`${secrets}/`))) writeFileSync(word, 'x'.repeat(64), { mode: 0o600 });
    const { status, stderr } = await run(join(build, 'bin', unit.replace('.service', '')), [...words, '--check-config'], { env: {} });
    assert.equal(status, 0, `${unit}: ${stderr}`);
  }
});

test('SecretsComeAsCredentialsOrAsFilesOfTheService', () => {
  for (const unit of services) {
    const settings = read(unit);
    const text = readFileSync(join(units, unit), 'utf8');
    assert.doesNotMatch(text, /password\s*=|[0-9a-f]{32}|BEGIN [A-Z ]*KEY/i, unit);
    const credentials = settings.get('LoadCredential');
    for (const [flag, value] of flagsOf(unit).filter(([name]) => /key|secret|password/.test(name))) {
      if (flag === '--tls-key') assert.equal(value, `/etc/avvik/tls/${unit.replace('.service', '.pem')}`);
      else assert.ok(credentials.includes(`${value.slice('%d/'.length)}:/etc/avvik/secrets/${value.slice('%d/'.length)}`), `${unit}: ${flag} ${value}`);
    }
    // None that it has no flag for.
    const asked = flagsOf(unit).map(([, value]) => value);
    for (const credential of credentials) assert.ok(asked.includes(`%d/${credential.split(':')[0]}`), `${unit}: ${credential}`);
  }
  assert.equal(statSync(join(tree, 'etc/avvik/secrets')).mode & 0o777, 0o700);
  assert.equal(statSync(join(tree, 'etc/avvik/authority')).mode & 0o777, 0o700);
  assert.doesNotMatch(readFileSync(join(tree, 'etc/avvik/avvik.env'), 'utf8'), /password\s*=/i);
});

test('SecretsThatWereSealedToTheMachineAreUnsealedBySystemdAndNotMadeAnew', async () => {
  const folder = join(tree, 'etc/avvik/secrets');
  const sealed = ['master.keys', 'receipt.key', 'event.keys'];
  for (const name of sealed) writeFileSync(join(folder, `${name}.cred`), 'sealed by systemd-creds encrypt');
  const { status, stderr } = await install('--root', tree);
  assert.equal(status, 0, stderr);
  for (const unit of services) {
    const plain = read(unit).get('LoadCredential') ?? [];
    const secret = read(unit).get('LoadCredentialEncrypted') ?? [];
    for (const name of sealed.filter((one) => flagsOf(unit).some(([, value]) => value === `%d/${one}`))) {
      assert.ok(secret.includes(`${name}:/etc/avvik/secrets/${name}.cred`), `${unit}: ${name}`);
      assert.ok(!plain.some((credential) => credential.startsWith(`${name}:`)), `${unit}: ${name}`);
    }
    assert.ok(plain.includes('audit.key:/etc/avvik/secrets/audit.key') || !flagsOf(unit).some(([flag]) => flag === '--audit-key'), unit);
  }
  assert.ok(read('avvik-intake.service').get('LoadCredentialEncrypted').length === sealed.length);
  const makes = await run('bash', ['-euc', `. deploy/systemd/places.sh; AVVIK_SECRETS=${folder} AVVIK_MASTER_KEYS=${folder}/master.keys; make_keys`]);
  assert.equal(makes.status, 0, makes.stderr);
  for (const name of sealed) {
    assert.ok(!existsSync(join(folder, name)), `${name} was made anew beside the sealed one`);
    rmSync(join(folder, `${name}.cred`));
  }
  assert.ok(existsSync(join(folder, 'proof.key')));
  assert.equal((await install('--root', tree)).status, 0);
  assert.equal(read('avvik-intake.service').get('LoadCredentialEncrypted'), undefined);
});

test('InstallingAgainLeavesWhatIsThereAndKeepsWhatTheMunicipalitySaid', async () => {
  const env = join(tree, 'etc/avvik/avvik.env');
  writeFileSync(env, 'AVVIK_ISSUER=https://login.kommun.example\n');
  const times = () => ['opt/avvik/bin/avvik-intake', 'opt/avvik/deploy/roles.yaml', 'usr/local/lib/systemd/system/avvik-intake.service', 'etc/sysusers.d/avvik.conf']
    .map((path) => statSync(join(tree, path)).mtimeMs);
  const before = times();
  const again = await install('--root', tree);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(times(), before);
  assert.equal(readFileSync(env, 'utf8'), 'AVVIK_ISSUER=https://login.kommun.example\n');
});

test('DryRunSaysWhatItWouldDoAndDoesNothing', async () => {
  const empty = join(tree, 'empty');
  const { status, stderr } = await install('--dry-run', '--root', empty);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /would write: \S+\/empty\/usr\/local\/lib\/systemd\/system\/avvik-intake\.service/);
  assert.ok(!existsSync(empty));
  for (const script of ['install', 'uninstall']) {
    const help = await run(join(root, 'deploy/systemd', script), ['--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /--dry-run/);
    assert.equal((await run(join(root, 'deploy/systemd', script), ['--dryrun'])).status, 1);
  }
  const removal = await run(join(root, 'deploy/systemd/uninstall'), ['--dry-run', '--purge']);
  assert.equal(removal.status, 0, removal.stderr);
  assert.match(removal.stderr, /would run: rm -rf .*\/opt\/avvik/);
  assert.match(removal.stderr, /would run: drop_database avvik_intake/);
});
