"""Two people, one plan: one makes it, the other sends exactly that or learns what differs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.commands import call, called
from support.journey import write_files

from armbulk.sandbox import Sandbox

Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def arm() -> Iterator[Sandbox]:
    """A sandbox of all tests: only the last of them sends."""
    with Sandbox() as sandbox:
        yield sandbox


def replace(name: str, old: str, new: str) -> Edit:
    """Change a text in one of the files."""

    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def plan(folder: Path, arm: Sandbox, *words: str) -> tuple[list[str], Path, dict[str, str]]:
    """The files, their plan, and the settings."""
    files, target = write_files(folder), folder / "plan.json"
    env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
    code, said = called("plan", *files, *words, "-o", str(target), env=env)
    assert (code, said["plan_file"]) == (0, str(target))
    return files, target, env


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (replace("documents.csv", "F2;IN", "F2;CN"), ["documents.csv was changed"]),
        (replace("customers.csv", "Kunde 2", "Kunde 22"), ["customers.csv was changed"]),
        (replace("lines.csv", "Vare", "Gave"), ["lines.csv was changed"]),
    ],
)
@pytest.mark.first_cases(1)
def test_a_changed_file_stops_the_import(tmp_path: Path, arm: Sandbox, edit: Edit, words: list[str]) -> None:
    """The message names the file that was changed; nothing is sent."""
    files, target, env = plan(tmp_path, arm)
    edit(tmp_path)
    code, said = called("import", *files, "--plan", str(target), "--yes", env=env)
    assert (code, said["error"]["code"]) == (2, "plan-differs")
    assert words[0] in said["error"]["message"]
    replace("documents.csv", "NOK", "NKR")(tmp_path)
    for more, offers in (((), True), (("--plan", str(target)), False)):  # what was approved is not sent in part
        assert ("--skip-invalid" in call("import", *files, *more, "--yes", env=env)[1]) == offers
    assert not arm.state.batches


def test_each_difference_is_listed(tmp_path: Path, arm: Sandbox) -> None:
    """Other totals, counts, choices, files and client are listed, in both languages."""
    files, target, env = plan(tmp_path, arm)
    other = {**env, "ARMBULK_CLIENT_NO": "999"}
    words = ("import", *files, "--plan", str(target), "--yes", "--limit", "5")
    message = called(*words, env=other)[1]["error"]["message"]
    parts = ["client number: 2218 in the plan, 999 now", "--limit: no in the plan, 5 now"]
    parts += ["documents: 6 in the plan, 2 now", "in NOK: 1 500.00 in the plan, 500.00 now"]
    assert [part for part in parts if part not in message] == []
    norwegian = called(*words, "--lang", "no", env=other)[1]["error"]["message"]
    assert "Klientnummeret: 2218 i planen, 999 nå" in norwegian
    assert "Sum i NOK: 1 500,00 i planen, 500,00 nå" in norwegian
    fewer = called("import", *files[:2], "--plan", str(target), "--yes", env=env)[1]["error"]["message"]
    assert "The file lines.csv of the plan is missing" in fewer


def test_a_plan_has_no_records(tmp_path: Path, arm: Sandbox) -> None:
    """Counts, sums, settings and hashes are in the file; names, addresses and numbers of records are not."""
    _, target, _ = plan(tmp_path, arm)
    text = target.read_text(encoding="utf-8")
    assert "Kunde" not in text
    assert "eksempel.no" not in text
    content = json.loads(text)
    assert content["records"] == {"customers": 3, "documents": 6, "lines": 12}
    assert content["totals"] == [
        {"currency": "NOK", "documents": 6, "excl_vat": "1200.00", "vat": "300.00", "incl_vat": "1500.00"}
    ]


def test_what_is_no_plan_is_refused(tmp_path: Path, arm: Sandbox) -> None:
    """A missing file, a file that is no plan, and a plan over an input are refused; other files are kept as .bak."""
    files, target, env = plan(tmp_path, arm)
    damaged = json.loads(target.read_text(encoding="utf-8")) | {"totals": None}
    (tmp_path / "damaged.json").write_text(json.dumps(damaged), encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    names = {
        "missing.json": "plan-unreadable",
        **dict.fromkeys(("documents.csv", "damaged.json", "deep.json"), "no-plan"),
    }
    for name, code in names.items():
        done, said = called("import", *files, "--plan", str(tmp_path / name), "--yes", env=env)
        assert (done, said["error"]["code"]) == (2, code)
    done, said = called("plan", *files, "-o", files[0], env=env)
    assert (done, said["error"]["code"]) == (2, "replaces-input")
    (tmp_path / "mine.json").write_text("{}", encoding="utf-8")
    called("plan", *files, "-o", str(tmp_path / "mine.json"), env=env)
    assert (tmp_path / "mine.json.bak").read_text(encoding="utf-8") == "{}"


def test_the_approved_plan_is_sent(tmp_path: Path, arm: Sandbox) -> None:
    """The same files and settings are sent; once more, what is sent already is a difference."""
    files, target, env = plan(tmp_path, arm, "--first-import")
    out = call("plan", *files, "--first-import", "-o", str(target), env=env)[1]
    assert "Whoever imports it sends exactly this" in out
    assert f"--plan {target}" in out
    words = ("import", *files, "--plan", str(target), "--first-import", "--yes")
    code, said = called(*words, env=env)
    assert (code, said["outcomes"]["created"]) == (0, 9)
    code, said = called(*words, env=env)
    assert (code, said["error"]["code"]) == (2, "plan-differs")
    assert "Number of documents: 6 in the plan, 0 now" in said["error"]["message"]
