"""What a person reads at the end of a run: counts and sums, problems, one next step."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from armbulk.app.prose import render_prose
from armbulk.app.run_report import describe_run
from armbulk.app.totals_report import describe_run_totals
from armbulk.model.record_messages import (
    BEYOND_LIMIT,
    GIVEN_UP_BY_PERSON,
    HIDDEN_ROW,
    NOT_IN_ARM,
    NOT_SENT_YET,
    ROW_SAYS_SENT,
)
from armbulk.model.text_style import remove_marks
from armbulk.quota.limits import Account
from armbulk.results.run_result import RunResult
from armbulk.store import ITEM_SCHEMA, Run

FOLDER = str(Path("/books").resolve())


def record(number: int, outcome: str, amount: str | None = "1000.00", **values: Any) -> dict[str, Any]:
    """Return an invoice (or without an amount, a customer) with an outcome, in row `number`."""
    resource = "customers" if amount is None else "documents"
    return {
        **dict.fromkeys(ITEM_SCHEMA), "no": number, "resource": resource, "sheet": 0, "row": number,
        "key": f"F{number}", "doc_type": "IN" if amount else "", "amount": amount,
        "currency": "NOK" if amount else None, "writes": 1, "outcome": outcome, **values,
    }  # fmt: skip


def result(*records: dict[str, Any], state: str = "finished", update: bool = False) -> RunResult:
    """Return run 12 of `my invoices.xlsx` with these records."""
    options = {
        "files": [f"{FOLDER}/my invoices.xlsx"], "sheets": ["Documents"], "key_letters": ["B"],
        "columns": [{"document_no": "B", "customer_no": "C", "due_date": "E"}],
        "reading": {"update": update},
    }  # fmt: skip
    resume_at = 1_796_040_000.0 if state == "paused" else None
    run = Run(12, 0.0, 1.0, state, resume_at, Account("https://x", "1"), "acme", {}, options, f"{FOLDER}/r.xlsx")
    items = pl.DataFrame(list(records), schema=ITEM_SCHEMA, orient="row")
    return RunResult(run, items, {}, {"requests": 4, "reads": 3, "writes": 2})


def report(run: RunResult, lang: str = "en", *, needs_decision: bool = False, **options: Any) -> str:
    """Return the report as text."""
    described = describe_run(run, None, lang, needs_decision=needs_decision, folder=FOLDER)
    extra = {"control": describe_run_totals(run, lang), "list_check_texts": [], "details": False}
    return remove_marks(render_prose("run", run.to_json(), lang, **described, **extra, **options))


def test_a_good_run_is_three_lines() -> None:
    """Counts and exact sums by kind and currency; nothing to do."""
    run = result(
        record(1, "created", None), record(2, "created"), record(3, "created_with_warnings", "0.10", warnings="Odd"),
        record(4, "created", "-5.05"), record(5, "created", "7.00", currency="EUR"),
    )  # fmt: skip
    assert report(run) == (
        "✓ 1 customer created.\n"
        "✓ All 3 invoices created (EUR 7.00, NOK 1 000.10).\n"
        "✓ 1 credit note created (NOK -5.05).\n"
        "! ARM warns about 1 record:\n"
        "    ! F3, Documents!B3: Odd\n"
        "✓ Control totals. Files = accepted by ARM: 1 customer, EUR 7.00 (1 document), NOK 995.05 (3 documents).\n"
        "\n"
        "  Result        r.xlsx (run 12)\n"
        "  Next          Nothing more to do.\n"
    )
    assert "✓ Alle 3 fakturaer opprettet (EUR 7,00, NOK 1 000,10)." in report(run, "nb")


def test_rejected_records_are_listed_with_cell_and_reason() -> None:
    """The first ten, the most urgent first; then how many more there are, and where."""
    run = result(
        *(record(number, "held_back", message="Held") for number in range(1, 7)),
        *(record(number, "rejected", message=f"Bad {number}\nreally") for number in range(7, 20)),
        record(20, "created", "812345.00"),
    )
    lines = report(run, width=80).splitlines()
    assert lines[0] == "✗ 1 of 20 invoices created (NOK 812 345.00), 13 rejected, 6 held back:"
    assert lines[1] == "    ✗ F7, Documents!B7, rejected: Bad 7 really"
    assert lines[11] == "    and 9 more: see the sheet Problems"
    assert " ".join(" ".join(lines[12:15]).split()) == (
        "✗ Control totals. Files NOK 831 345.00 (20 documents), less 13 invoices rejected by ARM (NOK 13 000.00), "
        "6 invoices held back because of errors (NOK 6 000.00) = accepted by ARM NOK 812 345.00 (1 document)."
    )
    assert len(lines) == 20
    assert lines[-1] == '                armbulk import "my invoices.xlsx"'


def test_the_same_reason_is_one_line_at_the_cells_it_is_about() -> None:
    """From four records on; ARM's field decides the column, and what has no line is counted."""
    many = [record(number, "rejected", message="Refused; customerNo: Not found") for number in range(1, 41)]
    three = [record(number, "rejected", message="dueDate: Too early") for number in range(41, 44)]
    warned = [record(number, "created", warnings="Odd") for number in range(44, 49)]
    text = report(result(*many, *three, *warned))
    assert text.splitlines()[1:7] == [
        "    ✗ 40 invoices, rejected: Refused; customerNo: Not found (F1 Documents!C1, F2 C2, F3 C3 and 37 more)",
        "    ✗ F41, Documents!E41, rejected: dueDate: Too early",
        "    ✗ F42, Documents!E42, rejected: dueDate: Too early",
        "    ✗ F43, Documents!E43, rejected: dueDate: Too early",
        "! ARM warns about 5 records:",
        "    ! 5 invoices: Odd (F44 Documents!B44, F45 B45, F46 B46 and 2 more)",
    ]
    others = [record(number, "rejected", message=f"Bad {number}") for number in range(50, 62)]
    assert "    and 6 more: see the sheet Problems" in report(result(*others, *many, *three))


