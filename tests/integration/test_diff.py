"""`armbulk diff` shows what an import would send, and reads ARM no more than needed."""

from __future__ import annotations

import json
import random
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from support.commands import call, called
from support.exports import export_list
from support.journey import Journey, journey, write_files

from armbulk.app.dialog import Dialog
from armbulk.app.prose import render_prose
from armbulk.app.session import Session
from armbulk.errors import Interrupted, UsageError
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.model.keys import normalise_key_text
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from armbulk.app.diff.comparison import FileComparison

HEADERS = {"Customer no": "", "Name": "Kunde", "Address line 1": "Storgata", "Postal code": "0150", "City": "Oslo",
           "Phone": "22334455", "Email": "a@eksempel.no", "Organisation no": "984842252"}  # fmt: skip
OTHERS = {"Name": "Andre", "Address line 1": "Nye vei 9", "Postal code": "4600", "City": "Kristiansand",
          "Phone": "99887766", "Email": "b@eksempel.no", "Organisation no": "974760673"}  # fmt: skip
PATHS = {"Name": ("name",), "Address line 1": ("postalAddress", "addressLine1"),
         "Postal code": ("postalAddress", "postalCode"), "City": ("postalAddress", "cityName"), "Phone": ("phoneNo",),
         "Email": ("emailAddressDocument",), "Organisation no": ("organizationNo",)}  # fmt: skip


def row(number: int, **more: str | None) -> dict[str, str | None]:
    """A row of a sheet of customers."""
    return {**HEADERS, "Customer no": f"{number:05d}", **more}


def at_arm(values: dict[str, str | None]) -> dict[str, Any]:
    """What ARM has of a row."""
    record: dict[str, Any] = {"customerNo": values["Customer no"]}
    for header, (*groups, name) in PATHS.items():
        inner = record
        for group in groups:
            inner = inner.setdefault(group, {})
        value = values[header] or ""
        inner[name] = [value] if header == "Email" else value
    rest = {"addressLine2": "B", "addressLine3": "", "countryText": "", "countryCode": "NO"}
    record["postalAddress"] |= rest
    return record


