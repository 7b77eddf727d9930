"""Results of large workbooks: the user's own, in little memory."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from support.patched_workbooks import parts_of, write_result

from armbulk.readers import read_sheets

if TYPE_CHECKING:
    from pathlib import Path

ROWS, COLUMNS = 60_000, 12


@pytest.mark.proof
def test_a_large_result_is_the_users_workbook(tmp_path: Path) -> None:
    """Of 60,000 rows every cell and the chart stay; the worksheet is never in memory as a whole."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("Kunder")
    for row in range(ROWS):
        page.write_row(
            row, 0, [f"{row:06d}" if row else "Kundenr", *(row * column + 0.5 for column in range(1, COLUMNS))]
        )
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Kunder!$B$2:$B$60000"})
    page.insert_chart("P2", chart)
    book.close()
    tracemalloc.start()
    write_result(path, target)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sheet, before, after = "xl/worksheets/sheet1.xml", parts_of(path), parts_of(target)
    assert after["xl/charts/chart1.xml"] == before["xl/charts/chart1.xml"]
    assert len(after[sheet]) > len(before[sheet]) > 20_000_000
    assert peak < 80_000_000, f"{peak:,} bytes"
    old, new = read_sheets(path)[0].frame, read_sheets(target)[2].frame
    assert new.select(old.columns).equals(old)
