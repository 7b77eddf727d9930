"""Customers that ARM has already: those sent from here stay as they are, others are never overwritten unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from support.journey import Journey, guard_folder, journey, outcomes, sample_files, write_files
from support.loopback import open_loopback

from armbulk.app.check import InputFiles, build_inputs
from armbulk.app.dialog import CustomerDifferences, Dialog
from armbulk.app.imports import ImportRequest, import_files
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run
from armbulk.arm.client import ArmClient
from armbulk.cli import cli, command
from armbulk.context import Context
from armbulk.errors import ArmbulkError, Interrupted, LimitError, LoginError, ServerError, Unfinished, UsageError
from armbulk.model.batch_state import BatchState
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.read_options import ReadOptions
from armbulk.model.response import ApiResult, Response, TransportError
from armbulk.model.submission import RecordResult, SubmitResult, SubmitVerdict
from armbulk.planning.plan import ImportOptions
from armbulk.quota.limits import Priority
from armbulk.results.run_result import RunResult, load_result
from armbulk.sending.conflict_check import ConflictCheck
from armbulk.settings.load import load_profile
from armbulk.store import SubmitIntent
from armbulk.store.customers import UNKNOWN_CONTENT
from armbulk.validation.check import check_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armbulk.app.plan import Plan
    from armbulk.model.progress import Progress

FIRST = {
    "Kundenr": "5001", "Navn": "Nordlys Drift AS", "Adresse 1": "Storgata 1", "Adresse 2": "Inngang B",
    "Postnr": "0150", "Poststed": "Oslo", "Telefon": "22334455", "Kontonr": "15400237168",
}  # fmt: skip
CHANGED = {"Kundenr": "5001", "Telefon": "99887766", "Adresse 1": "Nye vei 9", "Postnr": "4600",
           "Poststed": "Kristiansand"}  # fmt: skip
AGAIN = {"Kundenr": "5001", "Navn": "Nordlys Drift AS", "Postnr": "0150", "Poststed": "Oslo"}
INVOICE = {
    "Fakturanr": "7001", "Bilagstype": "IN", "Kundenr": "5001", "Fakturadato": "2026-11-27",
    "Forfallsdato": "2026-12-13", "Valuta": "NOK", "Beløp eks. mva": 100, "Mva": 25, "Beløp inkl. mva": 125,
}  # fmt: skip


class Person(Dialog):
    """Somebody at a terminal, who answers whether ARM's values are overwritten."""

    def __init__(self, *, overwrites: bool) -> None:
        super().__init__()
        self.overwrites = overwrites
        self.shown: list[CustomerDifferences] = []

    @property
    def can_decide_about_customers(self) -> bool:
        """Somebody is there."""
        return True

    def confirm_overwrite(self, differences: CustomerDifferences) -> bool:
        """Look, and answer."""
        self.shown.append(differences)
        return self.overwrites


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Journey]:
    """A user, and an ARM."""
    with journey(tmp_path, size="XL") as made:
        yield made


def workbook(folder: Path, name: str, *customers: dict[str, Any], invoices: tuple[dict[str, Any], ...] = ()) -> str:
    """A workbook with these rows."""
    book = openpyxl.Workbook()
    for title, rows in (("Kunder", customers), ("Fakturaer", invoices)):
        if rows:
            page = book.create_sheet(title)
            page.append(list(rows[0]))
            for row in rows:
                page.append(list(row.values()))
    del book["Sheet"]
    book.save(folder / name)
    return str(folder / name)


def send(way: Journey, file: str, dialog: Dialog | None = None, **options: bool) -> RunResult:
    """Import a file as a user does; without a dialog as a script does."""
    request = ImportRequest(
        build_inputs([file], None, update=options.get("update", False)), ImportOptions(**options), f"{file}.result.xlsx"
    )
    return import_files(way.bench, way.store, request, dialog or Dialog()).result


def at_arm(way: Journey, number: str = "5001") -> dict[str, Any]:
    """A customer as ARM has it."""
    return way.sandbox.state.customers[number]


def posted(way: Journey) -> list[str]:
    """The numbers of all customers that left this machine."""
    calls = [call for call in way.sandbox.state.requests if call.method in {"PUT", "POST"} and "customers" in call.path]
    return [record["customerNo"] for call in calls for record in json.loads(call.body)["customers"]]


