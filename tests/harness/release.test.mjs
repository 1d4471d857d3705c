// deploy/release: what it makes is signed, and nothing that was changed since passes. .ci/commits: who and why.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { root, run } from './suite.mjs';

const folder = mkdtempSync(join(tmpdir(), 'avvik-release-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name) => join(folder, name);
const tree = at('tree');
const release = at('release');
const env = {
  ...process.env,
  AVVIK_BUILD: resolve(root, process.env.AVVIK_BUILD ?? 'build/release'),
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Anna Berg', GIT_AUTHOR_EMAIL: 'anna.berg@kommun.example',
  GIT_COMMITTER_NAME: 'Anna Berg', GIT_COMMITTER_EMAIL: 'anna.berg@kommun.example',
};
const git = (...args) => execFileSync('git', args, { cwd: tree, env, encoding: 'utf8' });
const deployRelease = (...args) => run(join(tree, 'deploy/release'), args, { env, cwd: tree });
const make = (out, key = at('signer')) => deployRelease('--key', key, '--signers', at('signers'), '--out', out);
const verify = (where, ...args) => deployRelease('--verify', where, '--signers', at('signers'), ...args);

// The release, with something done to it.
function altered(change) {
  const copy = mkdtempSync(join(folder, 'altered-'));
  cpSync(release, copy, { recursive: true });
  change(copy);
  return copy;
}
const newKey = (name) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);

before(async () => {
  // The sources as they are, in a repository of their own.
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files.filter((one) => existsSync(join(root, one)))) cpSync(join(root, file), join(tree, file));
  newKey('signer');
  newKey('stranger');
  writeFileSync(at('signers'), `anna.berg@kommun.example ${readFileSync(at('signer.pub'), 'utf8')}`);
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Everything');
  git('-c', 'gpg.format=ssh', '-c', `user.signingkey=${at('signer')}`, 'tag', '-s', 'v0.1.0', '-m', 'Avvik 0.1.0');
  const { status, stderr } = await make(release);
  assert.equal(status, 0, stderr);
});

test('ReleaseIsVerifiedAndUnpacksToWhatCanBeInstalled', async () => {
  const unpacked = at('unpacked');
  const { status, stderr } = await verify(release, '--unpack', unpacked);
  assert.equal(status, 0, stderr);
  const commit = git('rev-parse', 'HEAD').trim();
  assert.match(stderr, new RegExp(`^Avvik 0\\.1\\.0, commit ${commit}, signed by anna\\.berg@kommun\\.example$`, 'm'));
  assert.ok(readFileSync(join(unpacked, 'avvik-0.1.0/build/release/bin/avvik-intake')).equals(readFileSync(join(env.AVVIK_BUILD, 'bin/avvik-intake'))));
  assert.equal(JSON.parse(readFileSync(join(release, 'avvik-0.1.0.cdx.json'), 'utf8')).bomFormat, 'CycloneDX');
  const installed = await run(join(unpacked, 'avvik-0.1.0/deploy/systemd/install'), ['--root', at('machine')], { env: { ...env, AVVIK_BUILD: '' } });
  assert.equal(installed.status, 0, installed.stderr);
  assert.equal(readFileSync(at('machine/opt/avvik/RELEASE'), 'utf8'), `Avvik 0.1.0, commit ${commit}\n`);
  assert.match(installed.stderr, new RegExp(`^Avvik 0\\.1\\.0, commit ${commit}$`, 'm'));
});

test('EveryChangedFileIsRefused', async () => {
  const files = readdirSync(release);
  assert.equal(files.length, 5, files.join());
  for (const file of files) {
    const { status, stderr } = await verify(altered((copy) => {
      const bytes = readFileSync(join(copy, file));
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(join(copy, file), bytes);
    }), '--unpack', at('never'));
    assert.equal(status, 1, `${file}: ${stderr}`);
  }
  assert.ok(!existsSync(at('never')));
});

test('WhatWasAddedOrTakenOutIsRefused', async () => {
  const added = await verify(altered((copy) => writeFileSync(join(copy, 'avvik-0.1.0-more'), '')));
  assert.equal(added.status, 1);
  assert.match(added.stderr, /did not sign/);
  const hidden = await verify(altered((copy) => { mkdirSync(join(copy, '.more')); }));
  assert.equal(hidden.status, 1);
  const lacking = await verify(altered((copy) => rmSync(join(copy, 'avvik-0.1.0.cdx.json'))));
  assert.equal(lacking.status, 1);
  const longer = await verify(altered((copy) => appendFileSync(join(copy, 'SHA256SUMS'), '\n')));
  assert.equal(longer.status, 1);
});

test('SignatureOfAStrangerOrForAnotherPurposeIsRefused', async () => {
  const signedBy = (key, namespace) => altered((copy) => {
    rmSync(join(copy, 'SHA256SUMS.sig'));
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', at(key), '-n', namespace, join(copy, 'SHA256SUMS')], { stdio: 'ignore' });
  });
  assert.equal((await verify(signedBy('signer', 'avvik-release'))).status, 0);
  assert.equal((await verify(signedBy('stranger', 'avvik-release'))).status, 1);
  assert.equal((await verify(signedBy('signer', 'git'))).status, 1);
});

test('OnlyASignedTagIsReleased', async () => {
  const out = at('unsigned');
  git('commit', '-q', '--allow-empty', '-m', 'Another');
  const untagged = await make(out);
  assert.equal(untagged.status, 1);
  assert.match(untagged.stderr, /not tagged v0\.1\.0/);
  git('tag', '-f', 'v0.1.0');
  const unsigned = await make(out);
  assert.equal(unsigned.status, 1);
  assert.match(unsigned.stderr, /signed by nobody/);
  git('-c', 'gpg.format=ssh', '-c', `user.signingkey=${at('stranger')}`, 'tag', '-f', '-s', 'v0.1.0', '-m', 'Avvik 0.1.0');
  assert.equal((await make(out)).status, 1);
  git('-c', 'gpg.format=ssh', '-c', `user.signingkey=${at('signer')}`, 'tag', '-f', '-s', 'v0.1.0', '-m', 'Avvik 0.1.0');
  appendFileSync(join(tree, 'README.md'), 'x');
  const changed = await make(out);
  assert.equal(changed.status, 1);
  assert.match(changed.stderr, /not in the commit/);
});

test('CommitSaysItsTicketAndItsAuthor', async () => {
  git('checkout', '-q', '--', '.');
  const check = async () => run(join(root, '.ci/commits'), ['HEAD~1..HEAD'], { env, cwd: tree });
  const commit = (message, ...args) => git('commit', '-q', '--allow-empty', '-m', message, ...args);
  commit('Say why\n\nTicket: #12');
  assert.deepEqual(await check(), { status: 0, stdout: '', stderr: '' });
  commit('Say why\n\nTicket: https://tickets.example/12');
  assert.equal((await check()).status, 0);
  for (const message of ['Say why', 'Say why, of #12', 'Say why\n\nTicket: soon']) {
    commit(message);
    const { status, stdout } = await check();
    assert.equal(status, 1, message);
    assert.match(stdout, /Say why.*: has no line "Ticket: #123"/);
  }
  commit('Say why\n\nTicket: #12', '--author=root <root@localhost>');
  const { status, stdout } = await check();
  assert.equal(status, 1);
  assert.match(stdout, /has no author who could be asked/);
});
