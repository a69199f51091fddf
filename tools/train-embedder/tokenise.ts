/**
 * Splits every pair with the product's own tokenizer and writes word ids for the trainer.
 *
 *   node tokenise.ts PAIRS.jsonl OUTPUT-PREFIX
 *
 * Writes PREFIX.words.txt (one word a line), PREFIX.meta.tsv (held out, language, family, kind) and for each field PREFIX.FIELD.ids and
 * PREFIX.FIELD.ends (32-bit little-endian numbers).
 */
import { createReadStream, createWriteStream, openSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { forEachSubtoken } from '../../src/core/subtokens.ts';

const FIELDS = { d: 96, c: 420, n: 16, f: 24 } as const;
const FLUSH_AT = 1 << 20;

/** Appends numbers to a file, a few megabytes at a time. */
class NumberFile {
  readonly #file: number;
  readonly #buffer = new Int32Array(FLUSH_AT);
  #used = 0;
  #written = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  get length(): number {
    return this.#written + this.#used;
  }

  push(value: number): void {
    this.#buffer[this.#used] = value;
    this.#used += 1;
    if (this.#used === FLUSH_AT) this.flush();
  }

  flush(): void {
    writeSync(this.#file, this.#buffer.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }
}

const [input, prefix] = process.argv.slice(2);
if (input === undefined || prefix === undefined) throw new Error('Usage: node tokenise.ts PAIRS.jsonl OUTPUT-PREFIX');

const idOf = new Map<string, number>();
const fields = Object.entries(FIELDS).map(([name, limit]) => ({
  name,
  limit,
  ids: new NumberFile(`${prefix}.${name}.ids`),
  ends: new NumberFile(`${prefix}.${name}.ends`),
}));
const meta = createWriteStream(`${prefix}.meta.tsv`);

for await (const line of createInterface({ input: createReadStream(input) })) {
  if (line === '') continue;
  const pair = JSON.parse(line) as Record<string, string | number>;
  for (const field of fields) {
    forEachSubtoken(String(pair[field.name] ?? ''), field.limit, (token) => {
      let id = idOf.get(token);
      if (id === undefined) {
        id = idOf.size;
        idOf.set(token, id);
      }
      field.ids.push(id);
    });
    field.ends.push(field.ids.length);
  }
  meta.write(`${pair.v}\t${pair.l}\t${pair.g}\t${pair.k}\n`);
}
for (const field of fields) {
  field.ids.flush();
  field.ends.flush();
}
meta.end();
writeFileSync(`${prefix}.words.txt`, [...idOf.keys()].join('\n'));
