"""Writes what commands print into the pages: runs each `$ armbulk …` of a ```console block against the sandbox.

The commands of a page run in its order, in one new folder, with a fixed clock. Between blocks `<!-- run: NAME -->`
calls the step NAME of STEPS, which prepares files or the sandbox. `<!-- type: l, l -->` answers the questions of the
next command (they are answered with yes otherwise). `<!-- part: [4/5] -->` shows only that part of the next block.
`--check` changes nothing, and names the pages that are stale.
"""

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from unittest import mock

import click
import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from armbulk.app import connect
from armbulk.app.default_language import read_default_language
from armbulk.cli import cli, progress
from armbulk.cli.command import CommandContext
from armbulk.resources import RESOURCES
from armbulk.sandbox import CLIENT_NO, InjectedFault, Sandbox
from armbulk.sandbox.lists import build_lists

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
SAMPLES = ROOT / "samples"
IMPORT_DAY = 1_796_025_600.0  # 2026-11-30 08:00 UTC
MONTH_END_DAY = 1_740_992_400.0  # 2025-03-03 09:00 UTC
PART = re.compile(
    r"^```console\n(?P<block>.*?)^```$|^<!-- (?:run: (?P<step>[\w-]+)|type: (?P<typed>.+)|part: (?P<part>.+)) -->$",
    re.MULTILINE | re.DOTALL,
)
ADDRESS = "https://arm.example.com"
SHEETS = {"Kunder": "Customers", "Fakturaer": "Documents", "Linjer": "Lines"}
YES = {"en": ["y"], "nb": ["j"]}
NO_KEYRING = "keyring.backends.fail.Keyring"


class PageClock:
    """Time passes only while a command waits."""

    interrupted = False
    boot_id = ""

    def __init__(self, start: float) -> None:
        """Start at a time."""
        self.time = start

    def now(self) -> float:
        """Return the present time."""
        return self.time

    def monotonic(self) -> float:
        """Return the present time: it never goes back."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += max(seconds, 0.0)

    def interrupt(self) -> None:
        """Nothing waits."""


@dataclass
class Session:
    """One page's folder, clock and sandbox, what is typed at the next questions, and the part shown of what follows."""

    folder: Path
    clock: PageClock
    arm: Sandbox
    answers: tuple[str, ...] = ()
    part: str = ""


def invoices_workbook(
    name: str, lang: str = "en", changes: dict[str, dict[str, object]] | None = None, count: int = 5
) -> Callable[[Session], None]:
    """Return a step that writes the first `count` invoices of the sample into a workbook, with some cells changed."""

    def write(session: Session) -> None:
        rows = read_sample()
        documents = rows["Fakturaer"][: count + 1]
        numbers, buyers = {row[0] for row in documents}, {row[2] for row in documents}
        kept = {
            "Kunder": [row for place, row in enumerate(rows["Kunder"]) if place == 0 or row[0] in buyers],
            "Fakturaer": documents,
            "Linjer": [row for place, row in enumerate(rows["Linjer"]) if place == 0 or row[0] in numbers],
        }
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, values in kept.items():
            fill(book.create_sheet(SHEETS[title] if lang == "en" else title), values, lang)
        for title, cells in (changes or {}).items():
            for cell, value in cells.items():
                book[title][cell] = value
        book.save(session.folder / name)

    return write


@cache
def read_sample() -> dict[str, list[tuple[object, ...]]]:
    """Return the sheets of the sample workbook."""
    sample = openpyxl.load_workbook(SAMPLES / "kunder-og-fakturaer.xlsx", read_only=True)
    rows = {title: list(sample[title].values) for title in SHEETS}
    sample.close()
    return rows


