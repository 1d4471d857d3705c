// Solves the challenges of anonymous reporting: finds a solution such that SHA-256 of `<challenge>:<solution>` begins
// with `difficulty` zero bits. Works in a page, in a worker and in Node; has no dependencies.
//
//   const { challenge, difficulty } = await (await fetch('/v1/tenants/kalix/challenges', { method: 'POST', … })).json();
//   const proof_of_work = await solve(challenge, difficulty, (tries) => show(tries));

const K = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const H = new Uint32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const w = new Uint32Array(64);

// One step of SHA-256 (FIPS 180-4, section 6.2.2): takes 64 bytes of `data` from `at` into `state`.
function compress(state, data, at) {
  for (let i = 0; i < 16; i += 1) {
    const j = at + 4 * i;
    w[i] = (data[j] << 24) | (data[j + 1] << 16) | (data[j + 2] << 8) | data[j + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

// The bytes of `text` with the padding of SHA-256.
function padded(text) {
  const bytes = new TextEncoder().encode(text);
  const data = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  data.set(bytes);
  data[bytes.length] = 0x80;
  new DataView(data.buffer).setUint32(data.length - 4, bytes.length * 8);
  return data;
}

// SHA-256 of a text, as eight 32-bit words.
export function sha256(text) {
  const data = padded(text);
  const state = new Uint32Array(H);
  for (let at = 0; at < data.length; at += 64) compress(state, data, at);
  return state;
}

// The number of zero bits at the front of eight words.
export function zeroBits(words) {
  let bits = 0;
  for (const word of words) {
    bits += Math.clz32(word);
    if (word !== 0) break;
  }
  return bits;
}

// Resolves to { challenge, solution }. Lets others run every few milliseconds, and tells `progress`, if given, how many
// solutions were tried. An AbortSignal ends it.
export async function solve(challenge, difficulty, progress, signal) {
  // What the blocks that never change make is computed once; a try is then one block, seldom two.
  const prefix = new TextEncoder().encode(`${challenge}:`);
  const whole = prefix.length & ~63;
  const before = new Uint32Array(H);
  for (let at = 0; at < whole; at += 64) compress(before, prefix, at);
  const rest = prefix.length - whole;
  const tail = new Uint8Array(128);
  const length = new DataView(tail.buffer);
  const state = new Uint32Array(8);
  for (let tries = 0; ; tries += 1) {
    const digits = String(tries);
    tail.fill(0);
    tail.set(prefix.subarray(whole));
    for (let i = 0; i < digits.length; i += 1) tail[rest + i] = digits.charCodeAt(i);
    const end = rest + digits.length;
    tail[end] = 0x80;
    const size = end + 9 > 64 ? 128 : 64;
    length.setUint32(size - 4, (whole + end) * 8);
    state.set(before);
    for (let at = 0; at < size; at += 64) compress(state, tail, at);
    if (zeroBits(state) >= difficulty) return { challenge, solution: digits };
    if (tries % 4096 === 4095) {
      signal?.throwIfAborted();
      progress?.(tries + 1);
      await new Promise((resume) => { setTimeout(resume, 0); });
    }
  }
}
