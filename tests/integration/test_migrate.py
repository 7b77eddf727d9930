"""`armbulk migrate`: from the files of another ledger to documents in ARM, with every question answered in between."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import call, called
from support.paths import SAMPLES
from support.saft_files import ITEMISED, SIMPLE

from armbulk.sandbox import Sandbox

ANSWERS = {
    "document-type": "IN", "booking": "Kari Nordmann, 2026-11-30", "distribution": "H", "dunning": "2027-01-31",
    "due-days": "30",
}  # fmt: skip


def answer(workbook: Path, **changes: str) -> None:
    """Answer every question on the first sheet, as a person would: codes as above, all others with yes."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=5):
        if row[0].value:
            row[4].value = changes.get(row[0].value, ANSWERS.get(row[0].value, "yes"))
    book.save(workbook)


def sheet_rows(workbook: Path, name: str, top: int = 1) -> list[dict[str, Any]]:
    """The rows of a sheet below its headings."""
    rows = [row for row in openpyxl.load_workbook(workbook)[name].iter_rows(min_row=top, values_only=True) if any(row)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The workbook of the ledger with items, and what the command reports."""
    target = tmp_path_factory.mktemp("migration") / "migration.xlsx"
    code, report = called("migrate", str(ITEMISED), "-o", str(target))
    assert code == 1  # questions are open
    return target, report


def test_the_report_has_the_totals_of_the_ledger(migrated: tuple[Path, dict[str, Any]]) -> None:
    """Documents less credits are the closing balances of the customers, which are those of the accounts."""
    _, report = migrated
    assert report["proved"]
    assert (report["customers"], report["documents"], report["documents_sum"]) == (12, 8, "28650.25")
    assert (report["left_out"], report["left_out_sum"], report["closing_sum"]) == (3, "-825.00", "27825.25")
    assert all(question["answer"] is None for question in report["questions"])


def test_the_workbook_has_the_items_the_proof_and_what_is_left_out(migrated: tuple[Path, dict[str, Any]]) -> None:
    """The documents of the worked example; undecided columns are empty; leading zeros and dates survive."""
    target, report = migrated
    assert report["sheets"] == openpyxl.load_workbook(target).sheetnames
    documents = sheet_rows(target, "Documents")
    amounts = {row["Document no"]: Decimal(str(row["Amount incl. VAT"])) for row in documents}
    assert amounts == {
        "5001": Decimal(12500), "5002": Decimal("599.75"), "5004": Decimal(2500), "IB-10005": Decimal(3000),
        "IB-10007": Decimal("750.5"), "5010": Decimal(600), "5012": Decimal(2000), "IB-10011": Decimal(400),
    }  # fmt: skip
    assert {row["Currency"] for row in documents if row["Document no"] == "5010"} == {"EUR"}
    assert {(row["Document type"], row["Distribution type"]) for row in documents} == {(None, None)}
    left_out = sheet_rows(target, "Left out", top=4)
    assert [(row["Document no"], row["Amount"]) for row in left_out[:3]] == [
        ("5006", -625), ("5007", -100), ("IB-10010", -100)
    ]  # fmt: skip
    proof = sheet_rows(target, "Proof", top=5)
    total = proof[-1]
    assert Decimal(str(total["Documents"])) + Decimal(str(total["Left out"])) == Decimal("27825.25")
    customers = {row["Customer no"]: row for row in sheet_rows(target, "Customers")}
    assert customers["10001"]["Postal code"] == "0101"
    assert customers["10001"]["Organisation no"] == "320000106"
    assert "Email" not in customers["10001"]  # ARM would send documents to it


def test_nothing_is_sent_before_every_question_is_answered(
    migrated: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """Not with --skip-invalid either; a wrong answer is none."""
    target = tmp_path / "migration.xlsx"
    target.write_bytes(migrated[0].read_bytes())
    with Sandbox() as arm:
        code, report = called("import", str(target), "--yes", "--skip-invalid", env=arm.settings)
        assert code == 1
        answer(target, dunning="soon")
        code, report = called("check", str(target), env=arm.settings)
        wrong = [(each["cell"], each["code"], each["value"]) for each in report["findings"]]
        assert (code, wrong) == (1, [("Questions!E8", "answer-wrong", "soon")])
        assert called("import", str(target), "--yes", "--skip-invalid", env=arm.settings)[0] == 1
        assert not arm.state.batches


def remove_questions(book: openpyxl.Workbook) -> None:
    """As a person would who finds them in the way."""
    del book["Questions"]


def rename_questions(book: openpyxl.Workbook) -> None:
    """Another name, and another title."""
    book["Questions"]["A1"], book["Questions"].title = "Notes", "Notes"


def remove_a_question(book: openpyxl.Workbook) -> None:
    """The row about what ARM books."""
    book["Questions"].delete_rows(6)


def remove_a_raised_question(book: openpyxl.Workbook) -> None:
    """The last row: a question that this ledger raised."""
    book["Questions"].delete_rows(book["Questions"].max_row)


def keep_the_documents(book: openpyxl.Workbook) -> None:
    """A workbook with copies of two sheets."""
    for name in set(book.sheetnames) - {"Customers", "Documents", "Lines"}:
        del book[name]


@pytest.mark.parametrize(
    ("change", "code"),
    [(remove_questions, "questions-missing"), (rename_questions, "questions-missing"),
     (keep_the_documents, "questions-missing"), (remove_a_question, "question-removed"),
     (remove_a_raised_question, "question-removed")],
)  # fmt: skip
def test_no_question_goes_by_deleting_it(
    migrated: tuple[Path, dict[str, Any]], tmp_path: Path, change: Callable[[openpyxl.Workbook], None], code: str
) -> None:
    """Nothing of the file is valid, whatever is left of the questions."""
    target = tmp_path / "migration.xlsx"
    target.write_bytes(migrated[0].read_bytes())
    answer(target)
    book = openpyxl.load_workbook(target)
    for sheet in (book["Documents"], book["Lines"]):
        sheet.delete_rows(4, sheet.max_row)
    for row in book["Documents"].iter_rows(min_row=2, max_row=3):
        row[0].value, row[4].value, row[10].value = "IN", "2026-01-30", "H"
    change(book)
    book.save(target)
    checked, report = called("check", str(target))
    assert (checked, code in {finding["code"] for finding in report["findings"]}) == (1, True)
    assert not any(sheet["ok"] for sheet in report["sheets"])


def test_a_renamed_sheet_of_questions_counts(migrated: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Its title tells; so a sheet alone, or a CSV file of it, is refused."""
    target, csv = tmp_path / "migration.xlsx", tmp_path / "documents.csv"
    target.write_bytes(migrated[0].read_bytes())
    answer(target)
    book = openpyxl.load_workbook(target)
    book["Questions"].title = "Answers"
    book.save(target)
    assert called("check", str(target))[0] == 0
    code, report = called("check", f"{target}#Documents")
    assert (code, "questions-missing" in {finding["code"] for finding in report["findings"]}) == (1, True)
    rows = openpyxl.load_workbook(target)["Documents"].iter_rows(values_only=True)
    csv.write_text("\n".join(";".join(str(value or "") for value in row) for row in rows), encoding="utf-8")
    assert "questions-missing" in {finding["code"] for finding in called("check", str(csv))[1]["findings"]}


def test_answers_fill_the_empty_cells_and_the_items_reach_arm(
    migrated: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """A cell that is filled in keeps its value."""
    target = tmp_path / "migration.xlsx"
    target.write_bytes(migrated[0].read_bytes())
    answer(target)
    book = openpyxl.load_workbook(target)
    book["Documents"]["K3"] = "M"
    book.save(target)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        code, report = called("import", str(target), "--yes", "--first-import", env=env)
        assert (code, report["outcomes"]["created"]) == (0, 20)
        documents = {each["documentNo"]: each for (each,) in arm.state.documents.values()}
        customers = {each["customerNo"]: each for each in arm.state.customers.values()}
    assert {each["documentType"] for each in documents.values()} == {"IN"}
    assert documents["5002"]["distribution"]["type"] == "M"
    assert documents["5001"]["distribution"]["type"] == "H"
    assert (documents["IB-10005"]["documentDate"], documents["IB-10005"]["dueDate"]) == ("2025-12-31", "2026-01-30")
    assert documents["5001"]["dueDate"] == "2025-03-17"
    assert customers["10001"]["stopReminderUntil"] == "2027-01-31"


def test_a_rehearsal_imports_everything_into_a_sandbox(migrated: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """Nothing reaches ARM; the page has the answers; with an open question nothing is sent at all."""
    target = tmp_path / "migration.xlsx"
    target.write_bytes(migrated[0].read_bytes())
    env = {"ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_BASE_URL": "http://127.0.0.1:1", "ARMBULK_CLIENT_NO": "7"}
    code, report = called("migrate", "--rehearse", str(target), env=env)
    assert (code, report["ok"], report["state"], report["questions"][0]["answer"]) == (1, False, "stopped", None)
    answer(target)
    code, report = called("migrate", "--rehearse", str(target), env=env)
    assert (code, report["ok"], report["outcomes"], report["seconds"] > 0) == (0, True, {"created": 20}, True)
    assert "Kari Nordmann, 2026-11-30" in Path(report["file"]).read_text(encoding="utf-8")
    assert openpyxl.load_workbook(report["result"]).sheetnames[0] == "Summary"
    other = str(SAMPLES / "with-errors.xlsx")
    assert called("migrate", "--rehearse", other, env=env)[1]["error"]["code"] == "no-migration"


def test_files_that_are_not_proved(tmp_path: Path) -> None:
    """The workbook shows both figures; with --strict there is none."""
    text = SIMPLE.read_text(encoding="utf-8").replace("Balance>750.00<", "Balance>751.00<")
    file, target = tmp_path / "ledger.xml", tmp_path / "out.xlsx"
    file.write_text(text, encoding="utf-8")
    code, report = called("migrate", str(file), "-o", str(target), "--strict")
    assert (code, report["error"]["code"], target.exists()) == (2, "not-proved", False)
    code, report = called("migrate", str(file), "-o", str(target))
    assert (code, report["proved"], report["not_proved"]) == (1, False, 1)
    keys = {question["code"] for question in report["questions"]}
    assert {"not-proved", "accounts-differ"} <= keys
    texts = {question["code"]: question["text"] for question in report["questions"]}
    assert texts["not-proved"].startswith("The balance of 1 customer is not proved, and its items are not moved.")
    assert texts["credits"].startswith("1 credit, -50.00 in the base currency, is not sent.")
    first = sheet_rows(target, "Proof", top=5)[0]
    assert (first["Customer no"], first["Closing balance"], first["Difference"]) == ("K-4", 751, -1)


@pytest.mark.parametrize("lang", ["en", "no"])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, lang: str) -> None:
    """With its name and a remedy; an existing file stays."""
    file, target = tmp_path / "ledger.xml", tmp_path / "out.xlsx"
    file.write_text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")
    code, out, err = call("migrate", str(file), "-o", str(target), "--lang", lang)
    assert (code, out, "DOCTYPE" in err, "→" in err) == (2, "", True, True)
    target.write_text("mine", encoding="utf-8")
    assert called("migrate", str(SIMPLE), "-o", str(target))[1]["error"]["code"] == "file-exists"
    assert target.read_text(encoding="utf-8") == "mine"


def test_answers_may_stand_in_the_settings(tmp_path: Path) -> None:
    """They are on the sheet from the start; a wrong one is refused with the possible answers."""
    config, target = tmp_path / "config.toml", tmp_path / "out.xlsx"
    config.write_text("[migration]\ndocument-type = 'IN'\ndue-days = 14\ndunning = 2027-01-31\n", encoding="utf-8")
    env = {"ARMBULK_HOME": str(tmp_path)}
    report = called("migrate", str(SIMPLE), "-o", str(target), env=env)[1]
    answers = {question["code"]: question["answer"] for question in report["questions"]}
    assert (answers["document-type"], answers["dunning"], answers["due-days"]) == ("IN", "2027-01-31", "14")
    assert answers["booking"] is None
    shown = {row["Code"]: row["Answer"] for row in sheet_rows(target, "Questions", top=4)}
    assert shown["dunning"] == "2027-01-31"
    config.write_text("[migration]\ndunning = 'later'\n", encoding="utf-8")
    code, report = called("migrate", str(SIMPLE), "-o", str(tmp_path / "b.xlsx"), env=env)
    assert (code, report["error"]["code"]) == (5, "answer-wrong")


def test_customer_numbers_of_a_table(tmp_path: Path) -> None:
    """Customers and documents get the new number; the old one is in the source."""
    table, target = tmp_path / "numbers.csv", tmp_path / "out.xlsx"
    table.write_text("old;new\nK-1;000101\n", encoding="utf-8")
    assert called("migrate", str(SIMPLE), "-o", str(target), "--numbers", str(table), "--prefix", "S")[0] == 1
    assert [row["Customer no"] for row in sheet_rows(target, "Customers")] == ["000101", "K-2", "K-3", "K-4"]
    documents = {row["Document no"]: row["Customer no"] for row in sheet_rows(target, "Documents")}
    assert documents == {"301": "000101", "302": "K-2", "SK-3": "K-3", "303": "K-4"}
    table.write_text("old;new\nK-1;1\nK-2;1\n", encoding="utf-8")
    code, report = called("migrate", str(SIMPLE), "-o", str(tmp_path / "b.xlsx"), "--numbers", str(table))
    assert (code, report["error"]["code"]) == (2, "number-table")


def test_categories_are_those_of_the_user(tmp_path: Path) -> None:
    """Of the settings and the command line; without them the column is not there."""
    target = tmp_path / "a.xlsx"
    (tmp_path / "config.toml").write_text(
        "[migration]\ncategory-company = 'BUS'\ncategory-private = 'OLD'\n", encoding="utf-8"
    )
    env = {"ARMBULK_HOME": str(tmp_path)}
    called("migrate", str(ITEMISED), "-o", str(target), "--category", "private=CONS", env=env)
    codes = [row["Customer category"] for row in sheet_rows(target, "Customers")]
    assert {"BUS", "CONS"} <= set(codes)
    assert "OLD" not in codes
    code, report = called("migrate", str(ITEMISED), "-o", str(tmp_path / "b.xlsx"), "--category", "Firm=X")
    assert (code, report["error"]["code"]) == (2, "category-wrong")
