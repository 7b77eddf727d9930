"""`--report FILE.html`: the figures of the run, no markup of others, nothing from the network, no file replaced."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.commands import call, called
from support.html_page import HtmlPage
from support.journey import write_files

from armbulk.sandbox import Sandbox

NATIONAL_ID = "01019012480"


def edit(file: str, changes: dict[str, str]) -> None:
    """Replace texts of a file: old → new."""
    text = Path(file).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    Path(file).write_text(text, encoding="utf-8")


def make_files(folder: Path) -> list[str]:
    """Customers and documents of which one is rejected, one held back, one in another currency, with markup in them."""
    files = write_files(folder, customers=4, documents=8, lines=1)
    edit(files[0], {"0003;Kunde 3 Æ": "0003;<script>alert(1)</script>", "kunde2@": "kunde 2@"})
    edit(files[1], {"F2;IN;0003": "F2;IN;<img src=http://x.example/>", "F3;IN;0004": "F3;IN;99", "F4;IN": "F4;CN"})
    edit(files[1], {"F5;IN;0002;2026-11-01;2026-11-15;NOK": "F5;IN;0002;2026-11-01;2026-11-15;EUR"})
    return files


def assert_loads_nothing(page: HtmlPage) -> None:
    """No script, no resource, no handler, no link but to the page itself."""
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in page.elements}
    for _tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "srcset", "style"}]
        assert attributes.get("href", "#").startswith("#")


def count(page: HtmlPage) -> dict[str, int]:
    """Outcome → records, as the chart has them."""
    marked = [each for each in page.with_attribute("data-outcome") if "data-type" not in each]
    return {each["data-outcome"]: int(each["data-count"]) for each in marked}


def test_the_report_of_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts and sums are those of the JSON; names and numbers are text; both languages; a person's file is kept."""
    monkeypatch.chdir(tmp_path)
    files, report = make_files(tmp_path), tmp_path / "june.html"
    report.write_text("a page of my own", encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        words = ("import", *files, "--yes", "--first-import", "--skip-invalid", "--report", str(report))
        code, result = called(*words, env=env)
        source = report.read_text(encoding="utf-8")
        norwegian = tmp_path / "juni.html"
        shown = call("show", result["run"], "--report", str(norwegian), "--lang", "no", env=env)
        again = called("results", result["run"], "--report", str(report), env=env)
        missing = call("show", result["run"], "--report", str(tmp_path / "none" / "x.html"), env=env)
    assert (code, result["report"], result["outcomes"]["rejected"], result["outcomes"]["held_back"]) == (
        1, str(report), 1, 1,
    )  # fmt: skip
    page = HtmlPage(source)
    assert_loads_nothing(page)
    assert "<img src" not in source
    assert "<script" not in source
    assert count(page) == {name: number for name, number in result["outcomes"].items() if number}
    by_type = [each for each in page.with_attribute("data-type") if "data-outcome" in each]
    assert sum(int(each["data-count"]) for each in by_type) == result["rows"]
    totals: dict[str, list[Any]] = {}
    for each in page.with_attribute("data-total"):
        totals.setdefault(each["data-total"], []).append((int(each["data-count"]), Decimal(each["data-amount"] or 0)))
    assert sum(number for number, _ in totals["in_file"]) == result["rows"]
    assert sum(number for number, _ in totals["accepted"]) == result["rows"] - 2
    sums = {name: sum(amount for _, amount in parts) for name, parts in totals.items()}
    assert sums == {"in_file": Decimal(1000), "valid": Decimal(875), "sent": Decimal(875), "accepted": Decimal(750)}
    assert [row[:2] for row in page.problems("rejected")] == [["F3", "documents!C4"]]
    [[number, cell, message, advice]] = page.problems("held-back")
    assert (number, cell) == ("F2", "documents!C3")
    assert "<img src=http://x.example/>" in message
    assert advice
    assert len(page.problems("warnings")) == 1
    assert (tmp_path / "june.html.bak").read_text(encoding="utf-8") == "a page of my own"
    assert (again[0], again[1]["report"], (tmp_path / "june.html.bak2").exists()) == (0, str(report), False)
    other = HtmlPage(norwegian.read_text(encoding="utf-8"))
    assert shown[0] == 0
    assert norwegian.name in shown[1]
    assert_loads_nothing(other)
    assert count(other) == count(page)
    assert "Hva gjør du nå?" in other.text
    assert "Finished" not in other.text
    assert (missing[0], "--report" in missing[2]) == (2, True)


def test_a_report_when_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors in the files are listed by cell, identity numbers masked; a wrong target stops before anything is sent."""
    monkeypatch.chdir(tmp_path)
    files = make_files(tmp_path)
    edit(files[0], {"0001;": f"{NATIONAL_ID};"})
    edit(files[1], {";0001;": f";{NATIONAL_ID};"})
    edit(files[1], {f"{NATIONAL_ID};2026-11-01": f"{NATIONAL_ID};2026-11-41"})
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        code, result = called("import", *files, "--yes", "--first-import", "--report", "stopped.html", env=env)
        wrong = [
            call("import", *files, "--yes", "--skip-invalid", *more, env=env)[0]
            for more in (
                ("--report", "june.xlsx"),
                ("--report", "june.html", "-o", "june.html"),
                ("--report", "june.html", "--dry-run"),
                ("--report", "none/june.html"),
            )
        ]
        assert not arm.state.batches
    source = (tmp_path / "stopped.html").read_text(encoding="utf-8")
    page = HtmlPage(source)
    assert (code, result["report"], wrong) == (1, "stopped.html", [2, 2, 2, 2])
    assert_loads_nothing(page)
    assert count(page) == {name: number for name, number in result["outcomes"].items() if number}
    assert ["F2", "documents!C3"] in [row[:2] for row in page.problems("errors")]
    assert len(page.problems("errors")) == result["counts"]["error"]
    assert NATIONAL_ID not in source
    assert not (tmp_path / "june.html").exists()
