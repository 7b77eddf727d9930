"""The month-end workbook and close pack: tie-out, receivables, and the same bytes for the same data."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner
from support.exports import export_month_end
from support.journey import FakeClock
from support.list_server import Lists, gl_item

from armbulk.app.prose import render_prose
from armbulk.cli import cli
from armbulk.context import Context
from armbulk.errors import UsageError
from armbulk.export.request import ExportArguments
from armbulk.month_end import row_order
from armbulk.month_end.close import plan_month_end
from armbulk.month_end.request import build_month_end_request
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import ArmLists, build_lists
from armbulk.settings.load import load_profile
from armbulk.stored_messages import translate_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from support.exports import WrittenExport

LEDGER = build_lists(2218, 300, seed=5)
FEBRUARY = [one for one in LEDGER.gl_items if (one["glYear"], one["glPeriod"]) == (2025, 2)]


def exact(number: Any) -> Decimal:
    """An amount as ARM wrote it."""
    return Decimal(str(number))


def cells(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    """The values of a sheet."""
    return [row for row in load(path, path.stat().st_mtime_ns)[sheet].iter_rows(values_only=True) if any(row)]


@cache
def load(path: Path, _written: int) -> openpyxl.Workbook:
    """A workbook, read once."""
    return openpyxl.load_workbook(path)


def money(value: Any) -> Decimal:
    """A cell's amount, to the øre."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


class Office:
    """Somebody who closes months against one sandbox, on a clock that only moves when asked."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: FakeClock) -> None:
        self.folder, self.clock, self.sandbox = folder, clock, sandbox
        self.settings = {**sandbox.settings, "ARMBULK_HOME": str(folder / "home"), "ARMBULK_CLIENT_SIZE": "XL"}

    def export(
        self, what: str, name: str, *, lang: str = "en", accounts: tuple[str, ...] = (), **given: Any
    ) -> WrittenExport:
        """Export, of February unless another period is given."""
        given.setdefault("period", "2025-02")
        asked = build_month_end_request(what, ExportArguments(self.folder / name, **given), accounts)
        bench = Context(load_profile(self.settings), self.clock)
        return export_month_end(bench, asked, lang)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Opens an office at a sandbox with these books."""
    opened = []

    def make(ledger: ArmLists = LEDGER, **switches: Any) -> Office:
        clock = FakeClock()
        sandbox = Sandbox(size="XL", clock=clock.now, lists=ledger, **switches)
        opened.append(sandbox)
        sandbox.__enter__()
        return Office(tmp_path, sandbox, clock)

    yield make
    for one in opened:
        one.__exit__(None, None, None)


