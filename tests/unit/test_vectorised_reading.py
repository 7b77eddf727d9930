"""Worksheets are read in two ways, vectorised and from XML events; both read the same, whatever the file contains."""

import os
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.damaged_files import Case, cases, pack, parts
from support.paths import SAMPLES
from support.worksheet_dialects import STYLES, Parts, damaged_worksheets, worksheets

from armbulk.errors import FileError
from armbulk.model.sheet import Sheet
from armbulk.readers import read_sheets, xlsx, xlsx_pieces, xlsx_texts
from armbulk.readers.xlsx_pieces import MIN_BYTES, OtherShapeError
from armbulk.readers.xlsx_values import unescape_text, unescape_texts

SOAK = int(os.environ.get("ARMBULK_SOAK", "0"))  # examples of a long run
EXAMPLES = settings().max_examples
BOUNDED = settings(
    max_examples=SOAK or (EXAMPLES * 3 if EXAMPLES >= 100 else EXAMPLES),  # few in `make test`
    derandomize=not SOAK,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
CASES = [case for case in cases() if case.name.endswith(".xlsx") and not case.name.startswith("bomb")]
PIECES = st.sampled_from([60, 1 << 22])  # bytes that are read at once


def refuse(*_: object) -> None:
    """What a vectorised reader does with a part of another shape."""
    raise OtherShapeError


def careful(*_: object) -> None:
    """What the careful reader must not do in a test."""
    raise AssertionError


def read(path: Path, monkeypatch: pytest.MonkeyPatch, **replaced: Callable[..., None]) -> list[object]:
    """Everything that is known of a file's sheets, or how it is refused."""
    with monkeypatch.context() as patch:
        if "vectorised" in replaced:
            patch.setattr(xlsx.VectorisedReader, "read", replaced["vectorised"])
            patch.setattr(xlsx_texts, "read_vectorised", replaced["vectorised"])
        if "careful" in replaced:
            patch.setattr(xlsx.WorksheetReader, "read", replaced["careful"])
            patch.setattr(xlsx_texts, "read_carefully", replaced["careful"])
        try:
            return [describe(sheet) for sheet in read_sheets(path)]
        except FileError as error:
            return [error.code, str(error.message), str(error.hint)]


def describe(sheet: Sheet) -> list[object]:
    """Everything that is known of a sheet."""
    others = [getattr(sheet, field.name) for field in fields(sheet) if field.name != "frame"]
    return [sheet.frame.schema, sheet.frame.rows(), *others]


def write(path: Path, content: Parts) -> None:
    """A workbook with these parts."""
    sheet = {"xl/worksheets/sheet1.xml": content.worksheet, "xl/sharedStrings.xml": content.strings}
    path.write_bytes(pack({**parts(styles=STYLES, workbook=content.workbook), **sheet}))


@pytest.fixture(autouse=True)
def small_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts are read vectorised, too."""
    monkeypatch.setattr(xlsx_pieces, "MIN_BYTES", 0)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The path of a workbook."""
    return tmp_path / "k.xlsx"


@BOUNDED
@given(content=worksheets() | damaged_worksheets(), piece=PIECES)
def test_both_readers_read_the_same(book: Path, monkeypatch: pytest.MonkeyPatch, content: Parts, piece: int) -> None:
    """Cells, hidden rows, merged cells, formulas and refusals are the same, whatever wrote or damaged the file."""
    write(book, content)
    monkeypatch.setattr(xlsx_pieces, "PIECE_BYTES", piece)
    assert read(book, monkeypatch) == read(book, monkeypatch, vectorised=refuse)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1" /<c r="B1"><v>1</v></c></row>', '<row r="1"><c r="A1"/><v>1</v></c></row>',
        '<row r="1">\n<c r="A1"><f>1+1</f><v>  </v></c></row>', '<row r="1"><c r="A1"><f>1+1</f><v></v></c></row>',
        '<row r="1"><c r="A1" s="1"><v>0.125</v></c><c r="B1" s="1"><v>0.1299999999999999999</v></c></row>',
        '<row r="1"><c r="A1" s="1"><v>0.12</v></c><c r="B1" s="4"><v>1e99</v></c></row>',
        '<row r="1"/><row r="2">x</row>',
    ],
)  # fmt: skip
def test_both_readers_read_the_same_of_rare_cells(book: Path, monkeypatch: pytest.MonkeyPatch, rows: str) -> None:
    """What random worksheets seldom have: tags that are cut off, blank values of formulas, rounded amounts."""
    book.write_bytes(pack(dict(parts(rows, styles=STYLES))))
    assert read(book, monkeypatch) == read(book, monkeypatch, vectorised=refuse)


