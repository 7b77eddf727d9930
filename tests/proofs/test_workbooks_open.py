"""Result workbooks open in another program, with the cells of the user and the outcomes."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import openpyxl
import pytest
from support.full_workbooks import write_full_workbook
from support.patched_workbooks import write_result

from armbulk.readers import read_sheets

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = shutil.which("soffice")


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore:.*not supported and will be removed")
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("again", [False, True])
def test_a_result_opens_in_libreoffice(tmp_path: Path, again: bool) -> None:
    """LibreOffice opens a result, and a result of it, and saves the same cells, with symbols, comments and tables."""
    path, result, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx", tmp_path / "out" / "result.xlsx"
    write_full_workbook(path)
    write_result(path, result, name="Kunder", problems=("B2", "C3"))
    if again:
        write_result(result, result, name="Kunder", problems=("B2", "C3"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(OFFICE), "--headless", profile, "--convert-to", "xlsx", "--outdir", str(target.parent), str(result)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    before, after = ({sheet.name: sheet for sheet in read_sheets(file)} for file in (result, target))
    assert [name for name in after if name in before] == list(before)
    for name, sheet in before.items():
        letters = [letter for letter in sheet.letters if sheet.frame[letter].dtype == "String"]
        assert after[name].frame.select("row", *letters).equals(sheet.frame.select("row", *letters)), name
    page = openpyxl.load_workbook(target)["Kunder"]
    assert page["A2"].number_format.startswith('"✓\u00a0"')
    assert "wrong in B2" in page["B2"].comment.text
    assert page.tables["Kundeliste"].ref == "A1:K6"
