"""A light stemmer that only has to bring forms of one word together; what it returns is never shown."""
import re

ENDINGS = ('ization', 'isation', 'ational', 'fulness', 'ousness', 'iveness', 'ations', 'ation', 'izers', 'izer', 'ising', 'izing', 'ized', 'ised',
           'izes', 'ises', 'ements', 'ement', 'ments', 'ment', 'ators', 'ator', 'ating', 'ated', 'ates', 'ate', 'ings', 'ing', 'ers', 'ors', 'ions',
           'ion', 'ies', 'ied', 'ize', 'ise', 'ness', 'able', 'ible', 'ed', 'er', 'or', 'es', 'ly', 's', 'e', 'y')


def stem(word):
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[:-len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in 'aeiouls':
        word = word[:-1]
    return re.sub(r'i$', 'y', word)