def by(items: Iterable[dict[str, Any]], key: str) -> dict[str, list[Decimal]]:
    """Debit, credit and count of postings."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for one in items:
        amount = exact(one["glAmount"])
        found[str(one[key])][amount < 0] += abs(amount)
        found[str(one[key])][2] += 1
    return found


def test_the_sheets_add_up(office: Callable[..., Office], tmp_path: Path) -> None:
    """Every posting is exported once; accounts and voucher types add up to the ledger; the difference is zero."""
    done = office().export("gl-items", "gl.xlsx")
    assert (done.complete, done.agrees, done.report["rows"]) == (True, True, len(FEBRUARY))
    book = openpyxl.load_workbook(tmp_path / "gl.xlsx")
    assert book.sheetnames == ["Summary", "Tie-out", "By account", "By voucher type", "GL items", "How this was made"]
    items = cells(tmp_path / "gl.xlsx", "GL items")
    at = {head: place for place, head in enumerate(items[0])}
    assert {row[at["GL item id"]] for row in items[1:]} == {one["glItemId"] for one in FEBRUARY}
    assert sum(money(row[at["GL amount"]]) for row in items[1:]) == sum(exact(one["glAmount"]) for one in FEBRUARY)
    for sheet, key in (("By account", "glAccountNo"), ("By voucher type", "voucherType")):
        expected, table = by(FEBRUARY, key), cells(tmp_path / "gl.xlsx", sheet)
        rows = [row for row in table if str(row[0]) in expected]
        assert len(rows) == len(expected)
        head = next(row for row in table if "Debit" in row)
        debits, net, counts = head.index("Debit"), head.index("Net"), head.index("Items")
        for row in rows:
            debit, credit, count = expected[str(row[0])]
            assert [money(cell) for cell in row[debits : net + 1]] == [debit, credit, debit - credit], (sheet, row)
            assert row[counts] == count
        total = next(row for row in table if row[0] == "Total")
        assert (money(total[net]), total[counts]) == (Decimal("0.00"), len(FEBRUARY))
    tied = [row for row in cells(tmp_path / "gl.xlsx", "Tie-out") if str(row[0]).isdigit()]
    assert len(tied) == len(by(FEBRUARY, "glAccountNo"))
    assert all(money(row[2]) == money(row[3]) and money(row[4]) == 0 for row in tied)
    assert done.report["tie_out"] == {
        "available": True, "reason": None, "accounts": len(tied), "differences": [], "difference": "0.00"
    }  # fmt: skip
    assert len(book["By account"]._charts) == 1
    verify_balances(tmp_path, book)


def test_the_summary_tells_what_it_is(office: Callable[..., Office], tmp_path: Path) -> None:
    """The first sheet shows period, client, user, time, number of records, completeness and tie-out, in words."""
    client = office()
    client.settings["ARMBULK_CLIENT_NAME"] = "Nordlys  Regnskap AS"
    client.export("gl-items", "gl.xlsx")
    assert load(tmp_path / "gl.xlsx", 0)["Summary"].oddHeader.left.text.strip().startswith("Nordlys Regnskap AS (2218)")
    said = {str(cell) for row in cells(tmp_path / "gl.xlsx", "Summary") for cell in row if cell is not None}
    for word in (
        "February 2025",
        "Nordlys Regnskap AS · Client no 2218",
        "sandbox",
        str(len(FEBRUARY)),
        "15 January 2027, 08:00 (UTC)",
    ):
        assert any(word in text for text in said), word
    assert any(text.startswith("Complete") for text in said)
    assert any(text.startswith("Reconciled:") for text in said)


def test_a_long_list_is_sorted_in_parts(
    office: Callable[..., Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postings that are not in memory all at once are in the same order, with the same balances."""
    monkeypatch.setattr(row_order, "BUCKET_ROWS", 97)
    office().export("gl-items", "gl.xlsx")
    verify_balances(tmp_path, openpyxl.load_workbook(tmp_path / "gl.xlsx"))


@pytest.mark.proof
def test_the_same_data_gives_the_same_bytes(office: Callable[..., Office], tmp_path: Path) -> None:
    """A second export of the same data a day later has the same bytes; other data has others."""
    one = office()
    for what in ("gl-items", "close"):
        one.export(what, f"{what}-1.xlsx")
        one.clock.sleep(86_400)
        one.export(what, f"{what}-2.xlsx")
        assert (tmp_path / f"{what}-1.xlsx").read_bytes() == (tmp_path / f"{what}-2.xlsx").read_bytes()
    one.export("gl-items", "march.xlsx", period="2025-03")
    assert (tmp_path / "march.xlsx").read_bytes() != (tmp_path / "gl-items-1.xlsx").read_bytes()


def test_norwegian(office: Callable[..., Office], tmp_path: Path) -> None:
    """Sheets and headers are available in Norwegian."""
    office().export("gl-items", "gl.xlsx", lang="nb")
    book = openpyxl.load_workbook(tmp_path / "gl.xlsx")
    assert book.sheetnames == ["Sammendrag", "Avstemming", "Per konto", "Per bilagsart", "Hovedboksposter",
                               "Slik ble dette laget"]  # fmt: skip
    assert [cell.value for cell in book["Hovedboksposter"][1]][:2] == ["Hovedbokskonto", "Kontonavn"]
    said = {str(cell) for row in cells(tmp_path / "gl.xlsx", "Sammendrag") for cell in row if cell is not None}
    assert any(text.startswith("Avstemt: postene stemmer") for text in said)
    assert any(text.startswith("Komplett: ") for text in said)
    assert "15. januar 2027 kl. 08.00 (UTC), av sandbox" in said
    assert book["Sammendrag"].oddFooter.right.text.endswith("Side &P av &N")