def write(path: Path, rows: list[dict[str, str | None]]) -> str:
    """A workbook of customers."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Customers"
    page.append(list(rows[0]))
    for values in rows:
        page.append(list(values.values()))
    book.save(path)
    return str(path)


def compare(made: Journey, file: str, **options: Any) -> FileComparison:
    """Compare a file as a script does."""
    with Session(made.bench.profile, made.clock) as session:
        compared = session.diff(file, **options)
    assert compared is not None
    return compared


def calls(made: Journey) -> int:
    """How many calls ARM has got, without those for a login."""
    return sum("/clients/" in request.path for request in made.sandbox.state.requests)


def read_only(made: Journey) -> bool:
    """Whether nothing was sent."""
    return all(request.method == "GET" for request in made.sandbox.state.requests if "/clients/" in request.path)


# ── the same set ────────────────────────────────────────────────────────────────────────────────────────────────────


def scramble(chance: random.Random, values: dict[str, str | None], *, clears: bool) -> dict[str, str | None]:
    """The row with some other values, blanks, and cells that clear a field."""
    changed = dict(values)
    for header in chance.sample(list(OTHERS), chance.choice((0, 0, 1, 2, 3))):
        other = OTHERS[header] if header != "Postal code" else chance.choice(("4600", "0151"))
        blank = None if header != "Name" else other
        changed[header] = chance.choice((other, other, blank, "<clear>" if clears and header != "Name" else other))
    return changed


def play(made: Journey, folder: Path, seed: int, mode: str) -> None:
    """A random history of a client; then diff shows exactly what the import sends."""
    chance = random.Random(seed)
    count = 40 if seed % 2 else 8  # read from the list, or looked up one by one
    before = [scramble(chance, row(number), clears=False) for number in range(count)]
    for values in before:
        if chance.random() < 0.4:
            made.sandbox.state.add_customer(at_arm(values))
    options: dict[str, Any] = {"overwrite": mode == "overwrite", "update": mode in {"update", "export"}}
    if mode == "export":
        file = folder / "now.xlsx"
        request = build_list_request("customers", ExportArguments(file))
        assert export_list(made.bench, request, "en", waits=True, fresh=False, on_progress=lambda _: None).complete
        edit(chance, file)
    else:
        send(made, write(folder / "first.xlsx", chance.sample(before, count // 2)), {"overwrite": True})
        rows = [scramble(chance, values, clears=options["update"]) for values in before]
        file = folder / "now.xlsx"
        write(file, chance.sample([*rows, row(90_000 + seed)], count))
    for number in chance.sample(range(count), count // 3):  # others work in ARM, too
        if f"{number:05d}" in made.sandbox.state.customers:
            others = {chance.choice(("phoneNo", "organizationNo")): chance.choice(("40000001", "974760673"))}
            made.sandbox.put_customer({"customerNo": f"{number:05d}", **others}, create=False)
    shown = compare(made, str(file), **options)
    outcomes, sent = send(made, str(file), options)
    assert {key: json.loads(payload) for key, payload in shown.sends.items()} == sent, (seed, mode)
    counts = shown.counts
    assert counts["conflict"] == outcomes["conflict"], (seed, mode)
    assert counts["unchanged"] + counts["changed_in_arm"] == outcomes["unchanged"], (seed, mode)


def edit(chance: random.Random, file: Path) -> None:
    """Edit an exported workbook with another program."""
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    columns = {cell.value: cell.column for cell in page[1]}
    for number in range(2, page.max_row + 1):
        for header in chance.sample(list(OTHERS), chance.choice((0, 1, 2))):
            if header in columns and header not in {"Postal code", "Name"}:
                page.cell(number, columns[header]).value = chance.choice((OTHERS[header], None, "<clear>"))
    book.save(file)


def send(made: Journey, file: str, options: dict[str, Any]) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Import as a script does: the outcomes, and what left this machine."""
    before = len(made.sandbox.state.requests)
    with Session(made.bench.profile, made.clock) as session:
        result = session.import_files(file, target=f"{file}.result.xlsx", **options)
    posted = [request for request in made.sandbox.state.requests[before:] if request.method in {"POST", "PUT"}]
    bodies = [json.loads(request.body) for request in posted if request.path.endswith("/customers/batches")]
    records = [record for body in bodies for record in body["customers"]]
    return dict(result.counts), {normalise_key_text(record["customerNo"]): record for record in records}


@pytest.mark.parametrize("mode", ["new", "update", "export", "overwrite"])
@pytest.mark.first_cases(2)
def test_the_import_sends_what_diff_shows(tmp_path: Path, mode: str) -> None:
    """Whatever ARM has and the file says: the same customers, with the same values."""
    with journey(tmp_path, size="XL") as made:
        play(made, tmp_path, 7, mode)


@pytest.mark.proof
@pytest.mark.parametrize("mode", ["new", "update", "export", "overwrite"])
def test_the_import_sends_what_diff_shows_of_many(tmp_path: Path, mode: str) -> None:
    """The same with more random histories."""
    for seed in range(10, 20):
        (tmp_path / str(seed)).mkdir()
        with journey(tmp_path / str(seed), size="XL") as made:
            play(made, tmp_path / str(seed), seed, mode)


