"""Canaries in every field, a search for them in every folder, and a watched process."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from armbulk.cli import cli
from armbulk.model.fields import FieldRole, FieldType
from armbulk.resources import RESOURCES
from armbulk.sandbox import Sandbox

SECRET = "canary-secret-Zq7"  # noqa: S105 - a canary
SSN, ACCOUNT, MAIL, PHONE = "01010750160", "86011117947", "kanarifugl@canary.example", "91827364"
ORGANISATION, BORN = "974760673", "1985-03-14"
PERSONAL = (SSN, ACCOUNT, MAIL, PHONE, ORGANISATION, BORN, "Kanarifugl", "KANARIFUGL")
SPECIAL = {
    "ssn": SSN, "bank_account_no": ACCOUNT, "phone_no": PHONE, "secondary_phone_no": PHONE, "postal_code": "0150",
    "email_address_document": MAIL, "secondary_email_address": MAIL, "email_address": MAIL, "country_code": "NO",
    "document_no": "CAN-1", "customer_no": "C1", "document_type": "IN", "currency": "NOK", "language": "no",
    "document_date": "2026-11-01", "due_date": "2026-11-15", "excl_vat": "100", "vat": "25", "incl_vat": "125",
    "line_no": "1", "organization_no": ORGANISATION, "parent_organization_no": ORGANISATION, "ssn_country": "NO",
    "date_of_birth": BORN, "year_of_birth": "1985", "parent_customer_no": "C1", "kid": "2345676",
    "organization_no_scheme": "0192", "peppol_endpoint_id_scheme": "0192", "einvoice_address_scheme": "0192",
}  # fmt: skip


def _value(resource: str, name: str, kind: FieldType, most: int | None) -> str | None:
    if name in SPECIAL:
        return SPECIAL[name]
    said = f"Kanarifugl {resource} {name}"
    return said[: most or 200] if kind in {FieldType.TEXT, FieldType.TEXT_LIST, FieldType.IDENTIFIER} else None


def sheets(folder: Path) -> str:
    """A workbook with a canary in every field that has words, numbers of people, or ways to reach them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for resource in RESOURCES.values():
        page = book.create_sheet(resource.title.en)
        given = [
            one
            for one in resource.fields
            if not one.name.startswith("attachment") and one.role is not FieldRole.READ_ONLY
        ]
        cells = [(one.header.en, _value(resource.name, one.name, one.type, one.max_length)) for one in given]
        for column, (header, value) in enumerate([cell for cell in cells if cell[1] is not None], start=1):
            page.cell(1, column, header)
            page.cell(2, column, value).number_format = "@"
    path = folder / "canaries.xlsx"
    book.save(path)
    return str(path)


