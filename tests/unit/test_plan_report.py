"""What a person reads before an import is confirmed."""

from pathlib import Path
from typing import Any

from support.history import inputs_of

from armbulk.app.plan_summary import count_updates, describe_records, has_updates_only
from armbulk.app.prose import render_prose
from armbulk.model.text_style import remove_marks
from armbulk.planning.plan import ImportOptions, plan_import
from armbulk.validation.check import check_files


def plan(**changes: Any) -> dict[str, Any]:
    """Return the plan of an everyday import, as its JSON has it."""
    meters = [
        {"window": window, "meter": meter, "limit": 475, "used": 0, "left_after": 400}
        for window in ("hour", "month")
        for meter in ("requests", "reads", "writes")
    ]
    cells = [f"Documents!F{row}" for row in range(17, 27)]
    warning = {"code": "date-unlikely", "field": "due_date", "count": 14, "message": "Odd", "same": True}
    amounts = {"currency": "NOK", "first": "1001", "last": "1120"}
    return {
        "records": {"customers": 40, "documents": 120, "lines": 240},
        "by_type": [
            {"type": "customers", "currency": None, "records": 40, "incl_vat": None, "first": None, "last": None},
            {"type": "invoices", "records": 118, "incl_vat": "833466.36", **amounts},
            {"type": "credit_notes", "records": 2, "incl_vat": "-8206.77", **amounts},
        ],
        "destination": {
            "environment": "production", "address": "https://api.amili.no/arm/v1", "client_no": "2218",
            "profile": "acme",
        },
        "batches": [{"no": 1, "resource": "documents", "records": 50, "bytes": 9000, "not_before": None}],
        "errors": [{**warning, "message": "Bad", "cells": ["Documents!A9"], "count": 1}],
        "warnings": [{**warning, "cells": cells}, {**warning, "cells": cells[:1], "count": 2, "same": False}],
        "changes": {"customers": 3, "fields": ["Email", "Phone"], "first": ["10", "11", "12"]},
        "not_sent": {"documents": {"in_doubt": 1}},
        "left_out": [
            {
                "resource": "documents", "number": "D1", "customer_no": "10", "amount": "1250.00", "currency": "NOK",
                "sheet": "Documents", "row": 12, "outcome": "in_doubt", "reason": "not yet settled in run 1",
            }
        ],
        "totals": [], "cost": {"requests": 12, "reads": 30, "writes": 300}, "meters": meters, "fits": True,
        "finishes": "2026-11-29T12:30:00Z", "seconds": 60.0, "look_ups": None, "reserved_percent": "5.0", **changes,
    }  # fmt: skip


LOOK_UPS = {
    "documents": 5, "customers": 0, "requests": 6, "reads": 6, "why": "asked", "known_documents": 0, "seconds": 70.0,
    "finishes": "2026-11-29T12:31:00Z",
}  # fmt: skip

ENGLISH = """\
  To            production (https://api.amili.no/arm/v1), client 2218, profile
                acme
  Send          40 customers
                118 invoices (1001 to 1120), NOK 833 466.36 incl. VAT
                2 credit notes (1001 to 1120), NOK -8 206.77 incl. VAT
  Not sent      1 document (unconfirmed)
                Document D1 (Documents row 12, customer 10, NOK 1 250.00): Not
                settled yet in run 1
                Settle the unconfirmed documents with: armbulk resolve
  Errors        Bad (Documents!A9)
  Warnings      Odd (Documents!F17, F18 and 12 more)
                First of 2: Odd (Documents!F17 and 1 more)
  Changes       3 customers get other values: Email, Phone (10, 11, 12)
  Cost          12 requests of 475 left this hour; Records written per hour: 300
                of 475 left; Records written per month: 300 of 475 left; 5 % is
                reserved for your other integrations.
"""


def test_everything_that_matters_fits_a_small_terminal() -> None:
    """Where it goes, counts, sums, warnings, changes, cost and finish: within 80 x 24, with room for the question."""
    text = remove_marks(render_prose("plan", plan(), "en", width=80))
    assert text.startswith(ENGLISH)
    assert text.removeprefix(ENGLISH).startswith("  Finish        About ")
    assert len(text.splitlines()) <= 20
    assert max(map(len, text.splitlines())) <= 80


