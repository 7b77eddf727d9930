"""`armbulk migrate --compare`: customers that ARM has already are shown before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
from support.commands import called
from support.saft_files import SIMPLE

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = {"addressLine1": "Gata 1", "addressLine2": "Oppgang B", "postalCode": "0001", "cityName": "OSLO"}


def test_existing_customers_are_shown_three_ways(tmp_path: Path) -> None:
    """What the ledger has, what ARM has, what would be sent; another name is red; a question asks about them."""
    target = tmp_path / "migration.xlsx"
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        arm.state.add_customer({"customerNo": "k-1", "name": "Another", "postalAddress": ADDRESS})
        code, report = called("migrate", str(SIMPLE), "--compare", "-o", str(target), env=env)
        assert not arm.state.batches
    assert (code, report["existing"]["count"], report["existing"]["differing"]) == (1, 1, 1)
    assert report["existing"]["read"]["cost"]["requests"] == 4
    assert "existing-customers" in {question["code"] for question in report["questions"]}
    sheet = openpyxl.load_workbook(target)["Existing customers"]
    rows = {row[2].value: row for row in sheet.iter_rows(min_row=7) if row[0].value == "K-1"}
    name = [cell.value for cell in rows["Name"]]
    assert (name[3], name[4], name[5]) == (name[1], "Another", name[1])
    assert rows["Name"][0].fill.start_color.rgb != rows["Address line 1"][0].fill.start_color.rgb
    assert [cell.value for cell in rows["Address line 2"]][3:6] == ["", "Oppgang B", "Oppgang B"]


def test_without_existing_customers_there_is_no_question(tmp_path: Path) -> None:
    """The sheet is there, and says so by being empty; without --compare ARM is not asked."""
    target = tmp_path / "migration.xlsx"
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        report = called("migrate", str(SIMPLE), "--compare", "-o", str(target), env=env)[1]
        calls = len(arm.state.requests)
        other = called("migrate", str(SIMPLE), "-o", str(tmp_path / "b.xlsx"), env=env)[1]
        assert (report["existing"]["count"], other["existing"], len(arm.state.requests)) == (0, None, calls)
    assert "existing-customers" not in {question["code"] for question in report["questions"]}
    assert "Existing customers" in report["sheets"]
