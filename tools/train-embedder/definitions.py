"""Finds documented definitions: yields (name, doc comment, code without the comment)."""
import ast
import re

LONGEST_CODE = 2400
STRINGS = r'''"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n]){1,60}'|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/|[{}]'''
PIECE = re.compile(STRINGS, re.S)
PIECE_RUST = re.compile(r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\\n])'|//[^\n]*|/\*.*?\*/|[{}]''', re.S)
KEYWORDS = {'if', 'for', 'while', 'switch', 'catch', 'return', 'else', 'do', 'try', 'function', 'foreach', 'sizeof', 'new', 'throw',
            'elseif', 'match', 'with', 'when', 'using', 'lock', 'guard'}
MODIFIERS = r'(?:(?:public|protected|private|internal|static|final|abstract|override|open|sealed|virtual|async|partial|unsafe|extern|readonly' \
            r'|suspend|inline|operator|infix|tailrec|external|actual|expect|data|inner|companion|implicit|lazy|case|mutating|fileprivate' \
            r'|required|convenience|class(?=\s+func)|nonisolated|dynamic|indirect|new|annotation|value|synchronized|native|default)\s+)*'
ATTRIBUTES = r'(?:@\w+(?:\([^)]*\))?\s*)*'
SIGNATURES = {
    'go': r'func\s+(?:\([^)\n]*\)\s*)?(\w+)(?:\[[^\]]*\])?\s*\([^{}]*?\{(?=\n|\s)|type\s+(\w+)\s+(?:struct|interface)\s*\{',
    'rust': r'(?:#!?\[[^\n]*\]\s*|//[^\n]*\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:(?:default|const|async|unsafe|extern(?:\s+"C")?)\s+)*'
            r'(?:fn\s+(\w+)[^;{}]*\{|(?:struct|enum|trait|union)\s+(\w+)[^;{}()]*\{|macro_rules!\s*(\w+)\s*\{)',
    'java': r'(?:@\w+(?:\([^)]*\))?\s*)*(?:(?:public|protected|private|static|final|abstract|synchronized|native|default|strictfp|<[^>{};]*>)\s+)*'
            r'(?:(?:class|interface|enum|record)\s+(\w+)[^;{}]*\{|(?:[\w<>\[\],.?&\s]+?\s)?(\w+)\s*\([^;{}]*\)\s*(?:throws\s+[\w.,\s]+)?\{)',
    'php': r'(?:#\[[^\n]*\]\s*)*(?:(?:public|protected|private|static|final|abstract)\s+)*'
           r'(?:(?:class|interface|trait)\s+(\w+)[^;{}]*\{|function\s+&?(\w+)\s*\([^;{}]*\)[^;{}]*\{)',
    'javascript': r'(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?\s*(\w+)\s*[^;{}]*?\{|class\s+(\w+)[^;{}()]*\{'
                  r'|(?:(?:const|let|var)\s+)?(?:[\w$.]+\.)?([\w$]+)\s*(?::[^=;{}]{1,80})?[:=]\s*(?:async\s*)?'
                  r'(?:function\b[^;{}]*?\{|\([^;{}=]*\)\s*(?::[^={};]+)?=>\s*\{|\w+\s*=>\s*\{)'
                  r'|(?:(?:public|private|protected|static|async|get|set|override|readonly)\s+)*\*?([\w$#]+)\s*(?:<[^>{}]*>)?'
                  r'\((?:[^;{}]|\{[^{}]*\})*?\)\s*(?::[^;{}=]+)?\{)',
    'c': r'(?:template\s*<[^{};]*?>\s*)?(?:[\w:<>,&*~\[\]]+[\s*&]+){1,6}?\**([\w:~]+)\s*\([^;{}]*\)\s*(?:const|noexcept|override|final|[A-Z]+_\w+|:[^;{}]*|->[^;{}]*|\s)*\{'
         r'|(?:class|struct)\s+(\w+)[^;{}()]*\{',
    'csharp': r'(?:\[[^\]\n]*\]\s*)*' + MODIFIERS + r'(?:(?:class|interface|struct|enum|record)\s+(\w+)[^;{}]*\{'
              r'|[\w<>\[\],.?]+(?:\s*<[^;{}()]*>)?\s+(\w+)\s*(?:<[^>{}]*>)?\s*\([^;{}]*\)[^;{}]*\{|[\w<>\[\],.?]+\s+(\w+)\s*\{)',
    'kotlin': ATTRIBUTES + MODIFIERS + r'(?:fun\s+(?:<[^>]*>\s*)?(?:[\w<>?,*]+\.)?(\w+)\s*\([^{}=]*?(?:\{|=(?!=))|(?:enum\s+)?(?:class|interface|object)\s+(\w+)[^{};]*?\{)',
    'scala': ATTRIBUTES + r'(?:(?:private|protected)(?:\[\w+\])?\s+)?' + MODIFIERS + r'(?:def\s+(\w+)[^{}=]*(?:=\s*\{|=(?!=)|\{)|(?:class|trait|object)\s+(\w+)[^{};=]*?\{)',
    'swift': ATTRIBUTES + MODIFIERS + r'(?:func\s+(\w+)[^{};]*\{|(?:class|struct|enum|protocol|extension|actor)\s+(\w+)[^{};]*\{|(init)\??\s*\([^{};]*\{|var\s+(\w+)\s*:[^={};]*\{)',
}
SIGNATURES = {language: re.compile(pattern) for language, pattern in SIGNATURES.items()}
JAVADOC = re.compile(r'/\*\*(?!\*).{5,3000}?\*/[ \t]*\n\s*', re.S)
BLOCKS = {
    'go': re.compile(r'(?:^[ \t]*//[^\n]*\n){1,30}', re.M),
    'rust': re.compile(r'(?:^[ \t]*///[^\n]*\n){1,80}', re.M),
    'csharp': re.compile(r'(?:^[ \t]*///[^\n]*\n){1,80}', re.M),
    'swift': re.compile(r'(?:^[ \t]*///[^\n]*\n){1,80}|/\*\*(?!\*).{5,3000}?\*/[ \t]*\n', re.M | re.S),
    'c': re.compile(r'/\*.{10,3000}?\*/[ \t]*\n\s*|(?:^[ \t]*//[^\n]*\n){1,20}\s*', re.S | re.M),
}
RUBY = re.compile(r'((?:^[ \t]*#[^\n]*\n)+)([ \t]*)def\s+(?:self\.)?([\w?!=]+)[^\n]*\n', re.M)
SHELL = re.compile(r'((?:^[ \t]*#[^\n]*\n)+)([ \t]*)(?:function\s+)?([\w:.-]+)\s*\(\)\s*\{', re.M)


