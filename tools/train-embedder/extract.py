"""Reads package archives and writes one JSON line a (doc comment, code) pair, and one line a package with its licence.

extract.py OUTPUT.jsonl ARCHIVE-OR-FOLDER... : Debian binary packages (.deb), Debian source packages (the folder that holds the
.dsc and its tarballs) and npm tarballs (.tgz) or installed npm packages (the folder with package.json).
"""
import glob
import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import warnings

from comments import clean, is_useful, without_markers
from definitions import definitions
from licences import debian_licences, is_permissive, npm_licence

warnings.filterwarnings('ignore')
LANGUAGES = {'.py': 'python', '.go': 'go', '.rs': 'rust', '.java': 'java', '.php': 'php', '.js': 'javascript', '.mjs': 'javascript',
             '.cjs': 'javascript', '.jsx': 'javascript', '.ts': 'javascript', '.tsx': 'javascript', '.c': 'c', '.h': 'c', '.cc': 'c',
             '.cpp': 'c', '.cxx': 'c', '.hpp': 'c', '.hh': 'c', '.hxx': 'c', '.rb': 'ruby', '.cs': 'csharp', '.kt': 'kotlin', '.kts': 'kotlin',
             '.scala': 'scala', '.swift': 'swift', '.sh': 'shell', '.bash': 'shell', '.zsh': 'shell'}
SKIPPED = re.compile(
    r'(?:^|/)(?:tests?|testing_data|testdata|vendor|vendored|_vendor|third_party|thirdparty|3rdparty|locale|migrations|\.git|\.pc|fixtures?)/'
    r'|\.min\.|\.pb\.go|zz_generated|_test\.go|/mock|bundle|\.umd\.|/umd/|/cjs/|/fesm|\.development\.|\.production|parsetab|_pb2|\.d\.[cm]?ts$'
    r'|Test\.java$|Tests?\.cs$|\.test\.|\.spec\.')
LARGEST_FILE = 500_000
MOST_FILES = 6000
EXCLUDED = [re.compile(line.strip(), re.I) for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'excluded.txt'))
            if line.strip() and not line.startswith('#')]


class TooSlow(Exception):
    pass


def give_up(*_):
    raise TooSlow


def wanted(path):
    return os.path.splitext(path)[1] in LANGUAGES and not SKIPPED.search(path)


def members(stream):
    """(path, bytes) of the source files and of debian/copyright in a tar stream."""
    with tarfile.open(fileobj=stream, mode='r|*', errorlevel=0) as archive:
        for member in archive:
            is_copyright = member.name.endswith(('debian/copyright', '/package.json')) or re.search(r'share/doc/[^/]+/copyright$', member.name)
            if member.isfile() and (is_copyright or (member.size <= LARGEST_FILE and wanted(member.name))):
                yield member.name, archive.extractfile(member).read()


def read_deb(path):
    process = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield from members(process.stdout)
    finally:
        process.kill()
        process.wait()


def read_source(folder):
    for path in sorted(glob.glob(os.path.join(folder, '*.tar.*'))):
        if not path.endswith('.asc'):
            with open(path, 'rb') as stream:
                yield from members(stream)


def read_folder(folder):
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ('node_modules', '.git'))
        for name in sorted(files):
            path = os.path.join(parent, name)
            inside = os.path.relpath(path, folder)
            if inside == 'package.json' or (wanted(inside) and os.path.getsize(path) <= LARGEST_FILE):
                with open(path, 'rb') as stream:
                    yield './' + inside, stream.read()


def read_package(path):
    """Name, version, licences (None when it does not say) and source files of one package."""
    files, licences = [], None
    name, version = os.path.basename(path.rstrip('/')), ''
    if path.endswith('.deb'):
        name, version = name.split('_')[:2]
        source = read_deb(path)
    elif os.path.isdir(path) and glob.glob(os.path.join(path, '*.dsc')):
        dsc = os.path.basename(glob.glob(os.path.join(path, '*.dsc'))[0])
        name, version = dsc[:-4].split('_')[:2]
        source = read_source(path)
    elif os.path.isdir(path):
        source = read_folder(path)
    else:
        source = members(open(path, 'rb'))
    for inside, data in source:
        if inside.endswith('copyright'):
            licences = debian_licences(data.decode('utf-8', 'replace')) if licences is None else licences
        elif inside.endswith('package.json'):
            if inside.count('/') == 1 and not path.endswith('.deb'):
                manifest = json.loads(data)
                name, version = manifest.get('name', name), manifest.get('version', '')
                licence = npm_licence(manifest)
                licences = {licence} if licence else None
        elif len(files) < MOST_FILES:
            files.append((inside, data))
    return name, version.replace('%3a', ':'), licences, files


def pairs_of(path, data):
    source = data.decode('utf-8', 'replace')
    if source[:300000].count('\n') < len(source[:300000]) / 300:
        return
    language = LANGUAGES[os.path.splitext(path)[1]]
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        for name, comment, code in definitions(source, language):
            doc = clean(comment if language == 'python' else without_markers(comment))
            if len(code) >= 40 and is_useful(doc):
                yield {'l': language, 'n': name, 'd': doc, 'c': code, 'f': path}
    except (TooSlow, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def key(text):
    return hashlib.md5(text.encode('utf-8', 'replace')).digest()[:8]


def main():
    signal.signal(signal.SIGALRM, give_up)
    output = sys.argv[1]
    paths = sys.argv[2:] if sys.argv[2:] != ['-'] else [line.strip() for line in sys.stdin]
    seen = set()
    with open(output, 'w', encoding='utf-8') as pairs, open(output + '.packages.tsv', 'w', encoding='utf-8') as packages:
        for path in paths:
            name = path
            try:
                name, version, licences, files = read_package(path)
                listed = ' ; '.join(sorted(licences)) if licences else 'unknown'
                if any(pattern.search(name) for pattern in EXCLUDED):
                    verdict, files = 'evaluation repository', []
                elif not licences or not all(is_permissive(licence) for licence in licences):
                    verdict, files = 'licence', []
                else:
                    verdict = 'used'
                counts = {}
                for inside, data in files:
                    for pair in pairs_of(inside, data):
                        doc_key, code_key = key(pair['l'] + pair['d'].lower()), key(re.sub(r'\s+', '', pair['c']))
                        if doc_key in seen or code_key in seen:
                            continue
                        seen.update((doc_key, code_key))
                        counts[pair['l']] = counts.get(pair['l'], 0) + 1
                        pair['p'] = name
                        pairs.write(json.dumps(pair, ensure_ascii=True) + '\n')
                languages = ','.join(f'{language}:{count}' for language, count in sorted(counts.items()))
                packages.write(f'{name}\t{version}\t{listed}\t{verdict}\t{languages}\n')
            except Exception as error:  # One unreadable package of thousands must not end the run.
                packages.write(f'{name}\t\t\tunreadable: {type(error).__name__}\t\n')
            packages.flush()


if __name__ == '__main__':
    main()
