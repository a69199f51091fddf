"""Chooses the words of the table and rewrites the tokens of every field as table rows.

vocabulary.py PREFIX WORDS : reads what tokenise.ts wrote, writes PREFIX.vocabulary.txt and PREFIX.FIELD.rows / .starts (numpy).
Words are taken by the number of families that use them, so that one large package cannot fill the table. A word that is not taken
becomes its longest known pieces, exactly as the product does it.
"""
import sys

import numpy as np

FIELDS = 'dcnf'
SHORTEST, LONGEST = 3, 20


def pieces_of(word, row_of):
    found, start = [], 0
    while start + SHORTEST <= len(word):
        for length in range(min(len(word) - start, LONGEST), SHORTEST - 1, -1):
            row = row_of.get(word[start:start + length])
            if row is not None:
                found.append(row)
                start += length
                break
        else:
            start += 1
    return found


def read(prefix):
    with open(prefix + '.words.txt', encoding='utf-8', errors='surrogatepass', newline='\n') as file:
        words = file.read().split('\n')
    meta = [line.rstrip('\n').split('\t') for line in open(prefix + '.meta.tsv', encoding='utf-8')]
    return words, meta


def main():
    prefix, size = sys.argv[1], int(sys.argv[2])
    output = sys.argv[3] if len(sys.argv) > 3 else prefix
    words, meta = read(prefix)
    held_out = np.array([entry[0] == '1' for entry in meta])
    families = {}
    family = np.array([families.setdefault(entry[2], len(families)) for entry in meta])
    used_by = np.zeros(len(words), dtype=np.int64)
    used = np.zeros(len(words), dtype=np.int64)
    keys = []
    ends = {field: np.fromfile(f'{prefix}.{field}.ends', dtype=np.int32).astype(np.int64) for field in FIELDS}
    ids = {field: np.memmap(f'{prefix}.{field}.ids', dtype=np.int32, mode='r') for field in FIELDS}
    for field in 'dc':
        starts = np.concatenate([[0], ends[field]])
        for first in range(0, len(meta), 50_000):
            last = min(len(meta), first + 50_000)
            part = np.asarray(ids[field][starts[first]:starts[last]]).astype(np.int64)
            example = np.repeat(np.arange(first, last), np.diff(starts[first:last + 1]))
            part, example = part[~held_out[example]], example[~held_out[example]]
            keys.append(np.unique(part * 65536 + family[example]))
            used += np.bincount(part, minlength=len(words)) * (5 if field == 'd' else 1)
        keys = [np.unique(np.concatenate(keys))]
    used_by = np.bincount(keys[0] // 65536, minlength=len(words))
    order = np.lexsort((-used, -used_by))
    chosen = [int(index) for index in order if used_by[index] >= 3 and words[index].isascii() and words[index]][:size]
    row_of = {words[index]: row for row, index in enumerate(chosen)}
    print(len(words), 'distinct tokens,', len(chosen), 'words; the last is used by', used_by[chosen[-1]], 'families', flush=True)
    with open(output + '.vocabulary.txt', 'w', encoding='utf-8') as file:
        file.write('\n'.join(words[index] for index in chosen))

    lists = [None] * len(words)
    for index in chosen:
        lists[index] = [row_of[words[index]]]
    for index, word in enumerate(words):
        if lists[index] is None:
            lists[index] = pieces_of(word, row_of)
    length = np.array([len(entry) for entry in lists], dtype=np.int64)
    offset = np.concatenate([[0], np.cumsum(length)])
    flat = np.fromiter((row for entry in lists for row in entry), dtype=np.int32, count=int(offset[-1]))
    for field in FIELDS:
        starts = np.concatenate([[0], ends[field]])
        new_starts = np.zeros(len(meta) + 1, dtype=np.int64)
        known = total = 0
        with open(f'{output}.{field}.rows', 'wb') as file:
            for first in range(0, len(meta), 50_000):
                last = min(len(meta), first + 50_000)
                part = np.asarray(ids[field][starts[first]:starts[last]])
                lengths = length[part]
                after = np.concatenate([[0], np.cumsum(lengths)])
                rows = flat[np.repeat(offset[part] - after[:-1], lengths) + np.arange(after[-1])]
                rows.tofile(file)
                new_starts[first + 1:last + 1] = new_starts[first] + after[starts[first + 1:last + 1] - starts[first]]
                total += len(part)
                known += int((np.isin(part, chosen)).sum()) if field == 'c' and first == 0 else 0
        np.save(f'{output}.{field}.starts.npy', new_starts)
        print(field, 'tokens an example:', round(float(new_starts[-1] / len(meta)), 1), flush=True)


if __name__ == '__main__':
    main()
