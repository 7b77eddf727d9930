"""Files with changed bytes are read, or refused by name."""

import contextlib
import io
import os
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.damaged_files import STYLES, book, number, row, text

from armbulk.errors import ArmbulkError
from armbulk.readers import read_sheets
from armbulk.validation.check import check_sheets

SOAK = int(os.environ.get("ARMBULK_SOAK", "0"))  # examples of a long run
EXAMPLES = SOAK or settings().max_examples * 3 // 2  # few in `make test`, more in `make proofs`
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=not SOAK,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
HEADER = row(1, text("A1", "Kundenr"), text("B1", "Navn"), text("C1", "Postnr"), text("D1", "Kredittgrense"))
BODY = row(2, text("A2", "K1"), '<c r="B2" t="s"><v>0</v></c>', number("C2", "150", 3), number("D2", "12.5"))
BOOK = book(HEADER + BODY + row(3, number("A3", "45715", 1), text("B3", "x")), styles=STYLES)
CSV = 'Kundenr;Navn;Postnr\nK1;"Kari; Æ";0150\nK2;Ola\nK3;"a\nb";1\n'.encode()
LETTERS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


def survives(path: Path) -> None:
    """The file is read and checked, or refused by name."""
    with contextlib.suppress(ArmbulkError):
        check_sheets(read_sheets(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all mutants."""
    return tmp_path_factory.mktemp("fuzz")


def mutated(content: bytes, places: list[tuple[int, int]], cut: int) -> bytes:
    """Some bytes changed, the end cut off."""
    made = bytearray(content)
    for at, value in places:
        made[at % len(made)] = value
    return bytes(made[: len(made) - cut % len(made)] if cut else made)


PLACES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12)


@pytest.mark.promise("P11")
@BOUNDED
@given(PLACES, st.integers(0, 3))
def test_bytes_of_a_workbook(folder: Path, places: list[tuple[int, int]], cut: int) -> None:
    """A workbook with changed bytes in its archive is read, or refused by name."""
    path = folder / "a.xlsx"
    path.write_bytes(mutated(BOOK, places, cut))
    survives(path)


@pytest.mark.promise("P11")
@BOUNDED
@given(st.sampled_from(zipfile.ZipFile(io.BytesIO(BOOK)).namelist()), PLACES, LETTERS, st.integers(0, 5_000))
def test_parts_of_a_workbook(folder: Path, part: str, places: list[tuple[int, int]], words: str, at: int) -> None:
    """A workbook with changed XML in one part is read, or refused by name."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as sound:
        contents = {name: sound.read(name) for name in sound.namelist()}
    old = mutated(contents[part], places, 0)
    contents[part] = old[: at % len(old)] + words.encode() + old[at % len(old) :]
    with zipfile.ZipFile(folder / "b.xlsx", "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    survives(folder / "b.xlsx")


@pytest.mark.promise("P11")
@BOUNDED
@given(
    st.lists(st.tuples(st.sampled_from(["n", "s", "str", "inlineStr", "b", "e", "d", "q"]), LETTERS, st.integers(0, 9)))
)
def test_cells_of_a_workbook(folder: Path, cells: list[tuple[str, str, int]]) -> None:
    """A workbook with any content in cells of any type is read, or refused by name."""
    safe = [(kind, escape("".join(c for c in value if c >= " ")), style) for kind, value, style in cells]
    made = "".join(
        row(place, f'<c r="A{place}" t="{kind}" s="{style}"><v>{value}</v></c>')
        for place, (kind, value, style) in enumerate(safe, start=2)
    )
    (folder / "c.xlsx").write_bytes(book(HEADER + made, styles=STYLES))
    survives(folder / "c.xlsx")


@pytest.mark.promise("P11")
@BOUNDED
@given(PLACES, st.integers(0, 40), LETTERS)
def test_bytes_of_a_csv(folder: Path, places: list[tuple[int, int]], cut: int, words: str) -> None:
    """A CSV file with changed bytes is read, or refused by name."""
    path = folder / "d.csv"
    path.write_bytes(mutated(CSV, places, cut) + words.encode())
    survives(path)


@settings(BOUNDED, max_examples=EXAMPLES * 2)
@given(
    st.lists(st.lists(st.text(alphabet="ab 1;,\t'é\u2028", max_size=6), min_size=2, max_size=4), min_size=2, max_size=8)
)
def test_quoted_and_plain_csv_are_read_alike(folder: Path, table: list[list[str]]) -> None:
    """The fast way (without a quote) and the careful way (with quotes) read the same cells at the same lines."""
    plain = [[cell.replace(";", "").replace(",", "").replace("\t", "") for cell in line] for line in table]
    fast = "\n".join(";".join(line) for line in plain)
    careful = "\n".join(";".join(f'"{cell}"' for cell in line) for line in plain)
    frames = []
    for content in (fast, careful):
        (folder / "e.csv").write_text(f"h;i;j;k\n{content}\n", encoding="utf-8")
        sheet = read_sheets(folder / "e.csv")[0]
        frames.append((sheet.frame.rows(), sheet.letters, sheet.issues))
    assert frames[0] == frames[1]
