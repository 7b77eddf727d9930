"""The Sign-off sheet, laid out for one page of A4."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from armbulk.writers import style
from armbulk.writers.problem_sheet import count_lines
from armbulk.writers.section import Value
from armbulk.writers.sign_off import Amounts, SignOff, SignOffRow, Statement
from armbulk.writers.xlsx_patch.style_book import OwnStyle

_LABEL_WIDTHS = (24.0, 9.0, 9.0)
_RECORDS_WIDTH, _SUM_WIDTH, _MARK_WIDTH = 8.5, 14.0, 3.5
_LABELS = len(_LABEL_WIDTHS)
_TITLE_HEIGHT, _BAND_HEIGHT, _LINE_HEIGHT, _SIGNATURE_HEIGHT = 28.0, 26.0, 15.0, 30.0
_EDGE = 6  # letters less that surely fit a line
_SIGNATURE_COLUMNS = ((1, 3), (5, 6), (8, 12))
"""The columns of name, date and signature."""

_LINED = OwnStyle(is_left=True, has_line=True)
_AMOUNT = OwnStyle(number_format="#,##0.00", has_line=True)
_MARKS = {True: (style.GREEN, "✓"), False: (style.RED, "✗"), None: ("", "")}


@dataclass(slots=True)
class PageRow:
    """A row of a sheet: column → value and style; (first, last) columns of merged cells; its height, 0: the usual."""

    cells: dict[int, tuple[Value, OwnStyle]] = field(default_factory=dict)
    merged: list[tuple[int, int]] = field(default_factory=list)
    height: float = 0.0


def list_widths(sign_off: SignOff) -> list[float]:
    """Return the widths of the columns."""
    widths = list(_LABEL_WIDTHS)
    for _stage, is_difference in sign_off.stages:
        widths += [_RECORDS_WIDTH, _SUM_WIDTH, *([_MARK_WIDTH] if is_difference else [])]
    return widths


def lay_out(sign_off: SignOff) -> Iterator[PageRow]:
    """Yield the rows of the page."""
    widths = list_widths(sign_off)
    page = _Page(widths)
    yield PageRow({0: (sign_off.title, OwnStyle(font="title"))}, height=_TITLE_HEIGHT)
    yield page.band(sign_off.status)
    yield PageRow()
    for label, value in sign_off.facts:
        yield page.across(value, _LINED, first=1, label=label)
    yield PageRow()
    yield from _lay_out_totals(sign_off)
    for note in sign_off.notes:
        yield page.across(note, OwnStyle(font="small", is_left=True))
    yield PageRow()
    title, statement = sign_off.explanation
    yield page.section(title)
    for text, currency, amount, numbers in sign_off.explained:
        row = page.across(text, _LINED, last=4)
        row.cells |= {5: (currency, _LINED), 6: (amount, _AMOUNT), 7: ("", _LINED)}
        rest = page.across(numbers, _LINED, first=8)
        yield PageRow(row.cells | rest.cells, row.merged + rest.merged, max(row.height, rest.height))
    yield page.statement(statement)
    yield PageRow()
    title, statements = sign_off.read_back
    yield page.section(title)
    for index, statement in enumerate(statements):
        yield page.statement(statement, is_coloured=index == 0)
    yield PageRow()
    yield from _lay_out_signatures(*sign_off.signatures)


@dataclass(frozen=True, slots=True)
class _Page:
    """Makes rows of the page's width."""

    widths: Sequence[float]

    @property
    def last(self) -> int:
        return len(self.widths) - 1

    def across(self, text: str, own: OwnStyle, first: int = 0, last: int | None = None, label: str = "") -> PageRow:
        """A row with a text in merged cells; its height shows all of it."""
        end = self.last if last is None else last
        cells: dict[int, tuple[Value, OwnStyle]] = {
            column: (text if column == first else "", own) for column in range(first, end + 1)
        }
        if label:
            cells[0] = label, OwnStyle(font="bold", is_wrapped=True, has_line=own.has_line)
        lines = count_lines(text, int(sum(self.widths[first : end + 1])) - _EDGE)
        return PageRow(cells, [(first, end)], _LINE_HEIGHT * lines if lines > 1 else 0.0)

    def band(self, statement: Statement) -> PageRow:
        """The line that says what the page comes to."""
        colour, mark = _MARKS[statement.is_good]
        own = OwnStyle(colour or style.PALE, "band", is_centred=True)
        row = self.across(f"{mark} {statement.text}".strip(), own)
        row.height = _BAND_HEIGHT
        return row

    def section(self, title: str) -> PageRow:
        """The title of a part of the page."""
        return PageRow({0: (title, OwnStyle(font="section"))}, height=20.0)

    def statement(self, statement: Statement, *, is_coloured: bool = True) -> PageRow:
        """A sentence with its mark."""
        colour, mark = _MARKS[statement.is_good]
        own = OwnStyle(colour if is_coloured else "", is_left=True)
        return self.across(f"{mark} {statement.text}".strip(), own)


def _lay_out_totals(sign_off: SignOff) -> Iterator[PageRow]:
    head = OwnStyle(style.HEAD, "head")
    right = replace(head, is_right=True)
    top, below = PageRow(), PageRow()
    for column in range(_LABELS):
        top.cells[column], below.cells[column] = ("", head), (sign_off.headings[column], head)
    column = _LABELS
    for text, is_difference in sign_off.stages:
        width = 3 if is_difference else 2
        top.cells |= {index: (text if index == column else "", head) for index in range(column, column + width)}
        top.merged.append((column, column + width - 1))
        below.cells |= {
            column: (sign_off.headings[_LABELS], right),
            column + 1: (sign_off.headings[_LABELS + 1], right),
            **({column + 2: ("", head)} if is_difference else {}),
        }
        column += width
    yield top
    yield below
    for row in sign_off.rows:
        yield _lay_out_figures(row, [is_difference for _, is_difference in sign_off.stages])


def _lay_out_figures(row: SignOffRow, differences: Sequence[bool]) -> PageRow:
    base = OwnStyle(font="bold" if row.is_total else "", has_line=True)
    cells: dict[int, tuple[Value, OwnStyle]] = {index: (text, base) for index, text in enumerate(row.labels)}
    column = _LABELS
    for figure, is_difference in zip(row.figures, differences, strict=True):
        colour, mark = _MARKS[_is_nothing(figure)] if is_difference else ("", "")
        own = replace(base, fill=colour if mark == "✗" else "")
        records, amount = figure
        cells[column] = records, replace(own, number_format="#,##0")
        cells[column + 1] = amount, replace(own, number_format="#,##0.00")
        if is_difference:
            cells[column + 2] = mark, replace(base, fill=colour)
        column += 3 if is_difference else 2
    return PageRow(cells)


def _is_nothing(figure: Amounts) -> bool:
    records, amount = figure
    return not records and not amount


def _lay_out_signatures(headings: Sequence[str], roles: Sequence[str]) -> Iterator[PageRow]:
    small = OwnStyle(font="small")
    yield PageRow({first: (text, small) for text, (first, _) in zip(headings, _SIGNATURE_COLUMNS, strict=True)})
    line = OwnStyle(has_line=True)
    for role in roles:
        cells: dict[int, tuple[Value, OwnStyle]] = {0: (role, OwnStyle(font="bold"))}
        for first, last in _SIGNATURE_COLUMNS:
            cells |= dict.fromkeys(range(first, last + 1), ("", line))
        yield PageRow(cells, list(_SIGNATURE_COLUMNS), _SIGNATURE_HEIGHT)
