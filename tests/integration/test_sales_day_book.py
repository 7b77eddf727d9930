"""An export with a row for each line, two currencies and a sum of each, from the first check to the question."""

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from support.commands import called

from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.sandbox import Sandbox

ROWS = [
    ["Aurora Trading Ltd - Sales Day Book"],
    [],
    ["Doc Ref", "Type", "Posted", "Payable by", "Who", "Details", "Qty", "Unit Price", "Net", "Tax", "Gross", "Curr."],
    ["SI-1", "INV", "01-Nov-2026", "01-Dec-2026", "0033", "Rope", 2, 50, 100, 25, 125, "NOK"],
    ["SI-1", "INV", "01-Nov-2026", "01-Dec-2026", "0033", "Hook", 1, 10, 10, 2.5, 12.5, "NOK"],
    ["SI-2", "INV", "02-Nov-2026", "02-Dec-2026", "0031", "Rope", 1, 40, 40, 0, 40, "EUR"],
    ["SI-3", "INV", "03-Nov-2026", "03-Dec-2026", "0031", "Rope", 1, 50, 50, 12.5, 62.5, "NOK"],
    ["", "", "", "", "", "Total NOK", "", "", "", "", 200, "NOK"],
    ["", "", "", "", "", "Total EUR", "", "", "", "", 40, "EUR"],
]
ASKED = {
    "en": "Customer no is required, and differs from row to row.",
    "no": "Kundenr må fylles ut, og er forskjellig fra rad til rad.",
}
NOTHING_SENT = {"en": "Interrupted. Nothing was sent.", "no": "Avbrutt. Ingenting er sendt."}


@pytest.mark.parametrize("lang", ["en", "no"])
def test_the_sums_are_left_out_and_the_customer_number_is_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Rows that a person agrees to leave out are left out; the letter of a column is never a number of every row.

    Ctrl-C at the question before sending says that nothing was sent.
    """
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    path, book = tmp_path / "day book.xlsx", openpyxl.Workbook()
    for row in ROWS:
        book.active.append([cell if cell != "" else None for cell in row])
    book.save(path)
    typed = "\n" * 8 + "e\n" + "\n" * 5
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", lang], input=typed)
    assert ASKED[lang] in " ".join(done.stderr.split()), done.stderr
    assert done.exit_code == 0, done.stdout
    code, said = called("check", str(path))
    assert (code, said["counts"]["error"]) == (0, 0)
    left_out = [finding["row"] for finding in said["findings"] if finding["code"] == "row-left-out"]
    assert left_out == [8, 9]
    code, said = called("plan", str(path))
    groups = [group for group in said["control_totals"]["groups"] if group["type"] == "invoices"]
    assert {group["currency"]: group["in_file"] for group in groups} == {
        "EUR": {"records": 1, "amount": "40.00"},
        "NOK": {"records": 2, "amount": "200.00"},
    }
    with Sandbox() as arm:
        stopped = CliRunner().invoke(cli, ["import", str(path), "--lang", lang], input="", env=dict(arm.settings))
    assert (stopped.exit_code, stopped.stderr.splitlines()[-1]) == (130, NOTHING_SENT[lang])
    saved = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "mappings").iterdir())
    assert '"Who" = "customer_no"' in saved