def end_of_braces(source, start, piece):
    depth = 0
    for match in piece.finditer(source, start, min(len(source), start + 12000)):
        character = match.group()
        if character == '{':
            depth += 1
        elif character == '}':
            depth -= 1
            if depth == 0:
                return match.end()
    return -1


def python_definitions(source):
    tree = ast.parse(source)
    lines = source.split('\n')
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or len(node.body) < 2:
            continue
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            code = lines[node.lineno - 1:first.lineno - 1] + lines[first.end_lineno:node.end_lineno]
            yield node.name, first.value.value, '\n'.join(code)[:LONGEST_CODE]


def brace_definitions(source, language):
    signature = SIGNATURES[language]
    piece = PIECE_RUST if language == 'rust' else PIECE
    for block in BLOCKS.get(language, JAVADOC).finditer(source):
        start = block.end()
        while source[start:start + 1] in (' ', '\t'):
            start += 1
        match = signature.match(source, start, min(len(source), start + 700))
        name = match and next((group for group in match.groups() if group), None)
        if not name or name in KEYWORDS:
            continue
        if match.group().endswith('='):
            end = source.find('\n\n', match.end(), match.end() + 1500)
            end = len(source[:match.end() + 600]) if end < 0 else end
        else:
            end = end_of_braces(source, match.end() - 1, piece)
        if end < 0:
            if not re.search(r'\b(class|struct|interface|object|trait|protocol)\b', match.group()):
                continue
            end = min(len(source), match.end() + LONGEST_CODE)
        if end - match.end() >= 25:
            yield name, block.group(), source[start:end][:LONGEST_CODE]


def indented_definitions(source, pattern, closing):
    """Ruby and shell: the definition ends with the closing word at the indentation of its first line."""
    for match in pattern.finditer(source):
        indentation = match.group(2)
        end = source.find('\n' + indentation + closing, match.end() - 1)
        if end - match.end() >= 15:
            yield match.group(3), match.group(1), source[match.end(1):end + 1 + len(closing) + len(indentation)][:LONGEST_CODE]


def definitions(source, language):
    if language == 'python':
        return python_definitions(source)
    if language == 'ruby':
        return indented_definitions(source, RUBY, 'end')
    if language == 'shell':
        return indented_definitions(source, SHELL, '}')
    return brace_definitions(source, language)
