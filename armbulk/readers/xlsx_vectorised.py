"""Reads a worksheet in large pieces with vectorised string expressions, about ten times as fast as from XML events.

Pieces are read side by side; what they have in common is put together in their order.

Only rows of the usual shape are read: `row` and `c` elements that begin with their reference, cells with one value and
perhaps a formula before it. The rest of the part, and each different tag once, is parsed by expat. Whatever has another
shape or is damaged raises one of `UNREADABLE`, and the careful reader reads it (`xlsx_worksheet`). Both return
the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from threading import Lock

import polars as pl

from armbulk.model.excel import EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from armbulk.model.sheet import CELL, SHOWN
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.readers.side_by_side import map_in_order
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
_LETTERS = re.compile("[A-Z]{1,3}")
_SPACE = '(?: xml:space="preserve")?'
_PLAIN_BODY = rf"^<v>({TEXT})</v></c>$"
_OTHER_BODY = (
    rf"^(?:<(?P<tag>f(?: [^<>/]*)?)(?:/>|>(?P<formula>{TEXT})</f>))?"
    rf"(?:<v{_SPACE}>(?P<value>{TEXT})</v>|(?P<blank><v ?/>)|<is><t{_SPACE}>(?P<inline>{TEXT})</t></is>)?(?P<end></c>)$"
)
_BLANKS = r"^[ \t\n]|>[ \t\n]"
_BLANKS_BETWEEN_TAGS = re.compile(rb"^[ \t\n]+|(?<=>)[ \t\n]+(?=$|<(?!/[tvf]>))")

_COLUMN_BLOCKS = 8

_CELLS = pl.Schema({"row": pl.UInt32(), "column": pl.UInt16(), "text": pl.String(), "kind": CELL})
_LOOKS = pl.Schema({"row": pl.UInt32(), "column": pl.UInt16(), "shown": pl.String()})

_Attributes = dict[str, str]


@dataclass(slots=True)
class _Rows:
    """What was read of a piece.

    Attributes:
        typed: Reads its cells, and counts its formulas.
        cells: Frames of _CELLS.
        looks: Frames of _LOOKS.
        row_tags: (row numbers, the attributes that they have in common).
        rows: The first and the last row; None without any.
        keys: The first and the last cell, as a number that grows from cell to cell; None without any.
        cell_count: How many cells there are, blank ones included.
    """

    typed: TypedCells
    cells: list[pl.DataFrame] = field(default_factory=list)
    looks: list[pl.DataFrame] = field(default_factory=list)
    row_tags: list[tuple[list[int], _Attributes]] = field(default_factory=list)
    rows: tuple[int, int] | None = None
    keys: tuple[int, int] | None = None
    cell_count: int = 0


class VectorisedReader:
    """Reads one worksheet part."""

    def __init__(self, shared: SharedParts, title: str) -> None:
        """Prepare to read the sheet called `title`."""
        self._shared = shared
        self._outline = Outline(shared, title)
        self._last_row = self._last_key = self._formula_count = 0
        self._tags: dict[str, _Attributes] = {}  # the attributes of each different tag
        self._parsed: list[tuple[str, _Attributes]] | None = None  # the tags that expat parsed, while it may
        self._parsing = Lock()
        self._cells: list[pl.DataFrame] = []
        self._looks: list[pl.DataFrame] = []

    def read(self, part: str) -> Worksheet:
        """Read the part; one of UNREADABLE when it has another shape or is damaged."""
        pieces = split_part(self._shared.archive.chunks(part), b"<row ", b"</row>", b"</sheetData>")
        self._parser = create_parser(self._shared.archive, part, next(pieces)[1], {"worksheet": self._describe()})
        for has_rows, group in groupby(pieces, itemgetter(0)):
            same = (piece for _has_rows, piece in group)
            if has_rows:
                for rows in map_in_order(self._read_rows, same):
                    self._add(rows)
            else:
                for piece in same:
                    self._parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        frame, letters = self._build_frame()
        return self._outline.to_worksheet(frame, letters, self._formula_count)

    def _add(self, rows: _Rows) -> None:
        """Add what was read of the next piece; OtherShapeError for rows in another order, or too many."""
        self._shared.cells_left -= rows.cell_count
        if self._shared.cells_left < 0:
            raise OtherShapeError
        if rows.rows is not None:
            if rows.rows[0] <= self._last_row:
                raise OtherShapeError
            self._last_row = rows.rows[1]
        if rows.keys is not None:
            if rows.keys[0] <= self._last_key:
                raise OtherShapeError
            self._last_key = rows.keys[1]
        for numbers, attributes in rows.row_tags:
            self._outline.visibility.add_rows(numbers, attributes)
        self._formula_count += rows.typed.formula_count
        self._cells += rows.cells
        self._looks += rows.looks

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
            with self._parsing:
                self._parsed = []
                self._parser.Parse(f"{before}<{tag}/>{after}".encode(), False)  # noqa: FBT003 - expat's own signature
                names = [name for name, _attributes in self._parsed]
                if names != [*re.findall("[a-z]+", before), tag.partition(" ")[0]]:
                    raise OtherShapeError
                known = self._tags[tag] = self._parsed[-1][1]
                self._parsed = None
        return known

    # --- rows ---------------------------------------------------------------------------------------

    def _read_rows(self, piece: bytes) -> _Rows:
        """Return the rows of a piece of the part."""
        result = _Rows(TypedCells(self._shared))
        piece = unify_line_ends(piece)
        rows = split_items(piece, "</row>").str.split('<c r="')
        if rows.list.first().str.contains(_BLANKS).any():
            piece = _BLANKS_BETWEEN_TAGS.sub(b"", piece)
            rows = split_items(piece, "</row>").str.split('<c r="')
        if rows[-1].len() > 1:  # cells after the last row
            raise OtherShapeError
        numbers = self._read_row_tags(rows.list.first(), result)
        cells = numbers.with_columns(rows.head(-1).list.slice(1).alias("cell")).explode("cell").drop_nulls("cell")
        result.cell_count = cells.height
        if cells.height:
            self._read_cells(cells, result, has_references=b"&" in piece)
        return result

    def _read_row_tags(self, heads: pl.Series, to: _Rows) -> pl.DataFrame:
        """Return the rows with cells: `row` UInt32, `number` as it is written.

        Args:
            to: Gets what the tags say.
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
        rows = fields.select(
            pl.col("1").cast(pl.Int64).alias("row"),
            pl.col("1").alias("number"),
            pl.col("2").str.strip_suffix("/").alias("attributes"),
            pl.col("2").str.ends_with("/").alias("is_empty"),
        )
        row, is_empty = rows["row"], rows["is_empty"]
        if row.null_count() or is_empty.sum() != len(tag) - len(opens) or is_empty.gather(opens).any():
            raise OtherShapeError
        if len(row):
            if row[0] < 1 or not (row.diff() > 0).all() or row[-1] > EXCEL_MAX_ROWS:
                raise OtherShapeError
            to.rows = row[0], row[-1]
        for (attributes,), same in rows.partition_by("attributes", as_dict=True).items():
            to.row_tags.append((same["row"].to_list(), self._parse_tag(f'row r="1"{attributes}')))
        return rows.select(pl.col("row").cast(pl.UInt32), "number")[opens]

    # --- cells --------------------------------------------------------------------------------------

    def _read_cells(self, cells: pl.DataFrame, to: _Rows, *, has_references: bool) -> None:
        """Add cells to what was read.

        Args:
            cells: `row` UInt32, `number` as it is written, `cell`: from the value of its reference to its end.
            to: What was read.
            has_references: Whether the piece has references such as `&amp;`.
        """
        require_short(cells["cell"])
        cells = _divide(cells, "cell", '"', ("reference", "rest"))
        cells = cells.with_columns(pl.col("reference").str.strip_suffix(pl.col("number")).alias("letters"))
        columns = {letters: _to_column(letters) for letters in cells["letters"].unique()}
        column = pl.col("letters").replace_strict(columns, return_dtype=pl.UInt16).alias("column")
        cells = _divide(cells.select("row", column, "rest"), "rest", ">", ("attributes", "body"))
        key = cells["row"].cast(pl.Int64) * EXCEL_MAX_COLUMNS + cells["column"]
        if not (key.diff() > 0).all():
            raise OtherShapeError
        to.keys = key[0], key[-1]
        cells = cells.with_columns(pl.col("body").str.extract(_PLAIN_BODY).alias("value"))
        is_closed = cells["attributes"].str.ends_with("/") & cells["body"].eq_missing("")
        is_plain = cells["value"].is_not_null() | is_closed
        plain = cells.select("row", "column", "attributes", "value")
        if is_plain.all():
            self._read_by_tag(plain, to, has_references=has_references)
        else:
            self._read_by_tag(plain.filter(is_plain), to, has_references=has_references)
            self._read_by_tag(_read_other_bodies(cells.filter(~is_plain)), to, has_references=has_references)

    def _read_by_tag(self, cells: pl.DataFrame, to: _Rows, *, has_references: bool) -> None:
        """Add cells to what was read: `row`, `column`, `attributes`, `value`; perhaps `inline`, `tag` and `formula`."""
        if has_references:
            texts = [name for name in ("value", "inline", "formula") if name in cells.columns]
            cells = cells.with_columns(decode_references(cells[name]) for name in texts)
        if "tag" in cells.columns:
            self._check_formulas(cells["tag"])
        for (attributes,), same in cells.partition_by("attributes", as_dict=True, include_key=False).items():
            parsed = self._parse_cell_tag(attributes, same)
            for typed in to.typed.read(same, parsed.get("t", "n"), parsed.get("s", "0")):
                to.cells.append(typed.select(*_CELLS))
                if "shown" in typed.columns:
                    to.looks.append(typed.select(*_LOOKS).drop_nulls())

    def _parse_cell_tag(self, attributes: str, cells: pl.DataFrame) -> _Attributes:
        """Return the attributes of cells with the same tag; one that ends with a slash has no content."""
        if attributes.endswith("/") and ("tag" in cells.columns or cells["value"].null_count() < cells.height):
            raise OtherShapeError
        return self._parse_tag(f'c r="A1"{attributes.removesuffix("/")}', "<row>", "</row>")

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
        looks = pl.concat([pl.DataFrame(schema=_LOOKS), *self._looks]).partition_by("column", as_dict=True)
        columns = [rows.cast(pl.Int64)]
        letters = []
        for column, own in _divide_by_column(cells):
            letter = to_letters(column)
            letters.append(letter)
            columns += _spread(
                own["text"].alias(letter), own["kind"].alias(f"{letter}.cell"), row=own["row"], rows=rows
            )
            if (column,) in looks:
                look = looks[(column,)]
                columns += _spread(look["shown"].alias(f"{letter}{SHOWN}"), row=look["row"], rows=rows)
        return pl.DataFrame(columns), tuple(letters)


