"""Joins what extract.py wrote about packages: list_packages.py OUTPUT-FOLDER NAME=FILE.packages.tsv...

Writes NAME.tsv with the packages that gave pairs (name, version, licence, language, pairs) and left-out.tsv with those that were
dropped for their licence.
"""
import os
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
left_out = {}
kinds = {}
for argument in sys.argv[2:]:
    kind, path = argument.split('=', 1)
    for line in open(path, encoding='utf-8'):
        name, version, licence, verdict, languages = line.rstrip('\n').split('\t')
        if verdict == 'licence':
            left_out[name] = (version, licence)
        elif verdict == 'used' and languages:
            for entry in languages.split(','):
                language, pairs = entry.split(':')
                kinds.setdefault(kind, {})[name, language] = (version, licence, pairs)
for kind, packages in kinds.items():
    with open(os.path.join(folder, kind + '.tsv'), 'w', encoding='utf-8') as file:
        file.write('name\tversion\tlicence\tlanguage\tpairs\n')
        for (name, language), (version, licence, pairs) in sorted(packages.items()):
            file.write(f'{name}\t{version}\t{licence}\t{language}\t{pairs}\n')
    print(kind, len({name for name, _ in packages}), 'packages', sum(int(entry[2]) for entry in packages.values()), 'pairs')
with open(os.path.join(folder, 'left-out.tsv'), 'w', encoding='utf-8') as file:
    file.write('name\tversion\tlicence\n')
    for name, (version, licence) in sorted(left_out.items()):
        file.write(f'{name}\t{version}\t{licence}\n')
print(len(left_out), 'left out for their licence')
