"""What changes in one worksheet: outcome columns, marked cells, corrected cells."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from armbulk.mapping.own_sheets import find_outcome_columns
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.model.outcome_words import find_outcome
from armbulk.model.result_columns import OUTCOME_FIELDS, OUTCOME_HEADERS
from armbulk.model.sheet import Sheet
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.writers import style
from armbulk.writers.style import SheetHeader
from armbulk.writers.xlsx_patch import own_view
from armbulk.writers.xlsx_patch.own_sheets import MAX_LINKS
from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.relations import OFFICE, STRICT_OFFICE
from armbulk.writers.xlsx_patch.row_patch import CellEdit, RowPatcher
from armbulk.writers.xlsx_patch.sheet_frame import (
    Area,
    grow_choice,
    insert_in_order,
    make_room,
    read_column_styles,
    set_columns,
    set_links,
    widen_dimension,
)
from armbulk.writers.xlsx_patch.sheet_stream import OutcomeRow, RowChanges, SheetStream
from armbulk.writers.xlsx_patch.style_book import OwnStyle, StyleBook, Variant, outcome_styles, vary_style
from armbulk.writers.xlsx_patch.tables import grow_table
from armbulk.writers.xlsx_patch.texts import build_outcome_cells, escape_cell_text
from armbulk.writers.xlsx_patch.workbook_part import STRICT
from armbulk.writers.xlsx_patch.xml_part import XmlPart

_SLICE_ROWS = 2_000
_CHAIN = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["']""")
_MAX_MERGED_CELLS = 100_000


