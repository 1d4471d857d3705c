// The configuration of the local OpenID provider: clients, claims, and what its access tokens say.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Provider, { errors } from 'oidc-provider';
import { keptFile, secret } from './files.mjs';
import { messagePage, signOutPage } from './pages.mjs';

// Gives the access token of a person to a script: parameter `login`. Local only, as there is no password.
const PERSON_GRANT = 'urn:avvik:grant:person';
const RESOURCE = 'urn:avvik';
const AUDIENCE = 'avvik';
const PERSON_SCOPES = ['openid', 'profile', 'email'];
const HOUR = 3600;

// The groups that a municipality's directory would name: one for each role a person holds, such as avvik-coordinator.
const groupsOf = (person) =>
  [...new Set(person.roles.map(({ role }) => `avvik-${role.toLowerCase().replaceAll('_', '-')}`))].sort();

const SERVICE_CLIENTS = ['avvik-intake', 'avvik-triage', 'avvik-escalation', 'avvik-metrics', 'avvik-delivery',
  'avvik-gateway'];
const TICKETS_CLIENT = 'avvik-tickets';

// The signing keys and the key of the cookies, made once.
function keys(home) {
  return JSON.parse(keptFile(join(home, 'oidc', 'keys.json'), () => {
    const jwk = (alg, { privateKey }) =>
      ({ ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomBytes(8).toString('hex') });
    return JSON.stringify({
      keys: [
        jwk('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
        jwk('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      ],
      cookies: [randomBytes(32).toString('hex')],
    });
  }));
}

function clients(home, webUrl) {
  const secrets = join(home, 'secrets');
  const client = (id, grants, rest) => ({
    client_id: id,
    client_secret: secret(secrets, id),
    grant_types: grants,
    redirect_uris: [],
    response_types: [],
    ...rest,
  });
  const machine = (id, scope) => client(id, ['client_credentials'], { scope });
  return [
    ...SERVICE_CLIENTS.map((id) => machine(id, 'avvik.service')),
    machine(TICKETS_CLIENT, 'avvik.tickets'),
    // Sets the installation up: applies organisations, looks after the event path.
    machine('avvik-operator', 'avvik.operator'),
    client('avvik-cli', [PERSON_GRANT]),
    client('avvik-web', ['authorization_code', 'refresh_token'], {
      client_name: 'Avvik',
      response_types: ['code'],
      redirect_uris: [`${webUrl}/sign-in/callback`],
      post_logout_redirect_uris: [`${webUrl}/`],
      id_token_signed_response_alg: 'ES256',
      scope: PERSON_SCOPES.join(' '),
    }),
  ];
}

// People's tokens are signed by ES256, machines' by RS256, so that both are in daily use.
function resourceServer(resource, client, tokenSeconds) {
  if (resource !== RESOURCE) throw new errors.InvalidTarget();
  return {
    audience: AUDIENCE,
    scope: client.scope ?? '',
    accessTokenFormat: 'jwt',
    accessTokenTTL: tokenSeconds,
    jwt: { sign: { alg: client.grantTypeAllowed('client_credentials') ? 'RS256' : 'ES256' } },
  };
}

// The web client is the suite's own: nobody is asked for consent.
async function ownGrant(ctx) {
  const { client, session, provider } = ctx.oidc;
  const existing = session.grantIdFor(client.clientId);
  if (existing) return provider.Grant.find(existing);
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(client.scope);
  grant.addResourceScope(RESOURCE, client.scope);
  await grant.save();
  return grant;
}

async function personGrant(ctx, people, tokenSeconds) {
  const { client, params, provider } = ctx.oidc;
  if (!params.login) throw new errors.InvalidRequest('missing required parameter login');
  if (!people.find(params.login)) {
    throw new errors.CustomOIDCProviderError('invalid_grant', `nobody has the login '${params.login}'`);
  }
  const token = new provider.AccessToken({ accountId: params.login, client, gty: PERSON_GRANT });
  token.resourceServer = new provider.ResourceServer(RESOURCE, resourceServer(RESOURCE, client, tokenSeconds));
  ctx.oidc.entity('AccessToken', token);
  ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType };
}

// Makes the provider for `issuer`, with its secrets and keys under `home`, and the people of `people`. The web
// application lies at `webUrl`; access tokens last `tokenSeconds`.
export function makeProvider({ issuer, home, webUrl, people, tokenSeconds = HOUR }) {
  const { keys: jwks, cookies } = keys(home);
  const claims = ({ login, name, email, tenant }) => ({ sub: login, name, email, tenant });
  const cookieName = (purpose) => `avvik-sign-in-${new URL(issuer).port}-${purpose}`;
  const provider = new Provider(issuer, {
    clients: clients(home, webUrl),
    jwks: { keys: jwks },
    cookies: {
      keys: cookies,
      names: { session: cookieName('session'), interaction: cookieName('interaction'), resume: cookieName('resume') },
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    responseTypes: ['code'],
    scopes: [...PERSON_SCOPES, 'avvik.service', 'avvik.operator', 'avvik.tickets'],
    claims: { openid: ['sub', 'tenant'], profile: ['name'], email: ['email'] },
    // Name and e-mail go into the ID token, not only to the userinfo endpoint.
    conformIdTokenClaims: false,
    findAccount: (_ctx, login) => {
      const person = people.find(login);
      return person && { accountId: login, claims: () => claims(person) };
    },
    extraTokenClaims: (_ctx, token) => {
      const person = token.accountId && people.find(token.accountId);
      if (person) return { ...claims(person), groups: groupsOf(person), acr: token.gty === PERSON_GRANT ? 'urn:avvik:acr:script' : 'urn:avvik:acr:browser' };
      // A ticket system belongs to one municipality; the suite's own services serve all.
      return token.clientId === TICKETS_CLIENT ? { tenant: people.organisations().at(-1)?.tenant } : undefined;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource, client) => resourceServer(resource, client, tokenSeconds),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = signOutPage(form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = messagePage('Signed out', ['You are signed out.']); },
      },
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    loadExistingGrant: ownGrant,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = messagePage('Sign-in failed', Object.values(out));
    },
    ttl: {
      AccessToken: tokenSeconds, AuthorizationCode: 60, ClientCredentials: HOUR, Grant: 12 * HOUR, IdToken: HOUR,
      Interaction: HOUR, RefreshToken: 12 * HOUR, Session: 12 * HOUR,
    },
  });
  provider.registerGrantType(PERSON_GRANT, (ctx) => personGrant(ctx, people, tokenSeconds), ['login']);
  return provider;
}