def doctored(ledger: ArmLists) -> ArmLists:
    """The same books, with 10 kroner too much in one movement of February."""
    moved = [dict(one) for one in ledger.gl_movements]
    wrong = next(one for one in moved if (one["glYear"], one["glPeriod"], one["glAccountNo"]) == (2025, 2, 3000))
    wrong["movement"] = float(exact(wrong["movement"]) + 10)
    return replace(ledger, gl_movements=tuple(moved))


def test_a_difference_is_shown(office: Callable[..., Office], tmp_path: Path) -> None:
    """A difference to ARM's movements is shown by account, and the exit code is 3."""
    one = office(doctored(LEDGER))
    done = one.export("gl-items", "gl.xlsx")
    assert (done.complete, done.agrees) == (True, False)
    (difference,) = done.report["tie_out"]["differences"]
    assert (difference["account"], exact(difference["difference"])) == ("3000", Decimal(-10))
    row = next(row for row in cells(tmp_path / "gl.xlsx", "Tie-out") if str(row[0]) == "3000")
    assert money(row[4]) == -10
    page = load(tmp_path / "gl.xlsx", 0)["Tie-out"]
    marked = [each[0].value for each in page.iter_rows() if "✗" in each[0].number_format]
    assert (marked, page["A2"].value[:2]) == (["3000"], "✗ ")
    summary = [str(cell) for row in cells(tmp_path / "gl.xlsx", "Summary") for cell in row if cell]
    assert any("1 of 4 accounts" in text and "10.00" in text for text in summary), summary
    called = CliRunner().invoke(cli, ["export", "gl-items", "--period", "2025-02", "-o", str(tmp_path / "again.csv"),
                                      "--json"], env=one.settings)  # fmt: skip
    assert called.exit_code == 3
    assert json.loads(called.stdout)["tie_out"]["differences"][0]["account"] == "3000"
    told = CliRunner().invoke(cli, ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "close.xlsx")],
                              env={**one.settings, "ARMBULK_LANG": "en"})  # fmt: skip
    assert "NOT RECONCILED" in told.stdout
    assert "Account 3000" in told.stdout
    assert "difference -10.00" in told.stdout
    assert "Accounts receivable at" in told.stdout
    assert "✓ Reconciled: accounts receivable agree with the general ledger." in told.stdout
    items = [dict(item) for item in LEDGER.ar_items]
    items[0]["glAmount"] += 1000
    away = office(replace(LEDGER, ar_items=tuple(items)))
    told = CliRunner().invoke(cli, ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "close2.xlsx")],
                              env={**away.settings, "ARMBULK_LANG": "en"})  # fmt: skip
    assert "✗ NOT RECONCILED: accounts receivable and the general ledger differ by" in told.stdout
    assert (told.exit_code, "If the difference stays, ask Amili." in told.stdout) == (3, True)