def messages(result: RunResult, outcome: str) -> list[str]:
    """The messages of records with an outcome."""
    return result.items.filter(pl.col("outcome") == outcome)["message"].to_list()


def test_a_failed_call_before_the_question_is_reported(tmp_path: Path) -> None:
    """Of ARM and of the login service: no one waits without knowing why."""
    faults = ["503:POST:token:1", "503:GET:customers:1"]
    with journey(tmp_path, faults=faults) as way:
        person = Person(overwrites=False)
        reports: list[Progress] = []
        person._report_progress = reports.append
        assert outcomes(send(way, workbook(tmp_path, "a.xlsx", FIRST), person)) == {"created": 1}
    reasons = [report.reason for report in reports if report.doing == "retrying"]
    assert reasons == ["login service: it answered HTTP 503", "it answered HTTP 503"]


# ── what was sent from here ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.promise("P28")
def test_the_same_file_sends_no_customer_again(way: Journey) -> None:
    """A second import of the same file sends none of its customers: a colleague's change in ARM is kept."""
    assert outcomes(way.run(sample_files())) == {"created": 9}
    way.sandbox.put_customer({"customerNo": "0001", "emailAddressDocument": ["ny@eksempel.no"]}, create=False)
    sent, calls = len(posted(way)), len(way.sandbox.state.requests)
    result = way.run(sample_files())
    assert outcomes(result) == {"unchanged": 3, "already_sent": 6}
    assert (len(posted(way)), len(way.sandbox.state.requests)) == (sent, calls)
    assert at_arm(way, "0001")["emailAddressDocument"] == ["ny@eksempel.no"]
    assert messages(result, "unchanged") == ["Not changed in the file since run 1"] * 3


@pytest.mark.parametrize("other", ["another name", "other order", "a part"])
def test_the_same_customers_in_another_file(way: Journey, tmp_path: Path, other: str) -> None:
    """It is the customers that count, not the file."""
    rows = [{**FIRST, "Kundenr": number} for number in ("5001", "5002", "5003")]
    send(way, workbook(tmp_path, "first.xlsx", *rows))
    again = {"another name": rows, "other order": rows[::-1], "a part": rows[1:]}[other]
    assert outcomes(send(way, workbook(tmp_path, "other.xlsx", *again))) == {"unchanged": len(again)}


@pytest.mark.promise("P28")
def test_a_changed_row_goes_while_arm_has_what_was_sent(way: Journey, tmp_path: Path) -> None:
    """A change in the file is sent without a question if no one has changed the customer in ARM since."""
    send(way, workbook(tmp_path, "first.xlsx", FIRST))
    person = Person(overwrites=False)
    result = send(way, workbook(tmp_path, "next.xlsx", {**FIRST, "Telefon": "40000001", "Poststed": "Moss"}), person)
    assert (outcomes(result), person.shown) == ({"updated": 1}, [])
    assert (at_arm(way)["phoneNo"], at_arm(way)["postalAddress"]["cityName"]) == ("40000001", "Moss")
    assert at_arm(way)["postalAddress"]["addressLine2"] == "Inngang B"


def test_a_changed_row_does_not_run_over_a_colleague(way: Journey, tmp_path: Path) -> None:
    """The phone number was changed in the file, the name at ARM: nothing is sent, and the message names the field."""
    send(way, workbook(tmp_path, "first.xlsx", FIRST))
    way.sandbox.put_customer({"customerNo": "5001", "name": "Nordlys AS"}, create=False)
    result = send(way, workbook(tmp_path, "next.xlsx", {**FIRST, "Telefon": "40000001"}))
    assert outcomes(result) == {"conflict": 1}
    assert messages(result, "conflict") == ["Not sent: ARM has this customer with other values. Name"]
    assert (at_arm(way)["name"], at_arm(way)["phoneNo"]) == ("Nordlys AS", "22334455")


