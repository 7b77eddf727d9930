"""Recognises text that is not Windows-1252: words no language has prove another code page."""

import re
from dataclasses import dataclass

_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[A-Za-z]*+[\x80-\xff][A-Za-z\x80-\xff]*+")
_MAX_WORDS = 20_000
_MIN_WORD = 4
_WESTERN = "æøåÆØÅäöüÄÖÜéèêëÉçÇñÑóòôáàâíîïúùûßÿ"
_CENTRAL = "ąćęłńóśźżčďěňřšťůžáéíýúôľőűăâîșțđäöüß"
_BALTIC = "āčēģīķļņšūžąęėįųõäöüåńóśźżłć"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"
_CANDIDATES = {
    **dict.fromkeys(("cp850", "cp865", "cp437", "mac-roman"), _WESTERN),
    **{
        encoding: letters + letters.upper().replace("SS", "")
        for encoding, letters in {
            "cp1250": _CENTRAL, "iso-8859-2": _CENTRAL, "cp1257": _BALTIC, "cp1251": _CYRILLIC, "cp1253": _GREEK,
        }.items()
    },
}  # fmt: skip
"""Encoding → the letters that names in it are expected to have."""

_PURE = {"cp1251", "cp1253"}  # scripts whose words have no letters from A to Z
_SEPARATE = {
    "cp1250": _CANDIDATES["cp1250"], "cp1257": _CANDIDATES["cp1257"], "cp1254": "ğışçöüâîûĞİŞÇÖÜ",
    "iso-8859-10": "áčđŋšŧžÁČĐŊŠŦŽ",
}  # fmt: skip
"""The code pages of which one word may look like a word of Windows-1252, with their letters."""
_TYPOGRAPHY = "–—…•™’‘‚“”„«»°§·´`¨\u00a0\u00ad€£²½©®±×"
_SHARED = "æøåÆØÅäöÄÖéÉüÜ"
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ"
_UPPER, _LOWER = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŒŠŽŸ", "a-zß-öø-ÿœšž"
_JOINERS = "’‘´`·¸¨\u00ad–—…•™/"  # signs that do occur inside a word
_ODD = re.compile(
    rf"[{_LETTER}][^\x00-\x7f{_LETTER}{_JOINERS}][{_LETTER}]"  # a sign between two letters
    rf"|[{_LETTER}][‚„¿¡‰]|[¯®][{_LETTER}]"  # an opening sign behind a letter, a closing one before it
    rf"|[{_LOWER}][{_UPPER}]|[{_LETTER}][{_UPPER}][{_LOWER}]"  # a capital letter inside a word
    r"|[A-Za-z]{2,}’(?!S\b|N’)[B-DF-HJ-NP-TV-XZ]|[A-Za-z]‘(?!s\b|n‘)[b-df-hj-np-tv-xz]"  # an apostrophe for Æ or æ
    rf"|£[{_LOWER}]{{4}}"  # a currency before a word
    r"|^[À-ÖØ-öø-ÿ]{4,}$"  # no letter from A to Z
    r"|[ðþÐÞ].*[âãäåçèêëìîïñòôõùûÂÃÄÅÇÈÊËÌÎÏÑÒÔÕÙÛ]|[âãäåçèêëìîïñòôõùûÂÃÄÅÇÈÊËÌÎÏÑÒÔÕÙÛ].*[ðþÐÞ]"  # of two languages
    r"|\ufffd"
)
_UNIT = re.compile(r"(?i)(?<![A-Za-z])([kdcmns]?m)[²³]")  # m³ may be part of a word
_CLOSING_QUOTE = re.compile(rf"[{_LETTER}]›")


@dataclass(frozen=True, slots=True)
class OddText:
    """A text that is not Windows-1252.

    Attributes:
        line: The line of the first odd word.
        encodings: Likely encoding → samples of odd cells as they would read; {} if none is likely.
    """

    line: int
    encodings: dict[str, str]


_YEAR = re.compile(rb"[\xe5\xc5]{2,4}")
"""åååå in a pattern such as dd.mm.åååå."""