def test_a_plan_in_norwegian() -> None:
    """The same, in the words of an accountant."""
    text = remove_marks(render_prose("plan", plan(look_ups=LOOK_UPS), "nb"))
    lines = [
        "  Til           produksjon (https://api.amili.no/arm/v1), klient 2218, profil acme",
        "                2 kreditnotaer (1001 til 1120), NOK -8 206,77 inkl. mva",
        "  Varsler       Odd (Documents!F17, F18 og 12 til)",
        "  Endres        3 kunder får andre verdier: Email, Phone (10, 11, 12)",
        "  Sjekkes først 5 bilagsnumre: armbulk slår dem opp i ARM, så ingenting blir sendt to ganger",
        "  Kvote         Inntil 18 kall av 475 som er igjen denne timen; ",
        "; 5 % er holdt av til de andre integrasjonene deres.",
        "  Ferdig        Omtrent i dag kl. ",
    ]
    assert [line for line in lines if line not in text] == []
    assert [word for word in ("in_doubt", "credit_notes", "hour") if word in text] == []


def test_documents_without_an_amount_have_no_sum() -> None:
    """A sum of 0.00 would look like the amount of the invoices."""
    by_type = [{"type": "invoices", "records": 1, "currency": "NOK", "incl_vat": None, "first": "1", "last": "1"}]
    text = remove_marks(render_prose("plan", plan(by_type=by_type), "nb"))
    assert "1 faktura, uten beløp inkl. mva\n" in text


def test_only_what_is_true_is_told() -> None:
    """Nothing is reserved where the profile uses all of the limits; a wait for them is named."""
    text = remove_marks(render_prose("plan", plan(reserved_percent="0", fits=False, seconds=86_400.0), "nb"))
    assert "holdt av" not in text
    assert ".11.2026 " in text
    assert "vente på ARM-grensene" in text
    assert "i dag" not in text
    assert "exceeds your ARM limits however" in render_prose("plan", plan(fits=False, finishes=None), "en")


def test_details_have_the_batches_and_every_limit() -> None:
    """What is rarely needed is shown on request, with all warnings."""
    warnings = plan()["warnings"] * 3
    brief = remove_marks(render_prose("plan", plan(warnings=warnings, look_ups=LOOK_UPS), "en"))
    assert "and 3 more kinds: see --details" in brief
    assert "Records written per month  " not in brief
    details = remove_marks(render_prose("plan", plan(warnings=warnings, look_ups=LOOK_UPS), "en", details=True))
    assert details.count("Odd (") == 6
    for line in (
        "1 batch, 240 lines:",
        "API usage: 12 requests, 30 records read, 300 records written",
        "  Records written per month            0          475                400",
        "  Extra API usage: up to 6 requests, 6 records read.",
    ):
        assert line in details


def test_changes_of_customers_are_called_updates() -> None:
    """Customers that ARM has are in a line of their own, as far as that is known; the others are sent."""
    customers = {"type": "customers", "currency": None, "records": 3, "incl_vat": None, "first": None, "last": None}
    text = remove_marks(render_prose("plan", plan(by_type=[{**customers, "updates": 1}]), "en"))
    assert "  Update        1 customer\n  Send          2 customers\n" in text
    text = remove_marks(render_prose("plan", plan(by_type=[{**customers, "updates": 3}]), "nb"))
    assert ("  Oppdateres    3 kunder\n" in text, "Sendes  " in text.replace("Sendes ikke", "")) == (True, False)


def test_the_question_names_updates(tmp_path: Path) -> None:
    """A customer that was sent from here with other values is an update; with nothing else, so is the whole import."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Navn\n1;Kari\n2;Ola\n", encoding="utf-8")
    history = inputs_of(check_files([str(path)]))

    def describe(content: str, **options: bool) -> tuple[str, int, bool]:
        path.write_text(content, encoding="utf-8")
        planned = plan_import(check_files([str(path)]), ImportOptions(**options), history)
        return str(describe_records(planned)), count_updates(planned), has_updates_only(planned)

    assert describe("Kundenr;Navn\n1;Kari Lie\n2;Ola\n") == ("1 customer", 1, True)
    assert describe("Kundenr;Navn\n1;Kari Lie\n3;Per\n4;Eva\n") == ("2 customers and 1 customer update", 1, False)
    assert describe("Kundenr;Navn\n1;Kari Lie\n", first_import=True) == ("1 customer", 0, False)
    assert describe("Kundenr;Navn\n1;Kari Lie\n3;Per\n", update=True) == ("2 customers", 2, True)
    assert describe("Kundenr;Navn\n2;Ola\n") == ("0 records", 0, False)