@dataclass(slots=True)
class SheetPatch:
    """What changes in one worksheet.

    Attributes:
        sheet: The sheet as it was read.
        header_row: The row of its header; 0 for none.
        rows: The outcomes: `row`, `target` (of `problem_lines`) and the fields; None without.
        letters: Field → letters of its column.
        new_letters: The columns that are new.
        headers: Field → header, of the columns whose header is written.
        key_letter: The column with the records' keys; "" for none.
        edits: Row → column index → change.
        comments: (row, letter) → comment.
        replaced: The cells whose content is replaced, such as B2.
        is_own: Whether it is in a workbook of armbulk's own, which opens with the outcome columns in sight.
        is_result: Whether it is in an earlier result, whose marks are removed.
        outcome_letters: The outcome columns of the earlier result, where they stay as they are.
        problems: The name of the Problems sheet.
        drawing_id: The relation to a new drawing; "" for none.
        filtered: The new range of the filter, once the worksheet is written; "" if it does not change.
        is_wide: Whether it prints two pages wide, once the worksheet is written: the keys are on both.
    """

    sheet: Sheet
    header_row: int = 0
    rows: pl.DataFrame | None = None
    letters: dict[str, str] = field(default_factory=dict)
    new_letters: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    key_letter: str = ""
    edits: dict[int, dict[int, CellEdit]] = field(default_factory=dict)
    comments: dict[tuple[int, str], str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    is_own: bool = False
    is_result: bool = False
    outcome_letters: tuple[str, ...] = ()
    problems: str = ""
    drawing_id: str = ""
    filtered: str = ""
    is_wide: bool = False
    _has_tables: bool = False

    def add_edit(self, row: int, letter: str, edit: CellEdit) -> None:
        """Add a change of a cell."""
        self.edits.setdefault(row, {})[to_index(letter)] = edit

    def add_marks(self, marks: Mapping[tuple[int, str], tuple[str, str]]) -> None:
        """Add colours and comments: (row, letter) → (colour, comment)."""
        covered = _find_covered(self.sheet.merged_ranges, {row for row, _ in marks})
        for (row, letter), (colour, comment) in marks.items():
            index = to_index(letter)
            if (row, index) in covered:
                continue  # the cell that is shown for it is marked too
            before = self.edits.get(row, {}).get(index, CellEdit())
            if before.xml is None:
                self.add_edit(
                    row, letter, CellEdit(None, vary_style(colour, is_text=before.text is not None), before.text)
                )
            earlier = self.comments.get((row, letter))
            self.comments[row, letter] = f"{earlier}\n\n{comment}" if earlier else comment

    def grow_tables(self, package: Package, part: str) -> None:
        """Make the tables of the worksheet include the outcome columns."""
        tables = [name for name in package.relations(part).targets("table") if package.has(name)]
        self._has_tables = bool(tables)
        headers = {to_index(self.letters[name]): text for name, text in self.headers.items()}
        for name in tables if headers else ():
            kept = grow_table(package, name, self.header_row, headers)
            self.headers = {
                name: text for name, text in self.headers.items() if to_index(self.letters[name]) not in kept
            }

    def replaces_formula(self, chain: bytes) -> bool:
        """Return whether a cell that is replaced is in the order of calculations."""
        columns = set(self.letters.values()) - self.new_letters
        if not columns and not self.replaced:
            return False
        return any(
            (cell := match[1].decode()) in self.replaced or cell.rstrip("0123456789") in columns
            for match in _CHAIN.finditer(chain)
        )

    def write(self, pieces: Iterable[bytes], styles: StyleBook) -> Iterator[bytes]:
        """Yield the worksheet with its changes."""
        stream = SheetStream(pieces)
        head, data = stream.head, self._data_area()
        widths = {
            to_index(letter): style.OUTCOME_WIDTHS[name]
            for name, letter in self.letters.items()
            if letter in self.new_letters
        }
        columns = read_column_styles(head)
        changes = self._make_room_for_symbols(head) | self._set_view(head)
        if widths or changes:
            set_columns(head, widths, changes)
        widen_dimension(head, data.right, data.bottom)
        yield stream.render_head()
        marked = styles.list_marked() if self.is_result else frozenset()
        kept = frozenset(letter.encode() for letter in (*self.letters.values(), *self.outcome_letters))
        patcher = RowPatcher(stream.prefix, styles.vary, columns, styles.unmark, marked, kept)
        self._add_headers(styles, stream.prefix)
        yield from stream.rows(patcher, self._row_changes(styles, stream.prefix))
        tail = stream.tail_part(stream.read_tail())
        if self.letters:
            area = grow_choice(tail, self.header_row, data, may_add=not self._has_tables)
            self.filtered = area.reference if area else ""
            self.is_wide = self.is_own and bool(self.key_letter) and own_view.print_on_two_pages(tail)
        if self.rows is not None:
            linked = self.rows.filter(pl.col("target").is_not_null())
            pairs = zip(linked["row"], linked["target"], strict=True)
            set_links(tail, self.letters[style.COLOURED_FIELD], self.problems, pairs, MAX_LINKS)
        if self.drawing_id:
            office = STRICT_OFFICE if head.root.namespace == STRICT else OFFICE
            xml = f'legacyDrawing xmlns:ab="{office}" ab:id="{self.drawing_id}"/>'
            insert_in_order(tail, "legacyDrawing", xml)
        yield stream.render_tail(tail)

    def _set_view(self, head: XmlPart) -> dict[int, dict[str, str | None]]:
        """Show the outcome columns beside the keys; return the attributes of columns that change."""
        if not self.is_own or not self.key_letter or not self.letters:
            return {}
        header = SheetHeader(self.header_row, self.key_letter)
        first = min(to_index(letter) for letter in self.letters.values())
        own_view.scroll_to_outcomes(head, header, first)
        return own_view.fold_blank_columns(head, self.sheet, header, first)

    def _make_room_for_symbols(self, head: XmlPart) -> dict[int, dict[str, str | None]]:
        """Return the width of the key column of a new result, if the symbols would hide the end of a key."""
        if not self.key_letter or not self.new_letters:
            return {}
        keys = self.sheet.frame.filter(pl.col("row") > self.header_row)[self.key_letter]
        longest = keys.str.len_chars().max()
        return make_room(head, to_index(self.key_letter), longest) if isinstance(longest, int) else {}

    def _data_area(self) -> Area:
        used = [to_index(letter) for letter in (*self.sheet.letters, *self.letters.values())]
        edited = [index for cells in self.edits.values() for index in cells]
        rows = [] if self.rows is None else [int(self.rows["row"][-1])]
        last = max([*rows, *self.edits, self.header_row, 1])
        return Area(min(used, default=0), self.header_row or 1, max([*used, *edited, 0]), last)

    def _add_headers(self, styles: StyleBook, prefix: str) -> None:
        number = styles.add(OwnStyle(style.HEAD, "head"))
        for name, text in self.headers.items():
            letter = self.letters[name]
            xml = (
                f'<{prefix}c r="{letter}{self.header_row}" s="{number}" t="inlineStr"><{prefix}is>'
                f'<{prefix}t xml:space="preserve">{escape_cell_text(text)}</{prefix}t></{prefix}is></{prefix}c>'
            )
            self.add_edit(self.header_row, letter, CellEdit(xml.encode()))

    def _row_changes(self, styles: StyleBook, prefix: str) -> RowChanges:
        is_edited = pl.col("row").is_in(list(self.edits))
        known = frozenset(self.sheet.frame.filter(is_edited)["row"]) if self.edits else frozenset()
        order = sorted(self.letters, key=lambda name: to_index(self.letters[name]))
        return RowChanges(
            outcomes=self._list_outcomes(styles, prefix, order) if self.rows is not None else iter(()),
            columns=tuple(to_index(self.letters[name]) for name in order),
            key_letters=self.key_letter.encode(),
            edits=self.edits,
            known_rows=known,
        )

    def _list_outcomes(self, styles: StyleBook, prefix: str, order: Sequence[str]) -> Iterator[OutcomeRow]:
        assert self.rows is not None  # noqa: S101 - the caller asks only then
        numbers = outcome_styles(styles, style.OUTCOME_COLOURS.values())
        variants: dict[tuple[str, str], Variant | None] = {}
        for rows in map(_add_styles, self.rows.iter_slices(_SLICE_ROWS)):
            cells = build_outcome_cells(rows, order, self.letters, numbers, prefix)
            for number, colour, symbol, xml in zip(rows["row"], rows["colour"], rows["symbol"], cells, strict=True):
                key = colour, symbol
                if key not in variants:
                    variants[key] = vary_style(colour, symbol) if colour else None
                yield OutcomeRow(number, xml.encode(), variants[key])


def build_outcomes(sheet: Sheet, header: SheetHeader, rows: pl.DataFrame, lang: str) -> SheetPatch:
    """Return the changes of a worksheet that gets the outcome columns.

    Args:
        sheet: The sheet as it was read.
        header: Its header.
        rows: The outcomes of its rows, in their order.
        lang: The language of the headers.
    """
    letters = find_outcome_columns(sheet, header.row)
    last = max((to_index(letter) for letter in sheet.letters), default=-1)
    new = []
    for name in OUTCOME_FIELDS:
        if name not in letters:
            last += 1
            letters[name] = to_letters(last)
            new.append(letters[name])
    if last >= EXCEL_MAX_COLUMNS:
        message = "it has no room for more columns"
        raise PatchRefusedError(message)
    return SheetPatch(
        sheet,
        header.row,
        rows,
        letters,
        frozenset(new),
        {name: OUTCOME_HEADERS[name].text(lang) for name in OUTCOME_FIELDS},
        header.key_letter,
    )


def _add_styles(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `colour` and `symbol` of outcomes, and `style`, the key of `outcome_styles`."""
    words = {text: find_outcome(text) for text in rows["outcome"].drop_nulls().unique()}
    colours = {text: style.OUTCOME_COLOURS[outcome] for text, outcome in words.items() if outcome}
    symbols = {text: style.OUTCOME_SYMBOLS[outcome] for text, outcome in words.items() if outcome}
    outcome = pl.col("outcome")
    return rows.with_columns(
        colour=outcome.replace_strict(colours, default="", return_dtype=pl.String).fill_null(""),
        symbol=outcome.replace_strict(symbols, default="", return_dtype=pl.String).fill_null(""),
    ).with_columns(
        style=pl.concat_str("colour", pl.when(pl.col("target").is_null()).then(pl.lit("")).otherwise(pl.lit("+")))
    )


def build_marks(
    sheet: Sheet,
    header_row: int | None,
    marks: Mapping[tuple[int, str], tuple[str, str]],
    changes: Sequence[CorrectedCell],
    lang: str,
) -> SheetPatch:
    """Return the changes of a worksheet whose cells are marked and corrected."""
    patch = SheetPatch(sheet)
    if header_row is not None:
        patch.outcome_letters = tuple(find_outcome_columns(sheet, header_row).values())
    covered = _find_covered(sheet.merged_ranges, {change.row for change in changes})
    for change in changes:
        if (change.row, to_index(change.column)) not in covered:
            edit = CellEdit(None, vary_style(style.BLUE, is_text=True), escape_cell_text(change.text).encode())
            patch.add_edit(change.row, change.column, edit)
            patch.comments[change.row, change.column] = style.describe_change(change, lang)
            patch.replaced.add(f"{change.column}{change.row}")
    patch.add_marks(marks)
    return patch


def _find_covered(ranges: Sequence[str], rows: set[int]) -> frozenset[tuple[int, int]]:
    """Return the cells of merged ranges, in some rows, that are not shown: all but the first of each range."""
    ordered = sorted(rows)
    covered: set[tuple[int, int]] = set()
    for reference in ranges if rows else ():
        area = Area.parse(reference)
        if area is None:
            continue
        for row in ordered[bisect_left(ordered, area.top) :]:
            if row > area.bottom or len(covered) > _MAX_MERGED_CELLS:
                break
            covered |= {(row, index) for index in range(area.left, area.right + 1)} - {(area.top, area.left)}
    return frozenset(covered)
