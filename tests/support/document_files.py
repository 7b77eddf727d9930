"""The same six documents in fifty files that look different."""

import random
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl

from armbulk.app.plan import build_plan
from armbulk.planning.plan import ImportOptions
from armbulk.validation.check import check_files
from support.journey import Journey, journey, outcomes

HEAD = ("Document no", "Document type", "Customer no", "Document date", "Due date", "Currency",
        "Amount excl. VAT", "VAT", "Amount incl. VAT")  # fmt: skip
NORSK = ("Fakturanr", "Bilagstype", "Kundenr", "Fakturadato", "Forfallsdato", "Valuta",
         "Beløp eks. mva", "Mva", "Beløp inkl. mva")  # fmt: skip
NUMBERS = ["F-1å", "f2", "0003", "FAK/4", "No 5", "ÆØÅ-6"]
CUSTOMERS = "Customer no;Name\n0001;Kunde Æ\n"
LINES = ("Document no", "Line no", "Line text", "Amount excl. VAT", "VAT", "Amount incl. VAT")


def rows(numbers: list[str]) -> list[tuple[str, ...]]:
    """A document of 125 kroner for each number."""
    return [(number, "IN", "0001", "2026-11-01", "2026-11-15", "NOK", "100", "25", "125") for number in numbers]


def csv(folder: Path, name: str, numbers: list[str], head: tuple[str, ...] = HEAD, **ways: Any) -> list[str]:
    """Customers, documents and their lines as CSV."""
    order = ways.get("order") or range(len(head))
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    body = [head, *rows(numbers)]
    text = "\n".join(ways.get("separator", ";").join(row[place] for place in order) for row in body) + "\n"
    (folder / f"{name}.csv").write_text(text, encoding=ways.get("encoding", "utf-8"), newline=ways.get("newline"))
    lines = [LINES, *((number, "1", "Vare", "100", "25", "125") for number in numbers)]
    (folder / f"{name}-lines.csv").write_text("\n".join(";".join(row) for row in lines) + "\n", encoding="utf-8")
    return [str(folder / "customers.csv"), str(folder / f"{name}.csv"), str(folder / f"{name}-lines.csv")]


def xlsx(
    folder: Path, name: str, numbers: list[str], head: tuple[str, ...] = HEAD, *, again: bool = False
) -> list[str]:
    """The same as a workbook; `again` opens and saves it once more."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Documents"
    for row in [head, *rows(numbers)]:
        page.append(row)
    lines = book.create_sheet("Lines")
    for row in [LINES, *((number, "1", "Vare", "100", "25", "125") for number in numbers)]:
        lines.append(row)
    people = book.create_sheet("Customers")
    people.append(["Customer no", "Name"])
    people.append(["0001", "Kunde Æ"])
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name}.xlsx"
    book.save(path)
    if again:
        openpyxl.load_workbook(path).save(path)
    return [str(path)]


def changed(change: Callable[[str], str]) -> list[str]:
    """The numbers, written otherwise."""
    return [change(number) for number in NUMBERS]


def shuffled(seed: int) -> list[str]:
    """The numbers in another order."""
    found = list(NUMBERS)
    random.Random(seed).shuffle(found)
    return found


VARIANTS: dict[str, Callable[[Path], list[str]]] = {
    "renamed": lambda folder: csv(folder, "other name", NUMBERS),
    "another folder": lambda folder: csv(folder / "deep" / "down", "documents", NUMBERS),
    "upper case": lambda folder: csv(folder, "d", changed(str.upper)),
    "lower case": lambda folder: csv(folder, "d", changed(str.lower)),
    "swapped case": lambda folder: csv(folder, "d", changed(str.swapcase)),
    "blanks around": lambda folder: csv(folder, "d", changed(lambda one: f"  {one} ")),
    "no-break space behind": lambda folder: csv(folder, "d", changed(lambda one: f"{one}\u00a0")),
    "decomposed letters": lambda folder: csv(folder, "d", changed(lambda one: unicodedata.normalize("NFD", one))),
    "composed letters": lambda folder: csv(folder, "d", changed(lambda one: unicodedata.normalize("NFC", one))),
    "Norwegian headers": lambda folder: csv(folder, "d", NUMBERS, NORSK),
    "other column order": lambda folder: csv(folder, "d", NUMBERS, order=(8, 7, 6, 5, 4, 3, 2, 1, 0)),
    "tabs": lambda folder: csv(folder, "d", NUMBERS, separator="\t"),
    "commas": lambda folder: csv(folder, "d", NUMBERS, separator=","),
    "windows-1252": lambda folder: csv(folder, "d", NUMBERS, encoding="cp1252"),
    "UTF-16": lambda folder: csv(folder, "d", NUMBERS, encoding="utf-16"),
    "UTF-8 with BOM": lambda folder: csv(folder, "d", NUMBERS, encoding="utf-8-sig"),
    "Windows line ends": lambda folder: csv(folder, "d", NUMBERS, newline="\r\n"),
    "old Mac line ends": lambda folder: csv(folder, "d", NUMBERS, newline="\r"),
    "a workbook": lambda folder: xlsx(folder, "d", NUMBERS),
    "a workbook saved again": lambda folder: xlsx(folder, "d", NUMBERS, again=True),
    "a Norwegian workbook": lambda folder: xlsx(folder, "d", NUMBERS, NORSK),
    "a workbook in upper case": lambda folder: xlsx(folder, "d", changed(str.upper), again=True),
    "a workbook with blanks": lambda folder: xlsx(folder, "d", changed(lambda one: f" {one}  ")),
    "first half": lambda folder: csv(folder, "d", NUMBERS[:3]),
    "second half": lambda folder: csv(folder, "d", NUMBERS[3:]),
    **{f"only {number}": lambda folder, number=number: csv(folder, "d", [number]) for number in NUMBERS},
    **{
        f"only {number}, as a workbook": lambda folder, number=number: xlsx(folder, "d", [number]) for number in NUMBERS
    },
    **{f"sorted {seed}": lambda folder, seed=seed: csv(folder, "d", shuffled(seed)) for seed in range(7)},
    **{f"sorted workbook {seed}": lambda folder, seed=seed: xlsx(folder, "d", shuffled(seed)) for seed in range(6)},
}  # type: ignore[dict-item]


@contextmanager
def sent_documents(folder: Path) -> Iterator[Journey]:
    """A client whose six documents have been sent."""
    with journey(folder) as way:
        first = way.run(csv(folder, "documents", NUMBERS))
        assert outcomes(first) == {"created": 7}
        yield way


def sends_nothing(sent: Journey, folder: Path, name: str) -> None:
    """Import one of these files: none of its documents is sent again, and the run that sent them is named."""
    files = VARIANTS[name](folder)
    expected = 3 if "half" in name else 1 if name.startswith("only") else 6
    ready = build_plan(sent.bench, sent.store, check_files(files), ImportOptions())
    documents = ready.items.filter(ready.items["resource"] == "documents")
    assert documents["outcome"].to_list() == ["already_sent"] * expected
    assert set(documents["message"]) == {"Sent in run 1"}
