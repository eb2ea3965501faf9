const START_BYTES = 16 * 1024;
// A buffer that grew beyond this for one message is not kept for the next.
const LARGE_BYTES = 256 * 1024;
const LONGEST_VARINT = 10;
// Up to here a loop is faster than a call of the runtime's own encoder.
const SHORT_TEXT = 48;

// Protobuf's wire types (protobuf.dev, Encoding).
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

/**
 * Writes a protobuf message from its last field to its first, so that the length of a nested message is known when it has
 * to be written: nothing is measured beforehand. One writer serves for one message after another.
 */
export class BackwardWriter {
  #buffer = Buffer.allocUnsafe(START_BYTES);
  #at = START_BYTES;

  /** How much has been written: what `message` takes for the place where a nested message ends. */
  get mark(): number {
    return this.#buffer.length - this.#at;
  }

  /** Begins a message; what was written of another is forgotten. */
  begin(): void {
    if (this.#buffer.length > LARGE_BYTES) this.#buffer = Buffer.allocUnsafe(START_BYTES);
    this.#at = this.#buffer.length;
  }

  /** A copy of all that was written since begin(). */
  finish(): Uint8Array {
    return Buffer.from(this.#buffer.subarray(this.#at));
  }

  string(field: number, text: string): void {
    const end = this.mark;
    if (text.length > SHORT_TEXT || !this.#shortAscii(text)) this.#utf8(text);
    this.message(field, end);
  }

  /** Fields that are encoded already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  bool(field: number, value: boolean): void {
    this.#varint(value ? 1 : 0);
    this.#tag(field, VARINT);
  }

  int64(field: number, value: bigint): void {
    const near = Number(value);
    if (near >= 0 && Number.isSafeInteger(near)) this.#varint(near);
    else this.#longVarint(BigInt.asUintN(64, value));
    this.#tag(field, VARINT);
  }

  double(field: number, value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
    this.#tag(field, FIXED64);
  }

  /** Makes what was written since the writer's mark was `end` a nested message. */
  message(field: number, end: number): void {
    this.#varint(this.mark - end);
    this.#tag(field, LENGTH_DELIMITED);
  }

  #utf8(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#reserve(bytes);
    this.#at -= bytes;
    this.#buffer.write(text, this.#at, bytes);
  }

  /** Writes `text`; writes nothing, and says so, if it is not all ASCII. */
  #shortAscii(text: string): boolean {
    this.#reserve(text.length);
    const buffer = this.#buffer;
    const start = this.#at - text.length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      buffer[start + index] = code;
    }
    this.#at = start;
    return true;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    let length = 1;
    for (let most = 128; value >= most; most *= 128) length += 1;
    this.#at -= length;
    let at = this.#at;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#buffer[at++] = (rest % 128) + 128;
    this.#buffer[at] = rest;
  }

  #longVarint(value: bigint): void {
    const septets: number[] = [];
    for (let rest = value; rest >= 128n; rest >>= 7n) septets.push(Number(rest & 127n) + 128);
    septets.push(Number(value >> BigInt(7 * septets.length)));
    this.#reserve(LONGEST_VARINT);
    this.#at -= septets.length;
    this.#buffer.set(septets, this.#at);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#at) return;
    const written = this.#buffer.subarray(this.#at);
    const larger = Buffer.allocUnsafe(this.#buffer.length * 2 + bytes);
    this.#at = larger.length - written.length;
    larger.set(written, this.#at);
    this.#buffer = larger;
  }
}
