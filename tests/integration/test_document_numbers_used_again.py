"""A document whose number was sent before is the same only if its content is; else it is a conflict."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.journey import Journey, check_once, journey, outcomes

from armbulk.app.destination import Destination
from armbulk.app.plan import build_plan
from armbulk.app.plan_summary import summarise_plan
from armbulk.app.prose import render_prose
from armbulk.model.outcome import Outcome
from armbulk.planning.plan import ImportOptions, to_json
from armbulk.results.control_totals import ACCEPTED, Figure
from armbulk.sent_before import hash_content
from armbulk.store.schema import sent_key
from armbulk.stored_messages import translate_message

HEAD = (
    "Document no,Document type,Customer no,Document date,Due date,Currency,Amount excl. VAT,VAT,Amount incl. VAT,Text"
)
ROW = ["R1", "IN", "0042", "2026-11-01", "2026-11-15", "NOK", "1000.00", "250.00", "1250.00", "Consulting"]
COLUMN = {name: index for index, name in enumerate(["no", "type", "customer", "date", "due", "currency"])} | {
    "amount": 8
}
CUSTOMERS = "Customer no,Name\n0042,Berg AS\n0043,Dal AS\n"


def write(folder: Path, name: str, **changes: str) -> list[str]:
    """A file with one document of two lines, and one with its customers; `changes` replace values of the document."""
    row = list(ROW)
    for column, value in changes.items():
        if column in COLUMN:
            row[COLUMN[column]] = value
    if "amount" in changes:
        row[6], row[7] = changes["amount"], "0.00"
    head = HEAD.removesuffix(",Text")
    (folder / f"{name}.csv").write_text(f"{head}\n{','.join(row[:9])}\n", encoding="utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    text = changes.get("text", "Consulting")
    lines = [f"{row[0]},{text},{row[6]},{row[7]},{row[8]}", f"{row[0]},Thank you,0,0,0"]
    if "turned" in changes:
        lines.reverse()
    head = "Document no,Line text,Amount excl. VAT,VAT,Amount incl. VAT"
    (folder / f"{name}-lines.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return [str(folder / file) for file in ("customers.csv", f"{name}.csv", f"{name}-lines.csv")]


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Journey]:
    """A client to which document R1 was sent."""
    with journey(tmp_path) as way:
        assert outcomes(way.run(write(tmp_path, "first")))["created"] == 3
        yield way


@pytest.mark.first_cases(3)
@pytest.mark.promise("P1")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "CN", "amount": "-1250.00"}, "document type was IN, is CN in this file; amount"),
        ({"customer": "0043"}, "customer was 0042, is 0043 in this file"),
        ({"date": "2026-11-02"}, "date was 2026-11-01, is 2026-11-02 in this file"),
        ({"currency": "EUR"}, "currency was NOK, is EUR in this file"),
        ({"amount": "1500.00"}, "amount incl. VAT was 1250, is 1500 in this file"),
        ({"text": "Advice"}, "other lines, texts or dates"),
        ({"due": "2026-12-01"}, "other lines, texts or dates"),
    ],
)
def test_another_document_with_a_number_that_was_sent(
    sent: Journey, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    """The conflict shows the file, the earlier run and ARM. Nothing is sent or counted as being in ARM."""
    run = sent.run(write(tmp_path, "again", **changes))
    [(outcome, message)] = run.items.filter(run.items["resource"] == "documents").select("outcome", "message").rows()
    assert outcome == "conflict"
    assert message.startswith("Run 1 sent another document with this number: ")
    assert said in message
    assert ". In ARM: " in message
    assert sent.documents() == {"r1": 1}
    assert [total.stages[ACCEPTED] for total in run.control_totals.by_currency()] == [Figure()]
    assert not run.all_successful


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("changes", [{"no": "r1"}, {"turned": "yes"}, {"text": "CONSULTING "}, {"customer": " 0042"}])
def test_the_same_document_written_otherwise(sent: Journey, tmp_path: Path, changes: dict[str, str]) -> None:
    """Letter case, blanks and the order of the lines make no other document."""
    run = sent.run(write(tmp_path, "again", **changes))
    documents = run.items.filter(run.items["resource"] == "documents")
    assert documents.select("outcome", "message").rows() == [("already_sent", "Sent in run 1")]
    [total] = run.control_totals.by_currency()
    assert (total.currency, total.stages[ACCEPTED]) == ("NOK", Figure(1, Decimal("1250.00")))


def test_the_plan_says_which_documents_are_not_sent_and_why(sent: Journey, tmp_path: Path) -> None:
    """A conflict is in the plan, with both contents, before anything is asked or sent; in JSON and as text."""
    files = write(tmp_path, "again", customer="0043", amount="1500.00")
    built = build_plan(sent.bench, sent.store, check_once(files), ImportOptions())
    plan = to_json(built)
    (left_out,) = plan["left_out"]
    reason = left_out["reason"]
    assert {name: value for name, value in left_out.items() if name != "reason"} == {
        "resource": "documents", "number": "R1", "customer_no": "0043", "amount": "1500", "currency": "NOK",
        "sheet": "again", "row": 2, "outcome": "conflict",
    }  # fmt: skip
    assert reason == (
        "Run 1 sent another document with this number: customer was 0042, is 0043 in this file; "
        "amount incl. VAT was 1250, is 1500 in this file"
    )
    places = {"en": "Document R1 (again row 2, customer 0043, NOK 1 500.00): ",
              "nb": "Bilag R1 (again rad 2, kunde 0043, NOK 1 500,00): "}  # fmt: skip
    destination = Destination.of_profile(sent.bench.profile)
    for lang, words in (("en", "amount incl. VAT was 1 250.00"), ("nb", "beløp inkl. mva var 1 250,00")):
        shown = {**plan, **summarise_plan(built, destination, lang)}
        assert places[lang] + translate_message(reason, lang) in render_prose("plan", shown, lang, details=True)
        assert words in translate_message(reason, lang)
    same = to_json(build_plan(sent.bench, sent.store, check_once(write(tmp_path, "same")), ImportOptions()))
    assert (same["left_out"], same["not_sent"]["documents"]) == ([], {"already_sent": 1})


def test_what_arm_holds_is_said(sent: Journey, tmp_path: Path) -> None:
    """ARM's own document is beside the file's and the store's."""
    sent.sandbox.state.documents["r1"][0]["currencyAmounts"]["inclVat"] = 1300
    run = sent.run(write(tmp_path, "again", amount="1500.00"))
    [message] = run.items.filter(run.items["resource"] == "documents")["message"].to_list()
    assert "was 1250, is 1500 in this file" in message
    assert "amount incl. VAT is 1300 in ARM, 1500 in this file" in message


