"""Reads a worksheet in large pieces with vectorised string expressions, about ten times as fast as from XML events.

Only rows of the usual shape are read: `row` and `c` elements that begin with their reference, cells with one value and
perhaps a formula before it. The rest of the part, and each different tag once, is parsed by expat. Whatever has another
shape or is damaged raises one of `UNREADABLE`, and the careful reader reads it (`xlsx_worksheet`). Both return
the same.
"""

import re
from functools import partial

import polars as pl

from armbulk.model.excel import EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from armbulk.model.sheet import CELL, SHOWN
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.readers.xlsx_outline import CELL_ELEMENTS, Outline, Worksheet
from armbulk.readers.xlsx_pieces import (
    TEXT,
    OtherShapeError,
    create_parser,
    decode_references,
    require_short,
    split_items,
    split_part,
    unify_line_ends,
)
from armbulk.readers.xlsx_shared import SharedParts
from armbulk.readers.xlsx_typed_cells import TypedCells
from armbulk.readers.xml_elements import Element

_ROW_TAG = '^<row r="([0-9]{1,7})"([^<>]*)>$'
_REFERENCE = 'r="(?P<letters>[A-Z]{1,3})(?P<number>[0-9]{1,7})"(?P<attributes>[^<>/]*)'
_SPACE = '(?: xml:space="preserve")?'
_VALUE_CELL = rf"^{_REFERENCE}(?:/>|>(?:<v>(?P<value>{TEXT})</v>)?</c>)$"
_ANY_CELL = (
    rf"^{_REFERENCE}(?:/>|>(?:<(?P<tag>f(?: [^<>/]*)?)(?:/>|>(?P<formula>{TEXT})</f>))?"
    rf"(?:<v{_SPACE}>(?P<value>{TEXT})</v>|<is><t{_SPACE}>(?P<inline>{TEXT})</t></is>)?</c>)$"
)
_MARKS = (b"<f", b"<is>", b"<v ")  # what only `_ANY_CELL` matches
_BLANK = b"<v></v>"
_BLANKS_BETWEEN_TAGS = re.compile(rb">[ \t\n]+<(?!/[tvf]>)")

_CELLS = pl.Schema({"row": pl.UInt32(), "column": pl.UInt16(), "text": pl.String(), "kind": CELL})
_LOOKS = pl.Schema({"row": pl.UInt32(), "column": pl.UInt16(), "shown": pl.String()})

_Attributes = dict[str, str]


