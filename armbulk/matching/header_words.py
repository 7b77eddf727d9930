"""How well a header's words mean a field: `Debitornr.` and `Customer no` are the same, `Kundenavn` is another."""

import difflib
import re
import unicodedata
from collections import Counter
from functools import cache

from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import has_other_unit, list_headers
from armbulk.model.fields import Field
from armbulk.resources.header_words import HEADER_WORDS, PROPOSED_HEADERS

_CAMEL = re.compile(r"(?<=[a-zæøå])(?=[A-ZÆØÅ])")
_ELECTRONIC = re.compile(r"\be[- ](?=post|mail|faktura|invoice)")
_PAYER = re.compile(r"\b(?:bill|sold|invoice)[- _]?to\b")
_ACCOUNT = re.compile(r"\b(?:a/c|account|acct)[ .]*ref(?:erence)?\b|\ba/c\b(?! *name)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LINKS = frozenset({"s", "e", "en", "et", "er", "for", "av", "of", "the", "til", "på", "og", "and", "i", "pr", "per"})
"""Letters and words between two meanings of a header: fakturaSdato, date OF the invoice."""

_CUSTOMER = "customer"
_OF_CUSTOMERS = frozenset({"address", "postal", "city", "country", "phone", "email"})
"""What a customer has: with the word customer or without it, a header means the same."""

_MIN_RATIO = 0.8
_PROPOSED = 0.85
_SAME_WORDS = 0.9
_SIMILAR_SPELLING = 0.7
_SHARED_WORDS = 0.85


@cache
def score_header(text: str, field: Field) -> float:
    """Return from 0 (another column) to 1 (a known header) how well a header means a field."""
    folded = fold_header(text)
    headers = list_headers(field)
    if folded in {fold_header(header) for header in headers}:
        return 1.0
    if not folded or has_other_unit(text, field):
        return 0.0
    proposed = PROPOSED_HEADERS.get(field.name, ())
    if folded in {fold_header(header) for header in proposed}:
        return _PROPOSED
    return max(_score_pair(text, header) for header in (*headers, *proposed))


@cache
def _score_pair(text: str, header: str) -> float:
    (words, others), (known, known_others) = find_meanings(text), find_meanings(header)
    if words & _OF_CUSTOMERS and _CUSTOMER not in known:
        words -= {_CUSTOMER}
    shared = len(words & known)
    by_meaning = 0.0
    if shared:
        by_meaning = _SHARED_WORDS * 2 * shared / (len(words) + len(known) + 2 * (others + known_others))
        if words == known and not others and not known_others:
            by_meaning = _SAME_WORDS
    ratio = _compare_spelling(fold_header(text), fold_header(header))
    return max(by_meaning, _SIMILAR_SPELLING * ratio if ratio >= _MIN_RATIO else 0.0)


def _compare_spelling(text: str, header: str) -> float:
    """Return difflib's ratio, or 0 where lengths or letters show that it is less than `_MIN_RATIO`, which is faster."""
    length = len(text) + len(header)
    if 2.0 * min(len(text), len(header)) / length < _MIN_RATIO:
        return 0.0
    here, there = _count_letters(text), _count_letters(header)
    if 2.0 * sum(min(count, there.get(letter, 0)) for letter, count in here.items()) / length < _MIN_RATIO:
        return 0.0
    return difflib.SequenceMatcher(None, text, header).ratio()


@cache
def _count_letters(text: str) -> Counter[str]:
    return Counter(text)


@cache
def find_meanings(text: str) -> tuple[frozenset[str], int]:
    """Return (the meanings of a header's words, how many of its words are not known)."""
    meanings: set[str] = set()
    unknown = 0
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    spaced = _PAYER.sub(
        "billto", _ELECTRONIC.sub("e", _ACCOUNT.sub("account number", spaced)).replace("a/c", "account")
    )
    for word in _WORD.findall(spaced):
        parts = _divide(word)
        if parts is None:
            unknown += word not in _LINKS
        else:
            meanings |= parts
    return frozenset(meanings), unknown


@cache
def _divide(word: str) -> frozenset[str] | None:
    """Return the meanings of a word, or of the words it is made of (`forfallsdato`); None where a part is not known."""
    table = _index_words()
    if word in table:
        return frozenset({table[word]})
    for length in range(len(word) - 1, 1, -1):
        first, rest = word[:length], word[length:]
        if first not in table:
            continue
        if rest in _LINKS:
            return frozenset({table[first]})
        for tail in (rest, rest[1:] if rest[0] in "se" else ""):
            others = _divide(tail) if len(tail) > 1 else None
            if others is not None:
                return frozenset({table[first]}) | others
    return None


@cache
def _index_words() -> dict[str, str]:
    return {word: meaning for meaning, words in HEADER_WORDS.items() for word in words}
