"""Reads the shared texts of a workbook: vectorised where they have the usual shape, else one by one."""

from collections.abc import Callable
from xml.parsers import expat

import polars as pl

from armbulk.i18n import Text, _
from armbulk.readers.cell_buffer import TextBuffer
from armbulk.readers.xlsx_pieces import (
    TEXT,
    UNREADABLE,
    OtherShapeError,
    create_parser,
    decode_references,
    require_short,
    split_items,
    split_part,
    unify_line_ends,
)
from armbulk.readers.xlsx_shared import MAX_CELLS, MAX_RAW_CHARS, SPREADSHEET, SharedParts, text_too_long
from armbulk.readers.xlsx_values import unescape_texts
from armbulk.readers.xml_elements import Element

_PLAIN_ITEM = rf'^<si><t(?: xml:space="preserve")?>({TEXT})</t>$'
_BLANKS = " \t\n"


def read_texts(shared: SharedParts, part: str) -> None:
    """Read the shared texts into `shared.texts`; FileError when they cannot be read.

    Runs of formatting are joined, phonetic readings are left out.
    """
    bytes_left = shared.archive.bytes_left
    try:
        shared.texts = read_vectorised(shared, part)
    except UNREADABLE:  # the careful reader reads what is unusual, and names what is wrong
        shared.archive.bytes_left = bytes_left
        shared.texts = read_carefully(shared, part)


def read_carefully(shared: SharedParts, part: str) -> pl.Series:
    """Return the shared texts; FileError when they cannot be read."""
    texts = TextBuffer()
    shared.archive.parse(part, _Items(shared, texts.add).describe(), SPREADSHEET)
    return texts.to_series()


def read_vectorised(shared: SharedParts, part: str) -> pl.Series:
    """Return the shared texts; any error when the part has another shape than usual."""
    odd_texts: list[str] = []
    pieces = split_part(shared.archive.chunks(part), b"<si>", b"</si>", b"</sst>")
    head = next(pieces)[1]
    parser = create_parser(shared.archive, part, head, _Items(shared, odd_texts.append).describe())
    parts = [pl.Series(dtype=pl.String)]
    for has_items, piece in pieces:
        if not has_items:
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            continue
        items = split_items(unify_line_ends(piece), "</si>")
        require_short(items)
        items = items.str.strip_chars_start(_BLANKS)
        if items[-1]:
            raise OtherShapeError
        parts.append(_read_items(items.head(-1), parser, odd_texts))
        if sum(map(len, parts)) > MAX_CELLS:
            raise OtherShapeError
    parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    if odd_texts:  # items before the first `<si>`, or after the last one
        raise OtherShapeError
    return pl.concat(parts, rechunk=True)


def _read_items(items: pl.Series, parser: expat.XMLParserType, odd_texts: list[str]) -> pl.Series:
    """Return the texts of items; expat parses those with formatting one by one, and the first one to see its place."""
    plain = items.str.extract(_PLAIN_ITEM)
    is_odd = plain.is_null()
    odd = is_odd.arg_true()
    for item in ("<si>", *items.gather(odd)):
        parser.Parse(f"{item}</si>".encode(), False)  # noqa: FBT003 - expat's own signature
    if len(odd_texts) != 1 + len(odd):
        raise OtherShapeError
    texts = unescape_texts(decode_references(plain)).scatter(odd, odd_texts[1:])
    odd_texts.clear()
    return texts


class _Items:
    """Reads shared texts from XML events."""

    def __init__(self, shared: SharedParts, add: Callable[[str], None]) -> None:
        """Prepare to call `add` with each text."""
        self._shared, self._add = shared, add
        self._pieces: list[str] = []
        self._count = self._size = 0

    def describe(self) -> dict[str, Element]:
        """Return the root elements that are read."""
        run = Element(text=self._add_piece)
        item = Element(self._begin, self._end, children={"t": run, "r": Element(children={"t": run})})
        return {"sst": Element(children={"si": item})}

    def _begin(self, _attributes: dict[str, str]) -> None:
        self._pieces.clear()
        self._size = 0

    def _end(self) -> None:
        if self._count >= MAX_CELLS:
            raise self._shared.too_large_error(_("{name} has more than {maximum:number} texts", maximum=MAX_CELLS))
        self._add(self._shared.decode_text("".join(self._pieces), self._where))
        self._count += 1

    def _add_piece(self, piece: str) -> None:
        self._size += len(piece)
        if self._size > MAX_RAW_CHARS:
            raise self._shared.archive.damaged_error(text_too_long(self._where()))
        self._pieces.append(piece)

    def _where(self) -> Text:
        return _("shared text {number}", number=self._count)
