"""The command line that scripts rely on: words, JSON and exit codes."""

import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from support.commands import call, called
from support.journey import write_files
from support.paths import ROOT, SAMPLES

from armbulk.cli import _COMMANDS
from armbulk.sandbox import Sandbox

COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def test_cells_of_sheets_with_the_same_name_are_named_with_their_file(tmp_path: Path) -> None:
    """Documents!C2 of two workbooks is two cells: the screen names the file; so does the Summary, sheet by sheet."""
    for name, currency in (("jan", "NOK"), ("feb", "NKR")):
        book = openpyxl.Workbook()
        book.active.title = "Documents"
        for row in (["Document no", "Customer no", "Currency"], [f"F-{name}", "0701", currency]):
            book.active.append(row)
        book.save(tmp_path / f"{name}.xlsx")
    files = [str(tmp_path / "jan.xlsx"), str(tmp_path / "feb.xlsx")]
    text = call("check", *files)[1]
    assert 'feb.xlsx · Documents!C2: "NKR"' in text
    assert "\nfeb.xlsx · Documents\n  " in call("check", *files, "--by", "cell")[1]
    code, said = called("check", *files)
    assert (code, "Documents!C2" in {finding["cell"] for finding in said["findings"]}) == (1, True)
    env = {"ARMBULK_HOME": str(tmp_path), "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1", "ARMBULK_CLIENT_NO": "1"}
    assert call("import", *files, "--yes", "--lang", "no", env=env)[0] == 1
    page = openpyxl.load_workbook(tmp_path / "jan.result.xlsx")["Sammendrag"]
    rows = [row[:2] for row in page.iter_rows(values_only=True)]
    assert rows[-3:] == [
        ("Arkene og filene de kommer fra", None), ("Documents", "jan.xlsx"), ("Documents (2)", "feb.xlsx")
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(_COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    """`--help` of each command shows an example, and the page of commands has it."""
    code, out, _ = call(name, "--help")
    assert code == 0
    assert f"armbulk {name}" in out
    assert f"## armbulk {name}\n" in COMMANDS


def test_check_tells_all_problems_with_their_cells() -> None:
    """`check` exits 1 and names file, sheet, cell, code, value, message and fix of every problem."""
    code, said = called("check", str(SAMPLES / "with-errors.xlsx"))
    assert code == 1
    assert said["counts"]["error"] == sum(1 for one in said["findings"] if one["severity"] == "error") > 20
    due = next(one for one in said["findings"] if one["code"] == "due-before-date")
    assert (due["sheet"], due["row"], due["column"], due["cell"]) == ("Documents", 3, "E", "Documents!E3")
    assert set(due) == {
        "file", "sheet", "row", "column", "cell", "field", "code", "severity", "value", "message", "fix",
    }  # fmt: skip
    for sheet in said["sheets"]:
        assert sheet["rows"] == sheet["ok"] + sheet["held_back"]


def test_check_speaks_norwegian() -> None:
    """With --lang no the findings are Norwegian."""
    _, out, _ = call("check", str(SAMPLES / "with-errors.xlsx"), "--lang", "no")
    assert "Forfallsdatoen 16.10.2026 er før bilagsdatoen" in out


def test_clean_file_exits_0_and_warnings_too() -> None:
    """A file without errors exits 0, whatever warnings there are, and the next command reads it in the same way."""
    file = str(SAMPLES / "kunder-og-fakturaer.xlsx")
    code, out, _ = call("check", file, "--dates", "dmy", "--update")
    assert code == 0
    assert out.endswith(f"To send it: armbulk import {file} --dates dmy --update\n")


def test_every_end_names_the_next_command(tmp_path: Path) -> None:
    """In both languages, also where there is nothing to do, or something is wrong."""
    documents = write_files(tmp_path)[1]
    env = {"ARMBULK_HOME": str(tmp_path), "ARMBULK_BASE_URL": "http://127.0.0.1:9", "ARMBULK_CLIENT_NO": "2218",
           "ARMBULK_TOKEN": "t"}  # fmt: skip
    commands = [
        ["runs"], ["usage"], ["profiles"], ["fields", "lines"], ["fields", "ar-items"], ["explain", "email"],
        ["purge", "--older-than", "90d", "--yes"], ["map", documents, "--explain", "2"], ["plan", documents],
        ["check", documents], ["check", str(SAMPLES / "with-errors.xlsx")], ["import", documents, "--dry-run"],
        ["template", "all", "-o", str(tmp_path / "t.xlsx")], ["logout"], ["show", "1"],
    ]  # fmt: skip
    for number, words in enumerate(commands):
        _, out, err = call(*words, "--lang", ["en", "no"][number % 2], env=env)
        end = " ".join((err if err.startswith(("Error", "Feil")) else out).splitlines()[-2:])
        assert "armbulk " in end or "--yes" in end, words


@pytest.mark.parametrize("name", ["show", "results", "resume", "resolve"])
def test_no_such_run(name: str, tmp_path: Path) -> None:
    """A run that there is not is named: it is neither a bug nor settled."""
    env = {"ARMBULK_HOME": str(tmp_path), "ARMBULK_BASE_URL": "http://127.0.0.1:9", "ARMBULK_CLIENT_NO": "2218",
           "ARMBULK_TOKEN": "t"}  # fmt: skip
    code, said = called(name, "99", env=env)
    assert (code, said["error"]["message"]) == (2, "There is no run 99")


def test_hidden_rows_are_read_or_left_out(tmp_path: Path) -> None:
    """Both options together are an error: the last one does not win."""
    files = write_files(tmp_path)
    code, said = called("check", *files, "--include-hidden", "--skip-hidden")
    assert (code, said["error"]["code"]) == (2, "options-contradict")


def test_nothing_to_send_is_no_question(tmp_path: Path) -> None:
    """The same file once more, in a script without --yes: there is nothing to confirm."""
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        files = write_files(tmp_path)
        assert called("import", *files, "--first-import", env=env)[1]["error"]["code"] == "question"
        assert called("import", *files, "--first-import", "--yes", env=env)[0] == 0
        code, said = called("import", *files, "--first-import", env=env)
    assert (code, said["outcomes"]["already_sent"], said["outcomes"]["created"]) == (0, 6, 0)


@pytest.mark.parametrize("name", ["nowhere.xlsx", ""])
def test_no_such_file(name: str, tmp_path: Path) -> None:
    """A file that cannot be read exits 2 and is named."""
    code, said = called("check", str(tmp_path / name))
    assert code == 2
    assert said["exit"] == 2
    assert said["error"]["hint"]


def test_plan_prices_the_run() -> None:
    """`plan` shows records, batches, API usage, totals and the finish time, and needs no login."""
    code, said = called("plan", str(SAMPLES / "kunder-og-fakturaer.xlsx"))
    assert code == 0
    assert said["records"]["customers"] == 40
    assert said["records"]["documents"] == 120
    assert [batch["records"] for batch in said["batches"]] == [40, 50, 50, 20]
    assert said["cost"]["writes"] == sum(batch["writes"] for batch in said["batches"])
    assert len(said["meters"]) == 6
    assert said["fits"] is True
    assert said["totals"][0]["currency"] == "NOK"


def test_import_needs_settings(tmp_path: Path) -> None:
    """Without settings an import exits 5 and names what is missing."""
    code, said = called("import", *write_files(tmp_path), "--yes")
    assert (code, said["exit"]) == (5, 5)
    assert "ARMBULK_BASE_URL" in said["error"]["hint"]


@pytest.mark.promise("P26")
def test_a_question_in_a_script_is_an_error(tmp_path: Path) -> None:
    """Without --yes and without a terminal nothing is sent, and the exit code is 2."""
    with Sandbox() as arm:
        code, said = called("import", *write_files(tmp_path), env=arm.settings)
        assert (code, said["error"]["code"]) == (2, "question")
        records, place = "3 customers and 6 invoices (NOK 1 500.00)", "the sandbox on this computer, client 2218"
        assert f"Send {records} to {place}?" in said["error"]["message"]
        assert arm.state.documents == {}


def test_import_show_results_runs_usage(tmp_path: Path) -> None:
    """An import ends with a result workbook; show, runs, results and usage show the same figures."""
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings}
        code, said = called("import", *files, "--yes", env=env)
        assert (code, said["state"], said["rows"]) == (0, "finished", 9)
        assert sum(said["outcomes"].values()) == said["rows"]
        assert Path(said["result"]).name == "customers.result.xlsx"
        code, shown = called("show", said["run"], env=env)
        assert (code, shown["outcomes"], shown["result"]) == (0, said["outcomes"], said["result"])
        assert called("runs", env=env)[1]["runs"][0]["run"] == said["run"]
        again = str(tmp_path / "again.xlsx")
        assert called("results", said["run"], "-o", again, env=env)[1]["result"] == again
        assert f"Result        {again} (run {said['run']})" in call("show", said["run"], env=env)[1]
        Path(again).unlink()
        lost = call("show", said["run"], env=env)[1]
        assert f"{again} is no longer there." in lost
        assert f"armbulk results {said['run']} -o FILE" in lost
        used = {(m["window"], m["meter"]): m["used"] for m in called("usage", env=env)[1]["meters"]}
        assert used["hour", "writes"] == arm.state.usage()["hour.writes"]
        assert used["hour", "requests"] == arm.state.usage()["hour.requests"]


def test_resume_writes_where_the_import_was_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stopped before it wrote its result writes it to -o of the import, from any folder."""
    files = write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Sandbox(faults=["401:POST:customers/batches:1-2"]) as arm:
        code, said = called("import", *files, "--yes", "-o", "r.xlsx", env=arm.settings)
        assert (code, said["error"]["code"]) == (5, "not-allowed")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        code, said = called("resume", env=arm.settings)
    assert (code, said["state"], said["result"]) == (0, "finished", str(tmp_path / "r.xlsx"))
    assert [path.name for path in tmp_path.glob("**/*.xlsx")] == ["r.xlsx"]


@pytest.mark.promise("P13")
def test_errors_stop_everything_unless_skipped(tmp_path: Path) -> None:
    """With errors nothing is sent; --skip-invalid sends the valid records and holds back whole documents."""
    files = write_files(tmp_path)
    path = Path(files[2])
    path.write_text(path.read_text().replace("F2;1;Vare;100", "F2;1;Vare;hundre"))
    with Sandbox() as arm:
        env = {**arm.settings}
        code, said = called("import", *files, "--yes", env=env)
        assert (code, said["run"], said["outcomes"]["held_back"], said["outcomes"]["not_sent"]) == (1, None, 1, 8)
        assert Path(said["result"]).exists()
        assert arm.state.documents == {}
        code, said = called("import", *files, "--yes", "--skip-invalid", env=env)
        assert (code, said["outcomes"]["created"], said["outcomes"]["held_back"]) == (1, 8, 1)
        assert "f2" not in arm.state.documents


@pytest.mark.parametrize("expected", [["--expect-count", "8"], ["--expect-total", "1.00"]])
def test_expectations_stop_a_wrong_run(tmp_path: Path, expected: list[str]) -> None:
    """--expect-count and --expect-total stop before anything is sent."""
    with Sandbox() as arm:
        assert called("import", *write_files(tmp_path), "--yes", *expected, env=arm.settings)[0] == 2
        assert arm.state.documents == {}
        right = ["--expect-count", "9", "--expect-total", "1500"]
        env = {**arm.settings}
        assert called("import", *write_files(tmp_path), "--yes", *right, env=env)[0] == 0


@pytest.mark.promise("P3")
def test_in_doubt_exits_3_and_names_the_document(tmp_path: Path) -> None:
    """Unconfirmed documents are listed with row, number, customer and amount; resume looks them up again."""
    files = write_files(tmp_path, documents=1)
    with Sandbox(faults=["lose-before:POST:documents/batches:1"]) as arm:
        env = {**arm.settings}
        code, out, _ = call("import", *files, "--yes", env=env)
        assert code == 3
        assert re.search(r"\? F1, documents!\w2 \(customer 0002, NOK 250\.00\), unconfirmed: ", out)
        arm.post_document(
            {"documentNo": "F1", "documentType": "IN", "customerNo": "0002", "documentDate": "2026-11-01",
             "dueDate": "2026-11-15", "currency": "NOK", "currencyAmounts": {"inclVat": 250}}
        )  # fmt: skip
        code, said = called("resume", env=env)
        assert (code, said["state"], said["outcomes"]["created"]) == (0, "finished", 4)


def test_fields_lists_every_column() -> None:
    """`fields` lists every column."""
    said = called("fields", "documents")[1]
    assert {one["path"] for one in said["fields"]} >= {
        "documentNo",
        "currencyAmounts.inclVat",
        "einvoiceAddress.address",
    }


@pytest.mark.proof
def test_demo(tmp_path: Path) -> None:
    """The JSON of the demo is that of its import, and nothing else."""
    code, said = called("demo", "--folder", str(tmp_path / "demo"))
    assert code == 0
    assert (said["rows"], said["outcomes"]["rejected"]) == (160, 1)
    assert Path(said["result"]).exists()
    assert call("demo", "--quiet", "--folder", str(tmp_path / "demo"))[1:] == ("", "")


def test_the_demo_is_a_tour_in_five_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows its error and the correction, the row that ARM rejects, its files, and what to try next."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = call("demo")
    assert code == 0
    steps = re.split(r"^\[(\d)/5\] ", out, flags=re.MULTILINE)
    assert steps[1::2] == ["1", "2", "3", "4", "5"]
    check, correction, plan, send, export = steps[2::2]
    wrong, right = re.findall(r"(?:Before|Corrected) +(\S+)", correction)
    (cell,) = re.findall(r"(Documents!\S+): The due date " + wrong, check)
    assert cell in correction
    marked, corrected = (openpyxl.load_workbook(f"armbulk-demo/{name}.xlsx") for name in ("marked", "invoices"))
    letters = cell.partition("!")[2]
    assert (str(marked["Documents"][letters].value.date()), marked["Documents"][letters].comment is None) == (
        wrong,
        False,
    )
    assert str(corrected["Documents"][letters].value.date()) == right
    assert "1 error, 2 warnings" in check
    assert "No errors, 2 warnings" in correction
    assert "the sandbox on this computer" in plan
    assert "116 of 117 invoices created" in send
    (row,) = re.findall(r"ARM rejected row (\d+) of Documents", export)
    assert f"Documents!C{row}, rejected" in send
    assert "Reconciled" in export
    files = re.findall(r"^  (\S+\.xlsx) ", out.partition("Files to open")[2], flags=re.MULTILINE)
    assert len(files) == 3
    assert all(Path("armbulk-demo", file).is_file() for file in files)
    assert re.findall(r"armbulk (\w+)", out.partition("What to try next")[2]) == [
        "web", "template", "check", "login",
    ]  # fmt: skip


@pytest.mark.promise("P18")
def test_a_bug_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bug is reported in one line, with a crash report that has no personal data."""
    monkeypatch.setattr("armbulk.app.check.check_sheets", lambda *_: 1 / 0)
    code, said = called("check", str(SAMPLES / "kunder-og-fakturaer.xlsx"))
    assert (code, said["error"]["code"]) == (70, "bug")
    assert "division by zero" not in (tmp_path / "crash-report.txt").read_text()


def test_check_marks_a_copy_of_the_workbook(tmp_path: Path) -> None:
    """`check -o` colours and comments each cell with a finding; the rest of the workbook is unchanged."""
    marked = tmp_path / "marked.xlsx"
    code, said = called("check", str(SAMPLES / "with-errors.xlsx"), "-o", str(marked))
    assert (code, said["marked"]) == (1, str(marked))
    book, before = openpyxl.load_workbook(marked), openpyxl.load_workbook(SAMPLES / "with-errors.xlsx")
    for one in said["findings"]:
        if one["cell"]:
            cell = book[one["sheet"]][f"{one['column']}{one['row']}"]
            assert one["message"] in cell.comment.text
            assert cell.fill.fgColor.rgb.endswith("F8D3CF" if one["severity"] == "error" else "FFF3C4") or any(
                other["cell"] == one["cell"] and other["severity"] == "error" for other in said["findings"]
            )
    for sheet in before:
        assert list(sheet.values) == list(book[sheet.title].values)


def test_check_marks_csv_in_a_new_workbook(tmp_path: Path) -> None:
    """A CSV becomes a workbook with the same cells and its findings marked."""
    path = tmp_path / "customers.csv"
    path.write_text("Kundenr;Navn\nK1;\n;=cmd|x\n", encoding="utf-8")
    marked = tmp_path / "marked.xlsx"
    code, said = called("check", str(path), "-o", str(marked))
    assert code == 1
    page = openpyxl.load_workbook(marked)["customers"]
    assert "required" in {one["code"] for one in said["findings"]}
    assert page["B2"].comment is not None
    assert page["B3"].value == "=cmd|x"
    assert page["B3"].data_type == "s"


def test_ten_thousand_equal_findings_are_one_group(tmp_path: Path) -> None:
    """Equal findings are shown once with their number and their first cells; the counts are complete."""
    path = tmp_path / "customers.csv"
    path.write_text("Kundenr;Navn\n" + "".join(f"K{n};\n" for n in range(12_000)), encoding="utf-8")
    code, said = called("check", str(path))
    assert code == 1
    assert said["counts"]["error"] == 12_000
    assert len(said["findings"]) == 10_000
    (group,) = said["groups"]
    assert (group["code"], group["field"], group["count"]) == ("required", "name", 12_000)
    assert [one["cell"] for one in group["first"]] == [f"customers!B{row}" for row in range(2, 7)]


ENDING = """
import atexit, os, signal, sys
from armbulk import cli

def command(**_):
    {work}

atexit.register(lambda: os.kill(os.getpid(), signal.{name}))
cli.cli = command
cli.main()
"""


LOADING = """
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.{name})
            os.getpid()  # the handler runs

sys.meta_path.insert(0, Finder())
sys.argv = ["armbulk", "check", "--json", "none.csv"]
runpy.run_module("armbulk", run_name="__main__")
"""


@pytest.mark.first_cases(5)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("module", ["armbulk.cli", "click", "armbulk.cli.command", "armbulk.cli.check", "polars"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_while_modules_load(module: str, name: str) -> None:
    """The first second of a process is spent on imports: it ends with 130 then, too, and not by the signal."""
    program = LOADING.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)


@pytest.mark.first_cases(4)
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("work", "code"),
    [("sys.exit(3)", 3), ("return 0", 0), ("exec('os.kill(os.getpid(), signal.SIGINT)')", 130)],
    ids=["a command", "help", "stopped while a module loads"],
)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_at_the_very_end_changes_nothing(work: str, code: int, name: str) -> None:
    """The exit code stands once it is decided, and the process does not end by the signal."""
    program = ENDING.format(work=work, name=name)
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (code, "")