@pytest.mark.proof
def test_accounts_that_do_not_add_up_are_named(office: Callable[..., Office], tmp_path: Path) -> None:
    """The close is not reconciled: exit code 3, ledger and difference are shown, the first ten customers are named."""
    items, wrong = [dict(item) for item in LEDGER.ar_items], []
    for item in items:
        if item["customerNo"] not in wrong and len(wrong) < 12 and item["voucherDate"] <= END.isoformat():
            wrong.append(item["customerNo"])
            for name in ("glAmount", "currencyAmount"):
                item[name] = float(exact(item[name]) + 1000 - len(wrong))
    moved = [dict(one) for one in LEDGER.gl_movements]
    closing = next(one for one in moved if (one["glYear"], one["glPeriod"], one["glAccountNo"]) == (2025, 2, 1500))
    closing["closingBalance"] = float(exact(closing["closingBalance"]) + 1000)
    one = office(replace(LEDGER, ar_items=tuple(items), gl_movements=tuple(moved)))
    told = CliRunner().invoke(cli, ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "close.xlsx")],
                              env={**one.settings, "ARMBULK_LANG": "en"})  # fmt: skip
    assert told.exit_code == 3
    assert "✗ NOT RECONCILED: accounts receivable and the general ledger differ by 10 922.00." in told.stdout
    assert "Sum of all AR items: " in told.stdout
    assert "✗ The AR items of 12 customer accounts do not add up to their open amounts:" in told.stdout
    named = [line for line in told.stdout.splitlines() if line.startswith("  Customer 0")]
    assert [line.split()[1].rstrip(":") for line in named] == wrong[:10]
    assert "difference 999.00 NOK" in named[0]
    assert "… and 2 more" in told.stdout
    assert "or ask Amili" in told.stdout
    assert "GL amount" not in told.stdout
    summary = " ".join(str(cell) for row in cells(tmp_path / "close.xlsx", "Summary") for cell in row if cell)
    assert "✗ Not reconciled" in summary
    assert f"Customer {wrong[0]}: difference 999.00 NOK" in summary
    aged = load(tmp_path / "close.xlsx", (tmp_path / "close.xlsx").stat().st_mtime_ns)["Aged by customer"]
    fills = {str(row[0].value): row[0].fill.fgColor.rgb for row in aged.iter_rows()}
    marked = {number for number, fill in fills.items() if fill == fills.get(wrong[0], "")}
    owing = {str(number) for number in fills if number in wrong}
    assert marked == owing != set()
    done = one.export("close", "nb.xlsx", lang="nb")
    tied = done.report["receivables"]["tie_out"]
    added = sum(1000 - number for number in range(1, 13))
    assert exact(tied["items"]) - exact(tied["ledger"]) == exact(tied["difference"]) == added - 1000
    assert exact(tied["ledger"]) == exact(closing["closingBalance"])
    assert (len(tied["unbalanced"]), tied["unbalanced"][0]["difference"]) == (12, "999.00")
    shown = render_prose("export", done.report, "nb", headers={})
    assert f"Kunde {wrong[0]}: sum poster " in shown
    assert "På 12 kundekontoer er summen av postene ulik det åpne beløpet:" in shown


def test_no_movements_to_tie_to(office: Callable[..., Office], tmp_path: Path) -> None:
    """Without a list of movements the tie-out is not available, and the export is still complete."""
    done = office(dialect={"gl_movements": "absent"}).export("gl-items", "gl.xlsx")
    assert (done.complete, done.agrees) == (True, True)
    assert done.report["tie_out"]["available"] is False
    assert "movements" in done.report["tie_out"]["reason"]
    said = [str(cell) for row in cells(tmp_path / "gl.xlsx", "Tie-out") for cell in row if cell]
    assert any(text.startswith("Not available") for text in said)


def test_a_period_without_postings_is_not_called_reconciled(office: Callable[..., Office], tmp_path: Path) -> None:
    """The workbook says that there is nothing to reconcile."""
    assert office().export("gl-items", "gl.xlsx", period="2031-01").agrees
    texts = [str(cell) for row in cells(tmp_path / "gl.xlsx", "Summary") for cell in row]
    assert "Nothing to reconcile: neither postings nor GL movements in the period." in texts
    assert not [text for text in texts if text.startswith("Reconciled")]


def test_what_is_no_whole_period_is_not_tied(office: Callable[..., Office]) -> None:
    """Part of a period, or some accounts only, are not compared with the movements."""
    one = office()
    some = one.export("gl-items", "days.csv", period=None, first=date(2025, 2, 1), last=date(2025, 2, 10))
    assert some.report["tie_out"]["available"] is False
    account = one.export("gl-items", "account.csv", where=("glaccountno=1500",))
    assert account.complete
    assert account.report["tie_out"]["available"] in {True, False}
    assert not account.report["tie_out"]["differences"]
    year = one.export("gl-items", "year.csv", period=None, year=2025)
    assert (year.report["tie_out"]["available"], year.report["tie_out"]["difference"]) == (True, "0.00")
    assert year.report["rows"] == sum(one["glYear"] == 2025 for one in LEDGER.gl_items)


