"""Files with the same records: the files are named, once, and every record in both is held back."""

from pathlib import Path

import pytest
from support.sheets import DOCUMENT_HEADERS, document

from armbulk.findings.frame import render_findings
from armbulk.resources import fields_by_name
from armbulk.validation.check import check_files


def check(folder: Path, **files: list[str]) -> tuple[list[tuple[str, str, str]], list[str], int]:
    """(File, code, message) of each error of CSV files, the rows held back, and the number of rows."""
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    checked = check_files([str(folder / f"{name}.csv") for name in files])
    rendered = render_findings(checked.findings, checked.sheets, fields_by_name(), "en")
    errors = [
        (Path(finding["file"]).stem, finding["code"], finding["message"].replace(f"{folder}/", ""))
        for finding in rendered
        if finding["severity"] == "error"
    ]
    blocked = checked.blocked_rows["documents"]
    return errors, [f"{sheet}!{row}" for sheet, row in blocked.sort("sheet", "row").rows()], sum(
        table.rows.height for table in checked.tables.values()
    )  # fmt: skip


@pytest.mark.parametrize("is_first", [True, False])
def test_a_result_beside_its_file_is_named(tmp_path: Path, is_first: bool) -> None:
    """One finding says which file is the result of which; the records in both are held back, others are not."""
    plain = [DOCUMENT_HEADERS, document("F1"), document("F2"), document("F3")]
    result = [f"{DOCUMENT_HEADERS};ARM outcome", f"{document('F2')};created", f"{document('F9')};created"]
    files = {"old": result, "plain": plain} if is_first else {"plain": plain, "old": result}
    errors, blocked, _rows = check(tmp_path, **files)
    assert errors == [
        (
            next(iter(files)),
            "result-beside-input",
            "old.csv is the result of plain.csv. Both files have the same records.",
        )
    ]
    assert blocked == (["0!2", "1!3"] if is_first else ["0!3", "1!2"])


def test_a_copy_with_changes_is_named(tmp_path: Path) -> None:
    """Most records are in both files: the files are named and not each record."""
    first = [DOCUMENT_HEADERS, *(document(f"F{number}") for number in range(1, 6))]
    second = [DOCUMENT_HEADERS, *(document(f"f{number}", "80;20;100") for number in range(3, 8))]
    errors, blocked, rows = check(tmp_path, first=first, second=second)
    assert errors == [("first", "same-records-twice", "second.csv and first.csv have the same records")]
    assert (len(blocked), rows) == (6, 10)


def test_single_records_in_two_files_are_named_each(tmp_path: Path) -> None:
    """A number that was used again is a mistake in one row, and no copy."""
    first = [DOCUMENT_HEADERS, *(document(f"F{number}") for number in range(1, 6))]
    second = [DOCUMENT_HEADERS, *(document(f"F{number}") for number in range(5, 10))]
    errors, blocked, _rows = check(tmp_path, first=first, second=second)
    assert [(file, code) for file, code, _message in errors] == [
        ("first", "duplicate-key"),
        ("second", "duplicate-key"),
    ]
    assert blocked == ["0!6", "1!2"]
