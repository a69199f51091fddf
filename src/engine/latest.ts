/** Passes on what is told, at most once in a while, and always the latest: a thing that stops is seen where it stopped. */
export interface Latest<T> {
  tell(value: T): void;
  /** Passes on what waits, and ends. */
  flush(): void;
}

export function latest<T>(ms: number, send: (value: T) => void): Latest<T> {
  let waiting: { readonly value: T } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const pass = (): void => {
    const next = waiting;
    waiting = undefined;
    timer = undefined;
    if (next === undefined) return;
    send(next.value);
    timer = setTimeout(pass, ms);
  };
  return {
    tell(value) {
      waiting = { value };
      if (timer === undefined) pass();
    },
    flush() {
      clearTimeout(timer);
      pass();
      clearTimeout(timer);
    },
  };
}