class VectorisedReader:
    """Reads one worksheet part."""

    def __init__(self, shared: SharedParts, title: str) -> None:
        """Prepare to read the sheet called `title`."""
        self._shared = shared
        self._outline = Outline(shared, title)
        self._typed = TypedCells(shared)
        self._last_row = self._last_key = 0
        self._tags: dict[str, _Attributes] = {}  # the attributes of each different tag
        self._parsed: list[tuple[str, _Attributes]] | None = None  # the tags that expat parsed, while it may
        self._cells: list[pl.DataFrame] = []
        self._looks: list[pl.DataFrame] = []

    def read(self, part: str) -> Worksheet:
        """Read the part; one of UNREADABLE when it has another shape or is damaged."""
        pieces = split_part(self._shared.archive.chunks(part), b"<row ", b"</row>", b"</sheetData>")
        self._parser = create_parser(self._shared.archive, part, next(pieces)[1], {"worksheet": self._describe()})
        for has_rows, piece in pieces:
            if has_rows:
                self._add_rows(piece)
            else:
                self._parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        frame, letters = self._build_frame()
        return self._outline.to_worksheet(frame, letters, self._typed.formula_count)

    # --- tags ---------------------------------------------------------------------------------------

    def _describe(self) -> Element:
        """Return the elements that expat reads: those outside of the rows, and single tags of rows."""
        formula = Element(partial(self._note_tag, "f"))
        cell = Element(partial(self._note_tag, "c"), children={"f": formula}, refused=CELL_ELEMENTS)
        row = Element(partial(self._note_tag, "row"), children={"c": cell}, refused=CELL_ELEMENTS)
        rows = Element(children={"row": row}, refused=CELL_ELEMENTS)
        return Element(children={**self._outline.describe(), "sheetData": rows})

    def _note_tag(self, name: str, attributes: _Attributes) -> None:
        if self._parsed is None:
            raise OtherShapeError
        self._parsed.append((name, attributes))

    def _parse_tag(self, tag: str, before: str = "", after: str = "") -> _Attributes:
        """Return the attributes of a tag without its brackets; expat parses it between what is before and after it."""
        known = self._tags.get(tag)
        if known is None:
            self._parsed = []
            self._parser.Parse(f"{before}<{tag}/>{after}".encode(), False)  # noqa: FBT003 - expat's own signature
            if [name for name, _attributes in self._parsed] != [*re.findall("[a-z]+", before), tag.partition(" ")[0]]:
                raise OtherShapeError
            known = self._tags[tag] = self._parsed[-1][1]
            self._parsed = None
        return known

    # --- rows ---------------------------------------------------------------------------------------

    def _add_rows(self, piece: bytes) -> None:
        """Add the rows of a piece of the part."""
        piece = unify_line_ends(piece).strip(b" \t\n").replace(b"<v/>", _BLANK).replace(b"<v />", _BLANK)
        if b">\n" in piece or b"> " in piece:
            piece = _BLANKS_BETWEEN_TAGS.sub(b"><", piece)
        pattern = _ANY_CELL if any(mark in piece for mark in _MARKS) else _VALUE_CELL
        rows = split_items(piece, "</row>").str.split("<c ")
        if rows[-1].len() > 1:  # cells after the last row
            raise OtherShapeError
        numbers = self._read_row_tags(rows.list.first())
        cells = pl.DataFrame({"row": numbers, "cell": rows.head(-1).list.slice(1)}).explode("cell").drop_nulls("cell")
        self._shared.cells_left -= cells.height
        if self._shared.cells_left < 0:
            raise OtherShapeError
        if cells.height:
            self._add_cells(cells, pattern, has_references=b"&" in piece)

    def _read_row_tags(self, heads: pl.Series) -> pl.Series:
        """Return the numbers of rows with cells (UInt32).

        Args:
            heads: What comes before the first cell of each row: its tag, and those of empty rows before it; at last,
                the tags of empty rows after the last row.
        """
        tags = heads.str.extract_all("<[^<>]*>")
        if not (tags.list.join("") == heads).all():
            raise OtherShapeError
        opens = tags.list.len().cast(pl.Int64).cum_sum().head(-1) - 1  # the index of the tag that each row begins with
        tag = tags.list.explode(empty_as_null=False)
        require_short(tag)
        fields = tag.str.extract_groups(_ROW_TAG).struct.unnest()
        number = fields["1"].cast(pl.Int64)
        is_empty = fields["2"].str.ends_with("/")
        if number.null_count() or is_empty.sum() != len(tag) - len(opens) or is_empty.gather(opens).any():
            raise OtherShapeError
        if len(number):
            if number[0] <= self._last_row or not (number.diff() > 0).all() or number[-1] > EXCEL_MAX_ROWS:
                raise OtherShapeError
            self._last_row = number[-1]
        self._note_visibility(pl.DataFrame({"number": number, "attributes": fields["2"].str.strip_suffix("/")}))
        return number.gather(opens).cast(pl.UInt32)

    def _note_visibility(self, rows: pl.DataFrame) -> None:
        for (attributes,), same in rows.partition_by("attributes", as_dict=True).items():
            parsed = self._parse_tag(f'row r="1"{attributes}')
            self._outline.visibility.add_rows(same["number"], parsed)

    # --- cells --------------------------------------------------------------------------------------

    def _add_cells(self, cells: pl.DataFrame, pattern: str, *, has_references: bool) -> None:
        """Add cells: `row` UInt32, `cell`: from its reference to its end."""
        require_short(cells["cell"])
        fields = cells["cell"].str.extract_groups(pattern).struct.unnest()
        if fields["letters"].null_count() or not (fields["number"].cast(pl.UInt32) == cells["row"]).all():
            raise OtherShapeError
        columns = {letters: to_index(letters) for letters in fields["letters"].unique()}
        if max(columns.values()) >= EXCEL_MAX_COLUMNS:
            raise OtherShapeError
        column = fields["letters"].replace_strict(columns, return_dtype=pl.UInt16)
        key = cells["row"].cast(pl.Int64) * EXCEL_MAX_COLUMNS + column
        if key[0] <= self._last_key or not (key.diff() > 0).all():
            raise OtherShapeError
        self._last_key = key[-1]
        if has_references:
            texts = [name for name in fields.columns if name in {"value", "formula", "inline"}]
            fields = fields.with_columns(decode_references(fields[name]) for name in texts)
        self._add_by_tag(fields.drop("letters", "number").with_columns(cells["row"], column.alias("column")))

    def _add_by_tag(self, cells: pl.DataFrame) -> None:
        """Add cells: `row`, `column`, `attributes`, `value`; perhaps `inline`, `tag`, and `formula`."""
        if "tag" in cells.columns:
            self._check_formulas(cells["tag"])
        for (attributes,), same in cells.partition_by("attributes", as_dict=True, include_key=False).items():
            parsed = self._parse_tag(f'c r="A1"{attributes}', "<row>", "</row>")
            for typed in self._typed.read(same, parsed.get("t", "n"), parsed.get("s", "0")):
                self._cells.append(typed.select(*_CELLS))
                if "shown" in typed.columns:
                    self._looks.append(typed.select(*_LOOKS).drop_nulls())

    def _check_formulas(self, tags: pl.Series) -> None:
        """Parse the tags of formulas; only the careful reader reads array formulas whose values are not trusted."""
        for tag in tags.unique().drop_nulls():
            attributes = self._parse_tag(tag, "<row><c>", "</c></row>")
            if "ref" in attributes and attributes.get("t") != "shared" and not self._shared.trusts_formulas:
                raise OtherShapeError

    # --- the frame ----------------------------------------------------------------------------------

    def _build_frame(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Return (the frame of `model.sheet.Sheet`, its letters)."""
        cells = pl.concat([pl.DataFrame(schema=_CELLS), *self._cells])
        self._cells = []
        rows = cells["row"].unique().sort()
        self._outline.refuse_sparse(len(rows), cells["column"].n_unique(), cells.height)
        by_column = cells.partition_by("column", as_dict=True, include_key=False)
        del cells
        looks = pl.concat([pl.DataFrame(schema=_LOOKS), *self._looks]).partition_by("column", as_dict=True)
        columns = [rows.cast(pl.Int64)]
        letters = []
        for (column,) in sorted(by_column):
            letter = to_letters(column)
            letters.append(letter)
            cells = by_column.pop((column,))
            columns += _spread(
                cells["text"].alias(letter), cells["kind"].alias(f"{letter}.cell"), row=cells["row"], rows=rows
            )
            if (column,) in looks:
                cells = looks[(column,)]
                columns += _spread(cells["shown"].alias(f"{letter}{SHOWN}"), row=cells["row"], rows=rows)
        return pl.DataFrame(columns), tuple(letters)


def _spread(*columns: pl.Series, row: pl.Series, rows: pl.Series) -> list[pl.Series]:
    """Return the columns of cells in these rows, null in the others.

    Args:
        columns: What the cells have.
        row: The row of each cell.
        rows: All rows.
    """
    if len(row) == len(rows) and row.is_sorted():
        return list(columns)
    numbers = pl.int_range(len(row), dtype=pl.UInt32, eager=True)
    nowhere = pl.Series([None], dtype=pl.UInt32).new_from_index(0, len(rows))
    index = nowhere.scatter(rows.search_sorted(row), numbers)
    return [each.gather(index) for each in columns]
