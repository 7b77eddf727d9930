"""Nobody's data is left where it does not belong: canaries in every field, and every place searched."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from armbulk import importing
from armbulk.checking import check_files
from armbulk.cli import cli
from armbulk.edges.clock import SystemClock
from armbulk.edges.store import Store
from armbulk.model import Kind, Use
from armbulk.resources import RESOURCES
from armbulk.sandbox import Sandbox

SECRET = "canary-secret-Zq7"  # noqa: S105 - a canary
SSN, ACCOUNT, MAIL, PHONE = "01010750160", "86011117947", "kanarifugl@canary.example", "91827364"
KEYS = {"customer_no", "document_no", "document_type", "currency", "language"}
PERSONAL = (SSN, ACCOUNT, MAIL, PHONE, "Kanarifugl")


def _value(resource: str, name: str, kind: Kind) -> str | None:
    special = {
        "ssn": SSN, "bank_account_no": ACCOUNT, "phone_no": PHONE, "secondary_phone_no": PHONE, "postal_code": "0150",
        "email_address_document": MAIL, "secondary_email_address": MAIL, "email_address": MAIL, "country_code": "NO",
        "document_no": "CAN-1", "customer_no": "C1", "document_type": "IN", "currency": "NOK",
        "document_date": "2026-11-01", "due_date": "2026-11-15", "excl_vat": "100", "vat": "25", "incl_vat": "125",
        "line_no": "1",
    }  # fmt: skip
    if name in special:
        return special[name]
    return f"Kanarifugl {resource} {name}" if kind in {Kind.TEXT, Kind.TEXTS} else None


def sheets(folder: Path) -> str:
    """A workbook with a canary in every field that holds words, numbers of people, or ways to reach them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for resource in RESOURCES.values():
        page = book.create_sheet(resource.title.en)
        cells = [(field.header.en, _value(resource.name, field.name, field.kind)) for field in resource.fields
                 if not field.name.startswith("attachment") and field.use is not Use.COMPUTED]  # fmt: skip
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


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Folders of their own for the user's files, armbulk's home, and what is temporary."""
    made = {name: tmp_path / name for name in ("own", "home", "temporary")}
    for folder in made.values():
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(made["temporary"]))
    monkeypatch.setenv("ARMBULK_HOME", str(made["home"]))
    return made


def run(words: list[str], env: dict[str, str]) -> tuple[int, str]:
    """Run a command in a process of its own: exit code, and all it said."""
    done = subprocess.run(
        [sys.executable, "-m", "armbulk", *words], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, **env},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.promise("P18", "P23")
@pytest.mark.parametrize("how", [[], ["--quiet"], ["--json"]], ids=["plain", "quiet", "json"])
def test_no_canary_is_left_anywhere(places: dict[str, Path], how: list[str]) -> None:
    """Check, plan, import, show, results, runs, usage and resolve: no secret is said or kept, no person is kept."""
    book = sheets(places["own"])
    with Sandbox() as arm:
        arm.add_fault("500-applied:POST:documents/batches:1")
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05", "ARMBULK_SETTLE_SECONDS": "0"}
        if not how:  # a token given ready, to be looked for too
            arm.state.tokens[SECRET] = float("inf")
            env = {name: value for name, value in env.items() if "CLIENT_ID" not in name and "TOKEN_URL" not in name}
            env |= {"ARMBULK_TOKEN": SECRET, "ARMBULK_CLIENT_SECRET": ""}
        secrets = (SECRET, arm.settings["ARMBULK_CLIENT_SECRET"])
        said = []
        code, told = run(["import", book, "--yes", *how], env)
        assert code == 0, told
        said.append(told)
        more = (["check", book], ["plan", book], ["show", "1"], ["runs"], ["usage"], ["results", "1"],
                ["resolve", "--no-ask"], ["import", book, "--yes"])  # fmt: skip
        said += [run([*words, *how], env)[1] for words in (more[:3] if how else more)]
        assert arm.state.documents
        assert not [word for word in secrets for told in said if word in told]
        assert not [word for word in (SSN, ACCOUNT) for told in said if word in told]
        assert not found(files(places["home"], places["temporary"], places["own"]), secrets)
        assert not found(files(places["home"], places["temporary"]), PERSONAL)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files(places["home"]) if path.suffix == ".db")


@pytest.mark.promise("P23")
def test_what_arm_quotes_is_not_kept(places: dict[str, Path]) -> None:
    """ARM's refusals quote the record: the workbook says it all, the store of the finished run does not."""
    book = sheets(places["own"])
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}
        code, _ = run(["import", book, "--yes", "--json"], env)
        assert code == 0
    path = next(places["home"].glob("armbulk.db"))
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE item SET message='Kanarifugl customers name, 01010750160, is refused', warnings=?", (MAIL,))
    raw.close()
    store = Store(f"sqlite:///{path}", SystemClock())
    importing.conclude(store, 1, check_files([book]), places["own"] / "again.xlsx", "en")
    kept = store.items(1)
    store.close()
    assert set(kept["message"]) == {"…, …, is refused"}
    assert set(kept["warnings"]) == {"…"}
    assert not found(files(places["home"]), PERSONAL)
    shown = [
        cell.value for row in openpyxl.load_workbook(places["own"] / "again.xlsx")["Customers"].rows for cell in row
    ]
    assert "Kanarifugl customers name, 01010750160, is refused" in shown


@pytest.mark.promise("P23")
def test_a_customer_number_that_is_a_persons_is_not_kept(places: dict[str, Path]) -> None:
    """Some use national identity numbers as customer numbers: a finished run keeps two digits of each."""
    path = places["own"] / "customers.csv"
    path.write_text(f"Customer no;Name\n{SSN};Kari\n12345;Ola\n", encoding="utf-8")
    with Sandbox() as arm:
        code, said = run(["import", str(path), "--yes", "--json"], {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"})
        assert code == 0, said
        assert json.loads(said)["outcomes"]["created"] == 2
    assert not found(files(places["home"]), (SSN,))


@pytest.mark.promise("P18")
def test_a_bug_report_holds_no_canary(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug that carries data in its message leaves a report without it, owner-only, and one line for the user."""

    def bug(*_: object, **__: object) -> None:
        raise RuntimeError(f"{SECRET} {SSN} Kanarifugl") from ValueError(MAIL)

    monkeypatch.setattr("armbulk.checking.check_files", bug)
    done = CliRunner().invoke(cli, ["check", sheets(places["own"])])
    assert done.exit_code == 70
    report = places["home"] / "crash-report.txt"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    for told in (report.read_text(encoding="utf-8"), done.output, done.stderr):
        assert not [word for word in (*PERSONAL, SECRET) if word in told]
        assert "Traceback" not in told
