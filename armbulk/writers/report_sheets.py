"""Small sheets of a workbook that is exported: a summary of sections, and tables with totals and a chart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from armbulk.model.fields import FieldType

Value = str | int | Decimal | None
Row = tuple[Value, ...]

SURE_DIGITS = 15
"""What Excel keeps of a number; one with more digits is written as text."""

_HEAD, _INK, _RULE, _MUTED = "#1F3A4D", "#FFFFFF", "#D0D5DA", "#66757F"
_BAD, _BAD_INK, _GOOD, _GOOD_INK = "#F8D3CF", "#9C1C10", "#DDF0DC", "#1E5B1C"
_BAR, _BAR_BELOW = "#2F6F8F", "#C4572E"
_AMOUNT, _COUNT = "#,##0.00", "#,##0"
_LONGEST = 32_000
_NARROW, _WIDE = 10, 44
_LABELS, _VALUES, _ACROSS = 34, 19, 5
_LINE = 104
"""Characters that fit on a line across the summary."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a column: `labels` are the columns its bars are named by; `most` bars, the largest."""

    title: str
    labels: tuple[int, ...]
    values: int
    most: int = 20
    lying: bool = True
    more: str = ""
    """What to add to the title when there are more; its gaps are how many are shown, and of how many."""


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """A sheet with one table. `bad`: the rows that are not as they should be, `good`: nothing is wrong."""

    name: str
    title: str
    heads: tuple[tuple[str, FieldType], ...]
    rows: Sequence[Row]
    total: Row | None = None
    notes: tuple[str, ...] = ()
    bad: frozenset[int] = frozenset()
    good: bool | None = None
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the summary: rows of a label and values, under `heads` where there are several.

    `good` colours the first value of the first row: as it should be, or not.
    """

    title: str
    rows: tuple[Row, ...]
    heads: tuple[str, ...] = ()
    good: bool | None = None


def painter(leaf: ReportSheet) -> Callable[[Any], None]:
    """What adds a sheet to a workbook."""
    return lambda book: _leaf(book, leaf)


def _formats(book: Any) -> dict[str, Any]:
    amount, count = {"num_format": _AMOUNT}, {"num_format": _COUNT}
    bad = {"bg_color": _BAD, "font_color": _BAD_INK}
    sum_up = {"bold": True, "top": 1, "top_color": _HEAD}
    head = {"bold": True, "font_color": _INK, "bg_color": _HEAD, "valign": "vcenter"}
    text = {"num_format": "@"}
    wrapped = {**text, "text_wrap": True, "valign": "top"}
    made = {
        "title": {"bold": True, "font_size": 16, "font_color": _HEAD},
        "section": {"bold": True, "font_size": 12, "font_color": _HEAD, "bottom": 1, "bottom_color": _RULE},
        "note": {"font_color": _MUTED, "italic": True},
        "small": {"font_color": _MUTED, "align": "right"},
        "head": head,
        "head right": {**head, "align": "right"},
        "label": {**text, "valign": "top", "font_color": _MUTED},
        "wrapped": wrapped,
        "left": {**count, "align": "left"},
        "is good": {**wrapped, "bold": True, "bg_color": _GOOD, "font_color": _GOOD_INK},
        "is bad": {**wrapped, **bad, "bold": True},
    }
    for name, kind in (("text", text), ("amount", amount), ("count", count)):
        made |= {name: kind, f"{name} bad": {**kind, **bad}, f"{name} total": {**kind, **sum_up}}
    return {name: book.add_format(said) for name, said in made.items()}


# ── the summary ─────────────────────────────────────────────────────────────────────────────────────────────────


def summary(name: str, title: str, sections: Sequence[ReportSection]) -> Callable[[Any, Sequence[str]], None]:
    """What adds the first sheet to a workbook."""

    def paint(book: Any, _: Sequence[str]) -> None:
        formats = _formats(book)
        page = book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, _LABELS)
        page.set_column(1, _ACROSS, _VALUES)
        page.set_row(0, 28)
        page.write_string(0, 0, title, formats["title"])
        row = 2
        for section in sections:
            row = _section(page, row, section, formats) + 1

    return paint


def _section(page: Any, row: int, section: ReportSection, formats: dict[str, Any]) -> int:
    """Write a section from `row` on; return the row after it."""
    page.set_row(row, 20)
    for column in range(_ACROSS + 1):
        page.write_string(row, column, section.title if column == 0 else "", formats["section"])
    row += 1
    for column, head in enumerate(section.heads):
        if head:
            page.write_string(row, column, head, formats["small"])
    row += bool(section.heads)
    for number, (label, *values) in enumerate(section.rows):
        page.write_string(row, 0, _inert(str(label or "")), formats["label"])
        told = ("is good" if section.good else "is bad") if section.good is not None and number == 0 else ""
        if len(values) == 1 and isinstance(values[0], str):
            _across(page, row, values[0], formats[told or "wrapped"])
        else:
            for column, value in enumerate(values, start=1):
                alone = len(values) == 1 and isinstance(value, int)
                _cell(page, row, column, value, formats["left"] if alone else _format(value, formats))
        row += 1
    return row


def _across(page: Any, row: int, text: str, shown: Any) -> None:
    page.merge_range(row, 1, row, _ACROSS, "", shown)
    page.write_string(row, 1, _inert(text), shown)
    lines = max(1, -(-len(text) // _LINE))
    page.set_row(row, 15 * lines + 2 * (lines > 1))


# ── a table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _leaf(book: Any, leaf: ReportSheet) -> None:
    formats = _formats(book)
    page = book.add_worksheet(leaf.name)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_row(0, 28)
    page.write_string(0, 0, leaf.title, formats["title"])
    row = 1
    for number, note in enumerate(leaf.notes):
        told = {True: "is good", False: "is bad"}.get(leaf.good) if number == 0 and leaf.good is not None else "note"
        shown = formats[told or "note"]
        if told != "note":
            page.merge_range(row, 0, row, len(leaf.heads) - 1, "", shown)
        page.write_string(row, 0, _inert(note), shown)
        row += 1
    top = row + 1
    _table(page, top, leaf, formats)
    if leaf.chart is not None and leaf.rows:
        _chart(book, page, top, leaf, leaf.chart, formats)


def _table(page: Any, top: int, leaf: ReportSheet, formats: dict[str, Any]) -> None:
    for column, (head, kind) in enumerate(leaf.heads):
        right = kind in {FieldType.AMOUNT, FieldType.INTEGER}
        page.write_string(top, column, head, formats["head right" if right else "head"])
        page.set_column(column, column, _width(leaf, column))
    for number, values in enumerate(leaf.rows):
        for column, value in enumerate(values):
            shown = _format(value, formats, " bad" if number in leaf.bad else "")
            _cell(page, top + 1 + number, column, value, shown)
    last = top + len(leaf.rows)
    if leaf.rows:
        page.autofilter(top, 0, last, len(leaf.heads) - 1)
    if leaf.total is not None:
        for column, value in enumerate(leaf.total):
            _cell(page, last + 1, column, value, _format(value, formats, " total"))
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)


def _width(leaf: ReportSheet, column: int) -> float:
    head = len(leaf.heads[column][0]) + 4
    values = [row[column] for row in (*leaf.rows, leaf.total or ()) if row]
    widest = max((len(_shown(value)) for value in values), default=0)
    return min(max(head, widest + 3, _NARROW), _WIDE)


def _shown(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value or ""


def _format(value: Value, formats: dict[str, Any], way: str = "") -> Any:
    kind = "amount" if isinstance(value, Decimal) else "count" if isinstance(value, int) else "text"
    return formats[f"{kind}{way}"]


def _cell(page: Any, row: int, column: int, value: Value, shown: Any) -> None:
    """Write a value; a number of more digits than Excel keeps as text."""
    if value is None:
        page.write_blank(row, column, None, shown)
    elif isinstance(value, str):
        page.write_string(row, column, _inert(value), shown)
    elif isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > SURE_DIGITS:
        page.write_string(row, column, format(value, "f"), shown)
    else:
        page.write_number(row, column, float(value), shown)


def _inert(text: str) -> str:
    """A text as it may stand in a cell: whatever is not printed made visible, never longer than Excel keeps."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)[:_LONGEST]