def fill(sheet: Worksheet, rows: list[tuple[object, ...]], lang: str) -> None:
    """Write rows into a sheet as an accountant would: a header, dates and amounts in their usual form."""
    names = {each.header.text("nb"): each.header.en for resource in RESOURCES.values() for each in resource.fields}
    head = [names.get(str(header), header) if lang == "en" else header for header in rows[0]]
    for row in [head, *rows[1:]]:
        sheet.append(list(row))
    for cells in sheet.iter_cols():
        sheet.column_dimensions[str(cells[0].column_letter)].width = max(len(str(cells[0].value)) + 5, 12)
        cells[0].font, cells[0].fill = Font(name="Calibri", bold=True), PatternFill("solid", fgColor="E3ECF2")
        for cell in cells[1:]:
            if isinstance(cell.value, datetime):
                cell.number_format = "dd.mm.yyyy"
            elif isinstance(cell.value, str):
                cell.number_format = "@"
            elif isinstance(cell.value, float) or "Amount" in str(cells[0].value) or "Beløp" in str(cells[0].value):
                cell.number_format = "#,##0.00"
            if "@" in str(cell.value):
                sheet.column_dimensions[str(cell.column_letter)].width = 26


def edit_customers(session: Session, name: str = "customers.xlsx") -> None:
    """Change a cell of two exported customers."""
    book = openpyxl.load_workbook(session.folder / name)
    sheet = book.worksheets[0]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    sheet.cell(2, columns.get("Phone") or columns["Telefon"]).value = "22334455"
    sheet.cell(4, columns.get("Email") or columns["E-post"]).value = "faktura@eksempel.no"
    book.save(session.folder / name)


def speak_norwegian(session: Session) -> None:
    """Make Norwegian the language of the page's commands."""
    del session
    os.environ["ARMBULK_LANG"] = "no"


def go_to_month_end(session: Session) -> None:
    """Begin a page on the day when February is closed."""
    session.clock.time = MONTH_END_DAY


