"""Decode bytes by rule: a byte order mark, else UTF-8, else Windows-1252, which is reported."""

import re

from armbulk.errors import FileError
from armbulk.i18n import _, join_choices
from armbulk.model.sheet import ReadIssue
from armbulk.readers.code_pages import OddText, find_odd_text, list_rare_cells

DOUBLE_ENCODED = "Ã[\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]|â€|Â[\u00a0-\u00bf]"
"""The two characters that a letter such as æ becomes when it is encoded twice."""

_DOS = frozenset({"cp850", "cp865", "cp437"})
_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
_MARK = b"\xef\xbb\xbf"
_MAX_SAMPLES = 3
_SAMPLED_CHARS = 200_000  # the length of the text that samples are taken from
_SAVE_AGAIN = _("Save the file again as UTF-8, or use --encoding, for example --encoding cp865")


def decode_text(content: bytes, name: str, encoding: str | None) -> tuple[str, list[ReadIssue]]:
    """Return (the text, issues); `encoding` overrides the rule. FileError if the bytes are not in that encoding."""
    by_mark = next((codec for mark, codec in _WIDE_MARKS.items() if content.startswith(mark)), None)
    codec = encoding or by_mark
    if codec:
        text = _decode_as(content, name, codec, by_mark=not encoding)
        if "\x00" in text:
            raise _nul_error(name, content, len(text[: text.index("\x00")].encode(codec)))
        return text, []
    if b"\x00" in content:
        _refuse_utf_16(content, name)
        raise _nul_error(name, content, content.index(b"\x00"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_windows_1252(content, name, error.start)
    _refuse_encoded_twice(text, name)
    return text, []


def _decode_as(content: bytes, name: str, encoding: str, *, by_mark: bool) -> str:
    """Decode with the encoding that the user or the file's byte order mark names."""
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
        text.encode()  # lone surrogates are no characters
    except LookupError:
        raise FileError(
            "wrong-encoding",
            _("There is no encoding called '{encoding}'", encoding=encoding),
            _("Use for example --encoding utf-8 or --encoding cp1252"),
        ) from None
    except ValueError as error:
        position = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content[:position].count(b"\n") + 1
        what = (
            _("{name} begins as {encoding} but is not (line {line})", name=name, encoding=encoding, line=line)
            if by_mark
            else _("{name} is not in the encoding {encoding} (line {line})", name=name, encoding=encoding, line=line)
        )
        raise FileError(
            "wrong-encoding", what, _("Use --encoding with the right encoding, or save the file again as UTF-8")
        ) from None
    return text


def _nul_error(name: str, content: bytes, position: int) -> FileError:
    line = content[:position].count(b"\n") + 1
    return FileError(
        "nul-byte",
        _("{name}: line {line} contains a NUL byte (byte {position})", name=name, line=line, position=position),
        _("Export or save the file again as CSV"),
    )


def _refuse_utf_16(content: bytes, name: str) -> None:
    """Refuse UTF-16 without a byte order mark: every other byte of plain text is zero."""
    head = content[:4096]
    if len(head) >= 4 and max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise FileError(
            "wrong-encoding",
            _("{name} seems to be UTF-16, but has no byte order mark", name=name),
            _("Use --encoding utf-16-le, or save the file again as UTF-8"),
        )


def _decode_windows_1252(content: bytes, name: str, first: int) -> tuple[str, list[ReadIssue]]:
    """Decode Windows-1252, as Norwegian Excel saves CSV; `first` is the first byte that is not UTF-8."""
    if content.startswith(_MARK):
        line = content[: first + len(_MARK)].count(b"\n") + 1
        raise FileError(
            "wrong-encoding", _("{name} begins as UTF-8 but is not (line {line})", name=name, line=line), _SAVE_AGAIN
        )
    odd = find_odd_text(content)
    if odd is not None:
        encoding = _find_dos_encoding(content, odd)
        if encoding is None:
            raise _other_code_page_error(name, odd)
        examples = next(iter(odd.encodings.values()))
        return content.decode(encoding), [ReadIssue("encoding-guessed", value=examples, detail=encoding)]
    text = content.decode("cp1252")
    examples = " · ".join(_list_samples(content, text, first))
    return text, [ReadIssue("encoding-guessed", value=examples, detail="Windows-1252")]


def _find_dos_encoding(content: bytes, odd: OddText) -> str | None:
    """Return the DOS code page of a text, where all that make words of it read the whole text alike."""
    if not odd.encodings or not _DOS.issuperset(odd.encodings):
        return None
    texts = {content.decode(encoding) for encoding in odd.encodings}
    return next(iter(odd.encodings)) if len(texts) == 1 else None


def _list_samples(content: bytes, text: str, first: int) -> list[str]:
    """Return cells with other letters than A to Z: those that another code page reads otherwise, then the first ones.

    The other reading is named: `Gdañsk (cp1250: Gdańsk)`.
    """
    samples = [
        f"{cell} ({', '.join(f'{encoding}: {reading}' for encoding, reading in readings.items())})"
        for cell, readings in list_rare_cells(content)
    ]
    start = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first), first - _SAMPLED_CHARS, 0)
    cells = re.split(r'[;,\t|"\r\n]', text[start : first + _SAMPLED_CHARS])
    plain = dict.fromkeys(cell.strip()[:40] for cell in cells if not cell.isascii())
    return [*samples, *(cell for cell in plain if not any(each.startswith(f"{cell} (") for each in samples))][
        :_MAX_SAMPLES
    ]


def _other_code_page_error(name: str, odd: OddText) -> FileError:
    """Return the error for text of another code page, with the likely ones and what the text would be."""
    what = _("{name} is neither UTF-8 nor Windows-1252 (line {line})", name=name, line=odd.line)
    if not odd.encodings:
        return FileError("wrong-encoding", what, _SAVE_AGAIN)
    readings = "; ".join(f"{encoding}: {sample}" for encoding, sample in odd.encodings.items())
    options = join_choices([f"--encoding {encoding}" for encoding in odd.encodings])
    hint = _("Use {options}, whichever gives the right text. Or save the file again as UTF-8.", options=options)
    return FileError(
        "wrong-encoding", _("{what}. Possible encodings and their text: {readings}", what=what, readings=readings), hint
    )


def _refuse_encoded_twice(text: str, name: str) -> None:
    """Refuse a file all of whose letters such as æ were encoded twice; single ones are reported at their cells."""
    match = re.search(DOUBLE_ENCODED, text) if any(character in text for character in "ÃâÂ") else None
    if match is None or re.search(r"[^\W\d_a-zA-Z]", re.sub(DOUBLE_ENCODED, "", text)):
        return
    line = text[: match.start()].count("\n") + 1
    cell = re.split(r'[;,\t|"\r\n]', text[max(match.start() - 40, 0) : match.start()])[-1]
    cell += re.split(r'[;,\t|"\r\n]', text[match.start() : match.start() + 40])[0]
    raise FileError(
        "encoded-twice",
        _(
            "{name}: characters such as æøå were already corrupted in the file, first in line {line}: '{cell}'",
            name=name,
            line=line,
            cell=cell,
        ),
        _("Export the file again as UTF-8. If the text is right as it is, use --encoding utf-8."),
    )