def _divide_by_column(cells: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield the cells of each column, in their order; some columns at once, because it copies the cells."""
    columns = cells["column"].unique().sort()
    step = max(1, len(columns) // _COLUMN_BLOCKS)
    for start in range(0, len(columns), step):
        block = columns.slice(start, step)
        some = cells.filter(pl.col("column").is_between(block[0], block[-1]))
        by_column = some.partition_by("column", as_dict=True, include_key=False)
        for (column,) in sorted(by_column):
            yield column, by_column[(column,)]


def _divide(cells: pl.DataFrame, name: str, separator: str, names: tuple[str, str]) -> pl.DataFrame:
    """Return cells with one column divided into two, at the first separator."""
    return cells.with_columns(pl.col(name).str.splitn(separator, 2).struct.rename_fields(names)).unnest(name)


def _to_column(letters: str) -> int:
    column = to_index(letters) if _LETTERS.fullmatch(letters) else EXCEL_MAX_COLUMNS
    if column >= EXCEL_MAX_COLUMNS:
        raise OtherShapeError
    return column


def _read_other_bodies(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with the fields of their `body`: `value`, `inline`, the `tag` of a formula, and `formula`."""
    bodies = cells["body"].str.extract_groups(_OTHER_BODY).struct.unnest()
    if bodies["end"].null_count():
        raise OtherShapeError
    value = pl.coalesce("value", pl.col("blank").str.head(0)).alias("value")
    return cells.select("row", "column", "attributes").hstack(bodies.select(value, "inline", "tag", "formula"))


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
