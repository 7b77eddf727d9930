"""What is sent after corrections: the corrected workbook is read as the files were, whatever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

import armbulk
from armbulk.app.corrections import correct_typed
from armbulk.app.draft_corrections import continue_with_corrected, find_replaced
from armbulk.app.drafts import Draft, Drafts, TypedCell, open_drafts
from armbulk.clock import SystemClock
from armbulk.package_data import data_path

if TYPE_CHECKING:
    from pathlib import Path

    from armbulk.app.session import Session

DOCUMENTS = (
    "Document no;Document type;Customer no;Document date;Due date;Currency;Amount excl. VAT;VAT;Amount incl. VAT\n"
)
ROW = "{};IN;0042;2026-11-01;{};NOK;100;25;125\n"


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    """An empty folder of drafts."""
    return open_drafts(tmp_path, SystemClock())


def continue_with(session: Session, draft: Draft, *typed: TypedCell) -> None:
    """Type into cells, and continue."""
    result = session.check(*draft.inputs, options=draft.read_options())
    draft.typed = list(typed)
    corrected = correct_typed(result, draft.typed)
    again = continue_with_corrected(session, draft, corrected)
    assert (draft.typed, draft.in_corrected) == ([], list(typed))
    assert again.errors == corrected.after.errors == 0


def add(drafts: Drafts, draft: Draft, name: str, text: str) -> None:
    """Store a file of a draft."""
    (draft.folder / "files" / name).write_text(text, encoding="utf-8")
    draft.files.append(name)
    drafts.save(draft)


def test_csv_files_become_one_workbook(drafts: Drafts, tmp_path: Path) -> None:
    """Customers, documents and lines with their zeros; the files stay as they are."""
    draft = drafts.create("")
    for name in ("customers.csv", "documents.csv", "lines.csv"):
        add(drafts, draft, name, (data_path("samples") / name).read_text(encoding="utf-8"))
    before = [path.read_bytes() for path in draft.paths]
    with armbulk.connect(settings={"ARMBULK_HOME": str(tmp_path / "home")}) as session:
        continue_with(session, draft, TypedCell("customers.csv", "customers", 2, "B", "Ny kunde AS"))
    assert [path.read_bytes() for path in draft.paths] == before
    assert draft.inputs == [str(draft.folder / "corrected" / "customers.corrected.xlsx")]
    draft.reopen()
    assert draft.inputs == [str(path) for path in draft.paths]
    assert len(draft.typed) == 1


def test_chosen_contents_and_columns_that_are_not_read_stay(drafts: Drafts, tmp_path: Path) -> None:
    """A sheet that is read as documents, with a renamed header and a column that is left out, is read so again."""
    draft = drafts.create("")
    add(drafts, draft, "list.csv", DOCUMENTS.replace("Due date", "Pay by").replace("\n", ";Rest\n")
        + ROW.format("1", "soon").replace("\n", ";x\n"))  # fmt: skip
    draft.options = {"as_resource": "documents", "renames": {"Pay by": "due_date"}, "unread_columns": ["Rest"]}
    with armbulk.connect(settings={"ARMBULK_HOME": str(tmp_path / "home")}) as session:
        continue_with(session, draft, TypedCell("list.csv", "list", 2, "E", "2026-11-15"))
    assert draft.inputs[0].endswith("list.corrected.xlsx#list=documents")
    assert load_workbook(draft.inputs[0].partition("#")[0])["list"]["E2"].value == "2026-11-15"
    assert Draft.from_json(draft.folder, draft.to_json()) == draft


@pytest.mark.parametrize(
    ("files", "names", "replaced"),
    [
        (["a.xlsx"], ["b.xlsx"], ["a.xlsx"]),
        (["a.xlsx"], ["a.xlsx"], []),
        (["a.xlsx"], ["b.xlsx", "c.xlsx"], []),
        (["a.csv", "b.csv"], ["c.csv"], []),
        (["a.csv", "b.csv"], ["a.marked (2).xlsx"], ["a.csv", "b.csv"]),
        (["a.csv", "b.csv"], ["a.corrected.xlsx"], ["a.csv", "b.csv"]),
    ],
)
def test_a_dropped_file_replaces_what_it_corrects(
    drafts: Drafts, files: list[str], names: list[str], replaced: list[str]
) -> None:
    """A single file the single one, a copy of armbulk every file; others are added."""
    draft = drafts.create("")
    draft.files = files
    assert find_replaced(draft, names) == replaced
