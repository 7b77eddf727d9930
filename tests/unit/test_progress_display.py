"""What is shown while a run or an export works: on a terminal, in a pipe, and to a program."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from armbulk.cli.output import Reporter
from armbulk.cli.progress_display import JsonLines, LiveDisplay, PhaseLines
from armbulk.cli.progress_view import ProgressView
from armbulk.i18n import Text
from armbulk.model.durations import write_duration
from armbulk.model.progress import LimitUse, Phase, Progress, WaitReason

if TYPE_CHECKING:
    from collections.abc import Sequence

START = 1_796_040_000.0
LIMITED = Progress("waiting", until=START + 3660, seconds=3600.0, why=WaitReason.LIMIT, phase=Phase.WAIT)


LIMITS = (LimitUse("hour", "requests", 45, 475, 100), LimitUse("hour", "reads", 9292, 9500),
          LimitUse("month", "writes", 8000, 19_000))  # fmt: skip


class Clock:
    """A clock that a test sets."""

    time = START

    def now(self) -> float:
        """Return the time."""
        return self.time


class Terminal(StringIO):
    """A stream to a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        """It is one."""
        return True


def event(doing: str, looked: int = 0, sent: int = 0, settled: int = 0, **values: object) -> Progress:
    """Return an event of a run of 120 records, all of which are looked up."""
    records = {Phase.LOOK_UP: (looked, 120), Phase.SEND: (sent, 120), Phase.OUTCOMES: (settled, 120)}
    return Progress(doing, records=records, limits=LIMITS, **values)  # type: ignore[arg-type]


def texts(view: ProgressView, now: float, lang: str = "en", *, is_stopping: bool = False) -> list[str]:
    """Return what a view shows."""
    bars = [f"{bar.label.text(lang)} {bar.done}/{bar.total} {bar.text.text(lang)}" for bar in view.bars(now)]
    return [*bars, *(note.text(lang) for note in view.notes(now, is_stopping=is_stopping))]


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "4/s, with pauses for"), ("nb", "4/s, med pauser på grunn av ARM-kvoten")]
)
def test_no_end_is_promised_beyond_the_limits(lang: str, text: str) -> None:
    """With more records left than a limit has room for, the rate says nothing of the end: armbulk will wait."""
    view = ProgressView(Text("Ctrl-C stops."))
    for seconds, done in ((0, 0), (10, 40)):
        records = {Phase.SEND: (done, 12_000), Phase.OUTCOMES: (done, 12_000)}
        view.update(Progress("polled", records=records, limits=LIMITS), START + seconds)
    shown = texts(view, START + 10, lang)[1]
    assert (text in shown, "left" in shown or "igjen" in shown) == (True, False)


def test_records_rate_and_remaining_time() -> None:
    """Bars count records; the rate says when the last one is done."""
    view = ProgressView(Text("Ctrl-C stops."))
    assert texts(view, START) == ["waiting for ARM …", "Ctrl-C stops."]
    view.update(event("started"), START)
    view.update(event("polled", 120, 100, 40, why=WaitReason.PROCESSING, until=START + 12.2), START + 10)
    assert texts(view, START + 10) == [
        "Look up in ARM 120/120 120 of 120 records",
        "Send records 100/120 100 of 120 records",
        "Read outcomes 40/120 40 of 120 records, 4/s, about 20 s left",
        "ARM is processing what was sent (next check in 3 s)",
        "Limits used: 45 of 475 requests this hour, 9 292 of 9 500 records read this hour",
        "Ctrl-C stops.",
    ]
    assert texts(view, START + 2400)[2] == "Read outcomes 40/120 40 of 120 records, 1/min, about 1 h 20 min left"
    assert texts(view, START, is_stopping=True)[3] == "Stopping after the current call …"
    assert texts(view, START, is_stopping=True)[-1].startswith("Limits used: ")


