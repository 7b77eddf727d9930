"""Two terminals of one user: one waits at its question while the other one runs; then the first one continues."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from armbulk.app.dialog import Dialog
from armbulk.app.plan import Plan
from armbulk.app.session import Session
from armbulk.errors import ArmbulkError
from armbulk.store.decisions import SENT_AGAIN
from armbulk.store.schema import batch, event, item, sent_key
from support.journey import Journey, journey, sample_files, write_files

LATE = 3_000
"""Seconds after which documents that were lost on the way arrive at ARM."""

HALF = ("F1", "F2", "F3")
EXPECTED = {"changed-meanwhile", "documents-in-doubt", "nothing-unfinished", "not-in-doubt"}
"""What an error may say: another terminal has changed it, or there is nothing to do any more."""

MAY_HAVE_LEFT = ["posting", "accepted", "in_doubt", "quarantined"]


class Person(Dialog):
    """Answers every question in the same way; before the first answer, `meanwhile` happens at the other terminal."""

    def __init__(
        self, decision: str = "", *, meanwhile: Callable[[], None] | None = None, asks_again: bool = True
    ) -> None:
        super().__init__()
        self.decision, self.meanwhile, self.asks_again = decision, meanwhile, asks_again
        self.questions = 0
        self.notes: list[str] = []
        self.changes: list[str] = []

    def _wait(self) -> None:
        self.questions += 1
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def confirm_import(self, plan: Plan) -> bool:
        """Yes, in the end."""
        del plan
        self._wait()
        return True

    def confirm_first_import(self) -> bool:
        """Yes, in the end."""
        self._wait()
        return True

    def confirm_decision(self, decision: str, phrase: str) -> bool:
        """Yes, in the end."""
        del decision, phrase
        self._wait()
        return True

    def choose_decision(self, document: Mapping[str, Any], phrase: str) -> str:
        """The same for each document."""
        del document, phrase
        self._wait()
        return self.decision

    def ask_again(self, changes: str) -> bool:
        """A person can be asked again, a script cannot."""
        self.changes.append(changes)
        return self.asks_again

    def note(self, text: str) -> None:
        """Keep it."""
        self.notes.append(text)


@dataclass
class World:
    """A client one of whose runs lost six documents on the way, or whose six documents are not sent yet."""

    way: Journey
    run: int | None
    files: list[str]
    other: list[str]
    errors: list[ArmbulkError] = field(default_factory=list)

    def terminal(self) -> Session:
        """A process of its own, with its own store and lock."""
        return Session(self.way.bench.profile, self.way.clock)  # type: ignore[arg-type]

    def act(self, name: str, person: Person) -> None:
        """Run a command to its end; an error is kept."""
        with self.terminal() as session:
            try:
                COMMANDS[name](self, session, person)
            except ArmbulkError as error:
                self.errors.append(error)

    def outcomes(self) -> dict[tuple[int, str], str | None]:
        """Outcome by run and document number."""
        query = sa.select(item.c.run, item.c.key_norm, item.c.outcome).where(item.c.resource == "documents")
        with self.way.store._engine.connect() as conn:
            return {(run, key): outcome for run, key, outcome in conn.execute(query)}

    def unguarded(self) -> list[tuple[Any, ...]]:
        """Documents that may be at ARM and whose numbers are free to be sent again."""
        guarded = sa.exists().where(sent_key.c.key_norm == item.c.key_norm, sent_key.c.doc_type == item.c.doc_type)
        is_sent_again = batch.c.id.in_(sa.select(event.c.batch).where(event.c.why == SENT_AGAIN))
        may_have_left = sa.or_(batch.c.state.in_(MAY_HAVE_LEFT), is_sent_again)
        may_be_there = sa.or_(
            sa.and_(item.c.outcome.is_(None), may_have_left),
            item.c.outcome.in_(["created", "created_with_warnings", "not_sent", "already_sent"]),
        )
        query = sa.select(item.c.run, item.c.key, item.c.outcome, batch.c.state)
        query = query.join_from(item, batch, item.c.batch == batch.c.id).where(item.c.resource == "documents")
        with self.way.store._engine.connect() as conn:
            return [tuple(row) for row in conn.execute(query.where(may_be_there, ~guarded))]

    def finish(self) -> None:
        """Resume what is left, and import the same files once more."""
        for _ in range(3):
            unfinished = [run for run in self.way.store.runs() if self.way.store.batches(run.id, still_open=True)]
            for run in unfinished:
                with suppress(ArmbulkError):
                    self.way.carry_on(run.id)
            self.way.clock.sleep(LATE)
        self.act("import", Person())


def _resolve(
    decision: str, world: World, session: Session, person: Person, documents: Sequence[str] | None = None
) -> None:
    session.resolve(world.run, decision=decision, documents=documents, look_up=False, dialog=person)


def _resolve_each(decision: str, world: World, session: Session, person: Person) -> None:
    person.decision = decision
    session.resolve(world.run, look_up=False, dialog=person)


def _look_up(world: World, session: Session, person: Person) -> None:
    world.way.clock.sleep(LATE)
    session.resolve(world.run, dialog=person)


def _resume(world: World, session: Session, person: Person, *, first_import: bool = False) -> None:
    world.way.clock.sleep(LATE)
    session.resume(world.run, first_import=first_import, target=world.way.folder / "result.xlsx", dialog=person)


def _send_again(world: World, session: Session, person: Person, documents: Sequence[str] | None = None) -> None:
    _resolve("resend", world, session, person, documents)
    _resume(world, session, person)


def _import(name: str, world: World, session: Session, person: Person) -> None:
    session.import_files(*getattr(world, name), target=world.way.folder / f"{name}.result.xlsx", dialog=person)


def _purge(world: World, session: Session, person: Person) -> None:
    person._wait()
    world.way.clock.sleep(LATE)
    session.purge(timedelta(0))


COMMANDS: dict[str, Callable[[World, Session, Person], None]] = {
    "give-up": partial(_resolve, "give-up"),
    "mark-created": partial(_resolve, "mark-created"),
    "resend": partial(_resolve, "resend"),
    "give-up each": partial(_resolve_each, "give-up"),
    "resend each": partial(_resolve_each, "resend"),
    "look-up": _look_up,
    "resume": _resume,
    "resume --first-import": partial(_resume, first_import=True),
    "resend and resume": _send_again,
    "give-up half": partial(_resolve, "give-up", documents=HALF),
    "resend half and resume": partial(_send_again, documents=HALF),
    "import": partial(_import, "files"),
    "import others": partial(_import, "other"),
    "purge": _purge,
}
"""What a terminal does; a name says what a person would type."""

WAITING = [name for name in COMMANDS if name not in {"look-up", "resume"} and "half" not in name and "and" not in name]
"""Commands that ask a question first."""

FREE = {"import", "import others", "purge"}
"""Commands that mean something where nothing is in doubt."""


@cache
def write_others() -> list[str]:
    """Half of the same documents, and some documents and a customer that only this file has."""
    folder = Path(tempfile.mkdtemp(prefix="armbulk-others-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    files = write_files(folder, documents=9)
    with Path(files[0]).open("a", encoding="utf-8") as customers:
        customers.write("0009;Ny kunde;ny@eksempel.no\n")
    for name in files[1:]:
        path = Path(name)
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if row.partition(";")[0] not in {"F1", "F2", "F3"}]
        path.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    return files


@contextmanager
def world(folder: Path, kind: str) -> Any:
    """A world of a kind: `never` (lost, and never came to ARM), `late` (lost, comes later), `free` (nothing sent)."""
    fault = {"never": "lose-before", "late": f"lose-late={LATE - 100}", "free": "lose-before"}[kind]
    count = "99" if kind == "free" else "1"
    with journey(folder, dialect={"duplicate": "accept"}, faults=[f"{fault}:POST:documents/batches:{count}"]) as way:
        files, other = sample_files(), write_others()
        run = None
        if kind != "free":
            run = way.begin(files)
            assert way.carry_on(run) == "in_doubt"
        yield World(way, run, files, other)


def keeps_its_word(folder: Path, kind: str, first: str, second: str, *, asks_again: bool) -> World:
    """Let `first` wait at its question while `second` runs to its end; then check what is on disk and at ARM."""
    with world(folder, kind) as there:
        between: dict[tuple[int, str], str | None] = {}

        def meanwhile() -> None:
            there.act(second, Person("give-up", asks_again=False))
            between.update(there.outcomes())

        person = Person(meanwhile=meanwhile, asks_again=asks_again)
        there.act(first, person)
        after = there.outcomes()
        settled = {key: outcome for key, outcome in between.items() if outcome not in {None, "in_doubt"}}
        assert {key: after.get(key, outcome) for key, outcome in settled.items()} == settled
        assert {error.code for error in there.errors} <= EXPECTED, there.errors
        assert there.unguarded() == []
        there.finish()
        assert there.unguarded() == []
        assert set(there.way.documents().values()) <= {1}
        return there
