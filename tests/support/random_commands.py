"""Random sequences of commands on several machines, with calls that are lost, against the real sandbox.

The oracle: ARM has each document at most once; whatever an import calls created or sent, ARM has; whatever ARM has, no
import calls rejected; and in the end each document is at ARM, or an import has reported that it is not.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from armbulk.app.session import Session
from armbulk.errors import ArmbulkError
from armbulk.sandbox import Sandbox
from armbulk.settings.load import load_profile
from support.journey import FakeClock
from support.loopback import open_loopback
from support.two_terminals import Person

START = 1_780_000_000.0
LATE = 500.0
SETTLED = 4_000.0
NUMBERS = range(1, 17)
HEAD = "Document no;Document type;Customer no;Document date;Due date;Currency;Amount excl. VAT;VAT;Amount incl. VAT"
CREATED = {"created", "created_with_warnings", "already_sent"}


class Killed(BaseException):
    """The process dies here."""


class Wire(httpx.BaseTransport):
    """The network of all machines: a POST of documents may be lost, be applied later, or be the last call."""

    def __init__(self, clock: FakeClock, chance: random.Random) -> None:
        self.clock, self.chance = clock, chance
        self.inner = open_loopback()
        self.late: list[tuple[float, httpx.Request]] = []
        self.is_calm = False
        self.log: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a call on, if it does not get lost."""
        self.deliver()
        if self.is_calm:
            return self.inner.handle_request(request)
        if request.method == "POST" and "/batches" in request.url.path:
            kinds = ["", "lost", "taken and lost", "late", "killed", "taken and killed", "refused"]
            kind = self.chance.choices(kinds, [8, 1, 2, 3, 1, 2, 1])[0]
            return self._post(request, kind)
        if "/batches/" in request.url.path and self.chance.random() < 0.05:
            self.log.append("killed at a poll")
            raise Killed
        return self.inner.handle_request(request)

    def _post(self, request: httpx.Request, kind: str) -> httpx.Response:
        if kind:
            self.log.append(kind)
        if kind == "refused":
            return httpx.Response(503, stream=httpx.ByteStream(b""))
        if kind.startswith("taken") or not kind:
            response = self.inner.handle_request(request)
            if not kind:
                return response
            response.read()
        if kind == "late":
            copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            self.late.append((self.clock.now() + LATE, copy))
        if kind.endswith("killed"):
            raise Killed
        raise httpx.ReadError("lost", request=request)

    def deliver(self) -> None:
        """Apply what was late, by now."""
        due = [request for at, request in self.late if at <= self.clock.now()]
        self.late = [(at, request) for at, request in self.late if at > self.clock.now()]
        for request in due:
            self.inner.handle_request(request).read()

    def close(self) -> None:
        """It stays open for the other machines."""


