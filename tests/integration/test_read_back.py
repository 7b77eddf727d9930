"""`--verify` and `armbulk verify`: what ARM has is compared with what was sent, document by document and in total."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest
from support.commands import call, called
from support.journey import FakeClock, write_files

import armbulk
from armbulk.app.dialog import Dialog
from armbulk.model.progress import Progress
from armbulk.sandbox import Sandbox

Lines = list[tuple[str, ...]]
SOME, MANY = 9, 30
SHOWN_TWICE = "Read back: ARM has 2 documents with this number; amount incl. VAT 125.16 sent, 250.32 in ARM"
SHOWN_ROUNDED = "Read back: amount incl. VAT 125.16 sent, 125.00 in ARM"


def make_files(folder: Path, documents: int) -> list[str]:
    """Invoices and credit notes in two currencies and two months with øre; one is rejected, one has an error."""
    files = write_files(folder, customers=4, documents=documents, lines=1)
    path = Path(files[1])
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    for index, row in enumerate(rows):
        cells = row.split(";")
        cells[6:] = ["100.13", "25.03", "125.16"]
        cells[3] = "2026-10-31" if index % 2 else "2026-11-01"
        cells[5] = "EUR" if index % 4 == 0 else "nok"
        if index == 2:
            cells[1], cells[6:] = "CN", ["-100.13", "-25.03", "-125.16"]
        cells[2] = "99" if index == 3 else cells[2]
        cells[4] = "soon" if index == 4 else cells[4]
        rows[index] = ";".join(cells)
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return [files[0], files[1]]


def sums(result: dict[str, Any], stage: str) -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    """(type, currency, period) → records and sum of a stage, without groups that have none."""
    figures = {
        (group["document_type"] or "", group["currency"] or "", group["period"] or ""): group[stage]
        for group in result["control_totals"]["groups"]
    }
    return {key: (each["records"], Decimal(each["amount"] or 0)) for key, each in figures.items() if each["records"]}


def totals_are_explained(result: dict[str, Any], documents: int) -> None:
    """What the files have, less what is explained, is what ARM accepted."""
    in_file = sums(result, "in_file")
    assert sum(count for count, _ in in_file.values()) == documents + 4
    assert sums(result, "valid").keys() <= in_file.keys()
    assert {part["reason"]: part["records"] for part in result["control_totals"]["explained"]} == {
        "rejected": 1, "errors": 1,
    }  # fmt: skip
    total = sum(amount for _, amount in in_file.values())
    less = sum(Decimal(part["amount"]) for part in result["control_totals"]["explained"])
    assert total - less == sum(amount for _, amount in sums(result, "accepted").values())


@pytest.mark.parametrize("documents", [SOME, MANY])
@pytest.mark.first_cases(1)
def test_what_arm_changed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: int) -> None:
    """By single look-ups and by ARM's list: other amounts, then one gone and one there twice, then all as sent."""
    monkeypatch.chdir(tmp_path)
    files = make_files(tmp_path, documents)
    with Sandbox(dialect={"stored_amounts": "rounded"}) as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_CLIENT_NAME": "Nordlys"}
        assert "client Nordlys (2218)" in " ".join(call("plan", *files, "--skip-invalid", env=env)[1].split())
        words = ("import", *files, "--yes", "--first-import", "--skip-invalid", "--verify")
        plan = called("plan", *files, "--skip-invalid", "--verify", env=env)[1]["verification"]
        (code, first), _ = called(*words, env=env), called("evidence", "1", "-o", "run.zip", env=env)
        english = openpyxl.load_workbook(first["result"])["Sign-off"]
        rounded = list_read_back_lines(first["result"])
        for document in (each for several in arm.state.documents.values() for each in several):
            sign = -1 if document["documentType"] == "CN" else 1
            document["currencyAmounts"] = {"exclVat": sign * 100.13, "vat": sign * 25.03, "inclVat": sign * 125.16}
        gone, twice = arm.state.documents.pop("f6"), arm.state.documents["f7"]
        twice.append(dict(twice[0]))
        second_code, second = called("verify", first["run"], env=env)
        lines = list_read_back_lines(first["result"])
        arm.state.documents.update(f6=gone, f7=twice[:1])
        third_code, out, _ = call("verify", first["run"], "--lang", "no", env=env)
        checked = called("evidence", "--check", "run.zip", env=env)[1]
        shown = called("show", first["run"], env=env)[1]
    accepted = documents - 2
    assert (plan["documents"], plan["customers"], plan["fits"]) == (documents - 1, 4, True)
    assert (plan["least"]["requests"] < plan["most"]["requests"]) == (documents > 20)
    assert (code, second_code, third_code, checked["ok"]) == (3, 3, 0, True)
    assert "a later comparison with ARM" in checked["checks"][-1]["message"]
    for result in (first, second, shown):
        totals_are_explained(result, documents)
    found = first["verification"]
    assert (found["equal"], found["different"], found["missing"], found["accepted"]) == (4, accepted, 0, accepted + 4)
    assert found["differences"][0]["fields"] == [{"field": "amount", "sent": "125.16", "in_arm": "125"}]
    assert {amount % 1 for _, amount in sums(first, "read_back").values()} == {0}
    assert (found["cost"]["requests"] < documents) == (documents > 20)
    found = second["verification"]
    assert (found["equal"], found["missing"]) == (accepted + 2, 1)
    assert [(each["number"], each["result"], each["documents_in_arm"]) for each in found["differences"]] == [
        ("F6", "absent", 0), ("F7", "different", 2),
    ]  # fmt: skip
    lines_are_right(accepted, rounded, lines, list_read_back_lines(first["result"]))
    assert sums(shown, "read_back") == sums(shown, "accepted")
    assert (shown["verification"]["agrees"], shown["verification"]["left"]) == (True, 0)
    assert all(words in out for words in ("ARM har alle bilag med samme nummer", "og alle kundene."))
    texts = [str(cell.value) for row in english.iter_rows() for cell in row if cell.value is not None]
    assert texts[0] == "Control totals and sign-off: run 1"
    assert "Nordlys (2218)" in texts
    assert any(text.startswith("✗ F1: amount incl. VAT 125.16 sent, 125.00 in ARM") for text in texts)
    explained = "✓ In the files less what is explained = accepted by ARM, in each type and currency."
    assert {"Prepared by", "Approved by", "Run by", explained} <= set(texts)
    assert {part.split(", ")[1] for part in texts if part.startswith(("customers.csv, ", "documents.csv, "))} == set(
        list_hashes(files)
    )
    norwegian = openpyxl.load_workbook(first["result"])["Godkjenning"]
    assert norwegian["A2"].value.startswith("✗ 2 av ")
    assert (norwegian.page_setup.paperSize, norwegian.page_setup.fitToHeight) in {(9, 1), (9, None)}


