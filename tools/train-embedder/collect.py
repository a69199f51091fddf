"""Downloads the packages of a list with the ordinary clients: collect.py FOLDER LIST.tsv... [--limit N]

Lists named debian-*-sources.tsv are Debian source packages (`apt-get source`, which needs deb-src lines), other debian-*.tsv are
binary packages (`apt-get download`), npm.tsv is for `npm pack`. Nothing is installed and no script of a package runs. Debian gives
the version of the release at hand; the version that the model was trained on stands in the list. What cannot be had is passed over.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import tempfile

# Starting a client costs more than most packages, so each call names many; and the network is waited for, so a few calls run at once.
NAMES_A_CALL = 40
CALLS_AT_ONCE = 3


def names_in(path, limit):
    rows = [line.rstrip('\n').split('\t') for line in open(path, encoding='utf-8')][1:]
    versions = {row[0]: row[1] for row in rows}
    names = sorted(versions, key=lambda name: hash_of(name))
    return [(name, versions[name]) for name in (names[:limit] if limit else names)]


def hash_of(name):
    """An order that has nothing to do with the alphabet, so that a slice holds a bit of everything."""
    return sum((index + 7) * ord(character) for index, character in enumerate(name)) % 1009, name


def download(command, names, folder):
    """Fetches all names in one call. An unknown name ends the call before anything came: then each half is tried again."""
    with tempfile.TemporaryDirectory(dir=folder, prefix='.') as together:
        done = subprocess.run([*command, *names], cwd=together, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        nothing_came = not os.listdir(together)
        sort_in(together, folder)
    if done.returncode and len(names) > 1 and (nothing_came or command[0] == 'npm'):
        middle = len(names) // 2
        download(command, names[:middle], folder)
        download(command, names[middle:], folder)


def sort_in(together, folder):
    """Binary packages and npm tarballs stand in the list's folder; a source package gets a folder of its own there."""
    for dsc in glob.glob(os.path.join(together, '*.dsc')):
        with open(dsc, encoding='utf-8', errors='replace') as file:
            text = file.read()
        own = os.path.join(folder, re.search(r'^Source: (\S+)', text, re.M).group(1))
        os.makedirs(own, exist_ok=True)
        for name in {os.path.basename(dsc), *re.findall(r'^ [0-9a-f]{32} \d+ ([^/\s]+)$', text, re.M)}:
            if os.path.exists(os.path.join(together, name)):
                shutil.move(os.path.join(together, name), os.path.join(own, name))
    for path in glob.glob(os.path.join(together, '*.deb')) + glob.glob(os.path.join(together, '*.tgz')):
        shutil.move(path, os.path.join(folder, os.path.basename(path)))


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
        if kind.startswith('debian13-'):
            names = [(f'{name}/trixie', version) for name, version in names]
        if kind == 'npm':
            command = ['npm', 'pack', '--silent', '--ignore-scripts']
        else:
            command = ['apt-get', '-qq', *(['source', '--download-only'] if kind.endswith('-sources') else ['download'])]
        waiting = []
        with concurrent.futures.ThreadPoolExecutor(CALLS_AT_ONCE) as calls:
            for first in range(0, len(names), NAMES_A_CALL):
                part = names[first:first + NAMES_A_CALL]
                named = [f'{name}@{version}' if kind == 'npm' else name for name, version in part]
                waiting.append(calls.submit(download, command, named, folder))
        for call in waiting:
            call.result()
        print(kind, len(os.listdir(folder)), 'of', len(names), flush=True)


if __name__ == '__main__':
    main()
