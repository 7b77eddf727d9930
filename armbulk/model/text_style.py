"""Styles of words in a report: marks that the terminal shows as colours, and that disappear everywhere else."""

import re
from collections.abc import Mapping
from typing import Any

_STYLES = {"good": "\ue100", "warning": "\ue101", "bad": "\ue102", "strong": "\ue103", "faint": "\ue104"}
_END = "\ue105"
_MARKS = re.compile(f"[{_STYLES['good']}-{_END}]")
_CODES = {
    _STYLES["good"]: "\x1b[32m",
    _STYLES["warning"]: "\x1b[33m",
    _STYLES["bad"]: "\x1b[1;31m",
    _STYLES["strong"]: "\x1b[1m",
    _STYLES["faint"]: "\x1b[2m",
    _END: "\x1b[0m",
}
MARK_CHARS = "".join([*_STYLES.values(), _END])
"""Every mark: characters of the private use area, of which no font has a sign."""

_ASCII = {
    "✓": "OK", "✗": "X", "→": "->", "…": "...", "·": "-", "•": "*", "«": '"', "»": '"', "\u2013": "-", "\u2014": "-",
    "\u201c": '"', "\u201d": '"', "\u2019": "'", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
"""What replaces a sign that a console's code page lacks. Letters have no replacement: a name is not misspelt."""


def style(text: str, name: str) -> str:
    """Return a text with the marks of a style: good, warning, bad, strong or faint."""
    return f"{_STYLES[name]}{text}{_END}" if text else text


def remove_marks(text: str) -> str:
    """Return a text without marks."""
    return _MARKS.sub("", text)


def colour_marks(text: str) -> str:
    """Return a text with ANSI colours for its marks."""
    return _MARKS.sub(lambda match: _CODES[match[0]], text)


def clean_report(value: Any) -> Any:
    """Return a report whose texts have no marks, at any depth: no value of a file or of ARM chooses a colour."""
    if isinstance(value, str):
        return _MARKS.sub("", value) if _MARKS.search(value) else value
    if isinstance(value, Mapping):
        return {name: clean_report(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean_report(each) for each in value]
    return value


def to_encodable(text: str, encoding: str | None) -> str:
    """Return a text whose signs are all in an encoding; letters that it lacks stay, for the stream to replace."""
    try:
        text.encode(encoding or "utf-8")
    except LookupError:
        return text
    except UnicodeEncodeError:
        return "".join(_replace_sign(character, encoding or "utf-8") for character in text)
    return text


def _replace_sign(character: str, encoding: str) -> str:
    if character not in _ASCII:
        return character
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return _ASCII[character]
    return character