def lines_are_right(accepted: int, rounded: Lines, lines: Lines, last: Lines) -> None:
    """Problems has a line for each difference, at the cell that it concerns; none is left where all is as sent."""
    assert len(rounded) == accepted
    assert rounded[0] == ("yes", "✗ not as sent", "F1", "Amount incl. VAT", "125.16", SHOWN_ROUNDED)
    assert lines == [
        ("yes", "✗ not as sent", "F6", "Document no", "F6", "Read back: not found in ARM"),
        ("yes", "✗ not as sent", "F7", "Document no", "F7", SHOWN_TWICE),
    ]
    assert last == []


def list_read_back_lines(workbook: str) -> Lines:
    """The lines of Problems about what was read back; each has a link to its cell."""
    book = openpyxl.load_workbook(workbook)
    cells = [row for row in book[book.sheetnames[1]].iter_rows(min_row=2) if len(row) > 9]
    rows = [row for row in cells if row[9].value == "read-back"]
    for row in rows:
        sheet, cell = row[3].value.split("!")
        assert row[3].hyperlink.location in {f"{sheet}!{cell}", f"'{sheet}'!{cell}"}
        assert "Read back" in book[sheet][cell].comment.text
    summary = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(text.startswith("✗") and f"{len(rows)} not as sent" in text for text in summary) == bool(rows)
    assert any("armbulk verify 1" in text for text in summary) == bool(rows)
    return [tuple(row[index].value for index in (0, 1, 4, 5, 6, 7)) for row in rows]


