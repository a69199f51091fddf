import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatisticsBuilder } from '../../src/core/statistics.ts';

function filled(): StatisticsBuilder {
  const builder = new StatisticsBuilder();
  builder.addChunk('retri upload retri', Float32Array.of(1, 0));
  builder.addChunk('upload', Float32Array.of(0, 1));
  builder.addFile('src/net/upload.ts', Float32Array.of(1, 1), Float32Array.of(0, 2));
  builder.addFile('src/net/mod.rs', null, null);
  return builder;
}

describe('StatisticsBuilder', () => {
  it('counts rows, tokens and means', () => {
    const found = filled().current();
    expect(found).toMatchObject({ chunks: 2, files: 2, averageChunkTokens: 2 });
    expect([found.chunkFrequency('upload'), found.chunkFrequency('retri'), found.chunkFrequency('none')]).toEqual([2, 1, 0]);
    expect([found.pathFrequency('upload'), found.pathFrequency('net')]).toEqual([1, 2]);
    expect([...(found.chunkMean ?? [])]).toEqual([0.5, 0.5]);
    expect([...(found.skeletonMean ?? [])]).toEqual([0, 2]);
  });

  it('forgets removed rows', () => {
    const builder = filled();
    builder.removeChunk('retri upload retri', Float32Array.of(1, 0));
    builder.removeFile('src/net/upload.ts', Float32Array.of(1, 1), Float32Array.of(0, 2));
    const found = builder.current();
    expect(found).toMatchObject({ chunks: 1, files: 1, averageChunkTokens: 1, fileMean: null });
    expect([found.chunkFrequency('retri'), found.chunkFrequency('upload')]).toEqual([0, 1]);
    expect([...(found.chunkMean ?? [])]).toEqual([0, 1]);
  });

  it('is the same after bytes and goes on counting', () => {
    const tokens = fc.array(fc.stringMatching(/^=?[a-zé]{1,6}$/), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 10 }), fc.nat(7), (rows, shift) => {
        const builder = new StatisticsBuilder();
        for (const row of rows) builder.addChunk(row.join(' '), Float32Array.of(row.length, 1));
        const bytes = builder.toBytes();
        // The bytes may come from the middle of a larger buffer.
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const read = StatisticsBuilder.fromBytes(moved.subarray(shift));
        read?.addChunk('one more', null);
        builder.addChunk('one more', null);
        const [left, right] = [builder.current(), read?.current()];
        expect(right?.chunks).toBe(left.chunks);
        expect(right?.averageChunkTokens).toBe(left.averageChunkTokens);
        expect(right?.chunkMean).toEqual(left.chunkMean);
        for (const token of rows.flat()) expect(right?.chunkFrequency(token)).toBe(left.chunkFrequency(token));
      }),
    );
  });

  it('are read from a file that was read into a part of a larger buffer', () => {
    const builder = new StatisticsBuilder();
    builder.addChunk('a b', Float32Array.of(1, 2));
    // Node gives small files as a view into a pool that other reads share.
    const pooled = Buffer.from(builder.toBytes());
    expect([...(StatisticsBuilder.fromBytes(pooled)?.current().chunkMean ?? [])]).toEqual([1, 2]);
  });

  it('answers null for damaged bytes', () => {
    const bytes = filled().toBytes();
    for (const length of [0, 3, 10, bytes.length - 5]) expect(StatisticsBuilder.fromBytes(bytes.slice(0, length))).toBeNull();
    expect(StatisticsBuilder.fromBytes(new TextEncoder().encode('not statistics at all'))).toBeNull();
  });

  it('drops tokens of one chunk only when there are very many, and then counts unknown ones as such', () => {
    const builder = new StatisticsBuilder(100);
    builder.addChunk('common', null);
    for (let chunk = 0; chunk < 4; chunk += 1) {
      builder.addChunk(`common ${Array.from({ length: 90 }, (_, index) => `only${chunk}x${index}`).join(' ')}`, null);
      if (chunk === 0) expect(builder.current().chunkFrequency('none')).toBe(0);
    }
    const read = StatisticsBuilder.fromBytes(builder.toBytes())?.current();
    expect(read?.chunkFrequency('common')).toBe(5);
    expect(read?.chunkFrequency('only1x7')).toBe(1);
    expect(builder.toBytes().length).toBeLessThan(2000);
  });
});
