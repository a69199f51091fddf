"""Packs a trained table for the product: export.py PREFIX.vocabulary.txt MODEL.npz OUTPUT.bin [--bits 4] [--id bundled-384-int4]

The format is described in src/models/staticEmbedderFile.ts.
"""
import argparse
import json
import struct

import numpy as np


def checksum(body):
    value = 0x811c9dc5
    for word in memoryview(body).cast('I'):
        value = ((value ^ word) * 0x01000193) & 0xffffffff
    return value


def quantise(table, bits):
    """Rows as small whole numbers times one factor a row; of sixteen factors the one with the smallest squared error is taken."""
    top = 2 ** (bits - 1) - 1
    highest = np.abs(table).max(1)
    best_error = np.full(len(table), np.inf)
    rows = np.zeros(table.shape, np.int8)
    factors = np.zeros(len(table), np.float32)
    for share in np.arange(1.0, 0.38, -0.04):
        factor = (highest * share / top).astype(np.float32)
        tried = np.clip(np.round(table / (factor[:, None] + 1e-12)), -top, top)
        error = ((tried * factor[:, None] - table) ** 2).sum(1)
        better = error < best_error
        rows[better], factors[better], best_error[better] = tried[better].astype(np.int8), factor[better], error[better]
    return rows, factors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('vocabulary')
    parser.add_argument('model')
    parser.add_argument('output')
    parser.add_argument('--bits', type=int, default=4)
    parser.add_argument('--id', default='bundled-384-int4-4')
    options = parser.parse_args()
    with open(options.vocabulary, encoding='utf-8') as file:
        words = file.read().split('\n')
    table = np.load(options.model)['table'].astype(np.float32)
    assert len(words) == len(table) == len(set(words))
    # One common factor changes no direction; it keeps the numbers near 1 whatever the training left.
    table /= np.sqrt((table ** 2).sum(1).mean())
    rows, factors = quantise(table, options.bits)
    packed = rows.tobytes() if options.bits == 8 else ((rows[:, 0::2] & 15) | ((rows[:, 1::2] & 15) << 4)).astype(np.uint8).tobytes()
    text = '\n'.join(words).encode('utf-8')
    body = text + b'\n' * (-len(text) % 4) + factors.tobytes() + packed
    header = json.dumps({'id': options.id, 'version': 1, 'dimension': table.shape[1], 'bits': options.bits, 'words': len(words),
                         'wordBytes': len(text), 'checksum': checksum(body)}).encode()
    with open(options.output, 'wb') as file:
        file.write(b'QSE1' + struct.pack('<I', len(header)) + header + body)
    print(options.output, len(words), 'words,', table.shape[1], 'dimensions,', options.bits, 'bits')


if __name__ == '__main__':
    main()