def test_a_long_wait_says_why_how_long_and_that_stopping_is_safe() -> None:
    """A countdown to the time when the limits have room; no rate, which would promise too much."""
    view = ProgressView(Text("Ctrl-C stops."))
    view.update(event("posted", 120, 100, 40), START)
    view.update(event("waiting", 120, 100, 50, why=WaitReason.LIMIT, until=START + 3660), START + 60)
    shown = texts(view, START + 60, "nb")
    assert shown[2] == "Svar fra ARM 50/120 50 av 120 poster"
    assert re.fullmatch(
        r"ARM-grensene er brukt opp\. armbulk fortsetter kl\. \d\d:\d\d, om 1 t 0 min\. Du kan trygt stoppe så lenge\.",
        shown[3],
    )
    assert shown[4] == "Brukt av kvoten: 45 av 475 kall denne timen, 9 292 av 9 500 poster lest denne timen"
    assert "in 10 s" in texts(view, START + 3650)[3]
    view.update(Progress("waiting", why=WaitReason.LIMIT, limits=(LimitUse("hour", "requests", 370, 475, 95),)), START)
    assert "Limits used: 370 of 475 requests this hour, 95 requests are kept for outcomes" in texts(view, START)
    view.update(event("retrying", 120, 100, 50, why=WaitReason.RETRY, until=START + 9, reason="no answer"), START)
    assert texts(view, START)[3] == "The call failed (no answer). armbulk tries again in 9 s."


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "1 s"), (119.2, "2 min"), (119, "119 s"), (3541, "1 h 0 min"), (7800, "2 h 10 min"), (90_000, "1 d 1 h")],
)
def test_a_duration(seconds: float, shown: str) -> None:
    """The unit fits the length; parts are rounded up."""
    assert str(write_duration(seconds)) == shown


def lines_of(events: Sequence[tuple[float, Progress]]) -> list[str]:
    """Return the lines that a pipe gets of events at some times."""
    clock, said = Clock(), StringIO()
    lines = PhaseLines(Reporter(err=said).say, clock.now)
    for seconds, progress in events:
        clock.time = START + seconds
        lines.show(progress)
    lines.close()
    return said.getvalue().splitlines()


def test_a_pipe_gets_a_line_when_a_phase_begins_and_ends() -> None:
    """No codes, nothing twice; a long wait has its reason."""
    lines = lines_of(
        [
            (0, Progress("started", phase=Phase.CHECK)), (2, Progress("ended", phase=Phase.CHECK)),
            (2, event("started")),
            (3, event("looking", 1, phase=Phase.LOOK_UP)), (9, event("looking", 120, phase=Phase.LOOK_UP)),
            (10, event("posted", 120, 50, phase=Phase.SEND)), (20, LIMITED), (30, LIMITED),
            (40, event("waiting", 120, 120, why=WaitReason.PROCESSING)), (50, event("polled", 120, 120, 118)),
        ]
    )  # fmt: skip
    assert "Your ARM limits are used up." in lines.pop(5)
    waits = [(seconds, event("waiting", 120, 120, done, why=WaitReason.PROCESSING)) for seconds, done in
             [(0, 0), (290, 0), (310, 0), (500, 0), (550, 9), (800, 9), (860, 9)]]  # fmt: skip
    notices = [line for line in lines_of(waits) if "It is safe to stop" in line]
    assert [re.findall(r"\((.*) so far\)", line) for line in notices] == [["6 min"], ["6 min"]]
    assert lines == [
        "Check files", "Check files: done in 2 s",
        "Look up in ARM: 120 records", "Look up in ARM: 120 of 120 records done in 6 s",
        "Send records: 120 records", "Send records: 120 of 120 records done in 30 s",
        "Read outcomes: 120 records", "Read outcomes: 118 of 120 records done in 10 s",
    ]  # fmt: skip


