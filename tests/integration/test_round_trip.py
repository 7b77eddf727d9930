"""Exported customers, edited in Excel and imported again: the changes are sent, others' changes are kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.exports import export_list
from support.journey import journey, outcomes
from support.round_trip import Trip, customer, writes_what_was_edited

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run, finish_run
from armbulk.cli import cli
from armbulk.errors import UsageError
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.model.read_options import ReadOptions
from armbulk.model.record_texts import format_json_value
from armbulk.planning.plan import ImportOptions
from armbulk.resources import RESOURCES
from armbulk.results.report import write_results
from armbulk.results.run_result import load_result
from armbulk.sending.merge import merge
from armbulk.stored_messages import translate_message
from armbulk.validation.check import check_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CUSTOMERS = RESOURCES["customers"]


@pytest.fixture
def trip(tmp_path: Path) -> Any:
    """A small export."""
    with journey(tmp_path) as made:
        yield Trip(made, tmp_path, 12)


def test_three_edits_write_three_records(tmp_path: Path) -> None:
    """Of 300 exported customers exactly the three edited ones are written, whatever the order of the rows."""
    writes_what_was_edited(tmp_path, 300)


def test_nothing_edited_nothing_sent(trip: Trip) -> None:
    """An unchanged workbook sends nothing and calls nothing."""
    trip.edit()
    stood = trip.back()
    assert outcomes(stood) == {"unchanged": 12}
    assert trip.made.sandbox.state.requests[trip.exported :] == []


def test_what_armbulk_would_complain_of_but_nobody_touched(trip: Trip) -> None:
    """Only changed values are checked, not those that ARM has."""
    checked = check_files([str(trip.file)], ReadOptions(update=True))
    assert checked.findings.is_empty()
    trip.edit((3, "Organisation no", "12x"), (4, "Currency", "kroner"))
    checked = check_files([str(trip.file)], ReadOptions(update=True))
    found = checked.findings.select("row", "field", "code").rows()
    assert {(4, "organization_no", "organisation-no"), (5, "currency", "pattern")} <= set(found)
    assert {row for row, _, _ in found} == {4, 5}


def test_blank_is_unchanged(trip: Trip) -> None:
    """Blank cells leave fields unchanged; <clear> and <tøm> make them blank in ARM."""
    trip.edit((1, "Phone", None), (2, "Phone", "<clear>"), (3, "Email", "<TØM>"), (4, "Discount rate", "<clear>"),
              (5, "Date of birth", " <clear> "))  # fmt: skip
    stood = trip.back()
    assert outcomes(stood) == {"updated": 4, "unchanged": 8}
    assert trip.held(1)["phoneNo"] == "90000001"
    assert [trip.held(2)["phoneNo"], trip.held(3)["emailAddressDocument"], trip.held(4)["discountRate"],
            trip.held(5)["dateOfBirth"]] == ["", [], 0, ""]  # fmt: skip


@pytest.mark.parametrize(("header", "code"), [("Name", "not-clearable"), ("VAT liable", "not-clearable"),
                                              ("Customer no", "not-clearable")])  # fmt: skip
def test_what_cannot_be_blank(trip: Trip, header: str, code: str) -> None:
    """Names, numbers and yes/no fields cannot be cleared; the cell is named."""
    trip.edit((2, header, "<clear>"))
    ready, _ = trip.ready()
    assert ready.stopped
    assert code in ready.checked.findings.filter(pl.col("row") == 3)["code"].to_list()


def test_blanking_needs_a_change(tmp_path: Path) -> None:
    """In an import of new customers, <clear> is an error."""
    (tmp_path / "customers.csv").write_text("Customer no;Name;Phone\n1;Ola;<clear>\n", encoding="utf-8")
    checked = check_files([str(tmp_path / "customers.csv")], ReadOptions(update=False))
    assert checked.findings.select("row", "column", "code").rows() == [(2, "C", "clear-needs-update")]


def test_an_address_goes_whole(trip: Trip) -> None:
    """A change of one line of an address sends the whole address, with ARM's values of the rest."""
    trip.edit((2, "City", "Bergen"), (3, "Address line 2", "Oppgang B"), (4, "Country", "<clear>"))
    stood = trip.back()
    assert outcomes(stood) == {"updated": 3, "unchanged": 9}
    assert trip.held(2)["postalAddress"] == {**customer(2)["postalAddress"], "cityName": "Bergen"}
    assert trip.held(3)["postalAddress"] == {**customer(3)["postalAddress"], "addressLine2": "Oppgang B"}
    assert trip.held(4)["postalAddress"] == {**customer(4)["postalAddress"], "countryText": ""}
    assert all(set(one) == {"customerNo", "postalAddress"} and len(one["postalAddress"]) == 7 for one in trip.sent())


