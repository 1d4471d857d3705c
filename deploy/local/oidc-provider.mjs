// The local OpenID provider: people choose who they are, scripts ask for anybody's token. It therefore listens on
// loopback only. Settings and secrets lie under --home; the people come from the files that --organisations lists.

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { fail, log } from './lib/log.mjs';
import { messagePage, signInPage } from './lib/pages.mjs';
import { People } from './lib/people.mjs';
import { makeProvider } from './lib/provider.mjs';

const MAX_FORM_BYTES = 10_000;

function options() {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      home: { type: 'string' },
      organisations: { type: 'string' },
      'web-url': { type: 'string' },
      'token-seconds': { type: 'string', default: '3600' },
    },
  });
  for (const name of ['port', 'home', 'organisations', 'web-url']) {
    if (!values[name]) fail(`the OpenID provider needs --${name}`);
  }
  if (!/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(values.host)) {
    fail(`the OpenID provider signs people in without a password and listens on 127.0.0.1 only, not on ${values.host}`);
  }
  if (!/^[1-9]\d{0,5}$/.test(values['token-seconds'])) {
    fail(`--token-seconds must be a number of seconds, not ${values['token-seconds']}`);
  }
  return values;
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_FORM_BYTES) throw new Error('the form is too large');
  }
  return new URLSearchParams(body);
}

function sendPage(response, status, html) {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  response.end(html);
}

// GET shows the people, POST signs the chosen one in.
async function signIn(provider, people, request, response) {
  try {
    await provider.interactionDetails(request, response);
  } catch {
    sendPage(response, 400, messagePage('This sign-in has expired', ['Go back to Avvik and sign in again.']));
    return;
  }
  if (request.method !== 'POST') {
    sendPage(response, 200, signInPage(people.organisations()));
    return;
  }
  const person = people.find((await readForm(request)).get('login') ?? '');
  if (!person) {
    sendPage(response, 400, messagePage('Nobody chosen', ['Go back and choose one of the people.']));
    return;
  }
  log.info('signed_in', { login: person.login });
  await provider.interactionFinished(request, response, { login: { accountId: person.login } },
    { mergeWithLastSubmission: false });
}

function main() {
  const { host, port, home, organisations, 'web-url': webUrl, 'token-seconds': tokenSeconds } = options();
  let people;
  try {
    people = new People(organisations);
  } catch (error) {
    fail(error.message);
  }
  const provider = makeProvider({ issuer: `http://${host}:${port}`, home, webUrl, people, tokenSeconds: Number(tokenSeconds) });
  provider.on('grant.error', (ctx, error) => log.warning('token_refused',
    { client: ctx.oidc.client?.clientId, reason: error.error_detail ?? error.error_description }));
  provider.on('server_error', (_ctx, error) => log.error('server_error', { reason: error.stack }));

  const handle = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url.startsWith('/sign-in/')) {
      handle(request, response);
      return;
    }
    signIn(provider, people, request, response).catch((error) => {
      log.error('sign_in_failed', { reason: error.stack });
      sendPage(response, 500, messagePage('Sign-in failed', ['The log of the OpenID provider says why.']));
    });
  });
  server.on('error', (error) => fail(`the OpenID provider cannot listen on ${host}:${port}: ${error.message}`));
  server.listen(Number(port), host, () => log.info('started', { issuer: provider.issuer }));
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

main();
