import type { SearchHit } from '../../protocol/search.ts';

/** Hits by the numbers under which the panel knows them. The same hit keeps its number while one question is refined. */
export class HitTable {
  private readonly byId = new Map<number, SearchHit>();
  private readonly ids = new Map<string, number>();
  private asked = '';
  private last = 0;

  /** Numbers for the hits of an answer; a new question forgets the hits of the one before. */
  add(asked: string, hits: readonly SearchHit[]): readonly number[] {
    if (asked !== this.asked) {
      this.byId.clear();
      this.ids.clear();
      this.asked = asked;
    }
    return hits.map((hit) => {
      const key = JSON.stringify([hit.folder, hit.path, hit.startLine, hit.symbol]);
      const id = this.ids.get(key) ?? this.next();
      this.ids.set(key, id);
      this.byId.set(id, hit);
      return id;
    });
  }

  get(id: number): SearchHit | undefined {
    return this.byId.get(id);
  }

  entries(): readonly (readonly [number, SearchHit])[] {
    return [...this.byId];
  }

  private next(): number {
    this.last += 1;
    return this.last;
  }
}