@pytest.mark.promise("P28")
def test_a_part_of_an_address_without_an_export(tmp_path: Path) -> None:
    """In a sheet that was not exported, the parts of an address that it does not have stay unchanged."""
    with journey(tmp_path) as made:
        made.sandbox.state.add_customer(json.loads(json.dumps(customer(1), default=float)))
        file = tmp_path / "customers.csv"
        file.write_text("Customer no;City\n00001;Bergen\n", encoding="utf-8")
        reading = ReadOptions(update=True)
        ready = build_plan(made.bench, made.store, check_files([str(file)], reading), ImportOptions(update=True))
        run = create_run(made.bench, made.store, ready, InputFiles((str(file),), reading))
        made.carry_on(run)
        assert outcomes(load_result(made.store, run)) == {"updated": 1}
        held = made.sandbox.state.customers["00001"]
        assert held["postalAddress"] == {**customer(1)["postalAddress"], "cityName": "Bergen"}
        assert held["phoneNo"] == "90000001"


def _elsewhere(trip: Trip, number: int, **said: Any) -> None:
    status, _ = trip.made.sandbox.put_customer({"customerNo": f"{number:05d}", **said}, create=False)
    assert status == 200


def test_somebody_elses_change_is_not_run_over(trip: Trip) -> None:
    """If ARM's value, the exported value and the new value all differ, the conflict is shown and nothing is sent."""
    trip.edit((1, "Phone", "1111"), (2, "Phone", "2222"), (3, "Phone", "3333"))
    _elsewhere(trip, 1, phoneNo="9999")  # the same field
    _elsewhere(trip, 2, name="Annet navn")  # another field
    _elsewhere(trip, 3, phoneNo="3333")  # the same change
    stood = trip.back()
    assert outcomes(stood) == {"conflict": 1, "updated": 1, "unchanged": 10}
    assert [one["customerNo"] for one in trip.sent()] == ["00002"]
    assert (trip.held(1)["phoneNo"], trip.held(2)["phoneNo"], trip.held(2)["name"]) == ("9999", "2222", "Annet navn")
    message = stood.items.filter(pl.col("outcome") == "conflict")["message"][0]
    assert all(word in message for word in ("Phone", '"9999"', '"90000001"', '"1111"'))
    assert not stood.all_successful


@pytest.mark.promise("P23")
def test_what_arm_held_is_not_kept(trip: Trip) -> None:
    """A conflict shows all three values in the result workbook; the store keeps only the names of the fields."""
    trip.edit((1, "Phone", "+47 22 22 22 22"), (1, "Name", 'Ny "AS"; City: ARM has'), (2, "City", "Bergen"))
    _elsewhere(trip, 1, phoneNo="+47 33 33 33 33", name="Ola Kanarifugl")
    stood = trip.back()
    assert stood.run is not None
    assert outcomes(stood) == {"conflict": 1, "updated": 1, "unchanged": 10}
    checked = check_files([str(trip.file)], ReadOptions(update=True))
    target = trip.file.with_name("r.xlsx")
    finish_run(trip.made.store, stood.run.id, checked, target, "en")
    items = trip.made.store.items(stood.run.id).filter(pl.col("outcome") == "conflict")
    assert items["message"].to_list() == ["Not sent: changed in ARM since the export. Name, City, Phone"]
    book = openpyxl.load_workbook(target)
    problem = next(book["Problems"].iter_rows(min_row=2, values_only=True))
    assert problem[:7] == ("yes", "✗ conflict", "Customers", "Customers!A2", "00001", "Customer no", "00001")
    assert problem[8:] == (
        "Compare the values. Use --overwrite to send those in the file, or correct or remove the row", "arm-conflict"
    )  # fmt: skip
    shown = [str(cell) for row in book["Customers"].iter_rows(values_only=True) for cell in row]
    for word in ("Ola Kanarifugl", "33 33 33 33", "Kunde 1 Æ", "90000001", "Bergen"):
        assert [cell for cell in shown if word in cell], word
        for path in (trip.made.folder / "home").rglob("*"):
            assert path.is_dir() or word.encode() not in path.read_bytes(), (word, path)


