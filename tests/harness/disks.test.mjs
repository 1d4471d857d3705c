// deploy/disks: what lies on an encrypted disk, by machines made of /proc, /sys and /dev.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { root, run } from './suite.mjs';

const folder = mkdtempSync(join(tmpdir(), 'avvik-disks-'));
after(() => rmSync(folder, { recursive: true }));

const luks = 'CRYPT-LUKS2-0123456789abcdef0123456789abcdef-data';

// A machine: its devices {name: {uuid, on}}, its mounts [point, device or source, kind], and its swaps [path, kind].
function machine({ devices = {}, mounts, swaps = [] }) {
  const made = mkdtempSync(join(folder, 'machine-'));
  const write = (path, text) => {
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), text);
  };
  for (const [name, { uuid, on = [] }] of Object.entries(devices)) {
    write(`dev/${name}`, '');
    mkdirSync(join(made, 'sys/class/block', name), { recursive: true });
    if (uuid) write(`sys/class/block/${name}/dm/uuid`, `${uuid}\n`);
    for (const below of on) write(`sys/class/block/${name}/slaves/${below}`, '');
  }
  write('dev/mapper/.keep', '');
  for (const [, source] of mounts) {
    // By the name that people gave it.
    const [, name, device] = /^\/dev\/mapper\/(\w+)=(\S+)$/.exec(source) ?? [];
    if (name) symlinkSync(`../${device}`, join(made, 'dev/mapper', name));
  }
  write('proc/self/mountinfo', mounts.map(([point, source, kind = 'ext4'], at) =>
    `${at + 20} 1 253:${at} / ${point} rw,relatime shared:${at} - ${kind} ${source.replace(/=\S+$/, '')} rw`).join('\n').concat('\n'));
  write('proc/swaps', ['Filename\tType\tSize\tUsed\tPriority', ...swaps.map(([path, kind]) => `${path} ${kind} 1000 0 -2`)].join('\n').concat('\n'));
  return made;
}
const disks = async (of, ...places) => run(join(root, 'deploy/disks'), ['--root', machine(of), ...places]);
const data = '/var/lib/postgresql';
const plainRoot = ['/', '/dev/sda1'];

test('PlacesOnEncryptedDisksAreFine', async () => {
  const fine = {
    'a partition with LUKS': { devices: { sda1: {}, sda2: {}, 'dm-0': { uuid: luks, on: ['sda2'] } }, mounts: [plainRoot, ['/var/lib', '/dev/mapper/data=dm-0']] },
    'a volume on LUKS': { devices: { sda2: {}, 'dm-0': { uuid: luks, on: ['sda2'] }, 'dm-1': { uuid: 'LVM-abc', on: ['dm-0'] } },
      mounts: [['/', '/dev/mapper/root=dm-1']] },
    'a mirror of LUKS': { devices: { sda2: {}, sdb2: {}, 'dm-0': { uuid: luks, on: ['sda2'] }, 'dm-1': { uuid: luks, on: ['sdb2'] }, md0: { on: ['dm-0', 'dm-1'] } },
      mounts: [['/', '/dev/md0']] },
    'compressed memory to swap to': { devices: { sda2: {}, 'dm-0': { uuid: luks, on: ['sda2'] }, zram0: {} }, mounts: [['/', '/dev/mapper/root=dm-0', 'btrfs']],
      swaps: [['/dev/zram0', 'partition']] },
    memory: { mounts: [['/', '/dev/sda1'], [data, 'tmpfs', 'tmpfs']] },
  };
  for (const [what, of] of Object.entries(fine)) {
    const { status, stdout } = await disks(of, `${data}/15/main`);
    assert.equal(status, 0, `${what}: ${stdout}`);
    assert.match(stdout, /^\/var\/lib\/postgresql\/15\/main: (encrypted|in memory)/);
  }
});

test('PlacesThatAreNotEncryptedAreNamed', async () => {
  const plain = {
    'a partition': { devices: { sda1: {} }, mounts: [plainRoot] },
    'a volume on a partition': { devices: { sda2: {}, 'dm-1': { uuid: 'LVM-abc', on: ['sda2'] } }, mounts: [['/', '/dev/mapper/root=dm-1']] },
    'a mirror, half of it plain': { devices: { sda2: {}, sdb2: {}, 'dm-0': { uuid: luks, on: ['sda2'] }, md0: { on: ['dm-0', 'sdb2'] } }, mounts: [['/', '/dev/md0']] },
    'a plain disk mounted below an encrypted one': { devices: { sda1: {}, sda2: {}, 'dm-0': { uuid: luks, on: ['sda2'] } },
      mounts: [['/', '/dev/mapper/root=dm-0'], [data, '/dev/sda1']] },
    'a plain disk mounted over an encrypted one': { devices: { sda1: {}, sda2: {}, 'dm-0': { uuid: luks, on: ['sda2'] } },
      mounts: [['/', '/dev/mapper/root=dm-0'], ['/', '/dev/sda1']] },
    'what nobody can see': { mounts: [['/', 'overlay', 'overlay']] },
    'another machine': { mounts: [['/', 'nas:/export', 'nfs4']] },
  };
  for (const [what, of] of Object.entries(plain)) {
    const { status, stdout } = await disks(of, `${data}/15/main`);
    assert.equal(status, 1, `${what}: ${stdout}`);
    assert.match(stdout, /^\/var\/lib\/postgresql\/15\/main: (NOT ENCRYPTED|nobody can tell)/, what);
  }
});

test('PlainSwapIsNamed', async () => {
  const of = { devices: { sda1: {}, sda2: {}, sda3: {}, 'dm-0': { uuid: luks, on: ['sda2'] } }, mounts: [['/', '/dev/mapper/root=dm-0'], ['/swap', '/dev/sda1']] };
  const partition = await disks({ ...of, swaps: [['/dev/sda3', 'partition']] }, data);
  assert.equal(partition.status, 1);
  assert.match(partition.stdout, /^swap: NOT ENCRYPTED \(\/dev\/sda3\)$/m);
  const file = await disks({ ...of, swaps: [['/swap/file', 'file']] }, data);
  assert.equal(file.status, 1);
  assert.match(file.stdout, /^swap in \/swap\/file: NOT ENCRYPTED/m);
  assert.equal((await disks({ ...of, swaps: [['/swapfile', 'file']] }, data)).status, 0);
});

test('InstallLooksAtTheDisksBeforeItDoesAnything', async () => {
  const { stdout, status: encrypted } = await run(join(root, 'deploy/disks'), ['/var/lib/redis']);
  const { stderr } = await run(join(root, 'deploy/systemd/install'), ['--dry-run']);
  const said = stderr.indexOf(stdout.split('\n')[0]);
  assert.ok(said >= 0, stderr);
  assert.ok(said < stderr.indexOf('would '), stderr);
  if (encrypted !== 0 && !existsSync('/etc/avvik/disks')) assert.match(stderr, /^would refuse: not everything is on an encrypted disk$/m);
});
