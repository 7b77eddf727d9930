"""Large XML parts in pieces, for vectorised reading: the parts between two tags, and the texts inside them.

What is read here is a strict part of XML, so that each piece means what expat makes of it. Everything else raises
OtherShapeError, and the part is read by expat.
"""

import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

import polars as pl

from armbulk.errors import FileError
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_shared import SPREADSHEET
from armbulk.readers.xml_elements import Element

PIECE_BYTES = 1 << 21
"""How many bytes of a part are read at once."""

MIN_BYTES = 1 << 16
"""How many bytes the items of a part have at least: fewer are read faster one by one."""

MAX_ITEM_BYTES = 32_767
"""How many bytes a cell, a tag or a text may have: no limit for texts applies to shorter ones."""

TEXT = r"[^<>\x00-\x08\x0B-\x1F\x{FFFE}\x{FFFF}]*"
"""A pattern of polars: text without markup, of characters that XML allows; line ends must be line feeds already."""

_MAX_HEAD_BYTES = 1 << 20
_MAX_REFERENCES = 1_000
_NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'"}
_NUMBERED = re.compile(r"&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));")


class OtherShapeError(Exception):
    """A part has something that only the careful reader reads."""


UNREADABLE = (OtherShapeError, FileError, ValueError, LookupError, expat.ExpatError, pl.exceptions.PolarsError)
"""The errors with which vectorised reading ends where a part has another shape, or is damaged."""


def create_parser(archive: WorkbookArchive, part: str, head: bytes, roots: dict[str, Element]) -> expat.XMLParserType:
    """Return a parser that has parsed the begin of a part; one of UNREADABLE where it is not written in UTF-8."""
    encoding = archive.find_encoding(head, part)
    if encoding != "utf-8":
        raise OtherShapeError
    parser = archive.create_parser(part, encoding, roots, SPREADSHEET)
    parser.Parse(head, False)  # noqa: FBT003 - expat's own signature
    return parser


def split_part(chunks: Iterable[bytes], first: bytes, last: bytes, end: bytes) -> Iterator[tuple[bool, bytes]]:
    """Yield a part in pieces: (whether it consists of items, the bytes).

    Args:
        chunks: The part.
        first: How its first item begins.
        last: How an item ends; a piece ends with it.
        end: What follows the last item.

    Raises:
        OtherShapeError: There are few items, or one is too long, or what comes before them; or there is no end.
    """
    stream = iter(chunks)
    buffer = bytearray()
    begin = -1
    while begin < 0 and (chunk := next(stream, b"")):
        buffer += chunk
        begin = buffer.find(first)
        if begin < 0 and len(buffer) > _MAX_HEAD_BYTES:
            raise OtherShapeError
    if begin < 0:  # there are no items
        yield False, bytes(buffer)
        return
    yield False, bytes(buffer[:begin])
    del buffer[:begin]
    searched = size = 0
    while (finish := buffer.find(end, searched)) < 0:
        searched = max(0, len(buffer) - len(end))
        if len(buffer) >= PIECE_BYTES:
            cut = buffer.rfind(last) + len(last)
            if cut < len(last):
                raise OtherShapeError
            size += cut
            yield True, bytes(buffer[:cut])
            del buffer[:cut]
            searched = 0
        chunk = next(stream, b"")
        if not chunk:
            raise OtherShapeError
        buffer += chunk
    if size + finish < MIN_BYTES:
        raise OtherShapeError
    yield True, bytes(buffer[:finish])
    yield False, bytes(buffer[finish:])
    for chunk in stream:
        yield False, chunk


def split_items(piece: bytes, last: str) -> pl.Series:
    """Return the items of a piece (String), each without its end `last`, and what follows the last of them.

    Raises:
        OtherShapeError: The piece is not UTF-8.
    """
    try:
        text = pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        raise OtherShapeError from None
    return text.str.split(last).explode()


def unify_line_ends(piece: bytes) -> bytes:
    """Return a piece with line feeds as its line ends, as XML requires it of a reader."""
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece


def require_short(items: pl.Series) -> None:
    """Refuse items that are longer than any limit for texts (OtherShapeError)."""
    if (items.str.len_bytes().max() or 0) > MAX_ITEM_BYTES:  # type: ignore[operator]
        raise OtherShapeError


def decode_references(texts: pl.Series) -> pl.Series:
    """Return texts with entities and numbers replaced by their characters (OtherShapeError for others)."""
    escaped = texts.filter(texts.str.contains("&", literal=True).fill_null(value=False))
    if escaped.is_empty():
        return texts
    references = escaped.str.extract_all("&[^;&]*;?").explode().unique().to_list()
    if len(references) > _MAX_REFERENCES:
        raise OtherShapeError
    return texts.str.replace_many(references, [_decode(reference) for reference in references])


def _decode(reference: str) -> str:
    if reference in _NAMED:
        return _NAMED[reference]
    match = _NUMBERED.fullmatch(reference)
    code = (int(match[1]) if match[1] else int(match[2], 16)) if match else 0
    is_character = code in {0x9, 0xA, 0xD} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    if is_character or 0x10000 <= code <= 0x10FFFF:
        return chr(code)
    raise OtherShapeError
