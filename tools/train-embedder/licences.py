"""Tells whether a package's licences are all permissive, from what the package itself says."""
import re

PERMISSIVE = re.compile(
    r'^(expat|mit|mit-.*|mit/x11|x11.*|isc.*|bsd|bsd-.*|3c-bsd|mit[-~].*|[023]?-?bsd.*|bsd[023].*|new-bsd.*|apache|apache-?2(\.0)?\+?|apache-1\.[01]|asl-?2(\.0)?'
    r'|apache-(license-)?2(\.0)?|apache-2(\.0)?(-with)?-llvm.*|psf.*|python(-2.*)?|zlib.*|zlib/libpng|libpng.*|cc0.*|(.*-)?public-?domain.*|pd|unlicen[sc]e.*'
    r'|0bsd|bsl-1\.0|bsl-1|boost.*|ncsa.*|unicode.*|ftl|postgresql|curl|hpnd.*|tcl.*|ruby|ruby-license|php(-3.*)?|zpl-?2.*|w3c.*|wtfpl.*'
    r'|openssl.*|ssleay|ijg|icu|blueoak-1\.0\.0|mit0|afl-2\.1|ntp.*|cnri.*|permissive.*|fsfap|fsfullr?|fsf-(configure-)?unlimited|gnu-all-permissive.*|bsl|beerware.*|mitnfa|google-mit|hpnd-sell)$')
NAMED = re.compile(r'^(files|license):', re.I)


def is_permissive(expression):
    """`A or B` needs one permissive side, `A and B` and `A, B` need both; what is not known is not permissive."""
    text = expression.lower().replace('(', ' ').replace(')', ' ').strip()
    if not text:
        return False
    return any(
        all(PERMISSIVE.match(part.strip()) for part in re.split(r'\s+and\s+|,\s*and\s+|,', side) if part.strip())
        for side in re.split(r'\s+and/or\s+|,?\s+or\s+|\s*\|\s*', text))


def debian_licences(text):
    """The licence of every stanza of a machine-readable debian/copyright, without those about debian/* alone; None if it is not one."""
    if not re.search(r'^Format(-Specification)?:', text[:1500], re.M | re.I):
        return None
    found = set()
    for stanza in re.split(r'\n[ \t]*\n', text):
        fields = {}
        key = None
        for line in stanza.split('\n'):
            match = re.match(r'^([A-Za-z-]+):(.*)', line)
            if match:
                key = match.group(1).lower()
                fields[key] = [match.group(2).strip()]
            elif key:
                fields[key].append(line.strip())
        if 'files' not in fields or 'license' not in fields:
            continue
        patterns = ' '.join(fields['files']).replace(',', ' ').split()
        if patterns and all(pattern.startswith(('debian/', './debian/')) for pattern in patterns):
            continue
        found.add(fields['license'][0] or 'unknown')
    return found or None


def npm_licence(manifest):
    licence = manifest.get('license') or manifest.get('licenses')
    if isinstance(licence, list):
        licence = ' or '.join(entry.get('type', '') if isinstance(entry, dict) else str(entry) for entry in licence)
    if isinstance(licence, dict):
        licence = licence.get('type')
    return licence if isinstance(licence, str) else None