def found(places: Iterator[Path], words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Where one of the words stands, as UTF-8 or UTF-16."""
    hits = []
    for path in places:
        content = path.read_bytes()
        hits += [(path.name, word) for word in words if word.encode() in content or word.encode("utf-16-le") in content]
    return hits


def files(*folders: Path) -> Iterator[Path]:
    """Every file below some folders."""
    return (path for folder in folders for path in folder.rglob("*") if path.is_file())


LOG = "armbulk.log"
"""The log file in the home folder, where a test has one."""

WATCHED = """
import json, os, sys
watch = open(os.environ["WATCH"], "a", encoding="utf-8")
CHILDREN = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork", "os.startfile"}
def audit(event, args):
    if event in CHILDREN:
        watch.write(json.dumps(["child", repr(args)]) + chr(10))
    elif event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        watch.write(json.dumps(["write", os.fsdecode(args[0]) if not isinstance(args[0], int) else ""]) + chr(10))
sys.addaudithook(audit)
from armbulk.cli import cli
for words in json.loads(sys.stdin.readline()):
    try:
        cli(words, prog_name="armbulk")
    except SystemExit as end:
        print("exit", end.code, flush=True)
watch.close()
"""
"""Several commands in one process, which writes down what it starts and which files it opens to write."""


@dataclass(frozen=True)
class Said:
    """What the commands of one process said, and did: their exit codes, words, children, files written."""

    codes: list[int]
    told: str
    children: list[str]
    written: list[Path]


def run(*commands: list[str], env: dict[str, str], folder: Path) -> Said:
    """Run commands, one after another, in a process of their own."""
    watch = folder / "watch.txt"
    watch.touch()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], capture_output=True, text=True, check=False, timeout=120,
        input=json.dumps(commands) + "\n", env={**os.environ, **env, "WATCH": str(watch)},
        umask=0,  # what is kept is its owner's alone, whatever the machine's habit
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = [json.loads(line) for line in watch.read_text(encoding="utf-8").splitlines()]
    watch.unlink()
    lines = done.stdout.splitlines()
    return Said(
        [int(line.removeprefix("exit ")) for line in lines if line.startswith("exit ")],
        "\n".join(line for line in lines if not line.startswith("exit ")) + done.stderr,
        [what for kind, what in seen if kind == "child"],
        [Path(what) for kind, what in seen if kind == "write" and what],
    )


def here(*commands: list[str], env: dict[str, str]) -> Said:
    """Run commands in this process, which is faster: what they write and start is not looked at."""
    done = [CliRunner().invoke(cli, words, env=env) for words in commands]
    return Said([one.exit_code for one in done], "\n".join(one.output + one.stderr for one in done), [], [])


def clean(said: Said, places: dict[str, Path], secrets: tuple[str, ...], *, finished: bool = True) -> None:
    """No secret is anywhere; no person is where the user has not put them; nothing is written elsewhere."""
    words = [*secrets, SSN, ACCOUNT]
    assert not [word for word in words if word in said.told]
    assert not found(files(*places.values()), secrets)
    assert not found(files(places["temporary"]), PERSONAL)
    assert not finished or not found(files(places["home"]), PERSONAL)
    assert not found(places["home"].glob(f"{LOG}*"), PERSONAL)
    assert not said.children
    own = (*places.values(), Path("/dev"))
    assert not [path for path in said.written if "__pycache__" not in path.parts and not in_one_of(path, own)]
    assert not [path for path in said.written if in_one_of(path, (places["temporary"],))]
    for path in places["home"].rglob("*") if os.name == "posix" else ():
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def in_one_of(path: Path, folders: Sequence[Path]) -> bool:
    """Whether a file lies below one of these."""
    return any(path.is_relative_to(folder) for folder in folders)


def make_places(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Folders of their own for the user's files, armbulk's home, and what is temporary."""
    made = {name: folder / name for name in ("own", "home", "guard", "temporary")}
    for place in made.values():
        place.mkdir()
    monkeypatch.setenv("TMPDIR", str(made["temporary"]))
    monkeypatch.setenv("ARMBULK_GUARD_FOLDER", str(made["guard"]))
    monkeypatch.setenv("ARMBULK_HOME", str(made["home"]))
    return made


def leaves_no_canary(places: dict[str, Path], how: list[str]) -> None:
    """Run every command: no secret is printed or kept, no person is kept, no other file is touched."""
    book = sheets(places["own"])
    with Sandbox() as arm:
        arm.add_fault("500-applied:POST:documents/batches:1")
        log = places["home"] / LOG
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05", "ARMBULK_SETTLE_SECONDS": "0", "ARMBULK_LOG": str(log)}
        if not how:  # a token given ready, to be looked for too
            arm.state.tokens[SECRET] = float("inf")
            env = {name: value for name, value in env.items() if "CLIENT_ID" not in name and "TOKEN_URL" not in name}
            env |= {"ARMBULK_TOKEN": SECRET, "ARMBULK_CLIENT_SECRET": ""}
        out = ["export", "customers", "--since", "last", "-o"]
        commands = (
            ["check", book, "-o", str(places["own"] / "marked.xlsx")], ["plan", book], ["import", book, "--yes"],
            ["show", "1"], ["runs"], ["usage"], ["results", "1"], ["resolve"], ["resolve", "--no-ask"], ["resume"],
            ["map", book, "--explain", "2"], ["import", book, "--yes"], ["profiles"],
            [*out, str(places["own"] / "out.xlsx")], [*out, str(places["own"] / "out.csv")],
        )  # fmt: skip
        said = run(*([*words, *how] for words in commands), env=env, folder=places["own"])
        assert said.codes == [0] * 9 + [2] + [0] * 5, said.told
        sent = json.dumps([arm.state.customers, arm.state.documents], default=str)
        fields = [one for resource in RESOURCES.values() for one in resource.fields if one.role is FieldRole.WRITABLE]
        assert sent.count("Kanarifugl") + sent.count(MAIL) >= 0.5 * len(fields)
        clean(said, places, (SECRET, arm.settings["ARMBULK_CLIENT_SECRET"]))
        assert "Batch submitted run=1 batch=1" in log.read_text(encoding="utf-8")
        gone = run(["purge", "--older-than", "0d", "--yes", *how], env=env, folder=places["own"])
        clean(gone, places, (SECRET, arm.settings["ARMBULK_CLIENT_SECRET"]))