@pytest.mark.proof
def test_an_incomplete_month_says_so_on_its_first_sheet(tmp_path: Path) -> None:
    """An incomplete month is named on the first sheet and in the file's name; the last sheet says what is missing."""
    postings = [gl_item(n, voucherNo=n * 7_919) for n in range(60)]
    settings = {"ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1",
                "ARMBULK_TOKEN": "t", "ARMBULK_CLIENT_NO": "2218", "ARMBULK_CLIENT_SIZE": "XL"}  # fmt: skip
    bench = Context(load_profile(settings), FakeClock(), Lists({"glitems": postings}, cap=50, clamped=True))
    asked = build_month_end_request("gl-items", ExportArguments(tmp_path / "gl.xlsx", period="2025-02"))
    done = export_month_end(bench, asked, "en")
    assert not done.complete
    assert done.report["files"] == [str(tmp_path / "gl.incomplete.xlsx")]
    summary = [str(cell) for row in cells(tmp_path / "gl.incomplete.xlsx", "Summary") for cell in row if cell]
    assert "✗ Incomplete" in summary
    gap = done.report["gaps"][0]
    export_month_end(bench, replace(asked, request=replace(asked.request, target=tmp_path / "nb.xlsx")), "nb")
    summary = [
        str(cell) for row in cells(tmp_path / "nb.incomplete.xlsx", "Slik ble dette laget") for cell in row if cell
    ]
    assert any(text.endswith(translate_message(gap["why"], "nb")) for text in summary)
    assert not any(gap["why"] in text for text in summary)
    shown = render_prose("export", done.report, "nb", headers={})
    assert translate_message(gap["why"], "nb") in shown


# ── the close pack ──────────────────────────────────────────────────────────────────────────────────────────────────

END = date(2025, 2, 28)


def test_the_close_pack(office: Callable[..., Office], tmp_path: Path) -> None:
    """The close pack shows receivables at the end of the period by item, by age and by the ledger's account."""
    done = office().export("close", "close.xlsx")
    assert (done.complete, done.agrees) == (True, True)
    book = openpyxl.load_workbook(tmp_path / "close.xlsx")
    assert book.sheetnames == ["Summary", "Tie-out", "AR tie-out", "Aged balance", "Aged by customer", "By account",
                               "By voucher type", "GL items", "Open AR items", "How this was made"]  # fmt: skip
    before = [one for one in LEDGER.ar_items if one["voucherDate"] <= END.isoformat()]
    owed = sum((exact(one["glAmount"]) for one in before), Decimal(0))
    said = done.report["receivables"]
    assert exact(said["balance"]) == owed
    assert (said["tie_out"]["available"], exact(said["tie_out"]["difference"])) == (True, Decimal(0))
    ledger = sum(exact(one["glAmount"]) for one in LEDGER.gl_items
                 if one["glAccountNo"] == 1500 and one["voucherDate"] <= END.isoformat())  # fmt: skip
    assert exact(said["tie_out"]["ledger"]) == ledger
    table = cells(tmp_path / "close.xlsx", "Open AR items")
    at = {head: place for place, head in enumerate(table[0])}
    assert sum(money(row[at["Open at period end"]]) for row in table[1:]) == owed
    aged = cells(tmp_path / "close.xlsx", "Aged balance")
    assert money(next(row for row in aged if row[0] == "Total")[2]) == owed
    summary = [row for row in cells(tmp_path / "close.xlsx", "Summary") if row[4] == "✓"]
    assert all(money(row[1]) == money(row[2]) and money(row[3]) == 0 for row in summary)
    assert [money(row[1]) for row in summary][:2] == [len(FEBRUARY), len(LEDGER.ar_items)]
    (link,) = [cell.hyperlink for row in book["Summary"] for cell in row if cell.value == "AR tie-out, row 13"]
    assert link.location == "'AR tie-out'!A13:C13"
    assert (book["AR tie-out"]["A13"].value, book["AR tie-out"]["C13"].value) == ("Difference", 0)
    verify_customers(tmp_path, owed)


def table(path: Path, sheet: str, first: str) -> list[dict[str, Any]]:
    """The rows of a sheet below the headings, of which `first` is the first."""
    rows = cells(path, sheet)
    start = next(number for number, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]


