"""What people read comes from the catalogue: in a language in which every message is marked, nothing is unmarked."""

import getpass
import gettext
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from support.commands import call
from support.journey import write_files
from support.paths import SAMPLES

from armbulk import i18n
from armbulk.cli import _COMMANDS
from armbulk.findings.catalogue import CATALOGUE
from armbulk.model.result_columns import CODES, GUIDE, OUTCOME_HEADERS, PROBLEMS, START, SUMMARY
from armbulk.resources import ALL, CLOSE_NAME, EXPORTS, RESOURCES
from armbulk.resources.identifiers import CHECK_FORMATS
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists

FIELDS = [field for resource in (*RESOURCES.values(), *EXPORTS.values()) for field in resource.readable]
NAMES = {
    *(name for field in FIELDS for words in (field.header, field.specific_header) if words for name in words.all()),
    *(name for resource in (*RESOURCES.values(), *EXPORTS.values()) for name in (resource.name, *resource.title.all())),
    *CLOSE_NAME.title.all(), ALL.name, *ALL.title.all(),
    *(name for words in (*OUTCOME_HEADERS.values(), SUMMARY, PROBLEMS, START, GUIDE, CODES) for name in words.all()),
    *(field.path for field in FIELDS), *CATALOGUE, *CHECK_FORMATS, *_COMMANDS,
    "Invoice", "Payment", "Kundefordringer", "Bankinnskudd", "Salgsinntekt, avgiftspliktig",
    "Utgående merverdiavgift",
    "cli", "FILES", "RUN", "RESOURCE", "close", "Kunde", "default", "sandbox", "Vare", "Identifiers", "Notes", "UTC",
    getpass.getuser(),
}  # fmt: skip
"""What is the same in every language: headers, codes, commands, and the values of the files."""
KNOWN = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(NAMES, key=len, reverse=True)))
PLACES = re.compile(
    r"https?://\S+|(?:[\w.-]*/)[\w./-]*|\b[\w.-]+\.(?:xlsx|csv|toml|db|jsonl|parquet|bak|md|log)\b|\S+@\S+"
    r"|\b[0-9a-f]{64}\b"
)
NO_WORDS = re.compile(
    r"`[^`]*`|«[^»]*»|\"[^\"]*\"|'[^']*'"  # commands and quoted values
    r"|--[\w-]+(?:[= ][A-Z][\w-]*)?|\bARMBULK_\w+|\b[A-Z]+[\w]*!?[A-Z]*\d[\w-]*|\b(?:NOK|ARM|armbulk)\b"
)


class Marked(gettext.NullTranslations):
    """A catalogue that marks each message."""

    def gettext(self, message: str) -> str:
        """Mark a message."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Mark the singular or the plural."""
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Norwegian is the marked language."""
    monkeypatch.setattr(i18n, "_load_catalogue", lambda _: Marked())
    monkeypatch.setattr(gettext, "dgettext", lambda _, message: f"⟦{message}⟧")  # what click calls
    monkeypatch.setattr(gettext, "dngettext", lambda _, *texts: f"⟦{texts[texts[2] != 1]}⟧")


def unmarked(text: str) -> list[str]:
    """Return the lines of a text with words outside of marks, but for names, files, options and codes."""
    inner = re.compile(r"⟦[^⟦⟧]*⟧")
    while inner.search(text):
        text = inner.sub("", text)
    word = re.compile(r"[A-Za-zÆØÅæøå]{3,}")
    return [line for line in text.splitlines() if word.search(NO_WORDS.sub(" ", KNOWN.sub(" ", PLACES.sub(" ", line))))]


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a client of a sandbox with a ledger."""
    with Sandbox(lists=build_lists(CLIENT_NO, 40)) as sandbox:
        yield {
            **sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_LANG": "nb",
            "ARMBULK_POLL_SECONDS": "0.05", "ARMBULK_SOLE_SENDER": "true",
        }  # fmt: skip