def test_a_purge_keeps_what_was_sent(sent: Journey, tmp_path: Path) -> None:
    """The content is compared after the run itself is gone from the store."""
    sent.store.purge(sent.bench.profile.account, sent.clock.now() + 1)
    assert sent.store.runs() == []
    for changes, outcome in (({}, "already_sent"), ({"amount": "1500.00"}, "conflict"), ({"text": "x"}, "conflict")):
        run = sent.run(write(tmp_path, "again", **changes))
        assert run.items.filter(run.items["resource"] == "documents")["outcome"].to_list() == [outcome]


def test_numbers_of_an_older_store_are_known_without_content(sent: Journey, tmp_path: Path) -> None:
    """Where a store has kept the number alone, nothing can be compared, and nothing is sent."""
    with sent.store._engine.begin() as conn:
        names = ("customer_norm", "date", "currency", "amount", "body", "content")
        conn.execute(sa.update(sent_key).values(dict.fromkeys(names)))
    run = sent.run(write(tmp_path, "again", amount="1500.00"))
    assert run.items.filter(run.items["resource"] == "documents")["outcome"].to_list() == ["already_sent"]


@pytest.mark.parametrize("first_import", [False, True])
def test_two_runs_planned_before_either_was_sent(tmp_path: Path, *, first_import: bool) -> None:
    """What another run sends between plan and sending is compared when the batch goes, also where ARM is not asked."""
    with journey(tmp_path) as way:
        variants = {"a": {}, "b": {"amount": "1500.00"}, "c": {}, "d": {"type": "CN", "amount": "-1250.00"}}
        variants["e"] = {"no": "0R 1"}
        runs = [
            way.begin(write(tmp_path, name, **changes), first_import=first_import) for name, changes in variants.items()
        ]
        ends = []
        for run in runs:
            way.carry_on(run)
            items = way.store.items(run)
            ends.append(items.filter(items["resource"] == "documents")["outcome"].to_list())
        conflict = [Outcome.CONFLICT]
        assert ends == [[Outcome.CREATED], conflict, [Outcome.ALREADY_SENT], conflict, conflict]
        assert way.documents() == {"r1": 1}


def test_content_ignores_what_is_not_content() -> None:
    """The digest of the content depends on members and lines, not on their order, case or blanks."""
    line = {"lineNo": 1, "lineText": "A"}
    other = {"lineNo": 2, "lineText": "B"}
    digest = hash_content(json.dumps({"documentNo": "R1", "text": "Mva", "documentLines": [line, other]}))
    same = {"text": " mva", "documentNo": "r1", "documentLines": [{**other, "lineNo": 7}, line]}
    assert hash_content(json.dumps(same)) == digest
    assert hash_content(json.dumps({**same, "documentLines": [line]})) != digest
    assert hash_content(json.dumps({**same, "documentLines": [line, line, other]})) != digest


def test_the_digest_of_content_stays_as_older_versions_stored_it() -> None:
    """Otherwise a document that was sent before an update would count as changed."""
    lines = [{"lineNo": 2, "lineText": "Ab"}, {"lineNo": 1, "lineText": "aa"}]
    head = {"documentNo": "F 1", "text": "Mva  Ø", "amount": 100.00, "inner": {"B": "X", "a": [1, "Y "]}}
    payload = json.dumps({**head, "none": None, "ok": True, "documentLines": lines})
    assert hash_content(payload) == "3fa681f86893706e72373185c82e5954"