def find_odd_text(content: bytes) -> OddText | None:
    """Return what proves that text is not Windows-1252; None if nothing does.

    Bytes that Windows-1252 does not have always do; odd words only where another code page makes words of them.
    """
    words = [word for word in _list_words(content) if not _YEAR.fullmatch(word)]
    pairs_quotes = b"\x8b" in content  # ‹ opens what › closes
    odd = [word for word in words if _is_odd(word, "cp1252", pairs_quotes=pairs_quotes)]
    if not odd:
        return None
    likely = [encoding for encoding in _CANDIDATES if _explains(encoding, words, odd)]
    is_undefined = any("\ufffd" in word.decode("cp1252", "replace") for word in odd)
    if not likely and not is_undefined:
        return None
    best = max((_count_norwegian(odd, encoding) for encoding in likely), default=0)
    likely = [encoding for encoding in likely if _count_norwegian(odd, encoding) == best]
    cells = _list_cells(content, odd)
    position = content.index(odd[0])
    samples = {encoding: " · ".join(cell.decode(encoding, "replace") for cell in cells) for encoding in likely}
    return OddText(content.count(b"\n", 0, position) + 1, samples)


def list_rare_cells(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the first cells that another code page reads otherwise: (the cell, encoding → the other reading).

    They have letters that Norwegian texts seldom have, and none that only those have.
    """
    rare = [word for word in _list_words(content) if _list_other_readings(word.decode("cp1252", "replace"))]
    cells = [cell.decode("cp1252", "replace") for cell in _list_cells(content, rare)]
    readings = [(cell, _list_other_readings(cell)) for cell in cells]
    return [(cell, others) for cell, others in readings if others]


def _list_other_readings(text: str) -> dict[str, str]:
    other = [letter for letter in _UNIT.sub(r"\1", text) if not letter.isascii() and letter not in _TYPOGRAPHY]
    if all(letter in _SHARED for letter in other) or any(letter in "æøåÆØÅ" for letter in other):
        return {}
    content = text.encode("cp1252", "replace")
    readings: dict[str, str] = {}
    for encoding, expected in _SEPARATE.items():
        reading = content.decode(encoding, "replace")
        letters = [letter for letter in reading if not letter.isascii() and letter not in _TYPOGRAPHY]
        is_likely = all(letter in expected for letter in letters)
        if reading != text and reading not in readings.values() and is_likely:
            readings[encoding] = reading
    return readings


def _list_words(content: bytes) -> list[bytes]:
    """Return the distinct words with other letters than A to Z, in order, up to a limit."""
    words: dict[bytes, None] = {}
    for match in _WORD.finditer(content):
        words[match.group()] = None
        if len(words) >= _MAX_WORDS:
            break
    return list(words)


def _is_odd(word: bytes, encoding: str, *, pairs_quotes: bool = True) -> bool:
    text = _simplify(word.decode(encoding, "replace"), encoding)
    return bool(_ODD.search(text)) or (not pairs_quotes and bool(_CLOSING_QUOTE.search(text)))


def _explains(encoding: str, words: list[bytes], odd: list[bytes]) -> bool:
    """Return whether an encoding makes ordinary words of the odd ones, and no more odd words of the others."""
    others = sum(_is_odd(word, encoding) for word in words)
    return others < len(odd) and all(_is_ordinary(word.decode(encoding, "replace"), encoding) for word in odd)


def _is_ordinary(text: str, encoding: str) -> bool:
    has_ascii = bool(re.search("[A-Za-z]", text))
    is_likely = not has_ascii if encoding in _PURE else has_ascii or len(text) < _MIN_WORD
    is_long = _CANDIDATES[encoding] == _WESTERN or len(text) >= _MIN_WORD  # A±B is no word of Polish
    return (
        is_likely
        and is_long
        and not _ODD.search(_simplify(text, encoding))
        and not re.search("[A-Z]ß", text)
        and all(letter.isascii() or letter in _CANDIDATES[encoding] for letter in text)
    )


def _simplify(text: str, encoding: str) -> str:
    """Return a word without a unit's exponent, and with ASCII for the letters that Windows-1252 does not have."""
    text = _UNIT.sub(r"\1", text)
    letters = _CANDIDATES.get(encoding, _WESTERN)
    if letters == _WESTERN:
        return text
    return "".join(("e" if letter.islower() else "E") if letter in letters else letter for letter in text)


def _count_norwegian(words: list[bytes], encoding: str) -> int:
    return sum(letter in "æøåÆØÅ" for word in words for letter in word.decode(encoding, "replace"))


def _list_cells(content: bytes, odd: list[bytes]) -> list[bytes]:
    """Return the cells of the first odd words."""
    cells: dict[bytes, None] = {}
    for word in odd[:20]:
        position = content.index(word)
        before = re.split(rb'[;,\t|"\r\n]', content[max(position - 40, 0) : position])[-1]
        after = re.split(rb'[;,\t|"\r\n]', content[position : position + 40])[0]
        cells[(before + after).strip()] = None
        if len(cells) == 3:
            break
    return list(cells)
