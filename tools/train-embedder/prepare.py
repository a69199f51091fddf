"""Joins extracted pairs into one shuffled, deduplicated file and splits it by project.

prepare.py OUTPUT.jsonl INPUT.jsonl... [--leak CORPUS.json]
"""
import argparse
import collections
import hashlib
import json
import random

from families import family, is_held_out

MOST_OF_ONE_PACKAGE = 12_000


NOT_LETTERS = bytes(byte for byte in range(256) if not 97 <= byte <= 122)


def letters(text):
    return text.lower().encode('ascii', 'ignore').translate(None, NOT_LETTERS)


def key(text):
    return hashlib.md5(text).digest()[:8]


def leaks(path):
    """Docs and bodies of an evaluation corpus; pairs that repeat one of them are left out."""
    docs, codes = set(), set()
    for entry in json.load(open(path, encoding='utf-8')):
        doc = letters(entry.get('doc') or '')[:80]
        if len(doc) > 20:
            docs.add(doc)
        codes.add(letters(entry['code'])[:300])
    return docs, codes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('output')
    parser.add_argument('inputs', nargs='+')
    parser.add_argument('--leak')
    options = parser.parse_args()
    leaked_docs, leaked_codes = leaks(options.leak) if options.leak else (set(), set())
    random.seed(0)
    seen = set()
    heads = set()
    dropped = collections.Counter()
    counts = collections.Counter()
    of_package = collections.Counter()
    kept = []
    # Held-out projects come first, so that what they share with another package is lost to training, not to measuring.
    for wanted in (True, False):
        for path in options.inputs:
            for line in open(path, encoding='utf-8'):
                # The package is the last field, so that the other half of the pairs need not be parsed in each pass.
                package = line[line.rindex('"p": "') + 6:-3]
                if is_held_out(package) != wanted:
                    continue
                pair = json.loads(line)
                name, doc = pair['n'], pair['d']
                if name and doc[:len(name) + 1].lower() == name.lower() + ' ':
                    doc = doc[len(name) + 1:]
                if len(doc.split()) < 3:
                    dropped['short'] += 1
                    continue
                doc_letters, code_letters = letters(doc), letters(pair['c'])
                doc_key, code_key = key(doc_letters), key(code_letters)
                head = key(pair.get('k', 'doc').encode() + letters(name) + code_letters[len(name):260])
                if doc_key in seen or (code_key in seen and 'k' not in pair) or (not wanted and head in heads):
                    dropped['twice'] += 1
                    continue
                if doc_letters[:80] in leaked_docs or code_letters[:300] in leaked_codes:
                    dropped['evaluation corpus'] += 1
                    continue
                group = (package, pair['l'])
                if of_package[group] >= MOST_OF_ONE_PACKAGE:
                    dropped['large package'] += 1
                    continue
                of_package[group] += 1
                seen.update((doc_key, code_key))
                if wanted:
                    heads.add(head)
                counts[pair['l'] if pair.get('k', 'doc') == 'doc' else 'changes', wanted] += 1
                place = '/'.join(pair['f'].split('/')[-3:])
                kept.append(json.dumps({'v': int(wanted), 'k': pair.get('k', 'doc'), 'l': pair['l'], 'g': family(package), 'n': name, 'd': doc, 'c': pair['c'], 'f': place}))
    random.shuffle(kept)
    with open(options.output, 'w', encoding='utf-8') as output:
        output.write('\n'.join(kept) + '\n')
    print(len(kept), 'pairs; left out:', dict(dropped))
    for language in sorted({language for language, _ in counts}):
        print(language, counts[language, False], 'for training,', counts[language, True], 'held out')


if __name__ == '__main__':
    main()