@pytest.mark.proof
def test_reports_and_errors(arm: dict[str, str], tmp_path: Path) -> None:
    """Reports, questions, errors and hints of every command."""
    files = write_files(tmp_path)
    wrong = shutil.copy(SAMPLES / "with-errors.xlsx", tmp_path)
    result = str(tmp_path / "result.xlsx")
    commands = [
        ["check", *files], ["check", wrong], ["check", "nothing.xlsx"], ["plan", *files], ["plan", wrong],
        ["import", *files], ["import", *files, "--yes", "-o", result], ["import", *files, "--yes", "--dry-run"],
        ["import", wrong, "--yes"], ["resume"], ["resolve"], ["runs"], ["show", "1"], ["show", "9"],
        ["results", "1", "-o", str(tmp_path / "again.xlsx")], ["usage"], ["profiles"],
        ["purge", "--older-than", "1d", "--yes"],
        ["purge", "--older-than", "x"], ["export", "customers", "-o", str(tmp_path / "c.csv")],
        ["export", "gl-items", "--period", "2025-02", "-o", str(tmp_path / "g.xlsx")],
        ["export", "gl-items", "--period", "2025-02", "--plan"], ["export", "gl-items", "--period", "2025-13"],
        ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "m.xlsx")],
        ["export", "customers", "--since", "last", "-o", str(tmp_path / "c.csv")],
        ["map", files[0], "-o", str(tmp_path / "m.toml")], ["map", files[0], "--explain", "2"],
        ["template", "all", "-o", str(tmp_path / "t.xlsx")],
        ["fields", "customers"], ["login", "--profile", "x"], ["logout", "--profile", "x"],
        ["check", "--dates", "x", *files],
        ["check"], ["nothing"], ["exprot"], ["fields", "kundr"], ["runs", "--perofile", "x"], ["doctor"],
        ["doctor", "--offline", "--profile", "x"], ["check", *files, "--nothing"],
        ["import", *files, "--look-up", "--first-import"],
    ]  # fmt: skip
    left = {}
    for words in commands:
        code, out, err = call(*words, env=arm)
        assert code != 70, (words, err)
        if lines := unmarked(out + err):
            left[" ".join(words[:2] if len(words) > 1 else words)] = lines
    assert left == {}


def test_help(arm: dict[str, str]) -> None:
    """The help of every command, but for examples."""
    left = {}
    for name in ["", *_COMMANDS]:
        _, out, _ = call(*([name] if name else []), "--help", env=arm)
        lines = [line for line in unmarked(out) if not re.search(r"armbulk|^ *-|[{}|]", line)]
        if lines:
            left[name] = lines
    assert left == {}


def test_errors_that_are_rare(tmp_path: Path) -> None:
    """Wrong options of the sandbox, and files that are damaged: the words of a library are never shown."""
    home = tmp_path / "home"
    home.mkdir()
    file = str(write_files(tmp_path)[0])
    wrong = {
        "a.toml": b"hour = 3", "b.toml": b"[hour]\nrequests = 'x'", "c.toml": b"a = [1", "d.toml": b"\xe6",
        "cut.xlsx": b"PK\x03\x04 cut", "cut.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "keys.txt": b"\xe6\xf8",
    }  # fmt: skip
    paths = {name: str(tmp_path / name) for name in wrong}
    for name, content in wrong.items():
        Path(paths[name]).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "xml.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types")
    commands = [
        ["sandbox", "--dialect", "x"], ["sandbox", "--dialect", "failures=9"], ["sandbox", "--fault", "x"],
        ["sandbox", "--fault", "slow"], ["sandbox", "--port", "x"], ["sandbox", "--delay", "x"],
        ["show", "x"], ["show", "0"],
        *(["usage", "--aup-file", paths[name]] for name in ("a.toml", "b.toml", "c.toml", "d.toml")),
        *(["check", file, "--mapping", paths[name]] for name in ("c.toml", "d.toml")),
        *(["check", paths[name]] for name in ("cut.xlsx", "cut.xls")), ["check", str(tmp_path / "xml.xlsx")],
        ["check", "a\0b.csv"], ["check", "x" * 300 + ".csv"], ["check", "--aup-file", str(tmp_path), file],
        ["resolve", "--keys-file", paths["keys.txt"], "--give-up"],
    ]  # fmt: skip
    env = {"ARMBULK_HOME": str(home), "ARMBULK_LANG": "nb"}
    (home / "armbulk.db").write_bytes(b"no database")
    left = {}
    for words in [*commands, ["runs"]]:
        code, out, err = call(*words, env=env)
        assert code in {2, 5}, (words, code, err)
        if lines := unmarked(out + err):
            left[" ".join(words[:3])] = lines
    assert left == {}


@pytest.mark.proof
def test_workbooks(arm: dict[str, str], tmp_path: Path) -> None:
    """What armbulk writes into workbooks."""
    files = write_files(tmp_path)
    for words in (
        ["import", *files, "--yes", "-o", str(tmp_path / "result.xlsx")],
        ["export", "close", "--period", "2025-02", "-o", str(tmp_path / "m.xlsx")],
    ):
        assert call(*words, env=arm)[0] in {0, 3}, words
    left = {}
    for name in ("result.xlsx", "m.xlsx"):
        for page in openpyxl.load_workbook(tmp_path / name).worksheets:
            if page.title in {"⟦GL items⟧", "⟦Open AR items⟧", "⟦Aged by customer⟧"}:
                continue  # ARM's own words, under headers
            cells = [cell.value for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
            if lines := unmarked("\n".join(cells)):
                left[f"{name} {page.title}"] = lines
    assert left == {}
