"""Gives the commonest pairs of neighbouring words rows of their own: pairs.py PREFIX PAIRS

Reads what vocabulary.py wrote, adds the pairs to PREFIX.vocabulary.txt (`file name`, behind all words) and writes PREFIX.FIELD.pairs: for each
row of a field the row of its pair with the row before it, or -1. A pair is taken by the number of training families in which it stands in a
question and in the code that answers it, which must be three: there it helps to find.
"""
import sys

import numpy as np

FIELDS = 'dcnf'
AT_ONCE = 40_000


class Rows:
    def __init__(self, prefix, field, words):
        self.words = words
        self.rows = np.memmap(f'{prefix}.{field}.rows', dtype=np.int32, mode='r')
        self.starts = np.load(f'{prefix}.{field}.starts.npy')

    def neighbours(self, first, last):
        """The pairs of the texts `first` to `last`, as before x words + after; -1 where a text begins."""
        start, end = self.starts[first], self.starts[last]
        rows = np.asarray(self.rows[start:end]).astype(np.int64)
        pairs = np.full(len(rows), -1, np.int64)
        pairs[1:] = rows[:-1] * self.words + rows[1:]
        begins = self.starts[first:last] - start
        pairs[begins[begins < len(rows)]] = -1
        return pairs

    def distinct(self, first, last):
        """Each pair of each text once, as text x words x words + pair."""
        pairs = self.neighbours(first, last)
        text = np.repeat(np.arange(last - first), np.diff(self.starts[first:last + 1]))
        return np.unique((text * (self.words * self.words) + pairs)[pairs >= 0])


def choose(prefix, words, most):
    meta = [line.rstrip('\n').split('\t') for line in open(prefix + '.meta.tsv', encoding='utf-8')]
    held_out = np.array([entry[0] == '1' for entry in meta])
    families = {}
    family = np.array([families.setdefault(entry[2], len(families)) for entry in meta])
    asked, found = Rows(prefix, 'd', words), Rows(prefix, 'c', words)
    keys = []
    for first in range(0, len(meta), AT_ONCE):
        last = min(len(meta), first + AT_ONCE)
        both = np.intersect1d(asked.distinct(first, last), found.distinct(first, last), assume_unique=True)
        text, pair = first + both // (words * words), both % (words * words)
        keys.append(np.unique((pair * 65536 + family[text])[~held_out[text]]))
    pairs, used_by = np.unique(np.unique(np.concatenate(keys)) // 65536, return_counts=True)
    chosen = np.argsort(-used_by, kind='stable')[:min(most, int((used_by >= 3).sum()))]
    print(len(pairs), 'pairs stand on both sides,', len(chosen), 'taken; the last by', used_by[chosen[-1]] if len(chosen) else 0, 'families', flush=True)
    return np.sort(pairs[chosen])


def main():
    prefix, most = sys.argv[1], int(sys.argv[2])
    with open(prefix + '.vocabulary.txt', encoding='utf-8') as file:
        words = [word for word in file.read().split('\n') if ' ' not in word]
    chosen = choose(prefix, len(words), most)
    with open(prefix + '.vocabulary.txt', 'w', encoding='utf-8') as file:
        file.write('\n'.join(words + [f'{words[pair // len(words)]} {words[pair % len(words)]}' for pair in chosen]))
    for field in FIELDS:
        source = Rows(prefix, field, len(words))
        texts = len(source.starts) - 1
        with open(f'{prefix}.{field}.pairs', 'wb') as file:
            for first in range(0, texts, AT_ONCE):
                pairs = source.neighbours(first, min(texts, first + AT_ONCE))
                place = np.searchsorted(chosen, pairs)
                place[place == len(chosen)] = 0
                known = chosen[place] == pairs if len(chosen) else np.zeros(len(pairs), bool)
                np.where(known, len(words) + place, -1).astype(np.int32).tofile(file)


if __name__ == '__main__':
    main()
