"""The sheets that armbulk adds to a workbook: Summary, Problems, Customer outcomes, Sign-off, Changes."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from armbulk.i18n import Text, Words
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.fields import FieldType
from armbulk.readers.cell_buffer import to_letters
from armbulk.resources import list_field_headers
from armbulk.writers import style
from armbulk.writers.customer_sheet import CUSTOMER_CELL_COLUMN, CUSTOMER_COLUMNS, CustomerLine
from armbulk.writers.problem_sheet import (
    CELL_COLUMN,
    FIRST_ROW,
    PROBLEM_COLUMNS,
    ProblemLine,
    count_lines,
    row_height,
)
from armbulk.writers.report_sheets import ReportSheet, choose_widths
from armbulk.writers.section import Row, Section, Value
from armbulk.writers.sign_off import SignOff
from armbulk.writers.xlsx_patch.sign_off_page import lay_out, list_widths
from armbulk.writers.xlsx_patch.style_book import OwnStyle, StyleBook
from armbulk.writers.xlsx_patch.texts import escape_cell_text
from armbulk.writers.xlsx_patch.xml_part import escape_attribute

_PIECE_ROWS = 1_000

MAX_LINKS = 65_000
"""Links that a sheet gets; Excel keeps 65,530."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LABEL_WIDTH, _VALUE_WIDTH, _VALUE_COLUMNS = 40, 18, 4
_TITLE_HEIGHT, _BAND_HEIGHT, _SECTION_HEIGHT = 28.0, 26.0, 20.0
_LINE_HEIGHT = 15.0
_FOOTER = "&amp;L&amp;9&amp;A&amp;R&amp;9&amp;P / &amp;N"
_NUMBERS = frozenset({FieldType.AMOUNT, FieldType.INTEGER})
_EDGE = 4  # letters less that surely fit a line