@dataclass
class World:
    """A client, the machines that send for it, and the files."""

    folder: Path
    sandbox: Sandbox
    clock: FakeClock
    chance: random.Random
    machines: int
    sole: bool
    other_address: float
    wire: Wire = field(init=False)
    copies: dict[int, list[Path]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.wire = Wire(self.clock, self.chance)
        self.wire.log = self.log

    # ── files ───────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self, numbers: list[int], *, corrected: int = 0, broken: int = 0, refused: int = 0) -> list[str]:
        """Write files with these documents; one of them with another amount, or with an error."""
        name = f"file{len(list(self.folder.glob('file*')))}"
        folder = self.folder / name
        folder.mkdir()
        (folder / "customers.csv").write_text("Customer no;Name\n0001;Kunde\n0002;Kunde\n0003;Kunde\n", "utf-8")
        rows, lines = [HEAD], ["Document no;Line no;Line text;Amount excl. VAT;VAT;Amount incl. VAT"]
        for n in numbers:
            net = 200 if n == corrected else 100
            date = "2026-11-99" if n == broken else "2026-11-01"
            customer = "9999" if n == refused else f"{n % 3 + 1:04d}"
            rows.append(f"F{n};IN;{customer};{date};2026-11-15;NOK;{net};{net // 4};{net + net // 4}")
            lines.append(f"F{n};1;Vare;{net};{net // 4};{net + net // 4}")
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
        (folder / f"{name}-lines.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return [str(folder / "customers.csv"), str(folder / f"{name}.csv"), str(folder / f"{name}-lines.csv")]

    # ── commands ────────────────────────────────────────────────────────────────────────────────────────────────

    def home(self, machine: int) -> Path:
        """The folder of a machine."""
        return self.folder / f"pc{machine}" / "home"

    @contextmanager
    def terminal(self, machine: int) -> Iterator[Session]:
        """A process on a machine."""
        urls = self.sandbox.settings
        settings = {
            **urls,
            "ARMBULK_HOME": str(self.home(machine)),
            "ARMBULK_GUARD_FOLDER": str(self.folder / f"pc{machine}" / "guard"),
            "ARMBULK_LANG": "en",
            "ARMBULK_SOLE_SENDER": str(self.sole).lower(),
            "ARMBULK_BATCH_DOCUMENTS": "4",
        }
        if not self.wire.is_calm and self.chance.random() < self.other_address:
            settings["ARMBULK_BASE_URL"] = self.chance.choice([
                urls["ARMBULK_BASE_URL"] + "/",
                urls["ARMBULK_BASE_URL"].replace("127.0.0.1", "localhost"),
            ])  # fmt: skip
        with Session(load_profile(settings), self.clock, transport=self.wire) as session:  # type: ignore[arg-type]
            yield session

    def act(self, name: str, machine: int) -> None:
        """Carry a command out; it may be killed, and it may say no."""
        self.log.append(f"{name} on pc{machine} at {self.clock.now() - START:.0f}")
        with suppress(Killed), self.terminal(machine) as session:
            try:
                getattr(self, f"_{name}")(session)
            except ArmbulkError as error:
                self.log.append(f"  {error.code}: {error.message}")
        self.check()

    def _import(self, session: Session) -> None:
        count = self.chance.randint(1, len(NUMBERS))
        first = self.chance.randint(0, len(NUMBERS) - count)
        numbers = list(NUMBERS)[first : first + count]
        if self.chance.random() < 0.3:
            self.chance.shuffle(numbers)
        corrected = self.chance.choice([0, 0, 0, self.chance.choice(numbers)])
        broken = self.chance.choice([0, 0, 0, self.chance.choice(numbers)])
        refused = self.chance.choice([0, 0, self.chance.choice(numbers)])
        choices: dict[str, Any] = {"skip_invalid": True}
        if self.chance.random() < 0.2:
            choices["limit"] = self.chance.randint(1, 6)
        person = Person(meanwhile=self._meanwhile() if self.chance.random() < 0.25 else None)
        files = self.write(numbers, corrected=corrected, broken=broken, refused=refused)
        self.log.append(f"  {numbers} corrected {corrected} broken {broken} refused {refused} {choices}")
        self._import_files(session, files, person, choices)

    def _meanwhile(self) -> Callable[[], None]:
        name, machine = self.chance.choice(["resume", "import", "purge"]), self.chance.randrange(self.machines)
        return lambda: self.act(name, machine)

    def _import_files(self, session: Session, files: list[str], person: Person, choices: dict[str, Any]) -> None:
        result = session.import_files(*files, dialog=person, **choices)
        self.judge(result.result.items)

    def _reimport(self, session: Session) -> None:
        """Import an older file again, or its renamed copy."""
        folders = sorted(self.folder.glob("file*"))
        if not folders:
            return
        folder = self.chance.choice(folders)
        if self.chance.random() < 0.5:
            copy = folder.with_name(f"file{len(folders)}")
            shutil.copytree(folder, copy)
            folder = copy
        files = sorted(map(str, folder.glob("*.csv")))
        results = sorted(map(str, folder.glob("*.xlsx")))
        if results and self.chance.random() < 0.3:
            files = results[:1]
        self.log.append(f"  {files[-1]}")
        self._import_files(session, files, Person(), {"skip_invalid": True})

    def _resume(self, session: Session) -> None:
        runs = [run.id for run in session.store.runs() if run.state != "finished"]
        if runs:
            result = session.resume(self.chance.choice(runs))
            if result is not None:
                self.judge(result.result.items)

    def _resume_all(self, session: Session) -> None:
        for run in session.store.runs():
            if run.state != "finished":
                with suppress(ArmbulkError):
                    session.resume(run.id)

    def _resolve(self, session: Session) -> None:
        """A person looks in ARM, after some time, and decides what is true."""
        self.clock.sleep(SETTLED)
        self.wire.deliver()
        account = session.profile.account
        for document in session.store.unresolved_documents(account, None):
            number = document.key
            is_there = number.lower() in self.sandbox.state.documents
            decision = "mark-created" if is_there else self.chance.choice(["resend", "resend", "give-up"])
            self.log.append(f"  {decision} {number}")
            session.resolve(
                document.run,
                decision=decision,
                documents=[number],
                look_up=self.chance.random() < 0.5,
                dialog=Person(),
            )

    def _purge(self, session: Session) -> None:
        session.purge(timedelta(0))

    def copy(self, machine: int) -> None:
        """Make a backup of a machine's folder."""
        if self.home(machine).exists():
            backups = self.copies.setdefault(machine, [])
            target = self.folder / f"copy{machine}-{len(backups)}"
            shutil.copytree(self.home(machine), target)
            backups.append(target)
            self.log.append(f"copy pc{machine}")

    def restore(self, machine: int) -> None:
        """Put a backup back, on this machine or, where several send, on another."""
        source = self.chance.randrange(self.machines) if not self.sole else machine
        if self.copies.get(source):
            shutil.rmtree(self.home(machine), ignore_errors=True)
            copy = self.chance.choice(self.copies[source])
            shutil.copytree(copy, self.home(machine))
            self.log.append(f"restore {copy.name} on pc{machine}")

    def step(self) -> None:
        """One command at random."""
        machine = self.chance.randrange(self.machines)
        commands = ["import", "reimport", "resume", "resolve", "purge", "copy", "restore"]
        name = self.chance.choices(commands, [6, 4, 5, 2, 1, 1, 1])[0]
        if name in {"copy", "restore"}:
            getattr(self, name)(machine)
        else:
            self.act(name, machine)
        self.clock.sleep(self.chance.choice([5, 60, 1_000, 4_000, 90_000]))

    # ── the oracle ──────────────────────────────────────────────────────────────────────────────────────────────

    def held(self) -> dict[str, int]:
        """How often ARM has each document, with what is still on its way."""
        return {key: len(documents) for key, documents in self.sandbox.state.documents.items()}

    def check(self) -> None:
        """Nothing is at ARM twice."""
        doubled = {key: count for key, count in self.held().items() if count > 1}
        assert not doubled, (doubled, self.log)

    def judge(self, items: Any) -> None:
        """What an import says of its documents is true."""
        documents = items.filter(items["resource"] == "documents")
        self.log.append(
            "  " + ", ".join(f"{key}={outcome}" for key, outcome in documents.select("key", "outcome").iter_rows())
        )
        for key, outcome in documents.select("key", "outcome").iter_rows():
            if outcome in CREATED:
                assert key.lower() in self.held(), (key, outcome, self.log)
            if outcome == "rejected":
                assert key.lower() not in self.held(), (key, outcome, self.log)

    def finish(self) -> None:
        """No call is lost any more: resume and resolve what is left, import all documents; each is at ARM then."""
        self.wire.is_calm = True
        self.clock.sleep(SETTLED)
        self.wire.deliver()
        for _ in range(2):
            for machine in range(self.machines):
                self.act("resume_all", machine)
                self.act("resolve", machine)
            self.clock.sleep(SETTLED)
        for machine in range(self.machines):
            self.act("resume_all", machine)
        for machine in range(self.machines):
            self.act("import_all", machine)
        lost = {f"f{n}" for n in NUMBERS} - set(self.held()) - self.reported
        assert not lost, (lost, self.log)

    def _import_all(self, session: Session) -> None:
        """Import all documents; what is not at ARM afterwards is reported, or the import stops with an error."""
        self.reported = {f"f{n}" for n in NUMBERS}
        result = session.import_files(*self.write(list(NUMBERS)), dialog=Person())
        self.judge(result.result.items)
        created = result.result.items.filter(result.result.items["outcome"].is_in(CREATED))
        self.reported -= set(created["key_norm"])


def play(folder: Path, seed: int, *, steps: int, machines: int, sole: bool, other_address: float = 0.15) -> World:
    """Play one random sequence; an AssertionError has the log of it.

    `other_address`: how often (0 to 1) a command reaches the server under another name.
    """
    chance, clock = random.Random(seed), FakeClock(START)
    dialect = {"duplicate": "accept", "failures": chance.choice(["206", "whole", "206_first"])}
    dialect["item_identity"] = chance.choice(["keys", "index", "none"])
    dialect["visibility"] = chance.choice(["0", "600"]) if machines == 1 else "0"  # others cannot know what is unseen
    with Sandbox(
        size="XL", clock=clock.now, dialect=dialect, delay=chance.choice([0.0, 40.0]) if machines == 1 else 0.0
    ) as server:
        world = World(folder, server, clock, chance, machines, sole, other_address)
        for _ in range(steps):
            world.step()
        world.finish()
        return world
