// Where the local mail server files messages: one file each in FOLDER/new, named by time, and one line a recipient in
// FOLDER/deliveries.jsonl: {time, message_id, to, subject, file}. A recipient who has a message with that Message-ID
// already does not get it again; the line then says `repeated`. Mailboxes such as Cyrus, Dovecot's and Exchange's
// suppress duplicates in the same way.

import { existsSync, mkdirSync, readFileSync, readdirSync, truncateSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeWords, parseHeader } from './headers.mjs';

const keyOf = (messageId, recipient) => `${messageId}\n${recipient.toLowerCase()}`;

async function sync(path) {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export class Mailbox {
  #folder;
  #log;
  #counter = 0;
  // Who has which message: keyOf → file.
  #filed = new Map();
  // Messages are filed one after the other, so that a repeat sees what came before it.
  #last = Promise.resolve();

  // Opens the mailbox, made when missing. A message that was filed when the last run was killed before noting it is
  // noted now.
  static async open(folder) {
    const mailbox = new Mailbox();
    mailbox.#folder = folder;
    for (const part of ['new', 'tmp']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
    const noted = mailbox.#readLog();
    mailbox.#log = await open(join(folder, 'deliveries.jsonl'), 'a', 0o600);
    for (const file of readdirSync(join(folder, 'new')).sort()) {
      if (!noted.has(file)) await mailbox.#noteOrphan(file);
    }
    return mailbox;
  }

  // Files a message for its recipients. When this returns, it is on disk.
  file(message, sender, recipients) {
    const filing = this.#last.then(() => this.#file(message, sender, recipients));
    this.#last = filing.catch(() => {});
    return filing;
  }

  async close() {
    await this.#last;
    await this.#log.close();
  }

  #readLog() {
    const path = join(this.#folder, 'deliveries.jsonl');
    const noted = new Set();
    if (!existsSync(path)) return noted;
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // A line cut off by a kill was never answered for.
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter(Boolean)) {
      const delivery = JSON.parse(line);
      noted.add(delivery.file);
      if (delivery.message_id) this.#filed.set(keyOf(delivery.message_id, delivery.to), delivery.file);
    }
    return noted;
  }

  async #noteOrphan(file) {
    const message = readFileSync(join(this.#folder, 'new', file));
    const to = parseHeader(message).get('delivered-to')?.split(', ') ?? [];
    await this.#note(message, file, to, []);
  }

  async #file(message, sender, recipients) {
    const messageId = parseHeader(message).get('message-id') ?? '';
    const isRepeated = (recipient) => messageId !== '' && this.#filed.has(keyOf(messageId, recipient));
    const fresh = recipients.filter((recipient) => !isRepeated(recipient));
    const repeated = recipients.filter(isRepeated);
    const file = fresh.length > 0 ? await this.#write(message, sender, fresh) : '';
    await this.#note(message, file, fresh, repeated);
  }

  async #write(message, sender, recipients) {
    this.#counter += 1;
    const name = `${Date.now()}.${process.pid}_${String(this.#counter).padStart(6, '0')}.eml`;
    const trace = `Return-Path: <${sender}>\r\nDelivered-To: ${recipients.join(', ')}\r\n`;
    const handle = await open(join(this.#folder, 'tmp', name), 'wx', 0o600);
    try {
      await handle.writeFile(Buffer.concat([Buffer.from(trace), message]));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(join(this.#folder, 'tmp', name), join(this.#folder, 'new', name));
    await sync(join(this.#folder, 'new'));
    return name;
  }

  async #note(message, file, fresh, repeated) {
    const header = parseHeader(message);
    const messageId = header.get('message-id') ?? '';
    const line = (to, rest) => `${JSON.stringify({
      time: new Date().toISOString(),
      message_id: messageId,
      to,
      subject: decodeWords(header.get('subject') ?? ''),
      ...rest,
    })}\n`;
    const lines = [
      ...fresh.map((to) => line(to, { file })),
      ...repeated.map((to) => line(to, { file: this.#filed.get(keyOf(messageId, to)), repeated: true })),
    ];
    await this.#log.appendFile(lines.join(''));
    await this.#log.datasync();
    if (messageId) for (const to of fresh) this.#filed.set(keyOf(messageId, to), file);
  }
}
