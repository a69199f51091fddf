export interface Row {
  readonly path: string;
  readonly symbol: string;
  readonly start: number;
  readonly end: number;
  readonly doc: string;
  readonly text: string;
}

export interface Target {
  readonly path: string;
  readonly symbol?: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

export function ndcg(places: readonly number[], targets: number): number {
  let ideal = 0;
  for (let place = 1; place <= Math.min(10, targets); place += 1) ideal += 1 / Math.log2(place + 1);
  return places.reduce((sum, place) => sum + 1 / Math.log2(place + 1), 0) / ideal;
}

/** Functions: further chunks of a symbol that was already listed do not take a place. */
export function scoreSymbols(rows: readonly Row[], ranked: readonly number[], targets: readonly Target[]): number {
  const listed = new Set<string>();
  const places: number[] = [];
  for (const number of ranked) {
    const row = rows[number] as Row;
    const name = `${row.path} ${row.symbol}`;
    if (listed.has(name)) continue;
    listed.add(name);
    if (listed.size > 10) break;
    if (targets.some((target) => target.path === row.path && target.symbol === row.symbol)) places.push(listed.size);
  }
  return ndcg(places, targets.length);
}

/** Files, as semble's benchmark scores: the first of ten chunks that matches a target gives its place, and no place counts twice. */
export function scoreFiles(rows: readonly Row[], ranked: readonly number[], targets: readonly Target[]): number {
  const places = new Set<number>();
  for (const target of targets) {
    const place = ranked.slice(0, 10).findIndex((number) => {
      const row = rows[number] as Row;
      const samePath = row.path === target.path || row.path.endsWith(`/${target.path}`) || target.path.endsWith(`/${row.path}`);
      return (
        samePath && (target.startLine === undefined || (row.start <= (target.endLine ?? target.startLine) && row.end >= target.startLine))
      );
    });
    if (place >= 0) places.add(place + 1);
  }
  return ndcg([...places], targets.length);
}