def list_hashes(files: list[str]) -> list[str]:
    """The SHA-256 of files."""
    return [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files]


class Notes(Dialog):
    """Keeps the notes that it shows."""

    shown: ClassVar[list[str]] = []

    def note(self, text: str) -> None:
        """Keep a note."""
        self.shown.append(text)


@pytest.mark.proof
def test_an_interrupted_reading_continues(tmp_path: Path) -> None:
    """What was read is not read again; the run says that it is not finished; nothing is sent."""
    with Sandbox() as arm:
        settings = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}
        with armbulk.connect(settings=settings) as session:
            run = session.import_files(*write_files(tmp_path, customers=2, documents=6, lines=1), first_import=True)
            used = arm.state.usage()["hour.requests"]

            def stop(progress: Progress) -> None:
                if progress.doing == "looking" and progress.done == 3:
                    session.interrupt()

            stopped = session.verify(run.run or 0, dialog=Dialog(stop))
            statuses = [openpyxl.load_workbook(stopped.to_json()["result"])["Sign-off"]["A2"].value]
        with armbulk.connect(settings=settings) as session:
            batches = len(arm.state.batches)
            finished = session.verify(run.run or 0, dialog=Notes())
            statuses.append(openpyxl.load_workbook(stopped.to_json()["result"])["Sign-off"]["A2"].value)
        requests = arm.state.usage()["hour.requests"] - used
    assert (stopped.verification_exit, stopped.to_json()["verification"]["left"]) == (130, 5)
    all_accepted = "All records in the files are valid, sent and accepted by ARM."
    assert statuses == [
        f"✗ {all_accepted} Reading the accepted records back from ARM is not finished.",
        f"✓ {all_accepted} ARM has the accepted records as they were sent.",
    ]
    assert "armbulk verify 1" in stopped.describe()["next_command"]
    assert finished.to_json()["verification"]["agrees"] is True
    assert (requests, len(arm.state.batches)) == (8, batches)
    assert Notes.shown[0].startswith("Reading back 3 documents, 2 customers: 5 requests of ")


def test_a_reading_that_begins_again_uses_no_old_list(tmp_path: Path) -> None:
    """The list is read, and nothing is compared; two days later ARM has lost a document: it is missing."""
    clock = FakeClock()
    with Sandbox(clock=clock.now) as arm:
        settings = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}

        def stop(progress: Progress) -> None:
            if progress.doing == "reading" and progress.done:
                raise KeyboardInterrupt

        with armbulk.connect(settings=settings, clock=clock) as session:
            run = session.import_files(*write_files(tmp_path, customers=2, documents=MANY, lines=1), first_import=True)
            with pytest.raises(KeyboardInterrupt):
                session.verify(run.run or 0, dialog=Dialog(stop))
            del arm.state.documents["f9"]
            clock.at += 2 * 86_400
            read = session.verify(run.run or 0).to_json()["verification"]
    assert (read["equal"], [each["number"] for each in read["differences"]]) == (MANY + 1, ["F9"])
    assert (read["missing"], read["agrees"], read["cost"]["requests"]) == (1, False, 5)


def test_two_processes_do_not_read_back_at_once(tmp_path: Path) -> None:
    """The second one stops before it asks ARM anything; an import does not wait for either."""
    with Sandbox() as arm:
        settings = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}
        with armbulk.connect(settings=settings) as session:
            run = session.import_files(*write_files(tmp_path, customers=1, documents=1, lines=1), first_import=True)
            used = arm.state.usage()["hour.requests"]
            account = session.profile.account
            busy = pytest.raises(armbulk.Unfinished, match="reading records of client 2218 back")
            with session.store.lock_reading_back(account), session.store.lock(account, 0), busy:
                session.verify(run.run or 0)
            assert arm.state.usage()["hour.requests"] == used
            assert session.verify(run.run or 0).verify_error is None
