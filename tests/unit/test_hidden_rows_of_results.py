"""Hidden rows of a result workbook: those that are done stop nothing, the others are never sent or lost unseen."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from support.history import inputs_of

from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.planning.plan import ImportOptions, PlanningInputs, plan_import
from armbulk.readers import read_sheets
from armbulk.validation.check import Checked, check_sheets

CUSTOMERS = "Kundenr;Navn;ARM utfall\nK1;Kari;opprettet\nK2;Ola;avvist\nK3;Per;\nK4;Eva;uendret\n"
DOCUMENTS = (
    "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva;ARM outcome\n"
    "F1;IN;K1;2026-02-01;2026-02-15;NOK;125;created with warnings\n"
    "F2;IN;K1;2026-02-01;2026-02-15;NOK;250;rejected\n"
)
LINES = "Fakturanr;Linjenr;Tekst;Beløp inkl. mva;ARM outcome\nF1;1;Kam;125;created\nF2;1;Kam;250;created\n"


def read(folder: Path, hidden: dict[str, set[int]], **files: str) -> list[Sheet]:
    """The sheets of CSV files, some rows of which Excel does not show."""
    sheets = []
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        rows = frozenset(hidden.get(name, ()))
        sheets += [replace(sheet, hidden_rows=rows) for sheet in read_sheets(folder / f"{name}.csv")]
    return sheets


def findings(checked: Checked) -> list[tuple[int, str, str, str]]:
    """Sheet, code, count and rows of the findings about hidden rows."""
    of_hidden = checked.findings.filter(pl.col("code").str.starts_with("hidden"))
    return of_hidden.select("sheet", "code", "value", "detail").sort("sheet", "code").rows()


@pytest.mark.parametrize(
    ("hidden", "expected", "blocked"),
    [
        ({2, 5}, [(0, "hidden-done", "2", "2, 5")], []),
        ({2, 3, 4}, [(0, "hidden-done", "1", "2"), (0, "hidden-open-rows", "2", "3, 4")], [2, 3, 4, 5]),
        ({3}, [(0, "hidden-rows", "1", "3")], [2, 3, 4, 5]),
    ],
)
def test_hidden_rows_that_are_done_stop_nothing(
    tmp_path: Path, hidden: set[int], expected: list[tuple[int, str, str, str]], blocked: list[int]
) -> None:
    """The user filters for what needs work; rows that are not done still stop everything until somebody decides."""
    checked = check_sheets(read(tmp_path, {"customers": hidden}, customers=CUSTOMERS))
    assert findings(checked) == expected
    assert checked.blocked_rows["customers"]["row"].to_list() == blocked


def test_a_decision_about_hidden_rows_leaves_those_alone_that_are_done(tmp_path: Path) -> None:
    """`--skip-hidden` leaves out what is not done, `--include-hidden` reads all rows."""
    sheets = read(tmp_path, {"customers": {2, 3}}, customers=CUSTOMERS)
    skipped = check_sheets(sheets, ReadOptions(hidden="skip"))
    assert skipped.skipped["customers"].rows["row"].to_list() == [3]
    assert findings(skipped) == [(0, "hidden-done", "1", "2"), (0, "hidden-skipped", "1", "3")]
    included = check_sheets(sheets, ReadOptions(hidden="include"))
    assert (findings(included), included.hidden_done.height) == ([(0, "hidden-included", "2", "2, 3")], 0)


def test_a_hidden_line_is_as_done_as_its_document(tmp_path: Path) -> None:
    """A line is sent with its document: its own outcome is not enough."""
    sheets = read(tmp_path, {"documents": {2}, "lines": {2, 3}}, documents=DOCUMENTS, lines=LINES)
    found = [(1, "hidden-done", "1", "2"), (1, "hidden-open-rows", "1", "3")]
    assert findings(check_sheets(sheets)) == [(0, "hidden-done", "1", "2"), *found]


# ── what a plan does with them ──────────────────────────────────────────────────────────────────────────────────────


def outcomes(checked: Checked, inputs: PlanningInputs, options: ImportOptions) -> dict[str, str | None]:
    """Key → outcome of the plan; None: it would be sent."""
    return dict(plan_import(checked, options, inputs).items.select("key", "outcome").iter_rows())


def test_a_hidden_row_that_was_changed_is_not_sent_unseen(tmp_path: Path) -> None:
    """It is not sent, whatever the options, and has an outcome that says so; shown, it would be."""
    sent = inputs_of(check_sheets(read(tmp_path, {}, customers=CUSTOMERS)))
    changed = CUSTOMERS.replace("Kari", "Kari Lie")
    for overwrite in (False, True):
        options = ImportOptions(overwrite=overwrite)
        hidden = check_sheets(read(tmp_path, {"customers": {2, 5}}, customers=changed), DEFAULT_READ_OPTIONS)
        decided = outcomes(hidden, sent, options)
        assert (decided["K1"], decided["K4"]) == ("not_sent", "unchanged")
        assert outcomes(check_sheets(read(tmp_path, {}, customers=changed)), sent, options)["K1"] is None


def test_a_row_that_was_sent_stays_so_where_its_sheet_has_an_error(tmp_path: Path) -> None:
    """An error of the sheet holds back what is not done; a row with an error of its own is held back, too."""
    files = {"documents": DOCUMENTS, "lines": LINES}
    sent = inputs_of(check_sheets(read(tmp_path, {}, **files)))
    new = DOCUMENTS + "F3;IN;K1;2026-02-01;2026-02-15;NOK;250;\n"
    hidden = check_sheets(read(tmp_path, {"documents": {4}}, documents=new, lines=LINES))
    options = ImportOptions(skip_invalid=True)
    assert outcomes(hidden, sent, options) == {"F1": "already_sent", "F2": "already_sent", "F3": "held_back"}
    wrong = new.replace("2026-02-15", "snart", 1)
    hidden = check_sheets(read(tmp_path, {"documents": {4}}, documents=wrong, lines=LINES))
    assert outcomes(hidden, sent, options) == {"F1": "held_back", "F2": "already_sent", "F3": "held_back"}
