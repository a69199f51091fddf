"""Pairs of a change and a function that it names: the nearest thing to commit subjects that released packages hold.

changelogs.py OUTPUT.jsonl PAIRS.jsonl ARCHIVE-OR-FOLDER... : reads the change logs of packages whose pairs were extracted.
"""
import collections
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tarfile

LOG = re.compile(r'(?:^|/)(?:change-?log|changes|history|news|release[-_]?notes|whatsnew|what-?is-?new)(?:[-._]?[\w.]*)?(?:\.(?:md|rst|txt|html))?(?:\.gz)?$', re.I)
NOT_LOG = re.compile(r'debian|\.(py|js|ts|rb|go|rs|java|c|h|cc|php|json|png|mo|po|cs)$', re.I)
BULLET = re.compile(r'^\s*(?:[-*+•]|\d+[.)]|\[[^\]]{1,20}\])\s+(.*?)(?=^\s*(?:[-*+•]|\d+[.)]|#|=|\[)\s|\n\s*\n|\Z)', re.M | re.S)
GNU = re.compile(r'^\s*\*\s+[\w./+-]+\s*(?:\[[^\]]*\]\s*)?\(([^)]{2,120})\)\s*(?:<[^>]*>)?\s*:\s*(.*?)(?=^\s*\*|\n\s*\n|\n\s*\([^)]+\)\s*:|\Z)', re.M | re.S)
NAMED = re.compile(r'`[^`\n]{2,80}`|\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b|\b(?:[A-Z][a-z0-9]+){2,}\b|\b[\w.:#]+\(\)')
NOISE = re.compile(r'\[?#\d+\]?|\(?https?://\S+\)?|\[[^\]]{1,40}\]\([^)]*\)|\b[0-9a-f]{7,40}\b|\(?\bcloses?\b:?|\(?\bfixes\b:?|@[\w-]+|[*`\[\]]', re.I)
LARGEST_LOG = 2_000_000


def logs(path):
    if path.endswith('.deb'):
        process = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        streams = [process.stdout]
    elif os.path.isdir(path):
        streams = [open(file, 'rb') for file in sorted(glob.glob(os.path.join(path, '*.orig*.tar.*'))) if not file.endswith('.asc')]
    else:
        streams = [open(path, 'rb')]
    for stream in streams:
        with tarfile.open(fileobj=stream, mode='r|*', errorlevel=0) as archive:
            for member in archive:
                if member.isfile() and member.size < LARGEST_LOG and LOG.search(member.name) and not NOT_LOG.search(member.name):
                    data = archive.extractfile(member).read()
                    if member.name.endswith('.gz'):
                        data = gzip.decompress(data)
                    yield data.decode('utf-8', 'replace')[:LARGEST_LOG]


def changes(text):
    """(what was changed, the names that stand in it)."""
    for match in GNU.finditer(text):
        names = [name.strip().split('::')[-1] for name in re.split(r'[,\s]+', match.group(1)) if name.strip()]
        yield ' '.join(match.group(2).split()), names, True
    for match in BULLET.finditer(text):
        line = ' '.join(match.group(1).split())
        if 20 <= len(line) <= 400:
            yield line, [re.split(r'[.:#/]+', name.strip('`()'))[-1].rstrip('()') for name in NAMED.findall(line)], False


def main():
    output, pairs_path = sys.argv[1:3]
    paths = sys.argv[3:] if sys.argv[3:] != ['-'] else [line.strip() for line in sys.stdin]
    by_package = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in open(pairs_path, encoding='utf-8'):
        pair = json.loads(line)
        by_package[pair['p']][pair['n']].append(pair)
    # Archive names differ a little from package names (scopes of npm, versions): they are compared without what differs.
    short = {re.sub(r'\W+', '-', package).strip('-'): package for package in by_package}
    written = 0
    with open(output, 'w', encoding='utf-8') as out:
        for path in paths:
            base = os.path.basename(path.rstrip('/'))
            base = base.split('_')[0] if path.endswith('.deb') else re.sub(r'-\d[\w.+-]*\.tgz$', '', base)
            package = short.get(re.sub(r'\W+', '-', base).strip('-'))
            if package is None:
                continue
            definitions = by_package[package]
            seen = set()
            try:
                for text in logs(path):
                    for line, names, gnu in changes(text):
                        subject = ' '.join(NOISE.sub(' ', line).split()).rstrip('.')[:240]
                        if len(subject.split()) < 4 or len(seen) > 2000:
                            continue
                        for name in dict.fromkeys(names):
                            if len(name) < 4 or not 1 <= len(definitions.get(name, ())) <= 2 or (subject, name) in seen:
                                continue
                            seen.add((subject, name))
                            pair = definitions[name][0]
                            out.write(json.dumps({'l': pair['l'], 'k': 'change', 'n': name, 'd': subject, 'c': pair['d'] + '\n' + pair['c'],
                                                  'f': pair['f'], 'p': package}) + '\n')
                            written += 1
                            if len([1 for entry in seen if entry[0] == subject]) >= 2:
                                break
            except (OSError, tarfile.TarError, EOFError, ValueError):
                continue
    print(written, 'changes')


if __name__ == '__main__':
    main()