# ── a chart ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _chart(book: Any, page: Any, top: int, leaf: ReportSheet, chart: Chart, formats: dict[str, Any]) -> None:
    """A chart right of the table. Its figures stand right of it, outside what is printed: sorted, the largest first."""
    rows = [row for row in leaf.rows if isinstance(row[chart.values], Decimal)]
    if chart.lying:
        rows.sort(key=lambda row: -abs(Decimal(row[chart.values] or 0)))
    chosen = rows[: chart.most]
    if not chosen:
        return
    beside = len(leaf.heads) + 1
    data = beside + 12
    for number, row in enumerate(chosen):
        label = " ".join(str(row[at]) for at in chart.labels if row[at])
        page.write_string(top + 1 + number, data, _inert(label), formats["note"])
        page.write_number(top + 1 + number, data + 1, float(Decimal(row[chart.values] or 0)), formats["amount"])
    page.write_string(top, data, chart.title, formats["note"])
    page.set_column(data, data + 1, 24)
    more = f" ({chart.more.format(len(chosen), len(rows))})" if len(rows) > len(chosen) else ""
    drawn = book.add_chart({"type": "bar" if chart.lying else "column"})
    drawn.add_series(
        {
            "name": chart.title,
            "categories": [leaf.name, top + 1, data, top + len(chosen), data],
            "values": [leaf.name, top + 1, data + 1, top + len(chosen), data + 1],
            "fill": {"color": _BAR},
            "invert_if_negative": True,
            "invert_if_negative_color": _BAR_BELOW,
            "gap": 45,
        }
    )
    drawn.set_title({"name": chart.title + more, "overlay": False, "name_font": {"size": 12, "color": _HEAD}})
    drawn.set_legend({"none": True})
    names = {"label_position": "low", "num_font": {"size": 9}, "line": {"color": _RULE}}
    figures = {
        "num_format": _COUNT,
        "num_font": {"size": 9},
        "major_gridlines": {"visible": True, "line": {"color": _RULE}},
    }
    if chart.lying:  # the largest at the top, the figures below
        drawn.set_y_axis({**names, "reverse": True, "crossing": "max"})
        drawn.set_x_axis(figures)
    else:
        drawn.set_x_axis(names)
        drawn.set_y_axis(figures)
    height = 110 + 24 * max(len(chosen), 4) if chart.lying else 360
    drawn.set_size({"width": 640, "height": height})
    page.insert_chart(top, beside, drawn)
    last = max(top + len(leaf.rows) + 1, top + height // 20 + 1)
    page.print_area(0, 0, last, beside + 10)