# ── what it costs ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.proof
def test_a_fresh_list_costs_nothing(tmp_path: Path) -> None:
    """What was read counts for some minutes, for other files too; an import from here ends that, and so does time."""
    with journey(tmp_path, size="XL") as made:
        for number in range(60):
            made.sandbox.state.add_customer(at_arm(row(number)))
        file = write(tmp_path / "a.xlsx", [row(number, Phone="40000001") for number in range(30)])
        shown = compare(made, file)
        assert (shown.arm.price.method, calls(made), read_only(made)) == ("list", 2, True)
        assert (shown.counts["conflict"], shown.only_in_arm) == (30, 30)
        other = write(tmp_path / "b.xlsx", [row(number) for number in range(25, 65)])
        again = compare(made, other)
        assert (again.arm.price.method, calls(made)) == ("kept", 2)
        assert (again.counts["unchanged"], again.counts["new"], again.only_in_arm) == (35, 5, 25)
        made.clock.at += 16 * 60
        assert compare(made, file, fresh=20).to_json()["read"]["age_seconds"] == 16 * 60
        assert calls(made) == 2
        (kept,) = (tmp_path / "home" / "exports").glob("kept-*.db")
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        made.clock.at += 21 * 60
        with Session(made.bench.profile, made.clock) as session:
            session.check(file)
        assert not kept.exists()  # whatever the next command is
        compare(made, file)
        assert calls(made) == 4
        send(made, other, {})
        assert compare(made, file).arm.price.method == "list"
        compare(made, file, fresh=0)
        assert not kept.exists()


def test_a_customer_that_the_list_has_twice_is_named(tmp_path: Path) -> None:
    """It is compared with what its look-up shows, not with any record of the list, and it is no customer more."""
    with journey(tmp_path, size="XL") as made:
        for number in range(40):
            made.sandbox.state.add_customer(at_arm(row(number)))
        made.sandbox.state.customers["another"] = {**made.sandbox.state.customers["00003"], "phoneNo": "90000000"}
        shown = compare(made, write(tmp_path / "a.xlsx", [row(number) for number in range(30)]))
        report = shown.to_json()
        assert (shown.arm.price.method, report["twice_in_arm"]) == ("list", ["00003"])
        assert (shown.counts["unchanged"], shown.differs) == (30, False)
        texts = render_prose("diff", report, "nb", import_command="", **shown.describe(report, details=False))
        assert "ARMs liste har 1 av disse kundene flere ganger (00003)" in " ".join(texts.split())
        written = openpyxl.load_workbook(shown.write(tmp_path / "diff.xlsx"))["Summary"]
        assert ("Customers that ARM's list has more than once", "00003") in {
            each[:2] for each in written.iter_rows(values_only=True)
        }


@pytest.mark.proof
def test_an_interrupted_reading_continues(tmp_path: Path) -> None:
    """What was read before Ctrl-C is not read again: of the list, and of single look-ups."""
    with journey(tmp_path, size="XL") as made:
        for number in range(2_500):
            made.sandbox.state.add_customer(at_arm(row(number)))
        file = write(tmp_path / "a.xlsx", [row(number, Phone="40000001") for number in range(100)])
        few = write(tmp_path / "b.xlsx", [row(number, Phone="40000001") for number in range(100, 110)])
        for name, stop in ((file, 3), (few, 5)):
            before = calls(made)

            def interrupt(*_: object, before: int = before, stop: int = stop) -> None:
                made.clock.interrupted = calls(made) - before >= stop

            with pytest.raises(Interrupted):
                compare(made, name, dialog=Dialog(interrupt), fresh=0)
            made.clock.interrupted = False
            shown = compare(made, name, fresh=0)
            assert shown.differs
            assert calls(made) - before == {file: 4, few: 10}[name]


@pytest.mark.proof
def test_a_high_price_is_asked_about(tmp_path: Path) -> None:
    """What takes half of an hour's limits is read with a yes only; a script uses --yes."""
    with Sandbox(size="S") as arm:
        for number in range(5_000):
            arm.state.add_customer({"customerNo": f"{number:05d}", "name": "Kunde"})
        file = write(tmp_path / "a.xlsx", [row(number) for number in range(100)])
        code, said = called("diff", file, env=arm.settings)
        assert (code, said["error"]["code"]) == (2, "question")
        code, out, err = call("diff", file, "--yes", "--json", "--exit-code", env=arm.settings)
        assert "The comparison reads ARM's list of 5 000 customers. This takes 5 requests (of 375 an hour)" in err
        assert (code, json.loads(out)["customers"]["only_in_arm"]) == (1, 4_900)


# ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", ["en", "no"])
def test_what_is_shown_and_written(tmp_path: Path, lang: str) -> None:
    """Each value with its cell, personal numbers masked, blank cells counted, files in three formats; exit code 1."""
    with Sandbox() as arm:
        arm.state.add_customer({**at_arm(row(1)), "bankAccountNo": "15400237168"})
        arm.state.add_customer({**at_arm(row(2)), "bankAccountNo": "15400237168"})
        rows = [
            row(1, Phone="40000001", **{"Bank account": "86011117947"}),
            row(2, **{"Bank account": None}),
            row(3, **{"Bank account": None}),
            row(4, **{"Bank account": None, "Name": None}),
        ]
        file, env = write(tmp_path / "a.xlsx", rows), arm.settings
        code, said = called("diff", file, "--lang", lang, env=env)
        counts = {name: count for name, count in said["customers"].items() if count}
        assert (code, counts) == (1, {"new": 1, "conflict": 1, "unchanged": 1, "not_compared": 1})
        assert [finding["cell"] for finding in said["findings"]] == ["Customers!B5"]
        cells = {change["cell"]: (change["at_arm"], change["in_file"]) for change in said["changes"]}
        assert cells == {"Customers!F2": ("22334455", "40000001"), "Customers!I2": ("•" * 9 + "68", "•" * 9 + "47")}
        assert [(blank["field"], blank["customers"]) for blank in said["blank_cells"]] == [("bank_account_no", 1)]
        code, out, _ = call("diff", file, "--lang", lang, "-o", str(tmp_path / "d.xlsx"), env=env)
        assert ("? To decide   1 customer." if lang == "en" else "? Må avgjøres 1 kunde.") in out
        assert "Customers!F2  00001" in out
        undecided = write(tmp_path / "e.xlsx", [row(1, Phone="40000001")])
        out = call("diff", undecided, "--lang", lang, env=env)[1]
        assert (
            "without asking you: " if lang == "en" else "uten å spørre deg: "
        ) + f"armbulk import {undecided}" in out
        book = openpyxl.load_workbook(tmp_path / "d.xlsx")
        assert len(book.sheetnames) == 4
        assert [value for values in book.worksheets[1].values for value in values].count("00001") == 2
        assert call("check", str(tmp_path / "d.xlsx"), env=env)[0] == 2  # it cannot be imported by mistake
        for name in ("d.csv", "d.json"):
            assert call("diff", file, "-o", str(tmp_path / name), env=env)[0] == 1
            assert "Customers!F2" in (tmp_path / name).read_text(encoding="utf-8")
        assert call("diff", file, "-o", file, env=env)[0] == 2
        assert call("diff", file, "-o", "d.txt", env=env)[0] == 2


def test_conflicts_with_an_export_show_three_values(tmp_path: Path) -> None:
    """A workbook from an export is compared as a change, without --update; the value that it had is named."""
    with journey(tmp_path) as made:
        made.sandbox.state.add_customer(at_arm(row(1)))
        request = build_list_request("customers", ExportArguments(tmp_path / "c.xlsx"))
        export_list(made.bench, request, "en", waits=True, fresh=False, on_progress=lambda _: None)
        made.sandbox.put_customer({"customerNo": "00001", "phoneNo": "40000001"}, create=False)
        book = openpyxl.load_workbook(tmp_path / "c.xlsx")
        page = book.worksheets[0]
        column = next(cell.column for cell in page[1] if cell.value == "Phone")
        page.cell(2, column).value = "99887766"
        book.save(tmp_path / "c.xlsx")
        shown = compare(made, str(tmp_path / "c.xlsx"))
        (change,) = shown.list_changes()
        values = (change["exported"], change["at_arm"], change["in_file"], change["reason"])
        assert values == ("22334455", "40000001", "99887766", "changed-since-export")
        report = shown.to_json()
        prose = render_prose("diff", report, "en", import_command="", **shown.describe(report, details=False))
        assert "✗ Conflict    1 customer." in prose
        assert "40000001 → 99887766 (Changed in ARM since the export; the export had 22334455)" in prose