def test_overwriting_is_said(trip: Trip) -> None:
    """With --overwrite the changed fields are sent, and only those."""
    trip.edit((1, "Phone", "1111"), (2, "City", "Bergen"))
    _elsewhere(trip, 1, phoneNo="9999", name="Annet navn")
    _elsewhere(trip, 2, postalAddress={**customer(2)["postalAddress"], "cityName": "Moss", "addressLine1": "Ny vei"})
    stood = trip.back(overwrite=True)
    assert outcomes(stood) == {"updated": 2, "unchanged": 10}
    assert (trip.held(1)["phoneNo"], trip.held(1)["name"]) == ("1111", "Annet navn")
    assert trip.held(2)["postalAddress"] == {
        **customer(2)["postalAddress"], "cityName": "Bergen", "addressLine1": "Ny vei"
    }  # fmt: skip


def test_secret_numbers_are_not_repeated(trip: Trip) -> None:
    """A conflict about an identity number or an account names the field, not the numbers."""
    trip.edit((1, "Bank account", "81501757329"))
    _elsewhere(trip, 1, bankAccountNo="12345678903")
    stood = trip.back()
    message = stood.items.filter(pl.col("outcome") == "conflict")["message"][0]
    assert "Bank account" in message
    assert "12345678903" not in message
    assert "81501757329" not in message


@pytest.mark.proof
def test_many_changes_are_compared_by_the_list(tmp_path: Path) -> None:
    """For many changes ARM's list is read instead of one customer at a time."""
    with journey(tmp_path, size="XL") as made:
        trip = Trip(made, tmp_path, 300)
        trip.edit(*((number, "Phone", f"4{number:07d}") for number in range(1, 201)))
        _elsewhere(trip, 7, phoneNo="9999")
        stood = trip.back()
        assert outcomes(stood) == {"conflict": 1, "updated": 199, "unchanged": 100}
        calls = made.sandbox.state.requests[trip.exported :]
        assert sum(one.method == "GET" and "/customers" in one.path for one in calls) == 1


def test_a_row_that_was_not_exported(trip: Trip) -> None:
    """A changed customer number is an error, and nothing is created or changed."""
    trip.edit((2, "Customer no", "99999"))
    ready, _ = trip.ready()
    assert ready.stopped
    errors = ready.checked.findings.filter(pl.col("severity") == "error")
    assert errors.select("row", "field", "code").rows() == [(3, "customer_no", "not-in-export")]


def test_what_arm_works_out_is_not_sent(trip: Trip) -> None:
    """A changed balance is reported and not sent."""
    trip.edit((2, "Balance total", 0.5))
    stood = trip.back()
    checked = check_files([str(trip.file)], ReadOptions(update=True))
    assert checked.findings.select("row", "field", "code").rows() == [(3, "balance_total", "computed-changed")]
    assert outcomes(stood) == {"unchanged": 12}
    assert trip.sent() == []


def test_filtered_rows_that_nobody_touched(trip: Trip) -> None:
    """Hidden rows are no error if they are unchanged."""
    trip.edit((2, "Phone", "2222"))
    book = openpyxl.load_workbook(trip.file)
    for row in (4, 5, 6):
        book.worksheets[0].row_dimensions[row].hidden = True
    book.save(trip.file)
    assert outcomes(trip.back()) == {"updated": 1, "unchanged": 11}
    trip.edit((4, "Phone", "4444"))
    assert trip.ready()[0].stopped


def test_columns_may_go_and_sheets_may_be_sorted(trip: Trip) -> None:
    """Deleted columns and rows are no changes; rows are matched by the customer number."""
    trip.edit((9, "Name", "Nytt navn"))
    book = openpyxl.load_workbook(trip.file)
    page = book.worksheets[0]
    at = {cell.value: cell.column for cell in page[1]}
    page.delete_cols(at["Email"])
    page.delete_rows(2, 3)
    page.tables.clear()
    book.save(trip.file)
    assert outcomes(trip.back()) == {"updated": 1, "unchanged": 8}
    assert trip.sent() == [{"customerNo": "00009", "name": "Nytt navn"}]


