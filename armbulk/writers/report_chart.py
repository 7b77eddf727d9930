"""A chart below the table of a report (xlsxwriter)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from armbulk.writers.report_cells import COUNT_FORMAT, HEAD, RULE, replace_unprintable
from armbulk.writers.section import ReportRow

_BAR, _BAR_BELOW = "#2F6F8F", "#C4572E"
_CHAR_PIXELS, _MAX_PIXELS = 7, 800
_DATA_OFFSET = 3
"""Columns between the table and the chart's figures."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a column.

    Attributes:
        title: its title.
        labels: the columns its bars are named by.
        values: the column it shows.
        max_bars: bars at most; the largest values are shown.
        is_horizontal: bars sorted by size; otherwise columns in the order of the table.
        more: appended to the title when rows are left out: `{shown}` of `{total}`.
    """

    title: str
    labels: tuple[int, ...]
    values: int
    max_bars: int = 20
    is_horizontal: bool = True
    more: str = ""


def add_chart(
    book: Any,
    page: Any,
    top: int,
    rows: Sequence[ReportRow],
    widths: Sequence[float],
    chart: Chart,
    formats: dict[str, Any],
) -> None:
    """Add a chart below a table.

    The chart's own figures are to the right of the table, outside what is printed.

    Args:
        book: the workbook.
        page: its worksheet with the table.
        top: row of the table's header.
        rows: rows of the table.
        widths: widths of the table's columns, in characters.
        chart: what to show.
        formats: of `create_formats`.
    """
    candidates = [row for row in rows if isinstance(row[chart.values], Decimal)]
    if chart.is_horizontal:
        candidates.sort(key=lambda row: -abs(_value(row, chart)))
    shown = candidates[: chart.max_bars]
    if not shown:
        return
    data = len(widths) + _DATA_OFFSET
    _write_figures(page, top, data, shown, chart, formats)
    more = f" ({chart.more.format(shown=len(shown), total=len(candidates))})" if len(candidates) > len(shown) else ""
    drawing = _draw(book, page.get_name(), top, data, len(shown), chart, more)
    height = 110 + 24 * max(len(shown), 4) if chart.is_horizontal else 360
    drawing.set_size({"width": min(sum(widths) * _CHAR_PIXELS, _MAX_PIXELS), "height": height})
    below = top + len(rows) + 3
    page.insert_chart(below, 0, drawing)
    page.print_area(0, 0, below + height // 20 + 1, len(widths) - 1)


def _value(row: ReportRow, chart: Chart) -> Decimal:
    value = row[chart.values]
    return value if isinstance(value, Decimal) else Decimal(0)


def _write_figures(
    page: Any, top: int, data: int, rows: Sequence[ReportRow], chart: Chart, formats: dict[str, Any]
) -> None:
    for number, row in enumerate(rows, start=top + 1):
        label = " ".join(str(row[column]) for column in chart.labels if row[column])
        page.write_string(number, data, replace_unprintable(label), formats["note"])
        page.write_number(number, data + 1, float(_value(row, chart)), formats["amount"])
    page.write_string(top, data, chart.title, formats["note"])
    page.set_column(data, data + 1, 24)


def _draw(book: Any, sheet: str, top: int, data: int, count: int, chart: Chart, more: str) -> Any:
    drawing = book.add_chart({"type": "bar" if chart.is_horizontal else "column"})
    drawing.add_series(
        {
            "name": chart.title,
            "categories": [sheet, top + 1, data, top + count, data],
            "values": [sheet, top + 1, data + 1, top + count, data + 1],
            "fill": {"color": _BAR},
            "invert_if_negative": True,
            "invert_if_negative_color": _BAR_BELOW,
            "gap": 45,
        }
    )
    drawing.set_title({"name": chart.title + more, "overlay": False, "name_font": {"size": 12, "color": HEAD}})
    drawing.set_legend({"none": True})
    names = {"label_position": "low", "num_font": {"size": 9}, "line": {"color": RULE}}
    figures = {
        "num_format": COUNT_FORMAT,
        "num_font": {"size": 9},
        "major_gridlines": {"visible": True, "line": {"color": RULE}},
    }
    if chart.is_horizontal:  # the largest at the top, the figures below
        drawing.set_y_axis({**names, "reverse": True, "crossing": "max"})
        drawing.set_x_axis(figures)
    else:
        drawing.set_x_axis(names)
        drawing.set_y_axis(figures)
    return drawing
