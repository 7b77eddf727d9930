"""Prose in lines that fit the terminal: they end between words. Elsewhere a sentence stays on one line."""

import os
import re
import shutil
from typing import TextIO

_MIN_WIDTH = 20
_COMMAND = r"`[^`]*`|(?<=: )armbulk .+"
_FILE = (
    r"(?<![^\s(\"'«])(?:[A-Za-z]:)?[\\/].*?\.(?:bak|csv|db|json|jsonl|log|md|ods|parquet|pem|toml|tsv|txt|xls[bmx]?)\b"
)
_AMOUNT = r"(?:\b[A-Z]{3} )?-?\b\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d+)?(?: [A-Z]{3}\b)?|\b[A-Z]{3} -?\d+[.,]\d\d\b"
_TIME = r"\b\d\d:\d\d(?::\d\d)? UTC(?:[+-]\d\d:\d\d)?"
_WORD = re.compile(rf"(?:{_COMMAND}|{_FILE}|{_AMOUNT}|{_TIME}|\S)+")
"""What stays on one line: a word, and commands, paths of files, amounts and times with blanks in them."""

_KEPT = re.compile(r'→|\s*"[^"]*":|[\s{}\[\],]*$|\s*\S.*?(?:  |\t)')
"""How lines begin that stay as they are: a path after an arrow, JSON, and rows of a table (with two blanks between)."""


def wrap_for(text: str, stream: TextIO) -> str:
    """Return a text for a stream: in lines that fit, if it is a terminal."""
    width = _find_width(stream)
    return text if width is None else wrap_text(text, width)


def wrap_text(text: str, width: int) -> str:
    """Return a text whose longer lines are divided between words; what is indented stays so.

    Words longer than a line, rows of tables, JSON and paths after an arrow are not divided.

    Args:
        text: prose in any number of lines.
        width: how many characters fit on a line.
    """
    return "\n".join(_wrap_line(line, max(width, _MIN_WIDTH)) for line in text.split("\n"))


def _wrap_line(line: str, width: int) -> str:
    if len(line) <= width or _KEPT.match(line):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    following = f"{indent}  " if indent else ""
    lines, current = [], ""
    for word in _WORD.findall(line):
        longer = f"{current} {word}" if current else f"{indent}{word}"
        if current and len(longer) > width:
            lines.append(current)
            longer = f"{following}{word}"
        current = longer
    return "\n".join([*lines, current])


def _find_width(stream: TextIO) -> int | None:
    """Return how many characters fit on a line of a terminal; None for another stream."""
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, OSError, ValueError):  # a stream without a file
        columns = 0
    return (columns or shutil.get_terminal_size().columns) - 1  # some consoles add a line after a full one
