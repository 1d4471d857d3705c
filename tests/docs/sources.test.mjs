// What the sources never do, whoever writes them. docs/security.md leans on it.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/suite.mjs';

// The files below some folders, as [path from the root, text]; not what is derived from others.
function* files(folders, extensions) {
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist'].includes(entry.name)) yield* files([path], extensions);
      } else if (extensions.includes(extname(entry.name)) && !entry.name.endsWith('.d.ts')) {
        yield [path, readFileSync(join(root, path), 'utf8')];
      }
    }
  }
}

const isTest = (path) => /_test\.cc$|_fixture\.h$|test_support|\/(fake|test)_[^/]*$|\.test\.mjs$/.test(path);
const code = [...files(['common', 'services', 'cli'], ['.cc', '.h'])].filter(([path]) => !isTest(path));
const browser = [...files(['web'], ['.js', '.mjs', '.ts', '.svelte', '.html'])];
const written = [...files(['common', 'services', 'cli', 'deploy', 'proto', 'web', 'docs'],
  ['.cc', '.h', '.mjs', '.js', '.sh', '.yaml', '.yml', '.json', '.conf', '.md', '.html', '.proto'])].filter(([path]) => !isTest(path));

// The lines a pattern is found in, without comments: `file:line: text`.
function linesWith(pattern, sources) {
  return sources.flatMap(([path, text]) => text.split('\n').map((line) => line.replace(/(^|\s)\/\/.*$/, ''))
    .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])));
}

// Nothing in the sources matches, except for lines that `but` matches. Each of `bad` is a line that must be found, so
// that a pattern that finds nothing is found out.
function never(pattern, sources, { bad, but = /(?!)/ }) {
  for (const line of bad) assert.equal(linesWith(pattern, [['bad', line]]).length, 1, `finds ${line}`);
  assert.deepEqual(linesWith(pattern, sources).filter((line) => !but.test(line)), []);
}

test('ThereIsCodeToLookThrough', () => {
  assert.ok(code.length > 300, `${code.length} files`);
  assert.ok(browser.length > 1, `${browser.length} files`);
  assert.ok(written.length > code.length);
});

test('EveryListThatIsOnRecordIsCountedForItsReader', () => {
  // What the trace gives is read whole, by those who verify it.
  const lists = written.filter(([path]) => path.endsWith('.proto')).flatMap(([, text]) =>
    [...text.matchAll(/rpc ((?:List|Export)\w+)\(\w+\) returns \(\w+\) \{((?:.|\n)*?)\n  \}/g)])
    .filter(([, , options]) => options.includes('AUDIT_CLASS_READ') && !options.includes('"audit.read"')).map(([, name]) => name);
  assert.ok(lists.length > 10, `${lists.length} lists`);
  const counts = (name) => code.some(([, text]) => {
    const body = new RegExp(`\\n(?:grpc::Status )\\w+::${name}\\((?:.|\\n)*?\\n\\}\\n`).exec(text)?.[0];
    return body?.includes('call.Shows(*response);');
  });
  assert.deepEqual(lists.filter((name) => !counts(name)), []);
});