def test_documents_are_looked_up(tmp_path: Path) -> None:
    """New ones, the same, and others with their number: as an import finds them; what is known here costs nothing."""
    files = write_files(tmp_path, customers=2, documents=4)
    with journey(tmp_path, size="XL") as made, Session(made.bench.profile, made.clock) as session:
        session.import_files(*files, first_import=True, target=tmp_path / "r.xlsx")
        text = (tmp_path / "documents.csv").read_text(encoding="utf-8")
        (tmp_path / "documents.csv").write_text(
            text.replace("F2;IN;0001;2026-11-01", "F2;IN;0001;2026-11-02").replace("F4;", "F9;"), encoding="utf-8"
        )
        lines = (tmp_path / "lines.csv").read_text(encoding="utf-8")
        (tmp_path / "lines.csv").write_text(lines.replace("F4;", "F9;"), encoding="utf-8")
        before = calls(made)
        shown = session.diff(*files[1:])
        assert shown is not None
        assert {name: count for name, count in shown.document_counts.items() if count} == {
            "new": 1,
            "same": 2,
            "other": 1,
        }
        assert calls(made) - before == 1  # of F9
        env = {**made.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "other")}
        said = called("diff", *files[1:], env=env)[1]
        assert (said["documents"], said["sends"]["documents"]) == (shown.document_counts, 1)
        assert [(each["document_no"], each["state"], each["message"]) for each in said["document_records"]] == [
            (
                "F2",
                "other",
                "ARM has another document with this number: date is 2026-11-01 in ARM, 2026-11-02 in this file",
            ),
            ("F9", "new", ""),
        ]


def test_wrong_files(tmp_path: Path) -> None:
    """A workbook of another client's export, and files without records, are refused as an import refuses them."""
    with journey(tmp_path) as made:
        made.sandbox.state.add_customer(at_arm(row(1)))
        request = build_list_request("customers", ExportArguments(tmp_path / "c.xlsx"))
        export_list(made.bench, request, "en", waits=True, fresh=False, on_progress=lambda _: None)
        profile = replace(made.bench.profile, client_no="9")
        with Session(profile, made.clock) as session, pytest.raises(UsageError) as refused:
            session.diff(str(tmp_path / "c.xlsx"))
        assert refused.value.code == "other-clients-export"


@pytest.mark.parametrize("update", [False, True])
def test_an_address_keeps_what_the_file_lacks(tmp_path: Path, update: bool) -> None:
    """ARM replaces an address as a whole: what the file lacks is sent as ARM has it, and named before."""
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0.01"}
        arm.state.add_customer(at_arm(row(1)))
        file = write(tmp_path / "a.xlsx", [row(1, **{"Address line 1": "Nye vei 9"})])
        options = ("--update",) if update else ()
        compared = called("diff", file, *options, env=env)[1]
        kept = [(part["cell"], part["field"], part["at_arm"]) for part in compared["kept_values"]]
        assert kept == [("Customers!A2", "address_line_2", "B"), ("Customers!A2", "country_code", "NO")]
        assert [part["customers"] for part in compared["kept_parts"]] == [1, 1]
        assert [change["field"] for change in compared["changes"]] == ["address_line_1"]
        assert "00001  Address line 2: B stays" in call("diff", file, "--details", *options, env=env)[1]
        for name in ("d.csv", "d.xlsx"):
            call("diff", file, *options, "-o", str(tmp_path / name), env=env)
        assert "Address line 2" in (tmp_path / "d.csv").read_text(encoding="utf-8")
        rows = list(openpyxl.load_workbook(tmp_path / "d.xlsx")["Address parts that stay"].values)
        assert any("Address line 2" in values and "B" in values for values in rows)
        called("import", file, *options, "--overwrite", "--yes", env=env)
        address = arm.state.customers["00001"]["postalAddress"]
        assert (address["addressLine1"], address["addressLine2"], address["countryCode"]) == ("Nye vei 9", "B", "NO")
