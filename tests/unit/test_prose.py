"""Reports as text."""

from typing import Any

import pytest

from armbulk.app.prose import render_prose

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
        ("en", ["1 234 records (gl-items, 2025-02)", "Amount: 12 values", "account 3000: 10.00 against 11.00"]),
        ("nb", ["1 234 poster (gl-items, 2025-02)", "Amount: 12 verdier", "konto 3000: 10.00 mot 11.00"]),
    ],
)
def test_an_export_names_differences_and_columns_of_text(lang: str, lines: list[str]) -> None:
    """Differences by account and columns whose values are not of their kind are shown with their numbers."""
    text = render_prose("export", EXPORT, lang, headers={"amount": "Amount"})
    assert [line for line in lines if line not in text] == []


def test_control_characters_are_left_out() -> None:
    """No value of a file can steer the terminal."""
    text = render_prose("login", {
        "profile": "a\x1b[31mb", "base_url": "https://x", "client_no": "1", "config": "c", "secret": "file",
        "checked": False,
    }, "en")  # fmt: skip
    assert "\x1b" not in text
    assert text.startswith("Profile a[31mb: ")


def test_every_report_ends_its_last_line() -> None:
    """The prompt of the terminal begins a line of its own."""
    report = {"runs": 1, "records": 2, "guarded": 3, "exports": 0, "memories": 0}
    text = render_prose("purge", report, "en")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