def verify_customers(tmp_path: Path, owed: Decimal) -> None:
    """Each customer has its name and the sums of its open items by age; all of them add up to the ledger."""
    names = {one["customerNo"]: one["name"] for one in LEDGER.customers}
    items = table(tmp_path / "close.xlsx", "Open AR items", "Customer no")
    *customers, total = table(tmp_path / "close.xlsx", "Aged by customer", "Customer no")
    assert {row["Customer no"] for row in customers} == {row["Customer no"] for row in items}
    overdue = []
    for row in customers:
        own = [item for item in items if item["Customer no"] == row["Customer no"]]
        assert {item["Customer name"] for item in own} == {row["Customer name"]} == {names[row["Customer no"]]}
        for age in ("Not due", "1 to 30 days", "31 to 60 days"):
            at_end = (money(item["Open at period end"]) for item in own if item["Interval"] == age)
            assert money(row[age] or 0) == sum(at_end), (row, age)
        assert row["Oldest due date"] == min(item["Due date"] for item in own if item["Due date"])
        overdue.append(sum(money(row[age] or 0) for age in row if age.endswith("days")))
    assert overdue == sorted(overdue, reverse=True)
    assert money(total["Total"]) == owed
    late = [item for item in items if item["Days overdue"]]
    assert all((END - item["Due date"].date()).days == item["Days overdue"] for item in late)
    assert late


@pytest.mark.proof
def test_a_customer_without_one_certain_name_has_none(office: Callable[..., Office], tmp_path: Path) -> None:
    """A customer that is missing in ARM's list, or there twice with two names, is blank; the names can be left out."""
    owing = {one["customerNo"] for one in LEDGER.ar_items if one["voucherDate"] <= END.isoformat() and one["glBalance"]}
    missing, twice, *_others = sorted(owing)
    others = [one for one in LEDGER.customers if one["customerNo"] != missing]
    doubled = {"customerNo": f"{twice} ", "name": "Another name"}
    one = office(replace(LEDGER, customers=(*others, doubled)))
    one.export("close", "close.xlsx")
    *rows, _total = table(tmp_path / "close.xlsx", "Aged by customer", "Customer no")
    assert {row["Customer no"] for row in rows if not row["Customer name"]} == {missing, twice}
    told = CliRunner().invoke(cli, ["export", "close", "--period", "2025-02", "--no-customer-names", "--json", "-o",
                                    str(tmp_path / "bare.xlsx")], env=one.settings)  # fmt: skip
    assert "Customer name" not in table(tmp_path / "bare.xlsx", "Aged by customer", "Customer no")[0]
    assert json.loads(told.stdout)["cost"]["reads"] < len(LEDGER.ar_items) + len(FEBRUARY) + len(others)


def verify_balances(tmp_path: Path, page: openpyxl.Workbook) -> None:
    """Postings are by account, day and voucher, each with the balance of its account; the last one is ARM's own."""
    items = table(tmp_path / "gl.xlsx", "GL items", "GL account no")
    order = [(int(row["GL account no"]), row["Voucher date"], int(row["Voucher no"])) for row in items]
    assert order == sorted(order)
    february = {
        str(one["glAccountNo"]): one for one in LEDGER.gl_movements if (one["glYear"], one["glPeriod"]) == (2025, 2)
    }
    balances = {account: exact(one["openingBalance"]) for account, one in february.items()}
    for row in items:
        balances[row["GL account no"]] += money(row["GL amount"])
        assert money(row["Balance"]) == balances[row["GL account no"]]
    assert balances == {account: exact(one["closingBalance"]) for account, one in february.items()}
    *accounts, _total = table(tmp_path / "gl.xlsx", "By account", "Account")
    assert {row["Account"]: money(row["Closing balance"]) for row in accounts} == balances
    linked = [cell.hyperlink.location for row in page["By account"] for cell in row if cell.hyperlink]
    for row, location in zip(accounts, linked, strict=True):
        rows = page["GL items"][location.split("!")[1]]
        assert {line[0].value for line in rows} == {row["Account"]}
        assert len(rows) == row["Items"]
    assert page["GL items"].print_area == f"'GL items'!$A$1:$J${len(items) + 1}"


def settled(claims: dict[str, list[dict[str, Any]]]) -> dict[str, Decimal]:
    """What was open of each invoice at the end, by a bookkeeper: the invoice less what was paid on it by then."""
    found = {}
    for number, items in claims.items():
        left = sum(exact(one["glAmount"]) for one in items if one["voucherDate"] <= END.isoformat())
        if left and min(one["voucherDate"] for one in items) <= END.isoformat():
            found[number] = left
    return found


