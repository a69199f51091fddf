"""Trains the table: train.py DATA-PREFIX OUTPUT.npz --library kernels.so [options]. Prints development numbers as it goes."""
import argparse
import ctypes
import time

import numpy as np

from data import Data, pointer


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('prefix')
    parser.add_argument('output')
    parser.add_argument('--library', required=True)
    for name, kind, value in (
            ('dimension', int, 384), ('batch', int, 1024), ('temperature', float, 0.05), ('epochs', float, 3), ('rate', float, 0.3),
            ('mask', float, 0.15), ('identifier', float, 0.3), ('names', float, 0.05), ('keywords', float, 0.08), ('questions', float, 0.1), ('halves', float, 0.05),
            ('fields', float, 0.3), ('dropout', float, 0.1), ('together', int, 32), ('one_language', float, 1.0), ('most', int, 0),
            ('stems', int, 1), ('report', float, 120), ('seed', int, 1), ('start', str, ''),
            ('settle', int, 60), ('opening', int, 1), ('development', int, 0)):
        parser.add_argument('--' + name, type=kind, default=value)
    return parser.parse_args()


class Measure:
    """Mean reciprocal rank on the development packages: among up to 1,000 functions of one language (code as it is, without the identifier,
    without every word of the name, with path and name as the product indexes it), then among the functions of one project (without the
    identifier, with path and name). Nothing is chosen on the held-out packages."""

    VARIANTS = ({}, {'mask_name': 2}, {'mask_name': 1}, {'name': 3, 'path': 1})

    def __init__(self, data):
        self.data = data
        random = np.random.default_rng(7)
        usable = data.development & ~data.is_change & (np.diff(data.starts['c']) > 3) & (np.diff(data.starts['d']) > 1)
        by_language = [np.nonzero(usable & (data.language == language))[0] for language in sorted(set(data.language))]
        families = [np.nonzero(usable & (data.family == family))[0] for family in sorted(set(data.family[usable]))]
        self.languages = [random.permutation(examples)[:1000] for examples in by_language if len(examples) >= 700]
        self.projects = [random.permutation(examples)[:400] for examples in families if len(examples) >= 150]

    def __call__(self, table):
        among_language = [self.ranks(examples, table, self.VARIANTS) for examples in self.languages]
        among_project = [self.ranks(examples, table, self.VARIANTS[1::2]) for examples in self.projects]
        if not among_language or not among_project:
            return 'too few development pairs'
        return ' / '.join(f'{value:.4f}' for value in (*np.mean(among_language, axis=0), *np.mean(among_project, axis=0)))

    def ranks(self, examples, table, variants):
        asked, _ = self.data.forward(table, self.data.compose(self.data.recipes(examples, doc=1)))
        row = []
        for found in variants:
            code, _ = self.data.forward(table, self.data.compose(self.data.recipes(examples, code=1, **found)))
            scores = asked @ code.T
            row.append(float((1 / (1 + (scores > np.diag(scores)[:, None]).sum(1))).mean()))
        return row


