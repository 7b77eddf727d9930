"""Break lines of text at the width of a terminal; amounts, times, paths, commands and short quotations stay whole."""

import re

from armbulk.model.text_style import MARK_CHARS, remove_marks

_NAMES = (
    "check|codes|completion|demo|diff|doctor|evidence|explain|export|fields|import|login|logout|map|migrate|plan|"
    "profiles|purge|resolve|results|resume|runs|sandbox|show|template|undo|usage|version|web"
)
_COMMAND = rf"`[^`]*`|(?<=: )[{MARK_CHARS}]*armbulk (?:{_NAMES})\b.*"
_FILE = (
    r"(?<![^\s(\"'«])(?:[A-Za-z]:)?[\\/].*?"
    r"\.(?:bak|csv|db|html?|json|jsonl|log|md|ods|parquet|pem|toml|tsv|txt|xls[bmx]?|zip)\b"
)
_AMOUNT = r"\b[A-Z]{3} -?\d[\d ]*\d(?:[.,]\d+)?|-?\b\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)(?:[.,]\d+)?(?: [A-Z]{3}\b)?"
_TIME = r"\b\d\d:\d\d(?::\d\d)? UTC(?:[+-]\d\d:\d\d)?"
_QUOTED = r"«[^«»]{1,30}»|\"[^\"]{1,30}\""
_UNBROKEN = re.compile(f"{_COMMAND}|{_FILE}|{_AMOUNT}|{_TIME}|{_QUOTED}")
_HELD = "\ue1ff"  # in place of a space where no line may break

_KEPT = re.compile(
    rf'→|\s*"[^"]*":|[\s{{}}\[\],]*$|\s*\S.*?(?:  |\t)|\s*[{MARK_CHARS}]*armbulk (?:{_NAMES}) (?:-|\S*\.)'
)
"""How lines begin that stay as they are.

A path after an arrow, JSON, rows of a table (with two blanks between), a command with a file or an option.
"""


def wrap_text(text: str, width: int | None) -> str:
    """Return a text whose lines are broken where they are longer than `width` (None: never).

    A line that is indented continues two spaces further to the right. Tables, JSON and paths after an arrow stay.
    """
    if width is None:
        return text
    return "\n".join(line if _KEPT.match(line) else wrap_line(line, width, _hang(line)) for line in text.split("\n"))


def wrap_line(text: str, width: int | None, hang: int = 0) -> str:
    """Return a line, broken where it is longer than `width` (None: never).

    Args:
        text: one line; marks of styles (`text_style`) take no room.
        width: characters of a line.
        hang: spaces before each line but the first.
    """
    if width is None or len(remove_marks(text)) <= width:
        return text
    kept = _UNBROKEN.sub(lambda match: match[0].replace(" ", _HELD), text)
    indent = len(kept) - len(kept.lstrip(" "))
    lines, line, free = [], " " * indent, width - indent
    is_empty = True
    for word in kept[indent:].split(" "):
        size = len(remove_marks(word))
        if not is_empty and size + 1 > free:
            lines.append(line)
            line, free, is_empty = " " * hang, width - hang, True
        line += word if is_empty else f" {word}"
        free -= size if is_empty else size + 1
        is_empty = False
    return "\n".join([*lines, line]).replace(_HELD, " ")


def _hang(line: str) -> int:
    indent = len(line) - len(line.lstrip(" "))
    return indent + 2 if indent else 0
