/** A list of listeners for one kind of event. */
export interface Listeners<T> {
  /** Adds a listener; the function returned takes it out again. */
  add(listener: (event: T) => void): () => void;
  tell(event: T): void;
}

export function listeners<T>(): Listeners<T> {
  const all = new Set<(event: T) => void>();
  return {
    add(listener) {
      // A listener that is added twice is told twice, so each addition is an entry of its own.
      const entry = (event: T) => listener(event);
      all.add(entry);
      return () => all.delete(entry);
    },
    tell(event) {
      for (const entry of [...all]) entry(event);
    },
  };
}
