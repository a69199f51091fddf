import { bytesBelow } from '../store/index.ts';

/** Walking the index folder for its size is no work for every save. */
const MEASURE_MS = 10_000;

/** What an index takes on disk, as measured now and then. */
export interface IndexSize {
  readonly bytes: number;
  measure(): Promise<void>;
  /** Measures when the last time was long ago. */
  renew(): Promise<void>;
}

export function createIndexSize(indexDir: string): IndexSize {
  let bytes = 0;
  let measuredAt = 0;
  const measure = async (): Promise<void> => {
    bytes = await bytesBelow(indexDir).catch(() => 0);
    measuredAt = Date.now();
  };
  return {
    get bytes() {
      return bytes;
    },
    measure,
    renew: () => (Date.now() - measuredAt > MEASURE_MS ? measure() : Promise.resolve()),
  };
}
