"""Turns a doc comment into the plain sentence or two that say what the code does."""
import re

UNWANTED = re.compile(
    r'copyright|licen[cs]e|all rights reserved|auto-?generated|do not edit|spdx|@generated|^todo|^fixme|^xxx|inheritdoc|deprecated|non-javadoc'
    r'|^see |^\(non|eslint|istanbul|@ts-|noqa|pylint', re.I)
LINK = re.compile(r'\{@\w+\s+([^}]*)\}')
ROLE = re.compile(r':\w+(?::\w+)*:`~?([^`]*)`')
REFERENCE = re.compile(r'<(?:see|paramref|typeparamref|seealso)\s+\w+="(?:[A-Z]:)?([^"]*)"\s*/?>')
MARKUP = re.compile(r'</?[a-zA-Z][^>]{0,80}>|&\w+;')
DETAILS = re.compile(
    r'(?:^|\n)\s*(?:@\w+|\\(?:param|return|sa|note|since|fn|ingroup)\b|:param|:return|:type|:rtype|:raise|Args:|Arguments:|Parameters?:?\s*\n'
    r'|Returns?:|Raises:|Examples?:?|Usage:|>>>|#+ (?:Examples?|Panics|Errors|Safety)|```|===|---|<param|<returns|<remarks|<exception'
    r'|- (?:[Pp]arameters?|[Rr]eturns|[Tt]hrows)\b|\*\s*$)', re.I)
MARKERS = re.compile(r'[\\@](?:brief|description|desc|summary|method|short|internal)\s')
LONGEST = 320


def clean(text):
    text = MARKERS.sub('', text).replace('!important', '')
    summary = re.search(r'<summary>(.*?)</summary>', text, re.S)
    if summary:
        text = summary.group(1)
    details = DETAILS.search(text)
    if details:
        text = text[:details.start()]
    text = MARKUP.sub(' ', REFERENCE.sub(r'\1', ROLE.sub(r'\1', LINK.sub(r'\1', text)))).strip()
    paragraphs = re.split(r'\n\s*\n', text)
    doc = ' '.join(paragraphs[0].split())
    if len(doc) < 25 and len(paragraphs) > 1:
        doc = doc + ' ' + ' '.join(paragraphs[1].split())
    doc = doc.replace('`', '')
    if len(doc) > LONGEST:
        end = doc.find('. ', 150, LONGEST)
        doc = doc[:end + 1] if end > 0 else doc[:LONGEST]
    return doc


def is_useful(doc):
    """At least three words, mostly letters, English by its alphabet, and about the code rather than about its licence."""
    if len(doc) < 12 or UNWANTED.search(doc) or len(re.findall(r'[A-Za-z]{2,}', doc)) < 3:
        return False
    if sum(ord(character) < 128 for character in doc) < 0.95 * len(doc):
        return False
    return sum(character.isalpha() or character == ' ' for character in doc) >= 0.7 * len(doc)


def without_markers(block):
    lines = []
    for line in block.split('\n'):
        line = re.sub(r'^(/\*[\*!]*|///?!?<?|\*(?!/)|#+)\s?', '', line.strip())
        lines.append(re.sub(r'\*+/$', '', line).rstrip())
    return '\n'.join(lines).strip()