def test_a_result_workbook_goes_round_again(trip: Trip, tmp_path: Path) -> None:
    """A result workbook can be edited and imported; values that ARM has by now are not sent again."""
    trip.edit((2, "Phone", "2222"))
    stood = trip.back()
    checked = check_files([str(trip.file)], ReadOptions(update=True))
    made = write_results(stood, checked, tmp_path / "r.xlsx", "en", trip.made.clock, trip.made.store.written_files)
    book = openpyxl.load_workbook(made)
    page = next(one for one in book.worksheets if one.title == "Customers")
    at = {cell.value: cell.column for cell in page[1]}
    page.cell(4, at["Phone"]).value = "3333"
    book.save(made)
    trip.file = made
    assert outcomes(trip.back()) == {"updated": 1, "unchanged": 11}
    assert [one["phoneNo"] for one in trip.sent()] == ["2222", "3333"]


def test_not_without_saying_so(trip: Trip) -> None:
    """An export cannot be imported as new customers or into another client."""
    checked = check_files([str(trip.file)], ReadOptions(update=False))
    with pytest.raises(UsageError, match="export"):
        build_plan(trip.made.bench, trip.made.store, checked, ImportOptions())
    book = openpyxl.load_workbook(trip.file)
    for row in book["armbulk-base"].iter_rows(max_row=1):
        for cell in row:
            if str(cell.value).startswith("armbulk export"):
                cell.value = "armbulk export 1 0123456789abcdef"
    book.save(trip.file)
    with pytest.raises(UsageError, match="not exported from client"):
        trip.ready()


def test_a_crash_between(trip: Trip) -> None:
    """A run that stopped before its changes were sent compares again, and sends each change once."""
    trip.edit((1, "Phone", "1111"), (2, "Phone", "2222"))
    ready, said = trip.ready()
    run = create_run(trip.made.bench, trip.made.store, ready, said)
    trip.made.clock.interrupted = True
    assert trip.made.carry_on(run) == "interrupted"
    trip.made.clock.interrupted = False
    _elsewhere(trip, 1, phoneNo="9999")
    assert trip.made.carry_on(run) == "finished"
    assert outcomes(load_result(trip.made.store, run)) == {"conflict": 1, "updated": 1, "unchanged": 10}


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_deleted_customer_is_a_conflict(trip: Trip, *, overwrite: bool) -> None:
    """A change of a customer that ARM no longer has is not sent, not even with --overwrite; the others are."""
    trip.edit((1, "Phone", "1111"), (2, "Phone", "2222"))
    del trip.made.sandbox.state.customers["00001"]
    stood = trip.back(overwrite=overwrite)
    assert outcomes(stood) == {"conflict": 1, "updated": 1, "unchanged": 10}
    assert [sent["customerNo"] for sent in trip.sent()] == ["00002"]
    message = stood.items.filter(pl.col("outcome") == "conflict")["message"][0]
    assert translate_message(message, "nb") == "Ikke sendt: ARM har ingen kunde med dette nummeret"


@pytest.mark.parametrize("dialect", ["norwegian", "rfc"])
def test_a_csv_goes_round_unchanged(tmp_path: Path, dialect: str) -> None:
    """An exported CSV imported again changes nothing, whatever characters a text begins with."""
    with journey(tmp_path) as made:
        texts = ["+47 99 88 77 66", "=1+1", "-x", "@SUM(A1)", "'quoted'", "+4799000001"]
        for number, text in enumerate(texts, start=1):
            said = customer(number, customerMessage=text, phoneNo=text)
            made.sandbox.state.add_customer(json.loads(json.dumps(said, default=float)))
        before = json.dumps(made.sandbox.state.customers, sort_keys=True)
        file = tmp_path / "c.csv"
        want = build_list_request(
            "customers", ExportArguments(file, columns="customerNo,phoneNo,customerMessage,name", dialect=dialect)
        )
        export_list(made.bench, want, "en", waits=True, fresh=False, on_progress=lambda _: None)
        reading = ReadOptions(update=True, as_resource="customers")
        ready = build_plan(made.bench, made.store, check_files([str(file)], reading), ImportOptions(update=True))
        run = create_run(made.bench, made.store, ready, InputFiles((str(file),), reading))
        made.carry_on(run)
        assert outcomes(load_result(made.store, run)) == {"unchanged": len(texts)}
        assert json.dumps(made.sandbox.state.customers, sort_keys=True) == before


