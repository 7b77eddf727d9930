"""Reports as text."""

from typing import Any

import pytest

from armbulk.app.prose import render_prose
from armbulk.app.prose_names import name_list
from armbulk.model.progress import Progress
from armbulk.model.wrapping import wrap_text

EXPORT: dict[str, Any] = {
    "resource": "gl-items", "rows": 1234, "files": ["gl.xlsx"], "complete": True, "windows": 1,
    "cost": {"requests": 2, "reads": 1234, "writes": 0}, "totals": {"amount": {"NOK": "1234.50"}}, "since": None,
    "tie_out": {
        "available": True, "reason": None, "accounts": 3, "difference": "-1.00",
        "differences": [{"account": "3000", "items": "10", "movements": "11", "difference": "-1"}],
    },
    "window": "2025-02", "lines": None, "gaps": [], "applied_here": [],
    "as_text": [{"column": "Amount", "values": 12}], "unknown": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "GL items, 2025-02: 1 234 records",
                "on 1 account:",
                "Account 3000: postings 10.00, GL movements 11.00, difference -1.00",
                "Amount: NOK 1 234.50",
                "Amount: 12 values",
            ],
        ),
        (
            "nb",
            [
                "Hovedboksposter, 2025-02: 1 234 poster",
                "på 1 konto:",
                "Konto 3000: posteringer 10,00, hovedboksbevegelser 11,00, differanse -1,00",
                "Amount: NOK 1 234,50",
                "Amount: 12 verdier",
            ],
        ),
    ],
)
def test_an_export_names_differences_and_columns_of_text(lang: str, lines: list[str]) -> None:
    """Differences by account and columns whose values are not of their kind are shown with their numbers."""
    text = render_prose("export", EXPORT, lang, headers={"amount": "Amount"})
    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(("lang", "shown"), [("en", "Nothing to reconcile"), ("nb", "Ingenting å avstemme")])
def test_a_period_without_postings_is_not_called_reconciled(lang: str, shown: str) -> None:
    """If neither the export nor ARM has an account, the report says so."""
    empty = {**EXPORT, "rows": 0, "tie_out": {"available": True, "reason": None, "accounts": 0, "differences": []}}
    text = render_prose("export", empty, lang, headers={})
    assert shown in text
    assert [word for word in ("Reconciled", "Avstemt", " 0 accounts") if word in text] == []


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("en", "at 2025-02-28: 825 259.59 (1 open item)"), ("nb", "per 28.02.2025: 825 259,59 (1 åpen post)")],
)
def test_days_amounts_and_counts_follow_the_language(lang: str, shown: str) -> None:
    """A report writes them as the language does; the JSON that it is made of does not change."""
    receivables = {
        "end": "2025-02-28", "items": 1, "balance": "825259.59",
        "tie_out": {"available": False, "reason": "x", "ledger": None, "difference": None},
    }  # fmt: skip
    report = {**EXPORT, "window": "2025-02-01 to 2025-02-28", "receivables": receivables}
    text = render_prose("export", report, lang, headers={})
    days = "2025-02-01 to 2025-02-28" if lang == "en" else "01.02.2025 til 28.02.2025"
    assert shown in text
    assert days in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gl-items", "GL items"), ("close", "Month-end pack"), ("lines", "Lines"),
        ("gl-items of all time", "GL items, all periods"),
        ("gl-items of all time 1500", "GL items, all periods, account 1500"),
    ],
)  # fmt: skip
def test_a_list_has_a_name_for_people(name: str, shown: str) -> None:
    """Every list that the JSON names."""
    assert name_list(name, "en") == shown


SETTLED = "No documents are unconfirmed. To see the runs: armbulk runs\n"


@pytest.mark.parametrize(
    ("decision", "count", "shown"),
    [
        (
            "mark-created",
            1,
            "1 document marked as created.\n" + SETTLED,
        ),
        (
            "give-up",
            2,
            "2 documents given up. They will not be sent.\n" + SETTLED,
        ),
        ("resend", 5, "5 documents will be sent again. Send them with: armbulk resume\n"),
    ],
)
def test_a_decision_is_shown_as_a_sentence(decision: str, count: int, shown: str) -> None:
    """With the next command, where something is left to do."""
    report = {"open": [], "decided": {decision: count}, "running": "", "resume": [], "fetch": []}
    assert render_prose("resolve", report, "en") == shown


@pytest.mark.parametrize(
    ("progress", "english", "norwegian"),
    [
        (
            Progress("waiting", done=1, total=4, until=0.0, seconds=2.4),
            "1 of 4 batches done, waiting for ARM (next check in 3 s)",
            "1 av 4 puljer er ferdige, venter på ARM (sjekker igjen om 3 s)",
        ),
        (
            Progress("polled", 2, 1, 4),
            "Processing in ARM: 1 of 4 batches done",
            "ARM behandler: 1 av 4 puljer er ferdige",
        ),
    ],
)
def test_progress_names_what_is_done(progress: Progress, english: str, norwegian: str) -> None:
    """A short wait is shown in seconds, a long one with the time it ends."""
    assert (progress.text("en"), progress.text("nb")) == (english, norwegian)
    assert ".11.2026 " in Progress("waiting", until=1796040000.0, seconds=4000.0).text("nb")


def test_control_characters_are_left_out() -> None:
    """No value of a file can steer the terminal."""
    text = render_prose("login", {
        "profile": "a\x1b[31mb", "base_url": "https://x", "client_no": "1", "config": "c", "secret": "file",
        "secret_file": "f", "checked": False, "default": False,
    }, "en")  # fmt: skip
    assert "\x1b" not in text
    assert "\nProfile a[31mb: client 1" in text


def test_every_report_ends_its_last_line() -> None:
    """The prompt of the terminal begins a line of its own."""
    report = {"runs": 1, "records": 2, "guarded": 3, "exports": 0, "memories": 0}
    text = render_prose("purge", report, "en")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_runs_of_every_state_are_a_table(lang: str) -> None:
    """At 80 columns nothing is longer than a line, and what is below a header is aligned with it."""
    states = ("running", "finished", "paused", "in_doubt", "interrupted")
    runs = [
        {
            "run": str(number), "created": "2026-07-30T10:29:00Z", "client_no": "2218", "state": state,
            "rows": 12_345, "files": ["f.csv", "invoices of November 2026 without credit notes.xlsx"][:number],
        }
        for number, state in enumerate(states, 1)
    ]  # fmt: skip
    narrow, wide = (
        wrap_text(render_prose("runs", {"runs": runs}, lang, width=width), width).splitlines() for width in (80, None)
    )
    assert max(map(len, narrow)) <= 80
    assert {line[: wide[0].index("  F")][-6:] for line in wide[1:6]} == {"12 345"}
    assert [line.endswith("  f.csv") for line in narrow if "f.csv" in line] == [True, False, False, False, False]