def test_a_rejected_customer_was_not_sent(way: Journey) -> None:
    """What ARM refused goes again with the next import of the same file."""
    files = sample_files(customers=1, documents=1)
    run = way.begin(files)
    batch = way.store.batches(run)[0]
    assert isinstance(
        way.store.record_intent(way.bench.profile.account, batch.id, way.bench.profile.limits), SubmitIntent
    )
    way.store.save_response(
        batch.id, BatchState.REFUSED, "refused", Response(422), charge=None, results=[RecordResult(1, Outcome.REJECTED)]
    )
    way.store.end_session(run, "finished")
    assert outcomes(way.run(files)) == {"created": 2}


@pytest.mark.proof
def test_a_change_back_is_sent(way: Journey, tmp_path: Path) -> None:
    """A, then B, then A again: the third is no repetition of the first."""
    first, second = workbook(tmp_path, "a.xlsx", FIRST), workbook(tmp_path, "b.xlsx", {**FIRST, "Telefon": "40000001"})
    assert [outcomes(send(way, file)) for file in (first, second, first)] == [
        {"created": 1}, {"updated": 1}, {"updated": 1}
    ]  # fmt: skip
    assert at_arm(way)["phoneNo"] == "22334455"


def test_a_change_file_is_not_sent_again(way: Journey, tmp_path: Path) -> None:
    """The same applies to a change of one's own making (`--update`)."""
    send(way, workbook(tmp_path, "first.xlsx", FIRST))
    change = workbook(tmp_path, "change.xlsx", CHANGED)
    assert outcomes(send(way, change, update=True)) == {"updated": 1}
    way.sandbox.put_customer({"customerNo": "5001", "phoneNo": "12121212"}, create=False)
    assert outcomes(send(way, change, update=True)) == {"unchanged": 1}
    assert at_arm(way)["phoneNo"] == "12121212"
    assert outcomes(send(way, change, update=True, overwrite=True)) == {"updated": 1}
    assert at_arm(way)["phoneNo"] == "99887766"


# ── what others have at ARM ─────────────────────────────────────────────────────────────────────────────────────────


def _case(way: Journey, folder: Path, *, elsewhere: bool) -> str:
    """A customer sent from here, changed at ARM, and a later file with an invoice and the old address."""
    send(way, workbook(folder, "first.xlsx", FIRST))
    if elsewhere:
        address = {
            "addressLine1": "Nye vei 9",
            "addressLine2": "Inngang B",
            "postalCode": "4600",
            "cityName": "Kristiansand",
        }
        way.sandbox.put_customer({"customerNo": "5001", "phoneNo": "99887766", "postalAddress": address}, create=False)
    else:
        send(way, workbook(folder, "changed.xlsx", CHANGED), update=True)
    return workbook(folder, "again.xlsx", AGAIN, invoices=(INVOICE,))


@pytest.mark.promise("P28")
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_script_does_not_turn_an_address_back(way: Journey, tmp_path: Path, elsewhere: bool) -> None:
    """The row differs from what ARM has: it is a conflict, its invoice is held back, and ARM's address stays whole."""
    result = send(way, _case(way, tmp_path, elsewhere=elsewhere))
    assert result.count_by_resource() == {"customers": {"conflict": 1}, "documents": {"held_back": 1}}
    address = at_arm(way)["postalAddress"]
    assert (address["addressLine1"], address["addressLine2"], address["postalCode"], address["cityName"]) == (
        "Nye vei 9", "Inngang B", "4600", "Kristiansand"
    )  # fmt: skip
    assert messages(result, "conflict") == ["Not sent: ARM has this customer with other values. Postal code, City"]
    assert "--overwrite" in messages(result, "held_back")[0]
    assert way.documents() == {}