def test_norwegian_headers(tmp_path: Path) -> None:
    """An export with Norwegian headers can be imported again."""
    with journey(tmp_path) as made:
        trip = Trip(made, tmp_path, 3, lang="nb")
        trip.edit((2, "Telefon", "2222"))
        assert outcomes(trip.back()) == {"updated": 1, "unchanged": 2}


def test_by_the_command_line(trip: Trip) -> None:
    """The plan of `import --update` names what is compared with ARM."""
    environ = {**trip.made.sandbox.settings, "ARMBULK_HOME": str(trip.file.parent / "home"), "ARMBULK_LANG": "en",
               "ARMBULK_POLL_SECONDS": "0.05"}  # fmt: skip
    run: Callable[..., Any] = lambda *said: CliRunner().invoke(cli, [*said, str(trip.file)], env=environ)  # noqa: E731
    trip.edit((2, "City", "Bergen"))
    refused = run("import", "--yes")
    assert refused.exit_code == 2
    assert "--update" in refused.output
    planned = run("plan", "--update")
    assert "Check first   1 customer" in planned.output
    sent = run("import", "--update", "--yes", "--json")
    assert json.loads(sent.stdout)["outcomes"]["updated"] == 1, sent.output
    again = run("import", "--update", "--yes", "--json")
    assert json.loads(again.stdout)["outcomes"]["unchanged"] == 12


def test_a_change_from_another_machine(trip: Trip, tmp_path: Path) -> None:
    """A result workbook of another machine does not stop a change of customers."""
    environ = {**trip.made.sandbox.settings, "ARMBULK_LANG": "en", "ARMBULK_POLL_SECONDS": "0.05"}
    trip.edit((2, "Phone", "2222"))
    for home, expected in (("one", "updated"), ("other", "unchanged")):
        called = CliRunner().invoke(cli, ["import", str(trip.file), "--update", "--yes", "--json"],
                                    env={**environ, "ARMBULK_HOME": str(tmp_path / home)})  # fmt: skip
        assert json.loads(called.stdout)["outcomes"][expected] >= 1, called.output


# ── the comparison on its own ────────────────────────────────────────────────────────────────────────────────────────

VALUES = st.sampled_from(["", "a", "b", None])


@given(was=VALUES, now=VALUES, mine=st.sampled_from(["a", "b", ""]), line=VALUES, held=VALUES)
def test_three_values(was: str | None, now: str | None, mine: str, line: str | None, held: str | None) -> None:
    """Equal to ARM's value: no change. Exported value unchanged in ARM: sent. Otherwise: a conflict."""
    present = {"customerNo": "1", "phoneNo": now, "postalAddress": {"cityName": held, "addressLine1": line}}
    merged = merge(json.dumps({"customerNo": "1", "phoneNo": mine}), {"phoneNo": was}, present, CUSTOMERS)
    same = lambda one, two: (one or "") == (two or "")  # noqa: E731 - one word
    if same(now, mine):
        assert merged.payload is None
        assert merged.conflicts == ()
    elif same(now, was):
        assert json.loads(merged.payload or "") == {"customerNo": "1", "phoneNo": mine}
    else:
        assert [one.path for one in merged.conflicts] == ["phoneNo"]
        assert merged.payload is None
    city = merge(json.dumps({"customerNo": "1", "postalAddress": {"cityName": mine}}), {}, present, CUSTOMERS)
    if not same(held, mine):
        group = json.loads(city.payload or "")["postalAddress"]
        assert (group["cityName"], group["addressLine1"], len(group)) == (mine, line or "", 7)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_numbers_keep_their_digits(number: Decimal) -> None:
    """Compared numbers keep their digits, and equal numbers are equal however they are written."""
    payload = f'{{"customerNo":"1","discountRate":{number}}}'
    merged = merge(payload, {"discountRate": "1.5"}, {"customerNo": "1", "discountRate": Decimal("1.50")}, CUSTOMERS)
    if number == Decimal("1.5"):
        assert merged.payload is None
    else:
        sent = json.loads(merged.payload or "", parse_float=Decimal, parse_int=Decimal)["discountRate"]
        assert sent == number
        assert "E" not in (format_json_value(sent) or "")
