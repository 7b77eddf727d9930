"""The rows of checked files as a table: one page of it, filtered, with the problems beside their cells. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

import polars as pl

from armbulk.app.row_choice import ALL, ERRORS, GROUP, WARNINGS, RowChoice, split_group
from armbulk.findings.frame import RenderedFinding, mask_value, render_findings
from armbulk.i18n import format_date
from armbulk.model.fields import MASK, Field, Severity
from armbulk.model.plain_text import cut_lines
from armbulk.model.sheet import Sheet
from armbulk.resources import fields_by_name
from armbulk.resources.identifiers import mask_national_id_texts
from armbulk.results.file_columns import list_file_columns
from armbulk.validation.check import Checked

PAGE_ROWS = 50
"""Rows of a page."""

MAX_NOTES = 20
"""How many problems of a whole sheet, or of its headers, are listed above the rows."""

_MAX_SHOWN_CHARS = 200
_CELL_KEYS = ["sheet", "row", "column"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a row.

    Attributes:
        letter: The column's Excel letter.
        header: The file's own header.
        text: What is shown; sensitive values by their last two characters.
        value: The cell's text in full, to change it; "" where it must not be shown.
        tone: bad, warning, good (a corrected cell without a problem) or "".
        is_input: Whether it can be changed here.
        is_secret: Whether `text` hides a part.
        is_typed: Whether a person, or a sure remedy, has changed it.
        is_key: Whether it has the number of a customer or a document.
    """

    letter: str
    header: str
    text: str
    value: str
    tone: str
    is_input: bool
    is_secret: bool
    is_typed: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a sheet.

    Attributes:
        row: The sheet's own row number.
        cells: Its cells.
        problems: What was found in it.
        tone: bad, warning, good (corrected) or "".
        is_held_back: Whether its record is held back although the row has no error: another row has it.
    """

    row: int
    cells: Sequence[TableCell]
    problems: Sequence[RenderedFinding]
    tone: str
    is_held_back: bool


@dataclass(frozen=True, slots=True)
class SheetTab:
    """A sheet to choose: its index, its name, its file's name, and how many of its rows the filter has."""

    index: int
    name: str
    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class CheckTable:
    """A page of the rows of a sheet.

    Attributes:
        wanted: The filter, with the sheet and the page that are shown.
        tabs: The sheets.
        sheet: The sheet that is shown; None: there is none.
        columns: Letter and header of each column.
        rows: The rows of the page.
        count: How many rows the filter has in this sheet.
        pages: How many pages they are.
        notes: Problems of the whole sheet or of its headers, that the filter has.
    """

    wanted: RowChoice
    tabs: Sequence[SheetTab]
    sheet: SheetTab | None
    columns: Sequence[tuple[str, str]]
    rows: Sequence[TableRow]
    count: int
    pages: int
    notes: Sequence[RenderedFinding]


