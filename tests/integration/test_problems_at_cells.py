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


def test_rows_of_a_csv_keep_their_numbers(tmp_path: Path) -> None:
    """Blank lines and a cell of two lines move no row: the result workbook and the CSV result name the file's rows."""
    path, text = (
        tmp_path / "kunder.csv",
        'Kundenr;Navn;E-post\n\n\n0101;"Kari\nNordmann";a@b.no\n\n0102;Ola;kari @eksempel.no\n',
    )
    path.write_text(text, encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        code, said = called("import", str(path), "--yes", "--first-import", "-o", str(tmp_path / "r.csv"), env=env)
    assert code == 0, said
    result = openpyxl.load_workbook(tmp_path / "r.xlsx")
    page, lines = result["kunder"], list(result["Problems"].iter_rows(min_row=2, values_only=True))
    assert [(row, cell.value) for row, cell in enumerate(page["A"], 1) if cell.value] == [
        (1, "Kundenr"), (4, "0101"), (7, "0102"),
    ]  # fmt: skip
    assert {line[3] for line in lines} == {"kunder!C7"}
    assert result["Problems"]["D2"].hyperlink.location == "'kunder'!C7"
    written = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [number for number, line in enumerate(written, 1) if line.startswith(("Kundenr", "01"))] == [1, 4, 7]


def test_lists_of_a_corrected_copy_are_replaced(tmp_path: Path) -> None:
    """A program forgets that armbulk made the lists of a copy; a result has its own in their place all the same."""
    path, copy = tmp_path / "kunder.xlsx", tmp_path / "copy.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "kunder"
    for row in KUNDER:
        made.active.append(row)
    made["kunder"]["B2"] = "Kari\u00a0N"
    own = made.create_sheet("Changes")
    own.append(["Sheet", "Cell", "Mine"])  # a person's own list is never removed
    made.save(path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        called("check", str(path), "--fix", "-o", str(copy), env=env)
        saved = openpyxl.load_workbook(copy)
        assert "Problems" in saved.sheetnames
        saved.properties.category = saved.properties.keywords = None
        saved.save(copy)
        code, said = called("import", str(copy), "--yes", "--first-import", env=env)
    assert code == 0, said
    names = openpyxl.load_workbook(tmp_path / "copy.result.xlsx").sheetnames
    assert names == ["Summary", "Problems", "Sign-off", "kunder", "Changes"]