def batches(data, train, options, random):
    """Groups of one family's examples, so that a batch holds near neighbours; a batch holds one language, or any."""
    number = {language: index for index, language in enumerate(sorted(set(data.language)))}
    language = np.array([number[entry] for entry in data.language])
    shuffled = random.permutation(train)
    order = shuffled[np.argsort(language[shuffled] * 100_000 + data.family[shuffled], kind='stable')]
    keys = language[order] * 100_000 + data.family[order]
    edges = np.concatenate([[0], np.nonzero(np.diff(keys))[0] + 1, [len(order)]])
    groups = [order[at:min(last, at + options.together)] for first, last in zip(edges[:-1], edges[1:]) for at in range(first, last, options.together)]
    pools = {}
    for index in random.permutation(len(groups)):
        own = language[groups[index][0]] if random.random() < options.one_language else -1
        pools.setdefault(own, []).append(groups[index])
    result = []
    for pool in pools.values():
        examples = np.concatenate(pool)
        result += [examples[at:at + options.batch] for at in range(0, len(examples) - options.batch // 4, options.batch)]
    return [result[index] for index in random.permutation(len(result))]


def recipes(data, examples, options, random):
    """What is asked and what should be found, for each example of a batch."""
    count = len(examples)
    asked = data.recipes(examples, doc=1, dropout=options.dropout)
    found = data.recipes(examples, code=1, dropout=options.dropout)
    drawn = random.random(count)
    found['mask_name'] = np.where(drawn < options.mask, 1, np.where(drawn < options.mask + options.identifier, 2, 0))
    with_fields = (random.random(count) < options.fields) & (found['mask_name'] == 0)
    found['name'][with_fields] = random.integers(1, 4, count)[with_fields]
    found['path'][with_fields] = 1
    kind = random.random(count)
    names_end = options.names
    keywords_end = names_end + options.keywords
    questions_end = keywords_end + options.questions
    halves_end = questions_end + options.halves
    long_name = np.diff(data.starts['n'])[examples] >= 2
    long_code = np.diff(data.starts['c'])[examples] >= 40
    change = data.is_change[examples]
    kind[change] = 1
    # The names that a change names are said in half of the questions only: real subjects mostly leave them out.
    asked['mask_name'][change] = random.random(change.sum()) < 0.6
    found['mask_name'][change] = random.random(change.sum()) < 0.2
    name = (kind < names_end) & long_name
    asked['doc'][name], asked['name'][name] = 0, 1
    found['mask_name'][name] = 1
    found['name'][name] = found['path'][name] = 0
    keyword = (kind >= names_end) & (kind < keywords_end)
    asked['keywords'][keyword] = 1
    asked['dropout'][keyword] = options.dropout + 0.15
    question = (kind >= keywords_end) & (kind < questions_end)
    for index in np.nonzero(question)[0]:
        if random.random() < 0.35:
            chosen = data.language_range[data.language[examples[index]]]
        else:
            chosen = data.extra_ranges[random.integers(len(data.extra_ranges))]
        asked['extra_from'][index], asked['extra_to'][index] = chosen
    asked['dropout'][question] = options.dropout + 0.1
    half = (kind >= questions_end) & (kind < halves_end) & long_code
    asked['doc'][half], asked['code'][half], asked['part'][half] = 0, 1, 1
    found['part'][half], found['mask_name'][half] = 2, 1
    found['name'][half] = found['path'][half] = 0
    return asked, found


def main():
    options = arguments()
    print(vars(options), flush=True)
    data = Data(options.prefix, options.library, options.opening)
    if not options.stems:
        data.stem_of[:] = -1
    random = np.random.default_rng(options.seed)
    words, d = len(data.words), options.dimension
    table = (random.standard_normal((words + data.stems, d)) * 6 / np.sqrt(d)).astype(np.float32)
    table[:words][data.stem_of >= 0] *= 0.4
    # A pair only adds to what its words say.
    table[:words][[' ' in word for word in data.words]] *= 0.3
    if options.start:
        table[:] = 0
        table[:words] = np.load(options.start)['table']
    squares, gradient = np.full_like(table, 1e-6), np.zeros_like(table)
    train = np.nonzero(~data.held_out & (~data.development | bool(options.development)) & (np.diff(data.starts['c']) > 3) & (np.diff(data.starts['d']) > 1))[0]
    if options.most:
        train = random.permutation(train)[:options.most]
    measure = Measure(data)
    steps = int(options.epochs * len(train) / options.batch)
    print(len(train), 'pairs,', words, 'words,', data.stems, 'stems, about', steps, 'steps', flush=True)
    settle = min(options.settle, steps // 10)
    begin = reported = time.time()
    step, loss = 0, 0.0
    while step < steps:
        for examples in batches(data, train, options, random):
            if step >= steps:
                break
            rate = options.rate * min(1, (step + 1) / 50) * (1 - 0.97 * step / steps)
            if options.start and step <= settle:
                # A table that is trained already must not jump: the first steps only gather the squares of gradients, which are then
                # scaled to what the earlier run will have gathered.
                rate = 0.0
                if step == settle and step > 0:
                    squares *= 1500 / settle
                    positive = squares[squares > 1e-3]
                    np.maximum(squares, np.quantile(positive[:1_000_000], 0.1), out=squares)
            asked, found = recipes(data, examples, options, random)
            batch_asked, batch_found = data.compose(asked, step * 2 + 1), data.compose(found, step * 2 + 2)
            q, q_factor = data.forward(table, batch_asked)
            c, c_factor = data.forward(table, batch_found)
            logits = q @ c.T
            logits *= 1 / options.temperature
            group = np.arange(len(examples), dtype=np.int32)
            current = data.library.contrast(pointer(logits), len(examples), pointer(group))
            logits *= len(examples) / options.temperature
            q_gradient, c_gradient = logits @ c, logits.T @ q
            q_gradient = np.ascontiguousarray((q_gradient - q * (q_gradient * q).sum(1, keepdims=True)) * q_factor)
            c_gradient = np.ascontiguousarray((c_gradient - c * (c_gradient * c).sum(1, keepdims=True)) * c_factor)
            for (rows, weights, ends), out in ((batch_asked, q_gradient), (batch_found, c_gradient)):
                data.library.backward(pointer(gradient), d, pointer(rows), pointer(weights), pointer(ends), len(examples), pointer(out))
            touched = np.unique(np.concatenate([batch_asked[0], batch_found[0]])).astype(np.int32)
            data.library.adagrad(pointer(table), pointer(gradient), pointer(squares), d, pointer(touched), len(touched), ctypes.c_float(rate))
            loss = current if step == 0 else 0.98 * loss + 0.02 * current
            step += 1
            if time.time() - reported > options.report:
                reported = time.time()
                print(f'{reported - begin:.0f}s step {step} loss {loss:.3f}', measure(table), flush=True)
    print(f'END {time.time() - begin:.0f}s, {time.process_time():.0f} CPU seconds, step {step} loss {loss:.3f}', measure(table), flush=True)
    shared = data.stem_of >= 0
    table[:words][shared] += table[data.stem_of[shared]]
    np.savez(options.output, table=table[:words].astype(np.float16))


if __name__ == '__main__':
    main()
