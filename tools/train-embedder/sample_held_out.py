"""Draws the held-out pairs that are measured: sample_held_out.py PAIRS.jsonl OUTPUT.jsonl. A thousand a language, always the same."""
import hashlib
import json
import sys

from families import is_held_out

best = {}
for line in open(sys.argv[1], encoding='utf-8'):
    pair = json.loads(line)
    # The family stands in the file, not the package; a family name is its own family.
    held_out = pair['v'] == 1 or (pair['l'] == 'php' and is_held_out('php-' + pair['g']))
    if held_out and pair['k'] == 'doc':
        best.setdefault(pair['l'], []).append((hashlib.md5((pair['d'] + pair['c']).encode()).hexdigest(), line))
with open(sys.argv[2], 'w', encoding='utf-8') as output:
    for language in sorted(best):
        if len(best[language]) >= 1000:
            output.writelines(line for _, line in sorted(best[language])[:1000])
        print(language, len(best[language]), 'held out', '' if len(best[language]) >= 1000 else '(too few to measure)')
