/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const BLOCK_BYTES = 64;

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/**
 * SHA-256 of bytes that come in parts (FIPS 180-4): the browser's own wants a whole file in memory,
 * which a cheap phone does not have.
 */
export class Sha256 {
  private readonly state = new Uint32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  private readonly words = new Uint32Array(64);
  private rest: Uint8Array = new Uint8Array(0);
  private length = 0;

  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    const all = this.rest.length ? joined(this.rest, bytes) : bytes;
    const end = all.length - (all.length % BLOCK_BYTES);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    for (let at = 0; at < end; at += BLOCK_BYTES) {
      this.mix(view, at);
    }
    this.rest = all.slice(end);
    return this;
  }

  /** In small hexadecimal digits. Ends the computation. */
  hex(): string {
    const bits = this.length * 8;
    const size = 1 + ((BLOCK_BYTES + 55 - (this.length % BLOCK_BYTES)) % BLOCK_BYTES) + 8;
    const tail = new Uint8Array(size);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(size - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(size - 4, bits % 2 ** 32);
    this.update(tail);
    return Array.from(this.state, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  private mix(view: DataView, at: number): void {
    const { words, state } = this;
    expand(words, view, at);
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let round = 0; round < 64; round += 1) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const choice = (e & f) ^ (~e & g);
      const t1 =
        (h + s1 + choice + (ROUND_CONSTANTS[round] as number) + (words[round] as number)) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
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
    [a, b, c, d, e, f, g, h].forEach((word, place) => {
      state[place] = ((state[place] ?? 0) + word) | 0;
    });
  }
}

/** Fills the 64 words of a block. */
function expand(words: Uint32Array, view: DataView, at: number): void {
  for (let place = 0; place < 16; place += 1) {
    words[place] = view.getUint32(at + place * 4);
  }
  for (let place = 16; place < 64; place += 1) {
    const first = words[place - 15] as number;
    const second = words[place - 2] as number;
    const s0 = rotated(first, 7) ^ rotated(first, 18) ^ (first >>> 3);
    const s1 = rotated(second, 17) ^ rotated(second, 19) ^ (second >>> 10);
    const sum = (words[place - 16] as number) + s0 + (words[place - 7] as number) + s1;
    words[place] = sum | 0;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