test('NoShellIsCalledAndNoProgramStarted', () => {
  never(/(?<![\w.>])(std::|::)?(system|popen|exec[lv][pe]*|posix_spawnp?|v?fork)\s*\(/, code,
    { bad: ['std::system(command);', '  popen("ls", "r")', 'if (fork() == 0)', 'execvp(argv[0], argv);'] });
});

test('NoFunctionCopiesWithoutABound', () => {
  never(/(?<![\w.>])(std::|::)?(strcpy|stpcpy|strcat|v?sprintf|gets|s?scanf|strtok|alloca)\s*\(/, code,
    { bad: ['strcpy(a, b);', 'std::sprintf(a, "%s", b);', 'sscanf(text, "%s", a);'] });
});

test('FormatsOfPrintfAreConstants', () => {
  // `(`, at most two arguments before it (where to, how much), and then a literal.
  never(/\b(v?f?printf|v?s?n?printf)\s*\((?!([^,"]*,){0,2}\s*")/, code, { bad: ['printf(text);', 'std::snprintf(out, sizeof out, text.c_str());'] });
});

test('NoBrokenHashOrCipherAndNoRandomThatCanBeGuessed', () => {
  never(/\bEVP_(md[45]|sha1|r?ip\w*|des\w*|rc[24]\w*|bf\w*|\w*_ecb)\b|\b(MD[45]|SHA1|RIPEMD160|DES_\w+|RC4)\s*\(/, code,
    { bad: ['EVP_md5()', 'SHA1(data, size, digest);', 'EVP_aes_256_ecb()', 'EVP_des_ede3_cbc()'],
      // STIX names things by UUIDs of version 5, which are made by SHA-1; nothing is kept safe by them.
      but: /^services\/escalation\/dossier_stix\.cc:/ });
  never(/(?<![\w.>])(std::|::)?(rand|srand|random|drand48|rand_r)\s*\(/, code, { bad: ['int a = rand();', 'srand(time(nullptr));'] });
  // Where pauses are spread and a town is made up, chance need not be secret.
  never(/\b(mt19937\w*|minstd_rand\w*|default_random_engine|random_device)\b/, code,
    { bad: ['std::mt19937_64 chance;'], but: /^(services\/delivery\/main\.cc|services\/metrics\/generated_town\.|cli\/import\/submitter\.cc)/ });
});

test('EachLibraryIsIncludedInFewPlaces', () => {
  // What may include it. Everything else sees headers of our own.
  const places = {
    'boost/': /^(services\/gateway\/http_|common\/redis\/tls_tunnel\.cc)/,
    'hiredis/': /^common\/redis\//,
    'libpq-fe': /^common\/pg\//,
    'curl/': /^(common\/http_client\/curl_client\.cc|services\/delivery\/smtp_mailer\.cc):/,
    'yaml-cpp/': /^common\/datafile\//,
    'prometheus/': /^common\/telemetry\//,
    'p11-kit/': /^common\/secrecy\/(module_key|test_module)\.cc:/,
    'pango/': /^common\/document\//,
    cairo: /^common\/document\//,
    'librsvg/': /^common\/document\//,
    'qpdf/': /^common\/document\//,
    'libxml/': /^(common\/document\/tagging|services\/escalation\/dossier_iodef|services\/escalation\/dossier_export_test)\.cc:/,
    sodium: /^(common\/(audit|campaigns|secrecy)\/|common\/events\/event_keys\.cc|services\/escalation\/feed_secret\.cc|services\/gateway\/sign_in\/sealer\.cc|services\/intake\/(proof_of_work|receipt|receipt_keys|upload_ticket)\.cc)/,
  };
  for (const [library, place] of Object.entries(places)) {
    const include = new RegExp(`#include [<"](postgresql/)?${library}`);
    assert.ok(linesWith(include, code).length > 0, `${library} is included somewhere`);
    never(include, code, { bad: [`#include <${library}>`], but: place });
  }
});

test('NoAddressOnTheInternetIsInTheCode', () => {
  // Names of XML namespaces, and examples in help texts: nobody calls them.
  const but = /:\/\/(www\.w3\.org\/|purl\.org\/dc\/|ns\.adobe\.com\/|127\.0\.0\.1|localhost|host\b|user@host|[\w.-]*\bexample\b)/;
  never(/\b(https?|wss?|ftp):\/\/[\w[]/, [...code, ...browser], { bad: ['fetch("https://stats.vendor.io/")', 'ws://[::1]/'], but });
});

test('PagesKeepThingsInOnePlaceOnlyAndWriteNoMarkup', () => {
  // What is kept on the device goes through one place, which says what that may be: words in one file, a draft's files in the other.
  // What builds the pages runs in no browser.
  const elsewhere = browser.filter(([path]) => !/^web\/(src\/app\/device(_files)?\.ts$|scripts\/)/.test(path));
  never(/\b(localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open)\b/, elsewhere, { bad: ["localStorage.setItem('a', b)"] });
  never(/\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc)\b|\{@html/, browser, { bad: ['element.innerHTML = text;', '{@html text}'] });
  never(/\beval\s*\(|\bnew Function\s*\(|\bset(Timeout|Interval)\s*\(\s*['"`]/, browser, { bad: ['eval(text)', "setTimeout('go()', 1)"] });
});

test('WebFolderHoldsOnlyWhatIsMeantForBrowsers', () => {
  const meant = new Set(['.html', '.css', '.js', '.mjs', '.svg', '.png', '.woff2', '.txt', '.webmanifest']);
  const served = readdirSync(join(root, 'web/static'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(served.length > 2);
  assert.deepEqual(served.map(({ name }) => name).filter((name) => !meant.has(extname(name))), []);
});

test('NoSecretIsInTheSources', () => {
  never(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, written, { bad: ['-----BEGIN PRIVATE' + ' KEY-----'] });
  never(/\beyJ[\w-]{20,}\.[\w-]{20,}\.|\b(ghp_\w{36}|AKIA[0-9A-Z]{16})\b/, written, { bad: [`eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.`] });
  never(/(password|passwd|client_secret|api_key)["']?\s*[:=]\s*["'][^"'${}<]{6,}["']/i, written, { bad: ['password: "hunter22"', "client_secret = 'abcdefg'"] });
});