@pytest.mark.promise("P28")
@pytest.mark.parametrize("overwrites", [False, True])
def test_a_person_decides_before_anything_is_sent(way: Journey, tmp_path: Path, overwrites: bool) -> None:
    """A person sees how many customers differ, and in which fields; an address that is overwritten stays whole."""
    person = Person(overwrites=overwrites)
    result = send(way, _case(way, tmp_path, elsewhere=True), person)
    (shown,) = person.shown
    assert (shown.customers, shown.values, [header.en for header in shown.fields]) == (1, 2, ["Postal code", "City"])
    assert [header.en for header in shown.kept] == ["Address line 1", "Address line 2"]
    ((number, values),) = shown.shown
    assert (number, [(value.at_arm, value.in_file) for value in values]) == (
        "5001", [("4600", "0150"), ("Kristiansand", "Oslo")]
    )  # fmt: skip
    address = at_arm(way)["postalAddress"]
    if overwrites:
        assert result.count_by_resource() == {"customers": {"updated": 1}, "documents": {"created": 1}}
        assert (address["postalCode"], address["cityName"]) == ("0150", "Oslo")
    else:
        assert result.count_by_resource() == {"customers": {"conflict": 1}, "documents": {"held_back": 1}}
        assert (address["postalCode"], address["cityName"]) == ("4600", "Kristiansand")
    assert (address["addressLine1"], address["addressLine2"]) == ("Nye vei 9", "Inngang B")
    assert at_arm(way)["phoneNo"] == "99887766"


def test_overwriting_can_be_chosen_in_a_script(way: Journey, tmp_path: Path) -> None:
    """`--overwrite` sends the file's values; the rest of the address stays."""
    result = send(way, _case(way, tmp_path, elsewhere=True), overwrite=True)
    assert result.count_by_resource() == {"customers": {"updated": 1}, "documents": {"created": 1}}
    address = at_arm(way)["postalAddress"]
    assert [address[name] for name in ("addressLine1", "addressLine2", "postalCode", "cityName")] == [
        "Nye vei 9", "Inngang B", "0150", "Oslo"
    ]  # fmt: skip


def test_overwriting_needs_customers(way: Journey, tmp_path: Path) -> None:
    """`--overwrite` without customers in the files means nothing, and is refused."""
    file = workbook(tmp_path, "invoices.xlsx", invoices=(INVOICE,))
    with pytest.raises(UsageError, match="--overwrite"):
        send(way, file, overwrite=True)


def test_the_plan_names_the_customers_that_change(way: Journey, tmp_path: Path) -> None:
    """Before the question: the customers that get other values, and which fields; where it goes, and its records."""
    shown: list[dict[str, Any]] = []

    class Reader(Person):
        def confirm_import(self, plan: Plan) -> bool:
            shown.append(plan.to_json())
            return False

    send(way, _case(way, tmp_path, elsewhere=True), Reader(overwrites=True))
    assert shown[0]["changes"] == {"customers": 1, "fields": ["Postal code", "City"], "first": ["5001"]}
    assert shown[0]["destination"]["environment"] == "sandbox"
    assert [part["type"] for part in shown[0]["by_type"]] == ["customers", "invoices"]
    send(way, workbook(tmp_path, "new.xlsx", {**FIRST, "Kundenr": "5009"}), Reader(overwrites=True))
    assert shown[1]["changes"] is None


@pytest.mark.proof
def test_what_changes_after_the_answer_is_a_conflict(way: Journey, tmp_path: Path) -> None:
    """A colleague changes the customer while the question waits: what was not seen is not overwritten."""

    class Slow(Person):
        def confirm_import(self, plan: object) -> bool:
            del plan
            way.sandbox.put_customer({"customerNo": "5001", "name": "Helt nytt AS"}, create=False)
            return True

    result = send(way, _case(way, tmp_path, elsewhere=True), Slow(overwrites=True))
    assert result.count_by_resource() == {"customers": {"conflict": 1}, "documents": {"held_back": 1}}
    assert (at_arm(way)["name"], at_arm(way)["postalAddress"]["cityName"]) == ("Helt nytt AS", "Kristiansand")


def test_a_customer_that_appears_while_the_question_waits_is_compared(way: Journey, tmp_path: Path) -> None:
    """ARM did not have it when somebody was asked; what a colleague has entered in the hour since stays."""

    class Slow(Person):
        def confirm_import(self, plan: Plan) -> bool:
            del plan
            way.clock.sleep(3_600)
            way.sandbox.state.customers["5001"] = {"customerNo": "5001", "name": "Nordlys AS", "phoneNo": "1"}
            return True

    result = send(way, workbook(tmp_path, "a.xlsx", FIRST), Slow(overwrites=False))
    assert outcomes(result) == {"conflict": 1}
    assert posted(way) == []


