import { setImmediate } from 'node:timers/promises';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** How the entries of an answer are read. */
export interface EntryReading<Item> {
  /** What tells an entry apart from all others of the same answer. */
  readonly keyOf: (entry: Buffer) => string;
  readonly itemOf: (entry: Buffer) => Item;
}

/** One answer as it was read. */
interface Read<Item> {
  readonly answer: Buffer;
  readonly items: readonly Item[];
}

// Ten microseconds at most for one that is decoded, and less than a tenth of that for another one.
const DECODED_A_TURN = 100;
const COMPARED_A_TURN = 1_000;

/** The number of the only field of such an answer. */
const ENTRIES = 1;

/**
 * Reads one answer after the other of a method that lists, where the list is the only field. An entry whose bytes are those
 * of the last answer keeps its item, and an answer that is equal as a whole keeps the whole list. For an entry that is equal
 * nothing is made anew: collecting what is made for each of thousands, in each look, costs more than the look itself.
 */
export class RepeatedAnswerReader<Item> {
  readonly #reading: EntryReading<Item>;
  #last: Read<Item> = { answer: Buffer.alloc(0), items: [] };

  constructor(reading: EntryReading<Item>) {
    this.#reading = reading;
  }

  /** The bytes of the last answer. */
  get answer(): Uint8Array {
    return this.#last.answer;
  }

  /** The same array while the answer is the same. Rejects where the bytes are no such answer. */
  async read(bytes: Uint8Array): Promise<readonly Item[]> {
    const last = this.#last;
    if (bytes === last.answer) return last.items;
    const answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (answer.equals(last.answer)) return last.items;
    const entries = new Entries(answer);
    const before = new Entries(last.answer);
    const items = new Array<Item>(last.items.length);
    let places: ReadonlyMap<string, Place> | undefined;
    let [compared, decoded] = [0, 0];
    while (!entries.isAtEnd) {
      if (!entries.equals(before)) {
        const { keyOf } = this.#reading;
        const key = keyOf(entries.bytes());
        // The same entry with other bytes, more often than not.
        if (before.isAtEnd || keyOf(before.bytes()) !== key) {
          places ??= await this.#placesOf(last.answer);
          before.goTo(places.get(key));
        }
      }
      if (entries.equals(before)) items[entries.index] = last.items[before.index] as Item;
      else {
        items[entries.index] = this.#reading.itemOf(entries.bytes());
        decoded += 1;
      }
      entries.next();
      before.next();
      compared += 1;
      if (decoded < DECODED_A_TURN && compared < COMPARED_A_TURN) continue;
      [compared, decoded] = [0, 0];
      await setImmediate();
    }
    items.length = entries.index;
    this.#last = { answer, items };
    return items;
  }

  /** The place of each entry, by its key. */
  async #placesOf(answer: Buffer): Promise<ReadonlyMap<string, Place>> {
    const places = new Map<string, Place>();
    const entries = new Entries(answer);
    while (!entries.isAtEnd) {
      places.set(this.#reading.keyOf(entries.bytes()), entries.place());
      entries.next();
      if (places.size % COMPARED_A_TURN === 0) await setImmediate();
    }
    return places;
  }
}

/** Where an entry is: its number, and its bytes in the answer. */
interface Place {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Goes over the entries of an answer; no object is made for each. */
class Entries {
  readonly #answer: Buffer;
  readonly #reader: BinaryReader;
  index = -1;
  isAtEnd = false;
  #start = 0;
  #end = 0;
  /** Whether the next entry is the present one again. */
  #isHeld = false;

  /** Begins at the first entry. */
  constructor(answer: Buffer) {
    this.#answer = answer;
    this.#reader = new BinaryReader(answer);
    this.next();
  }

  /** Goes to the next entry, or to the end. */
  next(): void {
    if (this.#isHeld || this.isAtEnd) {
      this.#isHeld = false;
      return;
    }
    const reader = this.#reader;
    this.index += 1;
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (number !== ENTRIES || type !== WireType.LengthDelimited) {
        reader.skip(type, number);
        continue;
      }
      const length = reader.uint32();
      this.#start = reader.pos;
      this.#end = reader.pos += length;
      if (this.#end > reader.len) throw new RangeError('the answer ends in the middle of an entry');
      return;
    }
    this.isAtEnd = true;
  }

  /** Goes to that place, or where there is none, stays at the present entry for one `next`. */
  goTo(place: Place | undefined): void {
    if (place === undefined) {
      this.#isHeld = true;
      return;
    }
    this.index = place.index;
    this.#start = place.start;
    this.#end = this.#reader.pos = place.end;
    this.isAtEnd = false;
  }

  place(): Place {
    return { index: this.index, start: this.#start, end: this.#end };
  }

  bytes(): Buffer {
    return this.#answer.subarray(this.#start, this.#end);
  }

  equals(other: Entries): boolean {
    if (other.isAtEnd || other.#end - other.#start !== this.#end - this.#start) return false;
    return this.#answer.compare(other.#answer, other.#start, other.#end, this.#start, this.#end) === 0;
  }
}