@pytest.mark.proof
def test_names_that_were_read_a_short_time_ago_are_used_again(office: Callable[..., Office], tmp_path: Path) -> None:
    """Two close packs read ARM's customer list once; one much later reads it again. The figures are the same."""
    client = office()

    def count_reads(name: str, **choices: Any) -> int:
        before = client.sandbox.state.usage()["hour.reads"]
        client.export("close", name, **choices)
        return client.sandbox.state.usage()["hour.reads"] - before

    def price(*, fresh: bool) -> int:
        request = build_month_end_request("close", ExportArguments(tmp_path / "p.xlsx", period="2025-02"), ())
        context = Context(load_profile(client.settings), client.clock)
        return int(plan_month_end(context, request, fresh=fresh, on_progress=lambda _: None)["cost"]["reads"])

    reads = [count_reads("a.xlsx"), count_reads("b.xlsx", lang="nb")]
    assert reads[0] - reads[1] >= len(LEDGER.customers)
    client.clock.at += 3600 * 3
    assert count_reads("c.xlsx") == reads[0]
    assert price(fresh=True) - price(fresh=False) == len(LEDGER.customers)
    assert cells(tmp_path / "c.xlsx", "Aged by customer") == cells(tmp_path / "a.xlsx", "Aged by customer")


def test_what_was_open_by_item(office: Callable[..., Office], tmp_path: Path) -> None:
    """An item's open amount is what was unpaid at the end of the period, not today."""
    office().export("close", "close.xlsx")
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in LEDGER.ar_items:
        claims[one["documentNo"].removeprefix("K")].append(one)
    table = cells(tmp_path / "close.xlsx", "Open AR items")
    at = {head: place for place, head in enumerate(table[0])}
    shown: dict[str, Decimal] = defaultdict(Decimal)
    for row in table[1:]:
        if row[at["Document no"]]:
            shown[str(row[at["Document no"]]).removeprefix("K")] += money(row[at["Open at period end"]])
    expected = settled(claims)
    told = {number: amount for number, amount in shown.items() if amount}
    assert all(expected[number] == amount for number, amount in told.items())
    assert len(told) > len(expected) * 0.8  # the rest are named as sums of their account


def test_an_account_number_of_nought_is_none(office: Callable[..., Office]) -> None:
    """Account number 0 means none: such a bank posting belongs to no customer."""
    empty = {"accountNo": 0, "customerNo": ""}
    items = tuple({**one, **empty} if one["glAccountNo"] != 1500 else one for one in LEDGER.gl_items)
    done = office(replace(LEDGER, gl_items=items)).export("close", "close.xlsx")
    assert done.report["receivables"]["tie_out"]["accounts"] == ["1500"]
    assert done.agrees


def test_a_close_that_does_not_agree(office: Callable[..., Office]) -> None:
    """A receivables account with another balance is shown as a difference."""
    done = office().export("close", "close.xlsx", accounts=("1920",))
    assert (done.complete, done.agrees) == (True, False)
    assert exact(done.report["receivables"]["tie_out"]["difference"]) != 0


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("close.csv", {"period": "2025-02"}),
        ("close.xlsx", {"period": None}),
        ("close.xlsx", {"period": None, "year": 2025}),
        ("close.xlsx", {"period": "2025-02", "where": ("glaccountno=1500",)}),
        ("close.xlsx", {"period": "2025-02", "columns": "glAmount"}),
        ("close.xlsx", {"period": "2025-02", "since": "last"}),
    ],
)
def test_a_close_is_of_one_period(tmp_path: Path, name: str, given: dict[str, Any]) -> None:
    """A close of anything but one whole period into a workbook is refused before ARM is called."""
    with pytest.raises(UsageError):
        build_month_end_request("close", ExportArguments(tmp_path / name, **given))


def test_the_price_of_a_close(office: Callable[..., Office], tmp_path: Path) -> None:
    """--plan estimates all lists of the close pack and reads none of them."""
    one = office()
    called = CliRunner().invoke(
        cli, ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "c.xlsx"), "--plan", "--json"],
        env=one.settings,
    )  # fmt: skip
    said = json.loads(called.stdout)
    assert called.exit_code == 0
    assert said["records"] == len(FEBRUARY)
    assert said["beside"]["ar-items"] == len(LEDGER.ar_items)
    assert said["beside"]["customers"] == len(LEDGER.customers)
    assert said["cost"]["reads"] >= len(FEBRUARY) + len(LEDGER.ar_items)
    assert not (tmp_path / "c.xlsx").exists()
