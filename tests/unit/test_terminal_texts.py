"""Colours, signs and line breaks of a terminal."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOWrapper

import pytest

from armbulk.cli.output import Reporter
from armbulk.cli.terminal import prepare_text
from armbulk.model.command_line import shorten_path, write_command
from armbulk.model.read_options import list_read_options
from armbulk.model.text_style import clean_report, remove_marks, style
from armbulk.model.wrapping import wrap_line


class Terminal(StringIO):
    """A stream to a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe, NO_COLOR and TERM=dumb get the text alone."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = f"{style('✓', 'good')} done \x1b[31m"
    assert prepare_text(text, Terminal()) == "\x1b[32m✓\x1b[0m done \ufffd[31m"
    assert prepare_text(text, StringIO()) == "✓ done \ufffd[31m"
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in prepare_text(text, Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in prepare_text(text, Terminal())


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "✓ a → b… «å» – ✗"), ("cp850", "OK a -> b... «å» - X"), ("ascii", 'OK a -> b... "?" - X')],
)
def test_a_console_without_a_sign_gets_another(encoding: str, shown: str) -> None:
    """Old code pages of Windows lack ✓ and …; letters are not replaced by others."""
    stream = BytesIO()
    out = TextIOWrapper(stream, encoding=encoding, errors="replace", write_through=True)
    Reporter(out=out, err=out).say("✓ a → b… «å» – ✗")
    assert stream.getvalue().decode(encoding) == f"{shown}\n"


def test_a_value_chooses_no_colour() -> None:
    """The marks of styles are removed from what files and ARM say."""
    report = {"rows": [{"name": style("x", "bad")}, 1], "ok": (style("y", "good"),)}
    assert clean_report(report) == {"rows": [{"name": "x"}, 1], "ok": ["y"]}


def test_lines_break_between_words_and_amounts_stay_whole() -> None:
    """An amount and a command are not divided; what is continued hangs below its beginning."""
    line = "  " + style("To", "strong") + " send NOK 825 259.59 with `armbulk resume 3` now"
    broken = remove_marks(wrap_line(line, 22, 5)).split("\n")
    assert broken == ["  To send", "     NOK 825 259.59", "     with", "     `armbulk resume 3`", "     now"]
    wide = remove_marks(wrap_line(line, 40, 5)).split("\n")
    assert wide == ["  To send NOK 825 259.59 with", "     `armbulk resume 3` now"]
    assert wrap_line(line, None) == line


def test_a_command_can_be_pasted() -> None:
    """Names with spaces are in quotes; a file is named as from the present folder."""
    assert write_command("import", ["a b.xlsx", "æ.csv"], {"update": True, "limit": 3, "overwrite": False}) == (
        'armbulk import "a b.xlsx" æ.csv --update --limit 3'
    )
    reading = {"mapping": "m.toml", "hidden": "skip", "unread_columns": ["A", "B c"], "decimal": None}
    assert write_command("plan", ["a.csv"], list_read_options(reading)) == (
        'armbulk plan a.csv --mapping m.toml --ignore-column A --ignore-column "B c" --skip-hidden'
    )
    assert shorten_path("/data/in/a.xlsx", "/data") == "in/a.xlsx"
    assert shorten_path("/other/a.xlsx", "/data") == "/other/a.xlsx"