def test_files_of_a_ledger_are_read_in_megabytes() -> None:
    """In a pipe, on a terminal and for a program."""
    said: list[str] = []
    clock, view = Clock(), ProgressView(Text(""))
    lines = PhaseLines(lambda text: said.append(str(text)), clock.now)
    for done in (0, 70, 140):
        progress = Progress("reading files", done=done, total=140, phase=Phase.READ, records={Phase.READ: (done, 140)})
        lines.show(progress)
        view.update(progress, clock.now())
        clock.time += 10
        if done == 70:
            assert [str(bar.text) for bar in view.bars(clock.now())] == ["70 of 140 MB, 4 MB/s, about 20 s left"]
    assert said == ["Read the ledger: 140 MB", "Read the ledger: 140 of 140 MB done in 20 s"]
    assert progress.text("en") == "Reading the ledger: 140 of 140 MB"
    assert progress.to_json(clock.now())["records"] == {"read": {"done": 140, "total": 140}}


def test_each_list_of_an_export_has_its_lines() -> None:
    """A download that begins again with fewer records is another list."""
    downloads = [(10, 20), (20, 20), (5, 5)]
    lines = lines_of([(1, Progress("reading", records={Phase.DOWNLOAD: counts})) for counts in downloads])
    assert lines == [
        "Download: 20 records", "Download: 20 of 20 records done in 1 s",
        "Download: 5 records", "Download: 5 of 5 records done in 1 s",
    ]  # fmt: skip


def test_a_program_gets_json_lines() -> None:
    """One object for each event, with the phase, the records, the limit and why it waits."""
    stream, clock = StringIO(), Clock()
    lines = JsonLines(stream, "nb", clock.now)
    lines.show(event("waiting", 120, 100, 40, why=WaitReason.LIMIT, until=START + 60, phase=Phase.WAIT))
    lines.close()
    shown = json.loads(stream.getvalue())
    assert shown["text"].startswith("ARM-grensene er brukt opp")
    del shown["text"]
    assert shown == {
        "event": "progress", "time": "2026-11-30T12:00:00+00:00", "phase": "wait", "doing": "waiting", "batch": None,
        "records": {
            "look_up": {"done": 120, "total": 120}, "send": {"done": 100, "total": 120},
            "outcomes": {"done": 40, "total": 120},
        },
        "limits": [
            {"window": "hour", "meter": "requests", "used": 45, "limit": 475},
            {"window": "hour", "meter": "reads", "used": 9292, "limit": 9500},
            {"window": "month", "meter": "writes", "used": 8000, "limit": 19_000},
        ],
        "waiting": {"reason": "limit", "until": "2026-11-30T12:01:00+00:00"},
    }  # fmt: skip
    reporter = Reporter(err=StringIO(), as_json=True, shows_json_progress=True)
    reporter.say("The clock is slow")
    assert json.loads(reporter.err.getvalue()) == {"event": "note", "text": "The clock is slow"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", ["utf-8", "cp850"])
def test_a_terminal_shows_bars_and_nothing_is_left(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are printed above; at the end the display is removed. Old code pages get signs that they have."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    terminal, clock = Terminal(), Clock()
    monkeypatch.setattr(Terminal, "encoding", encoding)
    view = ProgressView(Text("Ctrl-C stops."))
    display = LiveDisplay(terminal, "en", view, clock.now, is_stopping=lambda: False, refreshes=False)
    reporter = Reporter(out=StringIO(), err=terminal)
    with reporter.displaying(display):
        display.show(event("polled", 120, 60, 30))
        shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", terminal.getvalue()).replace("\r", "\n")
        assert "Send records" in shown
        assert "60 of 120 records" in shown
        assert ("━" in shown) == (encoding == "utf-8")
        assert max(map(len, shown.split("\n"))) <= 80
        shown.encode(encoding)
        reporter.say("A message")
        with reporter.suspended():
            terminal.truncate(0)
            clock.time += 60
    assert terminal.getvalue().endswith("\x1b[2K")
    assert reporter._status is None


def test_nobody_is_shown_anything_who_asked_for_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """--quiet, and a terminal that cannot redraw."""
    monkeypatch.setenv("TERM", "xterm")
    assert Reporter(err=Terminal()).can_redraw
    assert not Reporter(err=Terminal(), quiet=True).can_redraw
    assert not Reporter(err=Terminal(), shows_json_progress=True).can_redraw
    monkeypatch.setenv("TERM", "dumb")
    assert not Reporter(err=Terminal()).can_redraw
