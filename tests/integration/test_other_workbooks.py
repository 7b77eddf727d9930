"""Imports of workbooks of other formats: their results are new Excel workbooks."""

import re
import shutil
import warnings
import zipfile
from pathlib import Path

import openpyxl
from support.commands import call, called
from support.paths import ROOT

from armbulk.readers import read_sheets
from armbulk.sandbox import Sandbox

WORKBOOKS = ROOT / "tests" / "support" / "workbooks"


def test_an_open_document_is_imported(tmp_path: Path) -> None:
    """Customers and invoices of an .ods are created; the new .xlsx has the outcomes, and is imported while filtered."""
    path = tmp_path / "invoices.ods"
    shutil.copy(WORKBOOKS / path.name, path)
    before = path.read_bytes()
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        code, run = called("import", str(path), "--yes", env=env)
        assert (code, run["outcomes"]["created"], sorted(arm.state.documents)) == (0, 4, ["f1", "f2"])
        assert path.read_bytes() == before
        result = tmp_path / "invoices.result.xlsx"
        book = openpyxl.load_workbook(result)
        book["Fakturaer"].row_dimensions[2].hidden = True  # filtered by its outcome
        book.save(result)
        code, run = called("import", str(result), "--yes", env=env)
        assert (code, run["outcomes"]["already_sent"], run["outcomes"]["unchanged"]) == (0, 2, 2)
    rows = list(openpyxl.load_workbook(result)["Fakturaer"].iter_rows(values_only=True))
    assert ["already sent" in row for row in rows] == [False, True, True]
    again = {sheet.name: sheet for sheet in read_sheets(result)}
    assert again["Fakturaer"].frame["D"].to_list()[1:] == ["2026-03-01", "2026-03-01"]


def test_what_the_writing_library_does_not_know_is_no_noise(tmp_path: Path) -> None:
    """A workbook without named styles is copied with its problems marked; no warning of a library is shown."""
    path = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(ROOT / "samples" / "with-errors.xlsx") as sound, zipfile.ZipFile(path, "w") as bare:
        for name in sound.namelist():
            bare.writestr(name, re.sub(rb"<cellStyles.*</cellStyles>", b"", sound.read(name)))
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        assert call("check", str(path), "-o", str(tmp_path / "marked.xlsx"))[0] == 1
    assert shown == []
