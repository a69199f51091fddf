"""The arrays that vocabulary.py wrote, and texts composed of them as (row, weight) lists."""
import ctypes
import hashlib

import numpy as np

from stems import stem

FIELDS = 'dcnf'
QUESTION_WORDS = '''how to|what is|how do i|where is the code that|which function|how can i|find|get|way to|code for|code to|where do we|where does|how does
the|best way to|function to|how are|what does|show me|implementation of|example of|when|is there a|can i|if|i want to|we need to'''
COMMON = set('''a an the of to in for on with and or is are be by from as at it this that these those into when if not no do does how what where which
who why can could should would will i we you he she they my our your their its was were been being has have had than then so such there here about
via using use used given whether any all each also may must only just'''.split())
RECIPE = np.dtype([('example', 'i4'), ('doc', 'i4'), ('code', 'i4'), ('name', 'i4'), ('path', 'i4'), ('part', 'i4'), ('mask_name', 'i4'),
                   ('keywords', 'i4'), ('extra_from', 'i4'), ('extra_to', 'i4'), ('dropout', 'f4'), ('opening', 'i4')])


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


class Data:
    def __init__(self, prefix, library, opening=1):
        self.opening = opening
        self.library = ctypes.CDLL(library)
        self.library.compose.restype = ctypes.c_int64
        self.library.contrast.restype = ctypes.c_float
        with open(prefix + '.vocabulary.txt', encoding='utf-8') as file:
            self.words = file.read().split('\n')
        meta = [line.rstrip('\n').split('\t') for line in open(prefix + '.meta.tsv', encoding='utf-8')]
        self.held_out = np.array([entry[0] == '1' for entry in meta])
        self.language = np.array([entry[1] for entry in meta])
        self.is_change = np.array([entry[3] != 'doc' for entry in meta])
        # Packages to choose by: they belong to the training part, but are trained on only when asked.
        share = {name: int(hashlib.md5(('development ' + name).encode()).hexdigest(), 16) % 100 for name in {entry[2] for entry in meta}}
        self.development = ~self.held_out & np.array([share[entry[2]] < (12 if entry[1] == 'php' else 4) for entry in meta])
        families = {}
        self.family = np.array([families.setdefault(entry[2], len(families)) for entry in meta])
        self.rows = {field: np.fromfile(f'{prefix}.{field}.rows', dtype=np.int32) for field in FIELDS}
        self.pairs = {field: np.fromfile(f'{prefix}.{field}.pairs', dtype=np.int32) for field in FIELDS}
        self.starts = {field: np.load(f'{prefix}.{field}.starts.npy') for field in FIELDS}
        row_of = {word: row for row, word in enumerate(self.words)}
        self.is_common = np.array([word in COMMON for word in self.words], dtype=np.uint8)
        # Words of one stem share a further row while training; it is folded into theirs at the end.
        stems = [stem(word) if word.isalpha() and len(word) > 3 else word for word in self.words]
        size = {}
        for entry in stems:
            size[entry] = size.get(entry, 0) + 1
        number = {}
        self.stem_of = np.array([len(self.words) + number.setdefault(entry, len(number)) if size[entry] > 1 else -1 for entry in stems], dtype=np.int32)
        self.stems = len(number)
        extras, self.extra_ranges = [], []
        for phrase in QUESTION_WORDS.replace('\n', ' ').split('|'):
            rows = [row_of[word] for word in phrase.split() if word in row_of]
            self.extra_ranges.append((len(extras), len(extras) + len(rows)))
            extras += rows
        self.language_range = {}
        for language in sorted(set(self.language)):
            spoken = {'csharp': ['c', 'net'], 'c': ['c']}.get(language, [language])
            rows = [row_of[word] for word in spoken if word in row_of]
            self.language_range[language] = (len(extras), len(extras) + len(rows))
            extras += rows
        self.extras = np.array(extras or [0], dtype=np.int32)

    def recipes(self, examples, **values):
        recipes = np.zeros(len(examples), dtype=RECIPE)
        recipes['example'], recipes['opening'] = examples, self.opening
        for key, value in values.items():
            recipes[key] = value
        return recipes

    def compose(self, recipes, seed=0):
        count = len(recipes)
        bound = 0
        for field, column in zip(FIELDS, ('doc', 'code', 'name', 'path')):
            at = recipes['example'][recipes[column] > 0]
            bound += int((self.starts[field][at + 1] - self.starts[field][at]).sum())
        bound = 3 * (bound + int((recipes['extra_to'] - recipes['extra_from']).sum())) + 16
        rows, weights = np.empty(bound, np.int32), np.empty(bound, np.float32)
        ends = np.zeros(count + 1, np.int64)
        fields = [item for field in FIELDS for item in (pointer(self.rows[field]), pointer(self.starts[field]))]
        written = self.library.compose(pointer(recipes), count, *fields, pointer(self.extras), pointer(self.is_common),
                                       *(pointer(self.pairs[field]) for field in FIELDS), pointer(self.stem_of), len(self.words),
                                       ctypes.c_uint64(seed), pointer(rows), pointer(weights), pointer(ends))
        return rows[:written], weights[:written], ends

    def forward(self, table, batch):
        rows, weights, ends = batch
        out = np.empty((len(ends) - 1, table.shape[1]), np.float32)
        self.library.forward(pointer(table), table.shape[1], pointer(rows), pointer(weights), pointer(ends), len(ends) - 1, pointer(out))
        factor = (1 / (np.sqrt((out * out).sum(1, keepdims=True)) + 1e-6)).astype(np.float32)
        out *= factor
        return out, factor