@dataclass
class CheckedRows:
    """Checked files, ready to be shown page by page; nothing is done for rows that are not on the page.

    Attributes:
        before: The files as they are.
        after: The same with the corrections; the same object where there are none.
        changes: The corrected cells, a frame of `validation.corrections.SCHEMA`; None: there are none.
        lang: The language of texts.
    """

    before: Checked
    after: Checked
    changes: pl.DataFrame | None
    lang: str
    _columns: dict[int, dict[str, str]] = field(init=False, repr=False)
    _fields: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note which column of each sheet has which field."""
        self._fields = fields_by_name()
        self._columns = {index: {} for index in range(len(self.after.sheets_as_read))}
        for index, columns in enumerate(list_file_columns(self.after)):
            own = self._columns[self.after.sources.get(index, index)]
            own.update({letter: name for name, letter in columns.items() if letter not in own})

    @cached_property
    def findings(self) -> pl.DataFrame:
        """What is found now, at the sheets of the files."""
        return _move_to_files(self.after)

    @cached_property
    def findings_before(self) -> pl.DataFrame:
        """What is found in the files as they are."""
        return self.findings if self.changes is None else _move_to_files(self.before)

    def show(self, wanted: RowChoice) -> CheckTable:
        """Return the page of a filter; a sheet or a page that there is not becomes the nearest that there is."""
        wanted = wanted.decide(self._count(Severity.ERROR), self._count(Severity.WARNING))
        matching = self._match(wanted)
        tabs = [self._describe_tab(index, matching) for index in self._list_sheets()]
        chosen = next((tab for tab in tabs if tab.index == wanted.sheet), None)
        chosen = chosen or next((tab for tab in tabs if tab.rows), tabs[0] if tabs else None)
        if chosen is None:
            return CheckTable(wanted, tabs, None, (), (), 0, 0, self._list_notes(wanted, None))
        positions = self._find_positions(chosen.index, wanted, matching)
        pages = max(-(-positions.len() // PAGE_ROWS), 1)
        page = min(max(wanted.page, 1), pages)
        shown = positions.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
        columns, rows = self._read_rows(chosen.index, shown, wanted.edited)
        decided = wanted.change(sheet=chosen.index, page=page)
        return CheckTable(
            decided, tabs, chosen, columns, rows, positions.len(), pages, self._list_notes(wanted, chosen.index)
        )

    def find_cell(self, index: int, row: int, letter: str) -> tuple[str, str] | None:
        """Return the names of the file and the sheet of a cell that can be changed; None: there is no such cell."""
        if not 0 <= index < len(self.after.sheets_as_read):
            return None
        sheet = self.after.sheets_as_read[index]
        is_row = row > self._header_row(index) and sheet.frame["row"].eq(row).any()
        return (PurePath(sheet.file).name, sheet.name) if is_row and letter in sheet.letters else None

    def read_before(self, index: int, row: int, letter: str) -> str:
        """Return the text that a cell has in its file."""
        frame = self.before.sheets_as_read[index].frame
        texts = frame.select("row", letter).filter(pl.col("row") == row)[letter]
        return texts[0] or "" if len(texts) else ""

    def _count(self, severity: Severity) -> int:
        return int((self.findings["severity"] == severity.value).sum())

    def _list_sheets(self) -> list[int]:
        """Return the sheets that are recognised, or that have a problem."""
        with_problems = set(self.findings["sheet"])
        return [
            index
            for index in self._columns
            if self.after.header_matches[index].resource is not None or index in with_problems
        ]

    def _header_row(self, index: int) -> int:
        return self.after.header_matches[index].header_row or 0

    def _match(self, wanted: RowChoice) -> pl.DataFrame | None:
        """Return (sheet, row) of the rows with the problems of a filter; None: it has every row.

        A row stays where it was when a cell of it is corrected: a person sees that it is right now.
        """
        if wanted.show == ALL:
            return None
        keys = ["sheet", "row"]
        now = _select(self.findings, wanted).select(keys)
        if self.changes is not None:
            cells = self.changes.select("sheet", "row")
            before = _select(self.findings_before, wanted).join(cells, on=keys, how="semi")
            now = pl.concat([now, before.select(keys)])
        return now.drop_nulls().unique()

    def _describe_tab(self, index: int, matching: pl.DataFrame | None) -> SheetTab:
        sheet, header_row = self.after.sheets_as_read[index], self._header_row(index)
        rows = sheet.frame["row"] if matching is None else matching.filter(pl.col("sheet") == index)["row"]
        return SheetTab(index, sheet.name, PurePath(sheet.file).name, int((rows > header_row).sum()))

    def _find_positions(self, index: int, wanted: RowChoice, matching: pl.DataFrame | None) -> pl.Series:
        """Return where in the frame of a sheet the rows of a filter are."""
        frame = self.after.sheets_as_read[index].frame
        is_shown = pl.col("row") > self._header_row(index)
        if matching is not None:
            is_shown &= pl.col("row").is_in(matching.filter(pl.col("sheet") == index)["row"].implode())
        keys = [letter for letter, name in self._columns[index].items() if self._fields[name].is_key]
        if wanted.search:
            text = wanted.search.strip().casefold()
            has_text = [pl.col(letter).str.to_lowercase().str.contains(text, literal=True) for letter in keys]
            is_shown &= pl.any_horizontal(*has_text, pl.lit(value=False)).fill_null(value=False)
        return frame.select("row", *keys).with_row_index("position").filter(is_shown)["position"]

    def _list_notes(self, wanted: RowChoice, index: int | None) -> list[RenderedFinding]:
        """Return problems that are in no row: of a file, of a sheet, or of its headers."""
        notes = _select(self.findings, wanted)
        if index is not None:
            notes = notes.filter(pl.col("sheet") == index)
        rows = {sheet: self._header_row(sheet) for sheet in set(notes["sheet"])}
        header_row = pl.col("sheet").replace_strict(rows, default=0, return_dtype=pl.Int64)
        above = notes.filter((pl.col("row") <= header_row).fill_null(value=True))
        return self._render(above.head(MAX_NOTES))

    def _render(self, findings: pl.DataFrame) -> list[RenderedFinding]:
        return render_findings(findings, self.after.sheets_as_read, self._fields, self.lang)

    def _read_rows(self, index: int, positions: pl.Series, edited: int) -> tuple[list[tuple[str, str]], list[TableRow]]:
        """Return the columns with something to show, and the rows."""
        sheet = self.after.sheets_as_read[index]
        frame = sheet.frame[positions]
        wanted = frame["row"].implode()
        listed = self._render(self.findings.filter((pl.col("sheet") == index) & pl.col("row").is_in(wanted)))
        problems: dict[int, list[RenderedFinding]] = {}
        for finding in listed:
            problems.setdefault(finding["row"] or 0, []).append(finding)
        typed = self._list_typed(index)
        letters = self._choose_columns(index, frame, {finding["column"] for finding in listed}, typed, edited)
        headers = _read_headers(sheet, self._header_row(index))
        columns = [(letter, headers.get(letter) or self._name_field(index, letter)) for letter in letters]
        held_back = self._find_held_back(index, frame["row"])
        texts = {letter: _write_texts(frame, letter, self.lang) for letter in letters}
        rows = []
        for position, row in enumerate(frame["row"]):
            of_row = problems.get(row, [])
            cells = [
                self._make_cell(index, header, letter, texts[letter][position], of_row, (row, letter) in typed,
                                is_edited=row == edited)
                for letter, header in columns
            ]  # fmt: skip
            tone = _choose_tone(of_row) or ("good" if any(cell.is_typed for cell in cells) else "")
            rows.append(TableRow(row, cells, of_row, tone, row in held_back and tone != "bad"))
        return columns, rows

    def _make_cell(
        self,
        index: int,
        header: str,
        letter: str,
        texts: tuple[str, str],
        problems: Sequence[RenderedFinding],
        is_typed: bool,  # noqa: FBT001 - of a table of values
        *,
        is_edited: bool,
    ) -> TableCell:
        value, text = texts
        known = self._find_field(index, letter)
        shown = mask_value(value) if known is not None and known.sensitive and value else text
        own = [finding for finding in problems if finding["column"] == letter]
        is_secret = MASK in shown and shown != value
        return TableCell(
            letter=letter,
            header=header,
            text=shown if len(shown) <= _MAX_SHOWN_CHARS else cut_lines(shown, _MAX_SHOWN_CHARS),
            value="" if is_secret else value,
            tone=_choose_tone(own) or ("good" if is_typed else ""),
            is_input=bool(own) or is_typed or is_edited,
            is_secret=is_secret,
            is_typed=is_typed,
            is_key=known is not None and known.is_key,
        )

    def _list_typed(self, index: int) -> set[tuple[int, str]]:
        if self.changes is None:
            return set()
        return set(self.changes.filter(pl.col("sheet") == index).select("row", "column").iter_rows())

    def _choose_columns(
        self,
        index: int,
        frame: pl.DataFrame,
        with_problems: set[str | None],
        typed: set[tuple[int, str]],
        edited: int,
    ) -> list[str]:
        """Return the columns that are read and not blank on the page, and those with a problem or a correction."""
        shown = with_problems | {column for _row, column in typed}
        every_column = edited in frame["row"]
        return [
            letter
            for letter in self.after.sheets_as_read[index].letters
            if letter in shown
            or (letter in self._columns[index] and (every_column or frame[letter].null_count() < frame.height))
        ]

    def _name_field(self, index: int, letter: str) -> str:
        known = self._find_field(index, letter)
        return known.header.text(self.lang) if known is not None else letter

    def _find_field(self, index: int, letter: str) -> Field | None:
        return self._fields.get(self._columns[index].get(letter, ""))

    def _find_held_back(self, index: int, rows: pl.Series) -> set[int]:
        """Return the rows whose record is held back."""
        virtual = [index, *(own for own, source in self.after.sources.items() if source == index)]
        is_here = pl.col("sheet").is_in(virtual) & pl.col("row").is_in(rows.implode())
        blocked = [frame.filter(is_here)["row"] for frame in self.after.blocked_rows.values()]
        return {row for part in blocked for row in part}


def _move_to_files(checked: Checked) -> pl.DataFrame:
    """Return the findings of customers beside documents at the sheet that has both."""
    if not checked.sources:
        return checked.findings
    sources: Mapping[int, int] = {
        index: checked.sources.get(index, index) for index in range(len(checked.header_matches))
    }
    return checked.findings.with_columns(pl.col("sheet").replace(sources))


def _select(findings: pl.DataFrame, wanted: RowChoice) -> pl.DataFrame:
    """Return the findings that a filter has."""
    if wanted.show == ALL:
        return findings
    if wanted.show != GROUP:
        severity = {ERRORS: Severity.ERROR, WARNINGS: Severity.WARNING}[wanted.show]
        return findings.filter(pl.col("severity") == severity.value)
    severity_name, code, name = split_group(wanted.group)
    is_same = (pl.col("severity") == severity_name) & (pl.col("code") == code)
    return findings.filter(is_same & pl.col("field").eq_missing(pl.lit(name or None, pl.String)))


def _choose_tone(problems: Sequence[RenderedFinding]) -> str:
    if not problems:
        return ""
    return "bad" if any(finding["severity"] == Severity.ERROR.value for finding in problems) else "warning"


def _read_headers(sheet: Sheet, header_row: int) -> dict[str, str]:
    """Return the file's own headers."""
    header = sheet.frame.head(header_row or 1).filter(pl.col("row") == header_row)
    if header.is_empty():
        return {}
    return {letter: text for letter in sheet.letters if (text := header[letter][0])}


def _write_texts(frame: pl.DataFrame, letter: str, lang: str) -> list[tuple[str, str]]:
    """Return the text of each cell of a column, and how it is shown: dates as people write them."""
    texts = [text or "" for text in frame[letter]]
    shown = [text or "" for text in mask_national_id_texts(texts)]
    if (frame[f"{letter}.cell"] == "date").any():
        kinds = frame[f"{letter}.cell"].to_list()
        shown = [format_date(text, lang) if kind == "date" else text for text, kind in zip(shown, kinds, strict=True)]
    return list(zip(texts, shown, strict=True))
