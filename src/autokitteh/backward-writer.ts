const START_BYTES = 16 * 1024;
const LONGEST_VARINT = 10;

// Protobuf's wire types (protobuf.dev, Encoding).
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

/**
 * Writes a protobuf message from its last field to its first, so that the length of a nested message is known when it has
 * to be written: nothing is measured beforehand or copied afterwards.
 */
export class BackwardWriter {
  #buffer = Buffer.allocUnsafe(START_BYTES);
  #at = START_BYTES;

  /** How much has been written: what `message` takes for the place where a nested message ends. */
  get mark(): number {
    return this.#buffer.length - this.#at;
  }

  /** All that was written; the writer is not to be used any more. */
  finish(): Uint8Array {
    return this.#buffer.subarray(this.#at);
  }

  string(field: number, text: string): void {
    const end = this.mark;
    const bytes = Buffer.byteLength(text);
    this.#reserve(bytes);
    this.#at -= bytes;
    this.#buffer.write(text, this.#at, bytes);
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
