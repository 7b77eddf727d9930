"""What is in progress is shown on one line of a terminal, and nothing is left of it."""

from __future__ import annotations

from io import StringIO

import pytest

from armbulk.cli.output import Reporter


class Terminal(StringIO):
    """A stream to a terminal; `screen` is what a person sees on it."""

    def isatty(self) -> bool:
        """It is one."""
        return True

    @property
    def screen(self) -> list[str]:
        """The lines, with what was overwritten overwritten."""
        lines = []
        for line in self.getvalue().split("\n"):
            cells: list[str] = []
            for part in line.split("\r"):
                cells[: len(part)] = part
            lines.append("".join(cells).rstrip())
        return lines


def test_a_text_replaces_the_one_before() -> None:
    """A shorter text leaves nothing of a longer one, and the line is blank at the end."""
    terminal = Terminal()
    with Reporter(err=terminal).working("reading and checking …") as status:
        assert terminal.screen == ["reading and checking …"]
        assert status is not None
        status.update("done soon")
        assert terminal.screen == ["done soon"]
    assert terminal.screen == [""]


def test_other_text_is_printed_above(capsys: pytest.CaptureFixture[str]) -> None:
    """A message or a report has lines of its own, and the status continues below."""
    terminal = Terminal()
    reporter = Reporter(out=terminal, err=terminal)
    with reporter.working("sending …"):
        reporter.say("The clock is 40 s fast.")
        reporter.warn("One row was rejected", "armbulk results 1")
        assert terminal.screen == [
            "The clock is 40 s fast.", "Error: One row was rejected", "  → armbulk results 1", "sending …",
        ]  # fmt: skip
    assert terminal.screen[-1] == ""
    assert capsys.readouterr() == ("", "")


def test_a_long_text_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow terminal shows the beginning of a text, and never begins another line."""
    monkeypatch.setenv("COLUMNS", "12")
    terminal = Terminal()
    with Reporter(err=terminal).working("reading and checking …"):
        assert terminal.screen == ["reading an…"]


def test_one_status_inside_another_gives_it_back() -> None:
    """While a question of ARM is shown, the run's own line waits; a message afterwards does not break it."""
    terminal = Terminal()
    reporter = Reporter(err=terminal)
    with reporter.working("sending …") as outer:
        with reporter.working("waiting for ARM …"):
            assert terminal.screen == ["waiting for ARM …"]
        assert outer is not None
        outer.update("sent 2 of 3")
        reporter.say("half-way")
        assert terminal.screen == ["half-way", "sent 2 of 3"]


@pytest.mark.parametrize("reporter", [Reporter(err=StringIO()), Reporter(err=Terminal(), quiet=True)])
def test_nothing_is_shown_where_nobody_looks(reporter: Reporter) -> None:
    """A file or a pipe gets no status line, and neither does a quiet command."""
    with reporter.working("sending …") as status:
        assert status is None
    assert reporter.err.getvalue() == ""  # type: ignore[attr-defined]


def test_a_very_long_line_is_cut_on_a_terminal_only() -> None:
    """ARM's words have no bound: a terminal gets the beginning and the length, JSON all of it."""
    err, out = Terminal(), StringIO()
    Reporter(err=err, out=out).error("x", f"ARM answered 400: {'A' * 20_000}", "Look it up", 6)
    *lines, hint, _end = err.screen
    message = " ".join(lines)
    assert len(message) < 2_100
    assert message.endswith("… (20,025 characters)")
    assert hint == "  → Look it up"
    Reporter(as_json=True, out=out).error("x", "A" * 20_000, "", 6)
    assert "A" * 20_000 in out.getvalue()