@pytest.mark.parametrize(
    ("run", "text", "command"),
    [
        (result(record(1, "created"), record(2, "not_sent", message=str(NOT_SENT_YET)), state="interrupted"),
         "Interrupted. Nothing is lost.", "armbulk resume 12"),
        (result(record(1, "rejected"), record(2, "not_sent"), state="paused"), "Your ARM limits are used up. Continue ",
         "armbulk resume 12"),
        (result(record(1, "rejected"), record(2, "in_doubt"), state="in_doubt"), "half an hour", "armbulk resume 12"),
        (result(record(1, "rejected"), record(2, "held_back")), "Correct the rejected rows",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "rejected", message="Refused; customerNo: Customer not found")), "Import the customers first",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "rejected", message="customerNo: Unknown"), record(2, "rejected", message="kid: Bad")),
         "Correct the rejected rows", 'armbulk import "my invoices.xlsx"'),
        (result(record(1, "rejected", None, message="customerNo: Too long")), "Correct the rejected rows",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "conflict")), "give them other numbers", 'armbulk import "my invoices.xlsx"'),
        (result(record(1, "conflict", message=str(ROW_SAYS_SENT))), "Undo the change of the number",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "conflict", message=str(ROW_SAYS_SENT)), record(2, "conflict")), "what to do with each",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "conflict", None, message=str(NOT_IN_ARM)), update=True), "create them with",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "conflict", None), update=True), "To send the values in the file:",
         'armbulk import "my invoices.xlsx" --update --overwrite'),
        (result(record(1, "held_back")), "that were held back", 'armbulk import "my invoices.xlsx"'),
        (result(record(1, "created"), record(2, "not_sent", message=str(BEYOND_LIMIT))), "Send the rest",
         'armbulk import "my invoices.xlsx"'),
        (result(record(1, "not_sent", message=str(HIDDEN_ROW)), record(2, "not_sent", message=str(GIVEN_UP_BY_PERSON))),
         "as you chose", ""),
        (result(record(1, "unchanged", None), update=True), "Nothing more to do.", ""),
    ],
)  # fmt: skip
def test_every_state_has_one_next_step(run: RunResult, text: str, command: str) -> None:
    """What is most urgent, and the command to type."""
    described = describe_run(run, None, "en", needs_decision=False, folder=FOLDER)
    assert text in described["next_text"]
    assert described["next_command"] == command
    assert report(run).count("\n  Next ") == 1
    assert "Next" not in report(run, "nb")


def test_what_waits_for_its_outcome_is_no_problem_yet() -> None:
    """An interrupted run has no workbook, and lists only what needs something done."""
    run = result(*(record(number, "in_doubt") for number in range(1, 20)), record(20, "rejected"), state="interrupted")
    text = report(RunResult(replace(run.run, result=None), run.items, {}, run.usage))  # type: ignore[type-var]
    assert text.startswith("✗ 0 of 20 invoices created, 1 rejected, 19 unconfirmed:\n    ✗ F20, ")
    assert "F1," not in text
    assert "Problems" not in text


def test_a_person_decides_about_what_arm_never_confirmed() -> None:
    """When there is no use in asking again, the next step is `resolve`."""
    run = result(record(1, "in_doubt", message="Not found"), state="in_doubt")
    assert "armbulk resolve 12" in report(run, needs_decision=True)
    assert "? 0 of 1 invoice created, 1 unconfirmed:" in report(run)
