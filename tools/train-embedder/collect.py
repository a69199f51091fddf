"""Downloads the packages of a list with the ordinary clients: collect.py FOLDER LIST.tsv... [--limit N]

Lists named debian-*-sources.tsv are Debian source packages (`apt-get source`, which needs deb-src lines), other debian-*.tsv are
binary packages (`apt-get download`), npm.tsv is for `npm pack`. Nothing is installed and no script of a package runs. Debian gives
the version of the release at hand; the version that the model was trained on stands in the list. What cannot be had is passed over.
"""
import argparse
import os
import re
import subprocess

AT_ONCE = 40


def names_in(path, limit):
    rows = [line.rstrip('\n').split('\t') for line in open(path, encoding='utf-8')][1:]
    versions = {row[0]: row[1] for row in rows}
    names = sorted(versions, key=lambda name: hash_of(name))
    return [(name, versions[name]) for name in (names[:limit] if limit else names)]


def hash_of(name):
    """An order that has nothing to do with the alphabet, so that a slice holds a bit of everything."""
    return sum((index + 7) * ord(character) for index, character in enumerate(name)) % 1009, name


def run(command, folder):
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('lists', nargs='+')
    parser.add_argument('--limit', type=int, default=0)
    options = parser.parse_args()
    for path in options.lists:
        kind = re.sub(r'\.tsv$', '', os.path.basename(path))
        folder = os.path.join(options.folder, kind)
        os.makedirs(folder, exist_ok=True)
        names = names_in(path, options.limit)
        if kind.endswith('-sources'):
            for name, _ in names:
                own = os.path.join(folder, name)
                os.makedirs(own, exist_ok=True)
                run(['apt-get', '-qq', 'source', '--download-only', name], own)
        else:
            for first in range(0, len(names), AT_ONCE):
                part = names[first:first + AT_ONCE]
                if kind == 'npm':
                    run(['npm', 'pack', '--silent', '--ignore-scripts', *(f'{name}@{version}' for name, version in part)], folder)
                else:
                    run(['apt-get', '-qq', 'download', *(name for name, _ in part)], folder)
        print(kind, len(os.listdir(folder)), 'of', len(names), flush=True)


if __name__ == '__main__':
    main()
