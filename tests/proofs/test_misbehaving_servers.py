"""Whatever the server responds, every row has one outcome, and nothing is sent twice."""

from pathlib import Path

import openpyxl
import pytest
from support.hostile_server import Hostile, serving
from support.journey import FakeClock, outcomes
from support.server_cases import CASES, TAKEN, Case, batch, carried, item, keeps_the_promise


@pytest.mark.promise("P1", "P2", "P8", "P20")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whatever_the_server_does(tmp_path: Path, case: Case) -> None:
    """For each of sixty kinds of wrong response the outcomes, the calls made and the messages are as specified."""
    keeps_the_promise(tmp_path, case)


@pytest.mark.promise("P15")
def test_ten_thousand_warnings_and_a_message_that_would_run(tmp_path: Path) -> None:
    """Long messages continue in further cells, control characters are removed, and formulas stay text."""
    clock = FakeClock()
    formula = '=HYPERLINK("http://evil.example","click")'
    warnings = [{"field": "kid", "message": f"warning {n}"} for n in range(10_000)]
    items = [item("D1", warnings=warnings), item("D2", result="REJECTED", message=formula),
             item("D3", result="REJECTED", message="\x1b[31mred\x1b[0m<script>" + "x" * 1_000_000)]  # fmt: skip
    script = {"post": (TAKEN,), "poll": (batch(items=items),)}
    with serving(Hostile(script, clock.now)) as hostile:
        _, stood = carried(tmp_path, hostile, clock, {})
    assert outcomes(stood) == {"created_with_warnings": 1, "rejected": 2}
    book = openpyxl.load_workbook(tmp_path / "result.xlsx")
    cells = [cell for page in book for row in page for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert formula in {cell.value for cell in cells}
    text = "".join(str(cell.value) for cell in cells)
    assert all(f"warning {n}" in text for n in (0, 5_000, 9_999))
    assert "\x1b" not in text
    assert text.count("x" * 1_000) >= 1_000