@pytest.mark.parametrize("update", [False, True])
def test_a_masked_value_of_a_group_is_not_sent_back(way: Journey, tmp_path: Path, update: bool) -> None:
    """ARM replaces an address as a whole: where it shows a part as stars, a change is a conflict in any case."""
    send(way, workbook(tmp_path, "a.xlsx", FIRST))
    at_arm(way)["postalAddress"]["addressLine2"] = "Inn****"
    row = {
        "Kundenr": "5001",
        **({} if update else {"Navn": "Nordlys Drift AS"}),
        "Poststed": "Bergen",
        "Postnr": "5003",
    }
    result = send(way, workbook(tmp_path, "b.xlsx", row), overwrite=True, update=update)
    (message,) = messages(result, "conflict")
    assert message.endswith(" Address line 2")  # the finished run keeps the names of fields alone
    assert at_arm(way)["postalAddress"]["addressLine2"] == "Inn****"
    assert posted(way) == ["5001"]


@pytest.mark.parametrize("count", [3, 30])
def test_equal_customers_of_another_machine_are_not_sent(tmp_path: Path, count: int) -> None:
    """Customers that ARM has from elsewhere with the same values stay; many are compared by the list."""
    with journey(tmp_path, size="XL") as way:
        for number in range(1, count):
            mail = [f"kunde{number}@eksempel.no"]
            way.sandbox.state.add_customer(
                {
                    "customerNo": f"{number:04d}",
                    "name": f"Kunde {number} Æ",
                    "emailAddressDocument": mail,
                    "phoneNo": "1",
                }
            )
        result = way.run(sample_files(customers=count, documents=1))
        assert result.count_by_resource()["customers"] == {"unchanged": count - 1, "created": 1}
        reads = [call for call in way.sandbox.state.requests if call.method == "GET" and "/customers" in call.path]
        assert len(reads) == (3 if count == 3 else 1)
        assert [check.reason for check in result.list_checks if check.resource == "customers"] == [None] * (count > 20)


@pytest.mark.proof
def test_a_list_of_customers_that_lacks_known_ones_is_not_believed(tmp_path: Path) -> None:
    """A complete list without a customer that was sent from here: what it lacks is looked up."""
    with journey(tmp_path, size="XL") as way:
        way.run(sample_files())
        del way.sandbox.state.customers["0001"]
        result = way.run(sample_files(customers=30, documents=1))
        assert [check.reason for check in result.list_checks if check.resource == "customers"] == ["lacks-known"]
        singles = [call for call in way.sandbox.state.requests if call.method == "GET" and "/customers/" in call.path]
        assert len(singles) == 3 + 27


def test_a_list_is_read_when_the_limits_have_room_for_all_of_it(tmp_path: Path) -> None:
    """What an export has used becomes free bit by bit; the list waits for all its pages, and begins once again."""
    with journey(tmp_path, size="S") as way:
        way.run(sample_files(customers=1, documents=1))
        for number in range(1, 3_500):
            way.sandbox.state.add_customer({"customerNo": f"K{number}", "name": "Kunde Æ"})
        limits, account = way.bench.profile.limits, way.bench.profile.account
        for _ in range(8):
            reserved = way.store.reserve(account, ApiUsage(1, 1_000, 0), limits, Priority.NORMAL)
            assert isinstance(reserved, int)
            way.store.settle(account, reserved, ApiUsage(1, 1_000, 0))
            way.clock.sleep(300)
        del way.sandbox.state.requests[:]
        result = way.run(sample_files(customers=60, documents=1))
        assert result.count_by_resource()["customers"] == {"created": 59, "unchanged": 1}
        pages = [call for call in way.sandbox.state.requests if call.method == "GET" and "/customers" in call.path]
        assert len(pages) <= 1 + 4


def test_a_first_import_asks_for_no_customer(way: Journey) -> None:
    """`--first-import` looks no customer up, which the question says."""
    way.run(sample_files(), first_import=True)
    assert [
        call.path for call in way.sandbox.state.requests if call.method == "GET" and "/customers" in call.path
    ] == []


def test_the_plan_prices_the_customers(way: Journey, tmp_path: Path) -> None:
    """The plan counts the customers that ARM is asked about, and makes no call."""
    checked = check_files([workbook(tmp_path, "first.xlsx", FIRST, {**FIRST, "Kundenr": "5002"})], ReadOptions())
    plan = build_plan(way.bench, way.store, checked, ImportOptions())
    assert plan.lookups is not None
    assert (plan.lookups.customers, plan.lookups.documents, plan.lookups.cost.requests) == (2, 0, 2)
    assert way.sandbox.state.requests == []


