// The local mail server: takes mail by SMTP with STARTTLS and a password, and files it under --folder (lib/mailbox.mjs).
// A message that was answered with 250 is on disk.
//
// To see what a sender does with a bad server, a JSON file named by --behaviour is read for every message; without it
// the flags of the same names hold:
//   defer_share   part of the messages (0 to 1) answered with 451 and not filed
//   drop_share    part of the messages filed, but the connection cut instead of an answer
//   reject        pattern of recipients' addresses answered with 550

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { fail, log } from './lib/log.mjs';
import { Mailbox } from './lib/mailbox.mjs';

const MAX_BYTES = 25 * 1024 * 1024;

function options() {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      folder: { type: 'string' },
      certificate: { type: 'string' },
      key: { type: 'string' },
      user: { type: 'string', default: 'avvik' },
      'password-file': { type: 'string' },
      behaviour: { type: 'string', default: '' },
      'defer-share': { type: 'string', default: '0' },
      'drop-share': { type: 'string', default: '0' },
      reject: { type: 'string', default: '' },
    },
  });
  for (const name of ['port', 'folder', 'certificate', 'key', 'password-file']) {
    if (!values[name]) fail(`the mail server needs --${name}`);
  }
  return values;
}

function smtpError(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

function behaviour(values) {
  const fromFlags = {
    defer_share: Number(values['defer-share']), drop_share: Number(values['drop-share']), reject: values.reject,
  };
  try {
    return values.behaviour ? { ...fromFlags, ...JSON.parse(readFileSync(values.behaviour, 'utf8')) } : fromFlags;
  } catch (error) {
    if (error.code !== 'ENOENT') log.error('behaviour_not_read', { reason: error.message });
    return fromFlags;
  }
}

async function readMessage(stream) {
  const chunks = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk);
  if (stream.sizeExceeded) throw smtpError(552, '5.3.4 The message is larger than 25 MiB');
  return Buffer.concat(chunks);
}

async function main() {
  const values = options();
  const mailbox = await Mailbox.open(values.folder);
  const password = readFileSync(values['password-file'], 'utf8').trim();

  const server = new SMTPServer({
    name: 'mail.avvik.local',
    banner: 'Avvik local mail',
    cert: readFileSync(values.certificate),
    key: readFileSync(values.key),
    size: MAX_BYTES,
    closeTimeout: 1000,
    disableReverseLookup: true,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth(auth, _session, done) {
      const right = auth.username === values.user && auth.password === password;
      done(right ? null : smtpError(535, '5.7.8 Wrong user or password'), { user: auth.username });
    },
    onRcptTo(address, _session, done) {
      const { reject } = behaviour(values);
      const refused = reject && new RegExp(reject, 'i').test(address.address);
      done(refused ? smtpError(550, '5.1.1 There is no such mailbox') : null);
    },
    async onData(stream, session, done) {
      try {
        const message = await readMessage(stream);
        const { defer_share: deferShare, drop_share: dropShare } = behaviour(values);
        if (Math.random() < deferShare) throw smtpError(451, '4.3.0 Try again later');
        const { mailFrom, rcptTo } = session.envelope;
        await mailbox.file(message, mailFrom.address, rcptTo.map((recipient) => recipient.address));
        if (Math.random() < dropShare) {
          for (const connection of server.connections) if (connection.session.id === session.id) connection.close();
          return;
        }
        done(null, '2.0.0 Filed');
      } catch (error) {
        if (!error.responseCode) log.error('message_not_filed', { reason: error.message });
        done(error.responseCode ? error : smtpError(451, '4.3.0 Could not file the message'));
      }
    },
  });
  // Clients that break off, and scans without TLS, are no fault of this server's.
  server.on('error', (error) => {
    if (error.syscall === 'listen') fail(`the mail server cannot listen on ${values.host}:${values.port}: ${error.message}`);
    log.warning('connection_failed', { reason: error.message });
  });
  server.listen(Number(values.port), values.host, () => log.info('started', { port: Number(values.port) }));
  process.on('SIGTERM', () => server.close(() => mailbox.close().then(() => process.exit(0))));
}

await main();
