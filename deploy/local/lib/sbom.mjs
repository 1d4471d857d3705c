// The software bill of materials of the built suite on standard output, for deploy/sbom.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const bin = process.env.AVVIK_BIN ?? join(root, 'build/release/bin');

// Libraries that consist of headers: compiled in, and in no program's list of what it loads.
const COMPILED_IN = ['libboost1.74-dev', 'libcli11-dev', 'nlohmann-json3-dev'];

// Short names of licences in Debian's copyright files that are not SPDX's own, as SPDX has them.
const SPDX = new Map(Object.entries({
  Expat: 'MIT', MIT: 'MIT', Zlib: 'Zlib', ISC: 'ISC', PostgreSQL: 'PostgreSQL', curl: 'curl', 'public-domain': '',
  'Apache-2': 'Apache-2.0', 'Apache-2.0': 'Apache-2.0', 'Artistic-2.0': 'Artistic-2.0', 'BSL-1.0': 'BSL-1.0', 'BSL-1': 'BSL-1.0',
  'BSD-2-clause': 'BSD-2-Clause', 'BSD-3-clause': 'BSD-3-Clause', 'BSD-4-clause': 'BSD-4-Clause', 'BSD-3-Clause': 'BSD-3-Clause',
  'GPL-2': 'GPL-2.0-only', 'GPL-2+': 'GPL-2.0-or-later', 'GPL-3': 'GPL-3.0-only', 'GPL-3+': 'GPL-3.0-or-later',
  'LGPL-2+': 'LGPL-2.0-or-later', 'LGPL-2.1': 'LGPL-2.1-only', 'LGPL-2.1+': 'LGPL-2.1-or-later', 'LGPL-3': 'LGPL-3.0-only',
  'LGPL-3+': 'LGPL-3.0-or-later', 'GFDL-1.3+': 'GFDL-1.3-or-later',
}));

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

// The files that the dynamic linker loads for our programs.
function loadedFiles() {
  const programs = existsSync(bin) ? readdirSync(bin).filter((name) => /^avvik-(?!bench)/.test(name)) : [];
  if (programs.length === 0) throw new Error(`there are no programs in ${bin}: build first`);
  const files = [...run('ldd', ...programs.map((name) => join(bin, name))).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
  return [...new Set(files)];
}

// Packages by the files they own. /lib is a link to /usr/lib, and packages name their files by either.
function packagesOf(files) {
  const spellings = files.map((file) => {
    const real = realpathSync(file);
    return [file, real, real.replace(/^\/usr/, ''), `/usr${file}`];
  });
  // Fails for every spelling that is nobody's, and answers for the others.
  const { stdout } = spawnSync('dpkg-query', ['-S', ...spellings.flat()], { encoding: 'utf8' });
  const owners = new Map([...stdout.matchAll(/^([^\s:,]+).*: (\S+)$/gm)].map(([, name, path]) => [path, name]));
  const names = spellings.map((paths) => {
    const owned = paths.find((path) => owners.has(path));
    if (!owned) throw new Error(`no package owns ${paths[0]}`);
    return owners.get(owned);
  });
  return [...new Set([...names, ...COMPILED_IN])].sort();
}

// What a machine-readable copyright file says of a package's files; nothing when it is prose.
function licencesOf(name) {
  const path = `/usr/share/doc/${name}/copyright`;
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!/^Format: .*copyright-format/m.test(text)) return [];
  const main = text.split(/\n\s*\n/).find((stanza) => /^Files: ?\s*\*\s*$/m.test(stanza)) ?? '';
  const said = /^License: *(\S.*)$/m.exec(main)?.[1];
  if (!said) return [];
  const ids = said.split(/,? (?:or|and) /).map((word) => SPDX.get(word.trim()));
  if (ids.length === 1 && ids[0]) return [{ license: { id: ids[0] } }];
  const joined = /,? and /.test(said) ? ' AND ' : ' OR ';
  const one = !(/,? and /.test(said) && /,? or /.test(said));
  return ids.every(Boolean) && one ? [{ expression: ids.join(joined) }] : [{ license: { name: said } }];
}

function debianComponents() {
  const distribution = /^VERSION_ID="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const format = '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${binary:Summary}\n';
  const lines = run('dpkg-query', '-W', '-f', format, ...packagesOf(loadedFiles())).trimEnd().split('\n');
  return lines.map((line) => {
    const [name, version, architecture, source, summary] = line.split('\t');
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-${distribution}`;
    const licenses = licencesOf(name);
    return {
      type: 'library', 'bom-ref': purl, name, version, description: summary, scope: 'required',
      ...(licenses.length > 0 ? { licenses } : {}), purl, properties: [{ name: 'debian:source', value: source }],
    };
  });
}

// An entry of package-lock.json. What only tests need is excluded from what is shipped.
function npmComponent([path, entry]) {
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${entry.version}`;
  const hashes = (entry.integrity ?? '').split(' ').filter(Boolean).map((text) => {
    const [algorithm, digest] = text.split(/-(.*)/s);
    return { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
  });
  const licence = entry.license;
  const expression = licence && /[ ()]/.test(licence);
  return {
    type: 'library', 'bom-ref': purl, name, version: entry.version, scope: entry.dev ? 'excluded' : entry.optional ? 'optional' : 'required',
    ...(hashes.length > 0 ? { hashes } : {}),
    ...(licence ? { licenses: [expression ? { expression: licence } : { license: { id: licence } }] } : {}), purl,
  };
}

function npmComponents() {
  const found = ['package-lock.json', 'web/package-lock.json'].filter((file) => existsSync(join(root, file))).flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(join(root, file), 'utf8')).packages)
      .filter(([path, entry]) => path !== '' && !entry.link && entry.version).map(npmComponent));
  return [...new Map(found.map((component) => [component['bom-ref'], component])).values()];
}

function bill() {
  const version = /VERSION ([\d.]+)/.exec(readFileSync(join(root, 'CMakeLists.txt'), 'utf8'))[1];
  const components = [...debianComponents(), ...npmComponents()]
    .sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : a['bom-ref'] > b['bom-ref'] ? 1 : 0));
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', '-C', root, 'log', '-1', '--format=%ct').trim());
  const self = `pkg:generic/avvik@${version}`;
  const content = {
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      tools: { components: [{ type: 'application', name: 'deploy/sbom', version }] },
      component: { type: 'application', 'bom-ref': self, name: 'avvik', version, licenses: [{ license: { id: 'EUPL-1.2' } }], purl: self },
    },
    components,
    dependencies: [{ ref: self, dependsOn: components.filter(({ scope }) => scope !== 'excluded').map((component) => component['bom-ref']) }],
  };
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  return { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber: `urn:uuid:${uuid}`, version: 1, ...content };
}

process.stdout.write(`${JSON.stringify(bill(), null, 2)}\n`);