# ── what the store knows ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.promise("P23")
def test_only_hashes_are_kept(way: Journey, tmp_path: Path) -> None:
    """The store keeps no names and no numbers of customers that were sent."""
    person = {**FIRST, "Navn": "Ola Kanarifugl", "Kundenr": "KUNDE-4711"}
    send(way, workbook(tmp_path, "first.xlsx", person))
    rows = way.store.sent_customers(way.bench.profile.account)
    assert rows.height == 1
    text = json.dumps(rows.to_dicts())
    assert not [word for word in ("Kanarifugl", "4711", "Storgata", "22334455") if word in text]


@pytest.mark.proof
def test_nothing_is_known_while_an_answer_is_missing(way: Journey, tmp_path: Path) -> None:
    """From the moment a change may have left this machine, the customer is not taken for unchanged."""
    files, account = write_files(tmp_path, customers=1, documents=1), way.bench.profile.account
    way.run(files)
    assert way.store.sent_customers(account)["content"].to_list() != [UNKNOWN_CONTENT]
    path = tmp_path / "customers.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("kunde1@", "ny1@"), encoding="utf-8")
    batch = way.store.batches(way.begin(files))[0]
    assert isinstance(way.store.record_intent(account, batch.id, way.bench.profile.limits), SubmitIntent)
    assert way.store.sent_customers(account)["content"].to_list() == [UNKNOWN_CONTENT]
    path.write_text(before, encoding="utf-8")
    plan = build_plan(way.bench, way.store, check_files(files), ImportOptions())
    assert plan.to_send["resource"].to_list() == ["customers"]


def test_a_run_that_was_stored_before_the_answer_is_compared_again(way: Journey, tmp_path: Path) -> None:
    """A run that is continued later compares its customers then."""
    file = workbook(tmp_path, "first.xlsx", FIRST)
    plan = build_plan(way.bench, way.store, check_files([file], ReadOptions()), ImportOptions())
    run = create_run(way.bench, way.store, plan, InputFiles((file,), ReadOptions()))
    way.sandbox.state.add_customer({"customerNo": "5001", "name": "En annen AS"})
    way.carry_on(run)
    assert outcomes(load_result(way.store, run)) == {"conflict": 1}


