"""`armbulk migrate --verify`: an imported migration compared with the AR items that ARM has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from integration.test_migrate import answer
from support.commands import call, called
from support.saft_files import ITEMISED, SIMPLE

from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Sandbox, dict[str, str]]]:
    """A migration that a sandbox has accepted: its workbook, the sandbox, the settings."""
    folder = tmp_path_factory.mktemp("verified")
    target = folder / "migration.xlsx"
    called("migrate", str(ITEMISED), "-o", str(target))
    answer(target)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(folder / "home")}
        arm.state.add_customer({"customerNo": "10001", "name": "There before"})
        code, out, _err = call("import", str(target), "--yes", "--first-import", env=env)
        assert (code, "armbulk migrate --verify 1" in out) == (0, True)
        yield target, arm, env


def show(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What differs."""
    return [(row["customer_no"], row["currency"], row["difference"]) for row in report["differences"]]


def test_arm_has_what_moved(imported: tuple[Path, Sandbox, dict[str, str]]) -> None:
    """Each currency adds up; the copy of the workbook has the proof as its first sheet, and all others."""
    target, _arm, env = imported
    code, report = called("migrate", "--verify", "1", env=env)
    assert (code, report["agrees"], report["documents"], report["differences"]) == (0, True, 8, [])
    totals = {each["currency"]: (float(each["migrated"]), float(each["in_arm"])) for each in report["totals"]}
    assert totals == {"EUR": (600, 600), "NOK": (21750.25, 21750.25)}
    assert report["file"] == str(target.with_name("migration.verified.xlsx"))
    book = openpyxl.load_workbook(report["file"])
    assert book.sheetnames == ["Proof in ARM", *openpyxl.load_workbook(target).sheetnames]
    rows = list(book["Proof in ARM"].iter_rows(min_row=6, values_only=True))
    assert rows[0][:5] == ("Customer no", "Name", "Currency", "Documents", "Migration")
    assert [row[0] for row in rows[1:]] == ["10001", "10002", "10004", "10005", "10007", "10008", "10010", "10011"]


def test_what_differs_is_red_and_named(imported: tuple[Path, Sandbox, dict[str, str]]) -> None:
    """A payment, a missing item and an item that did not move; a person's file is not replaced unasked."""
    target, arm, env = imported
    documents, before = arm.state.documents, {key: list(each) for key, each in arm.state.documents.items()}
    documents["5001"] = [{**before["5001"][0], "currencyAmounts": {"inclVat": 12000.0}}]
    del documents["5002"]
    extra = {**before["5004"][0], "documentNo": "9", "referenceNo": 999_999, "currencyAmounts": {"inclVat": 1.5}}
    documents["9"], arm.state.created[999_999] = [extra], arm.state.clock()
    try:
        code, report = called("migrate", "--verify", "1", "-o", str(target.with_name("b.xlsx")), env=env)
        assert (code, report["missing"], report["wrong"], report["agrees"]) == (1, 1, 1, False)
        assert {(number, currency, float(amount)) for number, currency, amount in show(report)} == {
            ("10001", "NOK", -500), ("10002", "NOK", -599.75), ("10004", "NOK", 1.5)
        }  # fmt: skip
        assert "5002" in next(row["text"] for row in report["differences"] if row["customer_no"] == "10002")
        sheet = openpyxl.load_workbook(report["file"])["Proof in ARM"]
        fills = {sheet.cell(row, 1).fill.start_color.rgb for row in (7, 8, 9)}
        assert fills == {"FFF8D3CF"}
        target.with_name("c.xlsx").write_text("mine", encoding="utf-8")
        code, report = called("migrate", "--verify", "1", "-o", str(target.with_name("c.xlsx")), env=env)
        assert (code, report["error"]["code"]) == (2, "file-exists")
        code, out, _err = call("migrate", "--verify", "1", "--lang", "no", env=env)
        assert (code, "10002" in out) == (1, True)
    finally:
        documents.clear()
        documents.update(before)


def test_only_an_import_can_be_verified(imported: tuple[Path, Sandbox, dict[str, str]]) -> None:
    """An unknown run, and files beside --verify, are refused."""
    env = imported[2]
    assert called("migrate", "--verify", "77", env=env)[0] == 2
    assert called("migrate", "a.xml", "--verify", "1", env=env)[1]["error"]["code"] == "verify-alone"


@pytest.mark.parametrize(("filters", "method"), [("honoured", "look-ups"), ("ignored", "list")])
def test_few_customers_are_read_one_by_one(tmp_path: Path, filters: str, method: str) -> None:
    """Where ARM's list has many items of others; if ARM ignores the customer's number, the list is read once."""
    target = tmp_path / "migration.xlsx"
    called("migrate", str(SIMPLE), "-o", str(target))
    answer(target)
    with Sandbox(lists=build_lists(2218, 300), dialect={"list_filters": filters}) as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}
        assert called("import", str(target), "--yes", "--first-import", env=env)[0] == 0
        before = arm.state.usage()["hour.reads"]
        code, report = called("migrate", "--verify", "1", "--no-wait", env=env)
        assert (code, report["read"]["method"], report["documents"]) == (0, method, 4)
        assert (arm.state.usage()["hour.reads"] - before < 50) == (method == "look-ups")
