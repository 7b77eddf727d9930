"""ARM's words are at the cell that they are about: comment and colour there, the key cell with the outcome."""

from pathlib import Path

import openpyxl
import pytest
from support.commands import called

from armbulk.sandbox import Sandbox

KUNDER = [
    ["Kundenr", "Navn", "E-post"],
    ["0101", "Kari", "kari @eksempel.no"],
    ["0102", "Ola", "ola@eksempel.no"],
]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_warning_of_arm_is_at_its_cell(tmp_path: Path, form: str) -> None:
    """A warning about the e-mail address, in ARM's own spelling, is a comment at that address, with a link to it."""
    path = tmp_path / f"kunder.{form}"
    if form == "csv":
        path.write_text("\n".join(";".join(row) for row in KUNDER) + "\n", encoding="utf-8")
    else:
        made = openpyxl.Workbook()
        made.active.title = "kunder"
        for row in KUNDER:
            made.active.append(row)
        made.save(path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        code, said = called("import", str(path), "--yes", "--first-import", env=env)
    assert code == 0, said
    result = openpyxl.load_workbook(tmp_path / "kunder.result.xlsx")
    page = result["kunder"]
    assert "sanitized" in page["C2"].comment.text
    assert page["C2"].fill.fgColor.rgb.endswith("FFF3C4")
    assert page["A2"].number_format.startswith('"!\u00a0"')
    assert page["A3"].number_format.startswith('"✓\u00a0"')
    assert (page["A2"].value, page["A3"].value) == ("0101", "0102")
    assert page["C3"].comment is None
    assert (page.page_setup.fitToWidth, page.print_title_cols) == ((2, "$A:$A") if form == "csv" else (None, None))
    problems = [[cell.value for cell in line] for line in result["Problems"].iter_rows(min_row=2)]
    assert [line[3:7] for line in problems if line[9] == "arm-warning"] == [
        ["kunder!C2", "0101", "Email", "kari @eksempel.no"]
    ]
