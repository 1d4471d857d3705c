// Which access tokens the REST API takes: forged ones, altered ones, ones for others, and the change of the provider's keys.

import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, createPublicKey, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

let suite;
let login;
let keyFile;

before(async () => {
  suite = await Suite.start();
  login = suite.person('INFORMATION_SECURITY_OFFICER').login;
  keyFile = join(suite.home, 'oidc/keys.json');
});
after(() => suite?.stop());

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const providerKeys = () => JSON.parse(readFileSync(keyFile, 'utf8')).keys;
const keyFor = (alg) => providerKeys().find((key) => key.alg === alg);

function signatureBy(jwk, input) {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return createSign('SHA256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

// A token as the provider would make it for the officer, by its own key, but changed.
function token({ claims = {}, header = {}, key = keyFor('ES256'), sign = signatureBy } = {}) {
  const head = { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header };
  const body = {
    iss: suite.issuer, aud: 'avvik', sub: login, tenant: suite.organisation.tenant, name: 'Prov', client_id: 'avvik-web',
    iat: now(), exp: now() + 600, jti: randomBytes(8).toString('hex'), ...claims,
  };
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${sign(key, input)}`;
}

const ask = (bearer) => suite.api('GET', '/v1/cases', undefined, bearer);

// Texts that somebody who only has the public keys may hold them as.
const publicForms = (jwk) => {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return [key.export({ type: 'spki', format: 'pem' }), key.export({ type: 'spki', format: 'pem' }).trim(),
    key.export({ type: 'spki', format: 'der' }), JSON.stringify(key.export({ format: 'jwk' }))];
};

test('TokenMadeWithTheProvidersKeyIsTaken', async () => {
  assert.equal((await ask(token())).status, 200);
  assert.equal((await ask(token({ key: keyFor('RS256') }))).status, 200);
});

const stranger = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg });
const wrong = [
  ['FromAnotherIssuer', () => token({ claims: { iss: 'https://evil.example' } }), 'TOKEN_ISSUER'],
  ['FromTheIssuerWithASlash', () => token({ claims: { iss: `${suite.issuer}/` } }), 'TOKEN_ISSUER'],
  ['WithoutIssuer', () => token({ claims: { iss: undefined } }), 'TOKEN_ISSUER'],
  ['ForAnotherAudience', () => token({ claims: { aud: 'other' } }), 'TOKEN_AUDIENCE'],
  ['ForTheWebClient', () => token({ claims: { aud: 'avvik-web' } }), 'TOKEN_AUDIENCE'],
  ['WithoutAudience', () => token({ claims: { aud: undefined } }), 'TOKEN_AUDIENCE'],
  ['Expired', () => token({ claims: { exp: now() - 60 } }), 'TOKEN_EXPIRED'],
  ['WithoutExpiry', () => token({ claims: { exp: undefined } }), 'TOKEN_CLAIMS'],
  ['NotYetValid', () => token({ claims: { nbf: now() + 300 } }), 'TOKEN_NOT_YET_VALID'],
  ['IssuedInTheFuture', () => token({ claims: { iat: now() + 300 } }), 'TOKEN_NOT_YET_VALID'],
  ['WithoutSubject', () => token({ claims: { sub: undefined } }), 'TOKEN_CLAIMS'],
  ['WithoutTenant', () => token({ claims: { tenant: undefined } }), 'TOKEN_TENANT'],
  ['ThatIsAnIdToken', () => token({ header: { typ: 'JWT' } }), 'TOKEN_TYPE'],
  ['WithAlgorithmNone', () => token({ header: { alg: 'none' }, sign: () => '' }), 'TOKEN_ALGORITHM'],
  ['WithAlgorithmNoneInOtherLetters', () => token({ header: { alg: 'NoNe' }, sign: () => '' }), 'TOKEN_ALGORITHM'],
  ['WithoutSignature', () => token({ sign: () => '' }), 'TOKEN_SIGNATURE'],
  ['WithoutAlgorithm', () => token({ header: { alg: undefined } }), 'TOKEN_ALGORITHM'],
  ['OfAKeyNobodyKnows', () => token({ header: { kid: 'unknown' } }), 'TOKEN_KEY_UNKNOWN'],
  ['SignedByAStranger', () => token({ key: { ...stranger('ec', { namedCurve: 'P-256' }, 'ES256'), kid: keyFor('ES256').kid } }), 'TOKEN_SIGNATURE'],
  ['OfTheOtherKeysAlgorithm', () => token({ key: keyFor('RS256'), header: { alg: 'ES256' } }), 'TOKEN_KEY_UNKNOWN'],
  ['WithItsOwnKeyInside', () => {
    const own = stranger('ec', { namedCurve: 'P-256' }, 'ES256');
    const { x, y, kty, crv } = own;
    return token({ key: { ...own, kid: 'mine' }, header: { jwk: { x, y, kty, crv } } });
  }, 'TOKEN_KEY_UNKNOWN'],
  ['ThatDemandsAnExtension', () => token({ header: { crit: ['exp'] } }), 'TOKEN_MALFORMED'],
  ['WithClaimsChangedAfterwards', () => {
    const [head, , signature] = token().split('.');
    return `${head}.${encode({ iss: suite.issuer, aud: 'avvik', sub: login, tenant: suite.organisation.tenant, exp: now() + 600 })}.${signature}`;
  }, 'TOKEN_SIGNATURE'],
];
for (const [what, make, reason] of wrong) {
  test(`Token${what}IsRefused`, async () => {
    const { status, body, headers } = await ask(make());
    assert.equal(status, 401, JSON.stringify(body));
    assert.equal(body.reason, reason);
    assert.match(headers.get('www-authenticate'), /^Bearer /);
  });
}

test('TokenSignedByHs256WithAPublicKeyIsRefused', async () => {
  for (const key of providerKeys()) {
    for (const secret of publicForms(key)) {
      const forged = token({
        key, header: { alg: 'HS256' }, sign: (_key, input) => createHmac('sha256', secret).update(input).digest('base64url'),
      });
      const { status, body } = await ask(forged);
      assert.equal(status, 401);
      assert.equal(body.reason, 'TOKEN_ALGORITHM');
    }
  }
});

test('TokenThatWasTakenIsRefusedWhenItIsReplayedAfterItsExpiry', async () => {
  // Clocks may differ by half a minute: this one has three seconds left of that.
  const brief = token({ claims: { iat: now() - 60, exp: now() - 27 } });
  assert.equal((await ask(brief)).status, 200);
  await sleep(4500);
  const replayed = await ask(brief);
  assert.equal(replayed.status, 401);
  assert.equal(replayed.body.reason, 'TOKEN_EXPIRED');
});

// Gives the provider other keys, as it would be given them: in its file, and started anew.
async function useKeys(keys) {
  const content = JSON.parse(readFileSync(keyFile, 'utf8'));
  writeFileSync(keyFile, JSON.stringify({ ...content, keys }), { mode: 0o600 });
  await suite.killService('oidc-provider');
  await waitFor(async () => (await (await fetch(`${suite.issuer}/jwks`)).json()).keys[0].kid === keys[0].kid,
    { what: 'the new keys' });
}

test('ProviderChangesItsKeysWithoutARestartOfAnything', async () => {
  const old = providerKeys();
  const fresh = [
    { ...stranger('ec', { namedCurve: 'P-256' }, 'ES256'), use: 'sig', kid: 'new-ec' },
    { ...stranger('rsa', { modulusLength: 2048 }, 'RS256'), use: 'sig', kid: 'new-rsa' },
  ];
  assert.equal((await ask(token({ key: fresh[0] }))).status, 401);
  // Forged tokens may have caused a look a moment ago; the next one is allowed five seconds later.
  await sleep(5500);
  await useKeys([...fresh, ...old]);
  assert.equal((await ask(token({ key: fresh[0] }))).status, 200, 'the new key counts at once');
  assert.equal((await ask(token({ key: old.find((key) => key.alg === 'ES256') }))).status, 200, 'the old one still does');

  const browser = new Browser(suite);
  await browser.signIn(login);
  assert.equal((await browser.api('GET', '/v1/cases')).status, 200);

  await useKeys(fresh);
  await sleep(5500);
  await ask(token({ key: fresh[0], header: { kid: 'unknown' } }));  // Has the keys looked at.
  const withdrawn = await ask(token({ key: old.find((key) => key.alg === 'ES256') }));
  assert.equal(withdrawn.status, 401);
  assert.equal(withdrawn.body.reason, 'TOKEN_KEY_UNKNOWN');
  assert.equal((await ask(token({ key: fresh[1] }))).status, 200);
});
