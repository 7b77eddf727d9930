"""The rehearsal of a migration: the whole import in a sandbox on this computer, and a page that says what happened.

Time does not pass in a rehearsal: a wait for ARM's limits only moves its clock. So it shows how long the import would
take without taking that long.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armbulk.app.html_report import render_page, write_page
from armbulk.app.import_result import STOPPED, ImportResult
from armbulk.app.report_page import count_figures
from armbulk.app.session import Session
from armbulk.app.totals_report import describe_totals_page
from armbulk.clock import Clock
from armbulk.errors import UsageError
from armbulk.i18n import Text, _, format_exact_time, ngettext, quote_text
from armbulk.model.command_line import write_command
from armbulk.model.durations import write_duration
from armbulk.resources.migration_questions import is_answer
from armbulk.sandbox import Sandbox
from armbulk.settings.load import load_profile
from armbulk.settings.profile import Profile
from armbulk.validation.migration_answers import AnsweredQuestion, list_answers
from armbulk.writers.atomic import verify_writable
from armbulk.writers.signature_block import signature_headings, signature_roles

_PASSED = ngettext(
    "The sandbox accepted the {count:number} record.", "The sandbox accepted all {count:number} records."
)
_NOT_PASSED = _("The sandbox did not accept every record.")
_STOPPED = _("Nothing was sent: the workbook has errors, or a question has no answer.")


class RehearsalClock:
    """A clock on which waiting takes no time; `waited` is how long it would have been, in seconds."""

    def __init__(self, clock: Clock) -> None:
        """Start at the present time of `clock`, which also says whether the user wants to stop."""
        self._clock, self._start = clock, clock.now()
        self.waited = 0.0
        self.boot_id = clock.boot_id

    def now(self) -> float:
        """Return the time of the rehearsal."""
        return self._start + self.waited

    def monotonic(self) -> float:
        """Return the same: it never goes back."""
        return self.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.waited += max(seconds, 0.0)

    def interrupt(self) -> None:
        """Ask what works to stop."""
        self._clock.interrupt()

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""
        return self._clock.interrupted


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What happened.

    Attributes:
        state: As of an import: `finished`, or `stopped` where nothing was sent.
        counts: Outcome → records.
        questions: The questions and answers of the workbook.
        seconds: How long the import would take within ARM's limits.
        workbook: The result workbook.
        page: The page for the file.
    """

    state: str
    counts: Mapping[str, int]
    questions: tuple[AnsweredQuestion, ...]
    seconds: float
    workbook: Path | None
    page: Path
    ok: bool

    def to_json(self) -> dict[str, Any]:
        """Return the report, as the JSON of `armbulk migrate --rehearse` has it."""
        return {
            "state": self.state,
            "ok": self.ok,
            "outcomes": {outcome: count for outcome, count in self.counts.items() if count},
            "questions": [{"code": each.key, "answer": each.answer or None} for each in self.questions],
            "seconds": round(self.seconds),
            "result": str(self.workbook) if self.workbook else None,
            "file": str(self.page),
        }


def rehearse(workbook: Path, profile: Profile, clock: Clock) -> Rehearsal:
    """Import a workbook into a sandbox; write NAME.rehearsal.xlsx and NAME.rehearsal.html beside it.

    Args:
        workbook: The workbook of a migration.
        profile: Its language, and the size of the client, which sets the limits.
        clock: The time.

    Raises:
        UsageError: The workbook has no questions: it is not one of a migration.
        FileError: The workbook cannot be read, or a file cannot be written.
    """
    result_path = workbook.with_name(f"{workbook.stem}.rehearsal.xlsx")
    page_path = workbook.with_name(f"{workbook.stem}.rehearsal.html")
    for path in (result_path, page_path):
        verify_writable(path)
    own_clock = RehearsalClock(clock)
    with (
        tempfile.TemporaryDirectory(prefix="armbulk-rehearsal-", ignore_cleanup_errors=True) as name,
        Sandbox(size=profile.client_size, delay=1.0, clock=own_clock.now) as arm,
    ):
        folders = {"ARMBULK_HOME": f"{name}/home", "ARMBULK_GUARD_FOLDER": f"{name}/guard"}
        settings = {**arm.settings, **folders, "ARMBULK_CLIENT_SIZE": profile.client_size}
        with Session(load_profile(settings, options={"lang": profile.lang}), own_clock) as session:
            checked = session.check(workbook, allow_unrecognised=True)
            questions = list_answers(checked.checked.used_sheets)
            if not questions:
                raise UsageError(
                    "no-migration",
                    _("{file} has no sheet of questions: `armbulk migrate` did not write it", file=workbook),
                    _("Use the workbook that `armbulk migrate FILE -o FILE.xlsx` wrote"),
                )
            result = session.send(session.plan(checked, first_import=True))
            result.write(result_path)
            ok = result.all_successful and result.state != STOPPED
            content = _describe(result, workbook, questions, own_clock, ok=ok)
            page = write_page(render_page(content, profile.lang, "rehearsal.html.j2"), page_path, clock)
            return Rehearsal(result.state, result.counts, questions, own_clock.waited, result.workbook, page, ok)


def _describe(
    result: ImportResult,
    workbook: Path,
    questions: tuple[AnsweredQuestion, ...],
    clock: RehearsalClock,
    *,
    ok: bool,
) -> dict[str, Any]:
    """Return what the page shows, in the language of the result."""
    lang = result.lang
    text: Text = _STOPPED if result.state == STOPPED else _NOT_PASSED
    if ok:
        text = _PASSED.fill(count=sum(result.counts.values()))
    duration = write_duration(clock.waited).text(lang)
    facts = (
        (_("Workbook"), workbook.name),
        (quote_text("SHA-256"), hashlib.sha256(workbook.read_bytes()).hexdigest()),
        (_("Rehearsed"), format_exact_time(clock.now() - clock.waited, lang)),
        (_("Where"), _("sandbox on this computer; nothing was sent to ARM").text(lang)),
        (_("Time within ARM's limits"), duration),
        (_("Result workbook"), result.workbook.name if result.workbook else ""),
    )
    return {
        "lang": "no" if lang == "nb" else lang,
        "title": _("Rehearsal of a migration").text(lang),
        "status": {"symbol": "good" if ok else "bad", "text": text.text(lang)},
        "facts": [(label.text(lang), value) for label, value in facts if value],
        "figures": count_figures(result),
        "control": describe_totals_page(result.result, lang, by_period=False),
        "decisions": [
            {"code": each.key, "question": each.question, "answer": each.answer, "is_open": not _is_answered(each)}
            for each in questions
        ],
        "headings": signature_headings(lang),
        "roles": signature_roles(lang),
        "command": write_command("import", [str(workbook)]),
    }


def _is_answered(question: AnsweredQuestion) -> bool:
    return is_answer(question.rule, question.answer)
