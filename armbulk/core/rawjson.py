"""The records of a list as ARM wrote them: their own text, not one written again."""

import json
import re
from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def raw_records(body: bytes, count: int) -> list[str]:
    """The text of each record of the one array at the top that holds `count` of them, each on one line."""
    text = body.decode("utf-8-sig")
    start = _skip(text, 0)
    if text[start] == "[":
        return _items(text, start)[0]
    at = _skip(text, start + 1)
    while text[at] != "}":
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if text[at] == "[":
            found, at = _items(text, at)
            if len(found) == count:
                return found
        else:
            _, at = _DECODER.raw_decode(text, at)
        at = _next(text, at)
    raise ValueError("the answer does not hold the records it was said to hold")


def _items(text: str, at: int) -> tuple[list[str], int]:
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append(_one_line(text[at:end]))
        at = _next(text, end)
    return found, at + 1


def _next(text: str, at: int) -> int:
    """Behind a value: past its comma, if there is one."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found: Any = _BLANK.match(text, at)
    return int(found.end())


def _one_line(record: str) -> str:
    """Line breaks in JSON stand only between its words: they may be blanks as well."""
    return record.replace("\r", " ").replace("\n", " ") if "\n" in record or "\r" in record else record