def test_a_customer_whose_answer_was_lost_is_compared_before_it_goes_again(
    way: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is continued the next day does not turn back what a colleague has entered meanwhile."""

    def submit(*_: object) -> ApiResult[SubmitResult]:
        way.clock.interrupted = True
        lost = Response(error=TransportError.BROKEN, reason="lost")
        return ApiResult(lost, SubmitResult(SubmitVerdict.IN_DOUBT))

    run = way.begin([workbook(tmp_path, "first.xlsx", FIRST)])
    with monkeypatch.context() as patch:
        patch.setattr(ArmClient, "submit_batch", submit)
        assert way.carry_on(run) == "interrupted"
    way.clock.interrupted = False
    way.clock.sleep(86_400.0)
    way.sandbox.state.add_customer({"customerNo": "5001", "name": "En annen AS"})
    way.carry_on(run)
    assert outcomes(load_result(way.store, run)) == {"conflict": 1}
    assert way.sandbox.state.customers["5001"]["name"] == "En annen AS"


class Answering(httpx.BaseTransport):
    """ARM, but single customers are answered with a status and a body."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self.status, self.body = status, body
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or pass it on."""
        if request.method == "GET" and "/customers/" in request.url.path:
            return httpx.Response(self.status, stream=httpx.ByteStream(self.body))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@pytest.mark.first_cases(2)
@pytest.mark.parametrize(
    ("status", "body"), [(404, b""), (410, b""), (200, b"[]"), (204, b""), (200, b'{"customers":[]}')]
)
def test_however_arm_says_that_it_has_no_customer(way: Journey, status: int, body: bytes) -> None:
    """A new customer is created, whatever form the answer to its look-up has."""
    way.bench = replace(way.bench, transport=Answering(status, body))
    assert outcomes(way.run(sample_files())) == {"created": 9}


@pytest.mark.parametrize(
    ("status", "error", "hint"),
    [(405, Unfinished, "--first-import"), (501, Unfinished, "--first-import"), (403, LoginError, "--first-import"),
     (500, ServerError, "resume")],
)  # fmt: skip
def test_where_customers_cannot_be_asked_for_nothing_is_sent(
    way: Journey, status: int, error: type[ArmbulkError], hint: str
) -> None:
    """No one knows what would be overwritten: the run stops before it sends, and says what can be done."""
    way.bench = replace(way.bench, transport=Answering(status))
    run = way.begin(sample_files())
    with pytest.raises(error) as raised:
        way.carry_on(run)
    assert hint in raised.value.hint
    assert posted(way) == []
    assert way.store.run(run).state == "paused"


def test_the_question_can_be_interrupted(way: Journey, tmp_path: Path) -> None:
    """Ctrl-C while ARM is asked ends the import; nothing was sent, and nothing is stored."""
    way.clock.interrupted = True
    with pytest.raises(Interrupted):
        send(way, workbook(tmp_path, "first.xlsx", FIRST), Person(overwrites=True))
    assert (way.store.runs(), posted(way)) == ([], [])


def test_the_question_waits_for_arms_limits(tmp_path: Path) -> None:
    """Many customers to ask for: the question comes when ARM's limits have allowed it, or at once with --no-wait."""
    with journey(tmp_path, limits={"hour.requests": 8}) as way:
        aup = tmp_path / "aup.toml"
        month = "[month]\nrequests=20000\nreads=100000\nwrites=20000\n"
        aup.write_text(f"[hour]\nrequests=8\nreads=10000\nwrites=5000\n{month}")
        settings = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_LANG": "en",
                    "ARMBULK_GUARD_FOLDER": str(guard_folder(tmp_path))}  # fmt: skip
        way.bench = Context(load_profile(settings, aup_file=aup), way.clock)
        file = workbook(tmp_path, "c.xlsx", *({**FIRST, "Kundenr": str(number)} for number in range(5001, 5013)))
        request = ImportRequest(build_inputs([file], None, update=False), ImportOptions(), f"{file}.r.xlsx", wait=False)
        with pytest.raises(LimitError):
            import_files(way.bench, way.store, request, Person(overwrites=False))
        assert posted(way) == []
        assert outcomes(send(way, file, Person(overwrites=False))) == {"created": 12}
        assert way.sandbox.state.refused_over_limit == 0


@pytest.mark.promise("P25")
def test_without_the_comparison_an_address_is_turned_back(
    way: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the protection, ARM's address is overwritten, and its other lines are blank."""
    file = _case(way, tmp_path, elsewhere=True)
    monkeypatch.setattr(ConflictCheck, "check", lambda *_: None)
    send(way, file)
    assert at_arm(way)["postalAddress"]["cityName"] == "Oslo"
    assert not at_arm(way)["postalAddress"].get("addressLine1")


@pytest.mark.parametrize(
    ("lang", "answers", "words", "city"),
    [
        ("en", "n\ny\n", ['ARM has "4600", the file has "0150"', "Overwrite ARM's values", "[y/N]"], "Kristiansand"),
        ("no", "x\nj\nja\n", ["ARM har «4600», filen har «0150»", "overskrive verdiene", "[j/N]", "Skriv j"], "Oslo"),
    ],
)
def test_the_question_at_the_terminal(
    way: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, answers: str, words: list[str], city: str
) -> None:
    """The fields are shown with both values, in the user's language, and the answer begins as no."""
    file = _case(way, tmp_path, elsewhere=True)
    monkeypatch.setattr(command.CommandContext, "can_ask", property(lambda _: True))
    env = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01",
           "ARMBULK_GUARD_FOLDER": str(guard_folder(tmp_path))}  # fmt: skip
    done = CliRunner().invoke(cli, ["import", file, "--lang", lang], input=answers, env=env)
    assert [word for word in words if word not in done.stderr] == []
    assert at_arm(way)["postalAddress"]["cityName"] == city
    assert done.exit_code == (0 if city == "Oslo" else 1)
