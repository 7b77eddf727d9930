"""`armbulk undo` proposes how to undo an import: for review, nothing is sent."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from support.commands import called
from support.journey import write_files

from armbulk.sandbox import Sandbox


def test_an_import_is_undone_on_paper(tmp_path: Path) -> None:
    """Unused customers and a credit note with opposite amounts for each document; the person completes the rest.

    What such a sheet has credited is not proposed again.
    """
    files = write_files(tmp_path, customers=4, documents=2, lines=2)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        code, said = called("import", *files, "--yes", "--first-import", env=env)
        assert (code, said["outcomes"]["created"]) == (0, 6)
        batches, target = len(arm.state.batches), tmp_path / "undo.xlsx"
        run = said["run"]
        code, said = called("undo", run, "-o", str(target), env=env)
        assert (code, said["customers"], said["documents"], said["files_changed"]) == (0, 2, 2, False)
        assert len(arm.state.batches) == batches
        book = openpyxl.load_workbook(target)
        assert book.sheetnames == ["Credit notes", "Unused customers"]
        sheet = book["Credit notes"]
        top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Document type")
        header = [cell.value for cell in sheet[top]]
        rows = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=top + 1, values_only=True)]
        assert [row["Additional reference"] for row in rows] == ["F1", "F2"]
        assert [Decimal(str(row["Amount incl. VAT"])) for row in rows] == [Decimal(-250), Decimal(-250)]
        assert [Decimal(str(row["VAT"])) for row in rows] == [Decimal(-50), Decimal(-50)]
        assert {row["Document type"] for row in rows} == {None}
        unused = [row[0] for row in book["Unused customers"].iter_rows(values_only=True) if row[1]]
        assert unused == ["Customer to delete", "0001", "0004"]
        code, said = called("check", str(target), env=env)  # incomplete, so that nothing can be sent by mistake
        assert code == 1
        assert [each["resource"] for each in said["sheets"]] == ["documents", None]
        for row in range(top + 1, top + 3):
            for column, value in (("A", "CN"), ("B", f"K{row}"), ("D", "2026-11-30"), ("E", "2026-11-30")):
                sheet[f"{column}{row}"] = value
        book.save(target)
        code, said = called("check", str(target), env=env)
        assert (code, said["counts"]["error"]) == (0, 0), said["findings"]
        assert "unknown-header" not in {finding["code"] for finding in said["findings"]}
        sheet.delete_rows(top + 2)  # one of the two documents is credited
        book.save(target)
        code, credit = called("import", str(target), "--yes", "--first-import", env=env)
        assert (code, credit["outcomes"]["created"]) == (0, 1), credit
        code, said = called("undo", run, "-o", str(tmp_path / "again.xlsx"), env=env)
        assert (said["documents"], said["credited"], said["unclear_runs"]) == (
            1, [{"run": credit["run"], "documents": 1}], []
        )  # fmt: skip
        target.unlink()  # the file alone says which document its credit note is for
        code, said = called("undo", run, "-o", str(tmp_path / "third.xlsx"), env=env)
        assert (said["documents"], said["credited"], said["unclear_runs"]) == (2, [], [credit["run"]])


@pytest.mark.parametrize("lang", ["en", "no"])
def test_files_that_were_changed(tmp_path: Path, lang: str) -> None:
    """Without the files, the amounts with VAT are those of the store; an input is never replaced.

    A credit note is reversed by an invoice: the sheet says so. Customer numbers keep their capitals.
    """
    files = write_files(tmp_path, customers=1, documents=2, lines=1)
    for name in files:
        text = Path(name).read_text(encoding="utf-8")
        Path(name).write_text(text.replace("0001", "K0001A"), encoding="utf-8")
    for name in ("documents.csv", "lines.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8").replace("F2;IN;", "F2;CN;")
        lines = [line.replace("100;25;125", "-100;-25;-125") if "F2" in line else line for line in text.splitlines()]
        (tmp_path / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        run = called("import", *files, "--yes", "--first-import", env=env)[1]["run"]
        assert called("undo", run, "-o", files[0], env=env)[0] == 2
        (tmp_path / "customers.csv").unlink()
        target = tmp_path / "undo.xlsx"
        code, said = called("undo", run, "-o", str(target), "--lang", lang, env=env)
    assert (code, said["files_changed"], said["documents"]) == (0, True, 2)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert sheet.title == {"en": "Credit notes", "no": "Kreditnotaer"}[lang]
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert {-125, 125, "K0001A"} <= set(cells)
    assert {"en": "1 row has a positive amount", "no": "1 rad har positivt beløp"}[lang] in " ".join(map(str, cells))
