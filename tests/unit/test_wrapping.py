"""Long sentences end between words on a terminal; what is copied from there stays on one line."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.cli.output import Reporter
from armbulk.model.wrapping import wrap_text


class Terminal(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three four five", ["one two three four", "five"]),
        ("  one two three four five", ["  one two three four", "    five"]),
        ("  → one two three four five", ["  → one two three", "    four five"]),
        ("Use one `armbulk import a b c` now", ["Use one", "`armbulk import a b c`", "now"]),
        ("Continue with: armbulk resume 1 --profile x", ["Continue with:", "armbulk resume 1 --profile x"]),
        ("First: armbulk looks it up in ARM", ["First: armbulk looks", "it up in ARM"]),
        ("Result: /home/My Documents/result of May.xlsx.", ["Result:", "/home/My Documents/result of May.xlsx."]),
        (r"Result: C:\My Documents\result of May.xlsx.", ["Result:", r"C:\My Documents\result of May.xlsx."]),
        ("The sum is NOK 825 259.59 in all", ["The sum is", "NOK 825 259.59 in", "all"]),
        ("Skriv nå: «1 2215,31 og»:", ["Skriv nå:", "«1 2215,31 og»:"]),
        ("done about 2026-11-29 14:05 UTC+01:00", ["done about", "2026-11-29", "14:05 UTC+01:00"]),
        ("see https://example.org/a/very/long/address", ["see", "https://example.org/a/very/long/address"]),
        ("→ a file with a very long name.xlsx", ["→ a file with a very long name.xlsx"]),
        ("Requests an hour   500   475", ["Requests an hour   500   475"]),
        ('  "addressLine1": "one two three four",', ['  "addressLine1": "one two three four",']),
        ("short\n\nlines", ["short", "", "lines"]),
    ],
)
def test_a_line_is_divided_between_words(text: str, lines: list[str]) -> None:
    """Commands, paths, amounts, times, tables and JSON are not divided."""
    assert wrap_text(text, 20).split("\n") == lines


@given(st.lists(st.text("ab /`:.", max_size=60), max_size=4).map("\n".join), st.integers(1, 50))
def test_nothing_is_lost_or_added(text: str, width: int) -> None:
    """Only blanks and line breaks change."""
    assert "".join(wrap_text(text, width).split()) == "".join(text.split())


def test_only_a_terminal_gets_divided_lines() -> None:
    """A report, a note and an error in a pipe have one line for each sentence."""
    sentence = "word " * 40
    for kind, is_divided in ((StringIO, False), (Terminal, True)):
        out, err = kind(), kind()
        reporter = Reporter("en", out=out, err=err)
        reporter.say(sentence)
        reporter.error("code", sentence, sentence, 2)
        assert (max(map(len, err.getvalue().splitlines())) < 80) is is_divided
        Reporter("en", as_json=True, out=out, err=err).show("none", {"text": sentence})
        assert out.getvalue().count("\n") == 1