def write_foreign_customers(session: Session) -> None:
    """Write a list of customers as another program exports it."""
    rows = ["Debitor;Firma;Gate;Postnr;Sted;Mobil;Avdeling", "010001;Bakeri AS;Skolebakken 90;0585;Oslo;99887766;1",
            "010005;Grønn Gård DA;Åsveien 53;0150;Oslo;99887767;2"]  # fmt: skip
    (session.folder / "kundeliste.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def lose_an_answer(session: Session) -> None:
    """Write two invoices, and let the batch with them be lost on its way to ARM."""
    invoices_workbook("invoices.xlsx", count=2)(session)
    session.arm._faults.append(InjectedFault.parse("lose-before:POST:documents/batches:1"))  # noqa: SLF001 - our own


def copy_ledger(session: Session, name: str) -> None:
    """Write the files of another ledger."""
    (session.folder / name).write_bytes((SAMPLES / "saft-ledger.xml").read_bytes())


def answer_questions(session: Session, name: str) -> None:
    """Answer every question of a migration, as a person would."""
    answers = {"document-type": "IN", "booking": "Kari Nordmann, 2026-11-30", "distribution": "H",
               "dunning": "2027-01-31", "due-days": "30"}  # fmt: skip
    book = openpyxl.load_workbook(session.folder / name)
    for row in book.worksheets[0].iter_rows(min_row=5):
        if row[0].value:
            row[4].value = answers.get(str(row[0].value), "yes")
    book.save(session.folder / name)


ERRORS: dict[str, object] = {"E3": "02.10.2026", "F4": "NKR"}
STEPS: dict[str, Callable[[Session], None]] = {
    "invoices": invoices_workbook("invoices.xlsx"),
    "invoices-with-errors": invoices_workbook("invoices.xlsx", changes={"Documents": ERRORS}),
    "fakturaer": invoices_workbook("fakturaer.xlsx", "no"),
    "fakturaer-med-feil": invoices_workbook("fakturaer.xlsx", "no", {"Fakturaer": ERRORS}),
    "edit-customers": edit_customers,
    "rediger-kunder": lambda session: edit_customers(session, "kunder.xlsx"),
    "lose-an-answer": lose_an_answer,
    "half-an-hour": lambda session: session.clock.sleep(2000),
    "foreign-customers": write_foreign_customers,
    "ledger": lambda session: copy_ledger(session, "saft-2025.xml"),
    "answers-nb": lambda session: answer_questions(session, "flytting.xlsx"),
    "answers": lambda session: answer_questions(session, "migration.xlsx"),
    "month-end-day": go_to_month_end,
    "norwegian": speak_norwegian,
}


class Answers(io.TextIOBase):
    """A terminal where questions are answered in turn; the answers are shown."""

    def __init__(self, shown: io.StringIO, answers: Sequence[str]) -> None:
        """Show the answers in `shown`."""
        self._shown = shown
        self._answers = iter(answers)

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        """Answer one question; the end of the input after the last answer."""
        del size
        answer = next(self._answers, None)
        typed = {None: "", "enter": "\n"}.get(answer, f"{answer}\n")
        self._shown.write(typed)
        return typed


@contextlib.contextmanager
def new_session() -> Iterator[Session]:
    """Open a folder and a sandbox, and make the commands of this process use both."""
    clock = PageClock(IMPORT_DAY)
    with (
        tempfile.TemporaryDirectory() as name,
        contextlib.chdir(name),
        Sandbox(clock=clock.now, delay=1.0, lists=build_lists(CLIENT_NO, 60)) as arm,
    ):
        folder = Path(name).resolve()
        own = {"ARMBULK_HOME": str(folder / "home"), "ARMBULK_GUARD_FOLDER": str(folder / "guard")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARMBULK_", "LC_", "LANG"))}
        environ = kept | arm.settings | own | {"TZ": "Europe/Oslo", "LANG": "C", "PYTHON_KEYRING_BACKEND": NO_KEYRING}
        with (
            mock.patch.dict(os.environ, environ, clear=True),
            mock.patch.object(connect, "SystemClock", return_value=clock),
            mock.patch.object(CommandContext, "can_ask", new=True),
            mock.patch.object(progress, "create_display", return_value=None),  # gone when a command has ended
        ):
            if hasattr(time, "tzset"):  # not on Windows
                time.tzset()
            yield Session(folder, clock, arm)


def run_command(session: Session, words: Sequence[str]) -> str:
    """Return what a command prints, with the addresses and folders of this session left out."""
    shown = io.StringIO()
    with (
        contextlib.redirect_stdout(shown),
        contextlib.redirect_stderr(shown),
        mock.patch.object(sys, "stdin", Answers(shown, session.answers or YES[read_default_language()])),
        contextlib.suppress(SystemExit, click.Abort),
    ):
        cli(list(words), prog_name="armbulk", standalone_mode=False)
    session.answers = ()
    text = shown.getvalue().replace(f"{session.folder}{os.sep}", "")
    text = re.sub(r"http://127\.0\.0\.1:\d+", ADDRESS, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def run_block(session: Session, block: str) -> str:
    """Return a block with the present output under each of its commands."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    parts = [f"{command}\n{run_command(session, shlex.split(command[2:])[1:])}" for command in commands]
    if session.part:
        parts, session.part = [cut_part(part, session.part) for part in parts], ""
    return "\n\n".join(part.rstrip() for part in parts)


def cut_part(text: str, heading: str) -> str:
    """Return a command, and of its output the part that begins with a line of this heading."""
    command, *lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(heading))
    last = next((n for n in range(first + 1, len(lines)) if lines[n].startswith(heading[0])), len(lines))
    shown = "\n".join([command, "…", *lines[first:last]]).rstrip()
    return f"{shown}\n…" if last < len(lines) else shown


def fill_page(text: str) -> str:
    """Return a page with the present output in its console blocks."""
    with new_session() as session:

        def replace(part: re.Match[str]) -> str:
            if part["step"]:
                STEPS[part["step"]](session)
            elif part["typed"]:
                session.answers = tuple(part["typed"].split(", "))
            elif part["part"]:
                session.part = part["part"]
            else:
                return f"```console\n{run_block(session, part['block'])}\n```"
            return part[0]

        return PART.sub(replace, text)


def main(words: Sequence[str]) -> int:
    """Write every page with console blocks, or name those that are stale."""
    stale = []
    for path in [*sorted(FOLDER.rglob("*.md")), *sorted(ROOT.glob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        if "```console" in text:
            name = path.relative_to(ROOT).as_posix()
            filled = fill_page(text)
            if filled != text:
                stale.append(name)
                if "--check" not in words:
                    path.write_text(filled, encoding="utf-8", newline="\n")
    is_check = "--check" in words
    for name in stale:
        print(f"{name}: the outputs are not those of today: make docs" if is_check else name)
    return 1 if stale and is_check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