class OwnSheet:
    """A sheet of armbulk's own while it is built."""

    def __init__(self, namespace: str, styles: StyleBook, *, is_shown: bool) -> None:
        """Begin a sheet; `is_shown`: it is the one that is shown when the file is opened."""
        self._namespace, self._styles, self._is_shown = namespace, styles, is_shown
        self._rows: list[str] = []
        self._links: list[str] = []
        self._merged: list[str] = []
        self._widths: list[float] = []

    def _cell(self, row: int, column: int, value: Value, own: OwnStyle) -> str:
        start = f'<c r="{to_letters(column)}{row}" s="{self._styles.add(own)}"'
        if isinstance(value, int | Decimal):
            return f"{start}><v>{Decimal(value).normalize():f}</v></c>"
        if not value:
            return f"{start}/>"
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape_cell_text(value)}</t></is></c>'

    def _add_row(self, cells: str, height: float = 0) -> None:
        number = len(self._rows) + 1
        custom = f' ht="{height:g}" customHeight="1"' if height else ""
        self._rows.append(f'<row r="{number}"{custom}>{cells}</row>')

    def _add_head(self, columns: Sequence[tuple[Text | Words, int]], lang: str) -> None:
        head = OwnStyle(style.HEAD, "head")
        self._add_row(
            "".join(self._cell(1, index, words.text(lang), head) for index, (words, _) in enumerate(columns)),
            _SECTION_HEIGHT,
        )
        self._widths = [width for _, width in columns]

    def _link(self, row: int, column: int, sheet: str, cell: str) -> None:
        if len(self._links) < MAX_LINKS:
            quoted = sheet.replace("'", "''")
            location = escape_attribute(f"'{quoted}'!{cell}")
            self._links.append(f'<hyperlink ref="{to_letters(column)}{row}" location="{location}"/>')

    def add_sections(self, sections: Sequence[Section], problems: str) -> None:
        """Add the sections of the Summary sheet; `problems` is the name of the Problems sheet."""
        self._widths = [_LABEL_WIDTH, *[_VALUE_WIDTH] * _VALUE_COLUMNS]
        for section in sections:
            self._add_title(section, problems)
            if section.headings:
                head = OwnStyle(font="small", is_right=True, has_line=True)
                number = len(self._rows) + 1
                self._add_row(
                    "".join(self._cell(number, index, text, head) for index, text in enumerate(section.headings))
                )
            for index, values in enumerate(section.rows):
                mark = section.marks[index] if index < len(section.marks) else ""
                is_total = section.has_total and index == len(section.rows) - 1
                self._add_values(values, mark, section.links.get(index, 0), problems, is_total=is_total)
            if section.rows or section.mark:
                self._add_row("")

    def _add_title(self, section: Section, problems: str) -> None:
        row = len(self._rows) + 1
        target = section.links.get(-1, 0)
        if target:
            self._link(row, 0, problems, f"A{target}")
        if section.mark:
            own = OwnStyle(section.mark[:6], "band", is_centred=True)
            cells = (self._cell(row, index, "" if index else section.title, own) for index in range(len(self._widths)))
            self._merged.append(f"A{row}:{to_letters(_VALUE_COLUMNS)}{row}")
            self._add_row("".join(cells), _BAND_HEIGHT)
            return
        own = OwnStyle(font="section" if self._rows else "title")
        self._add_row(self._cell(row, 0, section.title, own), _SECTION_HEIGHT if self._rows else _TITLE_HEIGHT)

    def _add_values(self, values: Row, mark: str, target: int, problems: str, *, is_total: bool) -> None:
        label, *others = values
        row = len(self._rows) + 1
        if not label:
            self._add_across(row, 0, str(others[0]), OwnStyle(is_wrapped=True), "")
            return
        if target:
            self._link(row, 0, problems, f"A{target}")
        font = "linked" if target else "bold" if is_total else ""
        own = OwnStyle(mark[:6], font, is_wrapped=True, has_line=True)
        cell = self._cell(row, 0, f"{mark[6:]} {label}".strip() if mark else str(label), own)
        if len(others) == 1 and isinstance(others[0], str):
            self._add_across(row, 1, others[0], OwnStyle(is_left=True, has_line=True), cell)
            return
        numbers = (
            self._cell(
                row,
                index,
                value,
                OwnStyle(font="bold" if is_total else "", number_format=_format(value), has_line=True),
            )
            for index, value in enumerate(others, start=1)
        )
        self._add_row(cell + "".join(numbers))

    def _add_across(self, row: int, first: int, text: str, own: OwnStyle, before: str) -> None:
        """Add a row with a text from a column to the last one; the height shows all of it."""
        self._merged.append(f"{to_letters(first)}{row}:{to_letters(_VALUE_COLUMNS)}{row}")
        cells = (
            self._cell(row, index, "" if index > first else text, own) for index in range(first, len(self._widths))
        )
        lines = count_lines(text, int(sum(self._widths[first:])) - _EDGE)
        self._add_row(before + "".join(cells), _LINE_HEIGHT * lines if lines > 1 else 0)

    def add_sign_off(self, sign_off: SignOff) -> None:
        """Add the rows of the Sign-off sheet."""
        self._widths = list_widths(sign_off)
        for row in lay_out(sign_off):
            number = len(self._rows) + 1
            self._merged += [f"{to_letters(first)}{number}:{to_letters(last)}{number}" for first, last in row.merged]
            cells = sorted(row.cells.items())
            self._add_row("".join(self._cell(number, column, *cell) for column, cell in cells), row.height)

    def add_problems(self, lines: Sequence[ProblemLine], lang: str, sheet_names: frozenset[str]) -> str:
        """Add the rows of the Problems sheet; return their range."""
        self._add_head(PROBLEM_COLUMNS, lang)
        headers = list_field_headers()
        wrapped, link = OwnStyle(is_wrapped=True, has_line=True), OwnStyle(font="link", is_wrapped=True, has_line=True)
        for row, line in enumerate(lines, start=FIRST_ROW):
            finding, texts = line.finding, line.list_cells(headers, lang)
            marked = OwnStyle(line.colour, is_wrapped=True, has_line=True)
            styles = [marked, marked, *[wrapped] * (len(texts) - 2)]
            if finding["sheet"] in sheet_names:
                self._link(row, CELL_COLUMN, finding["sheet"], f"{finding['column'] or 'A'}{finding['row'] or 1}")
                styles[CELL_COLUMN] = link
            cells = (
                self._cell(row, index, text, own) for index, (text, own) in enumerate(zip(texts, styles, strict=True))
            )
            self._add_row("".join(cells), row_height(texts))
        return self._range()

    def add_customers(self, lines: Sequence[CustomerLine], lang: str, sheet_names: frozenset[str]) -> str:
        """Add the rows of the sheet with the customers of a list of documents; return their range."""
        self._add_head(CUSTOMER_COLUMNS, lang)
        wrapped, link = OwnStyle(is_wrapped=True, has_line=True), OwnStyle(font="link", is_wrapped=True, has_line=True)
        for row, line in enumerate(lines, start=FIRST_ROW):
            texts = line.list_cells()
            marked = OwnStyle(line.mark[:6], is_wrapped=True, has_line=True)
            styles = [marked, *[wrapped] * (len(texts) - 1)]
            if line.sheet in sheet_names:
                self._link(row, CUSTOMER_CELL_COLUMN, line.sheet, line.cell)
                styles[CUSTOMER_CELL_COLUMN] = link
            cells = (
                self._cell(row, index, text, own) for index, (text, own) in enumerate(zip(texts, styles, strict=True))
            )
            self._add_row("".join(cells))
        return self._range()

    def add_changes(self, changes: Sequence[CorrectedCell], lang: str) -> str:
        """Add the rows of the Changes sheet; return their range."""
        self._add_head(style.CHANGE_COLUMNS, lang)
        wrapped, link = OwnStyle(is_wrapped=True), OwnStyle(font="link", is_wrapped=True)
        for row, change in enumerate(changes, start=2):
            self._link(row, 1, change.sheet, f"{change.column}{change.row}")
            texts = enumerate(style.change_cells(change))
            self._add_row(
                "".join(self._cell(row, index, text, link if index == 1 else wrapped) for index, text in texts)
            )
        return self._range()

    def add_report(self, report: ReportSheet) -> str:
        """Add a report with one table; return the table's range. Wrong rows are red."""
        self._widths = [width + 2 for width in choose_widths(report)]
        last = to_letters(len(report.headings) - 1)
        self._add_row(self._cell(1, 0, report.title, OwnStyle(font="title")), _TITLE_HEIGHT)
        for number, note in enumerate(report.notes, start=2):
            is_result = number == 2 and report.is_good is not None
            own = OwnStyle(style.GREEN if report.is_good else style.RED) if is_result else OwnStyle()
            text = f"{'✓' if report.is_good else '✗'} {note}" if is_result else note
            self._merged.append(f"A{number}:{last}{number}")
            self._add_row(self._cell(number, 0, text, own))
        self._add_row("")
        cells = (
            self._cell(report.header_row, index, text, OwnStyle(style.HEAD, "head", is_right=kind in _NUMBERS))
            for index, (text, kind) in enumerate(report.headings)
        )
        self._add_row("".join(cells), _SECTION_HEIGHT)
        for index, values in enumerate(report.rows):
            number = len(self._rows) + 1
            fill = style.RED if index in report.bad_rows else ""
            texts = (value if isinstance(value, int | Decimal | None) else str(value) for value in values)
            cells = (
                self._cell(number, column, value, OwnStyle(fill, number_format=_format(value), has_line=True))
                for column, value in enumerate(texts)
            )
            self._add_row("".join(cells))
        return f"A{report.header_row}:{last}{len(self._rows)}"

    def _range(self) -> str:
        return f"A1:{to_letters(len(self._widths) - 1)}{len(self._rows)}"

    def render(self, filtered: str = "", header_row: int = 1) -> Iterator[bytes]:
        """Yield the sheet; with a range to be filtered its header stays in sight, else it is printed on a page."""
        shown = ' tabSelected="1"' if self._is_shown else ""
        frozen = f'ySplit="{header_row}" topLeftCell="A{header_row + 1}"'
        pane = f'<pane {frozen} activePane="bottomLeft" state="frozen"/>' if filtered else ""
        grid = "" if filtered else ' showGridLines="0"'
        cols = "".join(
            f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
            for number, width in enumerate(self._widths, start=1)
        )
        merged = "".join(f'<mergeCell ref="{area}"/>' for area in self._merged)
        head = (
            f'{_HEAD}<worksheet xmlns="{self._namespace}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<sheetViews><sheetView{grid}{shown} workbookViewId="0">{pane}</sheetView></sheetViews>'
            f"<cols>{cols}</cols><sheetData>"
        )
        yield head.encode()
        for start in range(0, len(self._rows), _PIECE_ROWS):
            yield "".join(self._rows[start : start + _PIECE_ROWS]).encode()
        tail = (
            "</sheetData>",
            f'<autoFilter ref="{filtered}"/>' if filtered else "",
            f'<mergeCells count="{len(self._merged)}">{merged}</mergeCells>' if merged else "",
            f"<hyperlinks>{''.join(self._links)}</hyperlinks>" if self._links else "",
            '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>',
            f'<pageSetup paperSize="9" orientation="landscape" fitToHeight="{0 if filtered else 1}"/>',
            f"<headerFooter><oddFooter>{_FOOTER}</oddFooter></headerFooter></worksheet>",
        )
        yield "".join(tail).encode()


def _format(value: Value) -> str:
    return "@" if isinstance(value, str) else "#,##0" if isinstance(value, int) else "#,##0.00"
