/** What one take from the queue may hold. */
export interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
}

interface Entry<Item> {
  readonly item: Item;
  readonly count: number;
  readonly bytes: number;
}

/** A line of entries whose front is taken without moving the rest. */
class Line<Item> {
  #entries: (Entry<Item> | undefined)[] = [];
  #front = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#entries.length - this.#front;
  }

  push(entry: Entry<Item>): void {
    this.#bytes += entry.bytes;
    this.#entries.push(entry);
  }

  peek(): Entry<Item> | undefined {
    return this.#entries[this.#front];
  }

  shift(): void {
    this.#bytes -= this.peek()?.bytes ?? 0;
    // Moved later, but not kept until then.
    this.#entries[this.#front] = undefined;
    this.#front += 1;
    if (this.#front < 1024 && this.#front < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#front);
    this.#front = 0;
  }
}

/** A queue that serves its keys in turn, so that one with thousands of items does not delay another with one. */
export class FairQueue<Item> {
  /** Of every key that ever had an item. Nothing is deleted: docs/architecture.md, "Avoiding promotion on the hot path". */
  readonly #lines = new Map<string, Line<Item>>();
  /** Those that have items, the one whose turn it is first. */
  #turns: Line<Item>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(key: string): number {
    return this.#lines.get(key)?.length ?? 0;
  }

  bytesOf(key: string): number {
    return this.#lines.get(key)?.bytes ?? 0;
  }

  /** Adds an item that counts as `count` rows and `bytes` bytes. */
  push(key: string, item: Item, count: number, bytes: number): void {
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(key, line);
    }
    if (line.length === 0) this.#turns.push(line);
    line.push({ item, count, bytes });
    this.#size += 1;
  }

  /** Takes one item of each key in turn, until the batch is full; always at least one, if there is any. */
  take(limits: BatchLimits): Item[] {
    const batch: Item[] = [];
    let items = 0;
    let bytes = 0;
    while (this.#size > 0) {
      for (const [at, line] of this.#turns.entries()) {
        const entry = line.peek();
        if (entry === undefined) continue;
        const fits = items + entry.count <= limits.items && bytes + entry.bytes <= limits.bytes;
        if (!fits && batch.length > 0) {
          // The one whose item did not fit comes first in the next batch.
          this.#turns = [...this.#turns.slice(at), ...this.#turns.slice(0, at)].filter(isFilled);
          return batch;
        }
        line.shift();
        this.#size -= 1;
        batch.push(entry.item);
        items += entry.count;
        bytes += entry.bytes;
      }
    }
    this.#turns = [];
    return batch;
  }
}

function isFilled({ length }: Line<unknown>): boolean {
  return length > 0;
}
