// The few header fields of a message that the mail server needs.

// The header of a message as a map from lower-case name to unfolded value (RFC 5322, section 2.2); of a repeated
// field the first.
export function parseHeader(message) {
  const end = message.indexOf('\r\n\r\n');
  const text = message.subarray(0, end < 0 ? message.length : end).toString('utf8');
  const fields = new Map();
  for (const line of text.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

// A header text with its encoded words (RFC 2047) decoded. One in an unknown character set stays as it is.
export function decodeWords(text) {
  // White space between two encoded words belongs to neither.
  const joined = text.replace(/(\?=)[ \t]+(?==\?[^?\s]+\?[bq]\?)/gi, '$1');
  return joined.replace(/=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi, (word, charset, encoding, content) => {
    const bytes = encoding.toLowerCase() === 'b'
      ? Buffer.from(content, 'base64')
      : Buffer.from(content.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi,
        (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
    try {
      return new TextDecoder(charset.split('*')[0]).decode(bytes);
    } catch {
      return word;
    }
  });
}