@BOUNDED
@given(content=worksheets(sound=True), piece=PIECES)
def test_what_programs_usually_write_is_read_vectorised(
    book: Path, monkeypatch: pytest.MonkeyPatch, content: Parts, piece: int
) -> None:
    """The careful reader is not needed for what Excel, LibreOffice and others usually write."""
    write(book, content)
    monkeypatch.setattr(xlsx_pieces, "PIECE_BYTES", piece)
    assert read(book, monkeypatch, careful=careful) == read(book, monkeypatch, vectorised=refuse)


def written_by_openpyxl() -> bytes:
    """A workbook of openpyxl."""
    made = openpyxl.Workbook()
    for line in (["Kundenr", "Navn", None, "=1+1"], ["007", " Åse & <b>", 12.5, True], [None, "a\nb", 1e-7, "#N/A"]):
        made.active.append(line)
    made.active.row_dimensions[2].hidden = True
    made.active.merge_cells("A3:B3")
    memory = BytesIO()
    made.save(memory)
    return memory.getvalue()


def written_by_xlsxwriter(*, constant_memory: bool) -> bytes:
    """A workbook of xlsxwriter: with texts in the cells where it is to take little memory."""
    memory = BytesIO()
    with xlsxwriter.Workbook(memory, {"constant_memory": constant_memory}) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["Kundenr", "Navn", "Sum"], made.add_format({"bold": True}))
        page.write_row(1, 0, ["007", " Åse & <b>", 12.5, True, ""])
        page.write_blank(2, 0, None, made.add_format({"num_format": "0.00"}))
        page.write_formula(2, 1, '=A1&"x"', value="Kundenrx")
        page.write_rich_string(3, 0, "a", made.add_format({"bold": True}), "b")
    return memory.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        written_by_openpyxl(), written_by_xlsxwriter(constant_memory=False),
        (SAMPLES / "kunder-og-fakturaer.xlsx").read_bytes(), (SAMPLES / "with-errors.xlsx").read_bytes(),
        (Path(__file__).parents[1] / "support" / "workbooks" / "libreoffice.xlsx").read_bytes(),
    ],
    ids=["openpyxl", "xlsxwriter", "sample", "sample with errors", "LibreOffice"],
)  # fmt: skip
def test_workbooks_of_common_programs_are_read_vectorised(
    book: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """Files of common programs are read vectorised, with the same result."""
    book.write_bytes(content)
    assert read(book, monkeypatch, careful=careful) == read(book, monkeypatch, vectorised=refuse)


@pytest.mark.first_cases(20)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_readers_read_the_same_of_each_damaged_file(
    book: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """Each known damaged or hostile workbook is read, or refused with the same words."""
    book.write_bytes(case.make())
    assert read(book, monkeypatch) == read(book, monkeypatch, vectorised=refuse)


@pytest.mark.parametrize(
    ("rows", "unused"), [(2_000, (xlsx.WorksheetReader, "read")), (20, (xlsx.VectorisedReader, "_read_rows"))]
)
def test_only_large_parts_are_read_vectorised(
    book: Path, monkeypatch: pytest.MonkeyPatch, rows: int, unused: tuple[type, str]
) -> None:
    """A part with few rows is left to the careful reader, which is faster then."""
    monkeypatch.setattr(xlsx_pieces, "MIN_BYTES", MIN_BYTES)
    monkeypatch.setattr(*unused, careful)
    book.write_bytes(
        pack(dict(parts("".join(f'<row r="{i}"><c r="A{i}"><v>7</v></c></row>' for i in range(1, rows + 1)))))
    )
    assert len(read_sheets(book)[0].frame) == rows


def test_blanks_and_escapes_of_texts_are_read_alike() -> None:
    """Vectorised decoding strips and decodes every character as the other does."""
    texts = [f"{chr(code)}a{chr(code)}_x{code:04X}_" for code in range(0x3100) if not 0xD800 <= code <= 0xDFFF]
    texts += ["_x0020_", "_x001C_a", "_x00", "_x005F_x0041_", ""]
    assert unescape_texts(pl.Series(texts)).to_list() == [unescape_text(text) for text in texts]
