"""Bytes to text by rule, never by likeness: a mark, else UTF-8, else Windows-1252, which is shown."""

import re

from armbulk.errors import FileError
from armbulk.model.sheet import ReadIssue

DOUBLE_ENCODED = "Ã[\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]|â€|Â[\u00a0-\u00bf]"
"""What is left of a letter such as æ that was encoded twice: it has become two."""

_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
_MARK = b"\xef\xbb\xbf"
_SAMPLES = 3
_SEARCHED = 200_000  # characters that samples are taken from
_AGAIN = "Save the file again as UTF-8, or say its --encoding"


def decode_text(content: bytes, name: str, encoding: str | None) -> tuple[str, list[ReadIssue]]:
    """The text, and what is to be told of it; `encoding` overrides the rule."""
    wide = next((known for mark, known in _WIDE_MARKS.items() if content.startswith(mark)), None)
    if encoding or wide:
        text = _told(content, name, encoding or wide or "", "" if encoding else "its first bytes name")
        if "\x00" in text:
            raise _nul(name, content, len(text[: text.index("\x00")].encode(encoding or wide or "")))
        return text, []
    if b"\x00" in content:
        _refuse_wide(content, name)
        raise _nul(name, content, content.index(b"\x00"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _windows(content, name, error.start)
    _refuse_twice(text, name)
    return text, []


def _told(content: bytes, name: str, encoding: str, by: str) -> str:
    """Decode as the caller or the file's mark says."""
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
        text.encode()  # halves of characters are none
    except LookupError:
        raise FileError("wrong-encoding", f"There is no encoding {encoding!r}", "Use utf-8 or cp1252") from None
    except ValueError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content[:at].count(b"\n") + 1
        what = f"{name} is not in {encoding}{', which ' * bool(by)}{by} (line {line})"
        raise FileError("wrong-encoding", what, "Say another --encoding") from None
    return text


def _nul(name: str, content: bytes, at: int) -> FileError:
    line = content[:at].count(b"\n") + 1
    return FileError("nul-byte", f"{name} line {line} holds a NUL byte (byte {at})", "Save it again as CSV")


def _refuse_wide(content: bytes, name: str) -> None:
    """UTF-16 without its mark: every other byte of a plain text is zero."""
    head = content[:4096]
    if len(head) >= 4 and max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise FileError(
            "wrong-encoding", f"{name} looks like UTF-16 without a mark", "Say --encoding utf-16-le, or save as UTF-8"
        )


def _windows(content: bytes, name: str, first: int) -> tuple[str, list[ReadIssue]]:
    """Windows-1252, as Norwegian Excel saves CSV; `first` is where the file ceases to be UTF-8."""
    if content.startswith(_MARK):
        line = content[: first + len(_MARK)].count(b"\n") + 1
        raise FileError("wrong-encoding", f"{name} says it is UTF-8, but is not (line {line})", _AGAIN)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileError("wrong-encoding", f"{name} is neither UTF-8 nor Windows-1252 (line {line})", _AGAIN) from None
    start = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first), first - _SEARCHED, 0)
    cells = re.split(r'[;,\t|"\r\n]', text[start : first + _SEARCHED])
    samples = dict.fromkeys(cell.strip()[:40] for cell in cells if not cell.isascii())
    return text, [ReadIssue("encoding-guessed", value=" · ".join(list(samples)[:_SAMPLES]))]


def _refuse_twice(text: str, name: str) -> None:
    """Refuse a file all of whose letters such as æ were encoded twice; a single one is told at its cell."""
    found = re.search(DOUBLE_ENCODED, text) if any(one in text for one in "ÃâÂ") else None
    if found is None or re.search(r"[^\W\d_a-zA-Z]", re.sub(DOUBLE_ENCODED, "", text)):
        return
    line = text[: found.start()].count("\n") + 1
    cell = re.split(r'[;,\t|"\r\n]', text[max(found.start() - 40, 0) : found.start()])[-1]
    cell += re.split(r'[;,\t|"\r\n]', text[found.start() : found.start() + 40])[0]
    raise FileError(
        "encoded-twice",
        f"{name}: letters such as æøå were damaged before the file came here, first in line {line}: {cell!r}",
        "Export it again as UTF-8; if the letters are right as they stand, say --encoding utf-8",
    )
