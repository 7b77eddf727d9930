"""Rows of a worksheet changed as a stream: the same cells as by a whole tree, whatever the writer and the pieces."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.readers.cell_buffer import to_letters
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.row_patch import SEPARATOR, CellEdit, RowPatcher
from armbulk.writers.xlsx_patch.sheet_stream import OutcomeRow, RowChanges, SheetStream, clean_pieces
from armbulk.writers.xlsx_patch.style_book import Variant, vary_style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RED = vary_style("FF0000", "✗")
TEXTS = st.text(st.sampled_from("ab<>&\"' r=/æ"), max_size=6)
Cells = dict[int, tuple[str, int]]


@st.composite
def sheets(draw: st.DrawFn) -> tuple[str, dict[int, Cells]]:
    """A worksheet as some program writes it, and its cells: row → column → (text, style)."""
    prefix = draw(st.sampled_from(["", "x:"]))
    rows: dict[int, Cells] = {}
    xml, number = "", 0
    for gap in draw(st.lists(st.integers(1, 3), max_size=6)):
        number += gap
        column, cells, body = -1, {}, ""
        for step in draw(st.lists(st.integers(1, 3), max_size=5)):
            column += step
            cells[column] = draw(TEXTS), draw(st.integers(0, 3))
            body += _cell(draw, prefix, number, column, cells[column], is_next=step == 1)
        rows[number] = cells
        reference = "" if gap == 1 and draw(st.booleans()) else f' r="{number}"'
        spans = draw(st.sampled_from(["", ' spans="1:9"', " ht='15'"]))
        blank = draw(st.sampled_from(["", "\n  "]))
        end = f"</{prefix}row{draw(st.sampled_from(['', ' ']))}>"
        xml += (
            f"{blank}<{prefix}row{reference}{spans}/>"
            if not body
            else f"{blank}<{prefix}row{reference}{spans}>{body}{end}"
        )
    namespace = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    data = f"<{prefix}sheetData>{xml}</{prefix}sheetData>" if xml else f"<{prefix}sheetData/>"
    tail = f'<{prefix}pageMargins left="1"/></{prefix}worksheet>\n'
    return f'<?xml version="1.0"?>\n<{prefix}worksheet {namespace}="{MAIN}">{data}{tail}', rows


def _cell(draw: st.DrawFn, prefix: str, row: int, column: int, value: tuple[str, int], *, is_next: bool) -> str:
    text, style = value
    quote = draw(st.sampled_from("\"'"))
    reference = "" if is_next and draw(st.booleans()) else f" r={quote}{to_letters(column)}{row}{quote}"
    look = f' s="{style}"' if style or draw(st.booleans()) else ""
    content = escape(text) if draw(st.booleans()) or "]]>" in text else f"<![CDATA[{text}]]>"
    comment = draw(st.sampled_from(["", "<!-- <c r='A1'/> -->"]))
    if not text:
        return f"<{prefix}c{reference}{look} />{comment}"
    return (
        f'<{prefix}c{reference}{look} t="inlineStr"><{prefix}is><{prefix}t>{content}</{prefix}t></{prefix}is>'
        f"</{prefix}c>{comment}"
    )


def _pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def _patched(content: bytes, size: int, changes: RowChanges) -> bytes:
    stream = SheetStream(_pieces(content, size))
    patcher = RowPatcher(stream.prefix, _vary, {})
    head = stream.render_head()
    rows = b"".join(stream.rows(patcher, changes))
    return head + rows + stream.render_tail(stream.tail_part(stream.read_tail()))


def _vary(old: int, variant: Variant) -> int:
    return old + 100 if variant is RED else old + 200


def _read(content: bytes) -> dict[int, Cells]:
    """The cells of a worksheet, by a parser of whole trees."""
    rows: dict[int, Cells] = {}
    number = 0
    data = ET.fromstring(content).find(f"{{{MAIN}}}sheetData")  # noqa: S314 - made here
    assert data is not None
    for row in data:
        number = int(row.get("r", number + 1))
        assert number not in rows
        column, cells = -1, {}
        for cell in row:
            reference = cell.get("r")
            column = column + 1 if reference is None else _column(reference, number)
            assert column not in cells
            text = "".join(cell.itertext())
            cells[column] = text, int(cell.get("s", 0))
        assert list(cells) == sorted(cells)
        rows[number] = cells
    assert list(rows) == sorted(rows)
    return rows


def _column(reference: str, row: int) -> int:
    letters = reference.rstrip("0123456789")
    assert reference == f"{letters}{row}"
    return [to_letters(index) for index in range(60)].index(letters)


def _outcome(prefix: str, row: int, columns: tuple[int, ...], blank: bool) -> bytes:
    cells = [
        b""
        if blank and index
        else f'<{prefix}c r="{to_letters(column)}{row}" s="9"><{prefix}v>{column}</{prefix}v></{prefix}c>'.encode()
        for index, column in enumerate(columns)
    ]
    return SEPARATOR.join(cells)


@given(sheets(), st.integers(1, 60), st.sampled_from([(20, 21), (3, 4), (2, 20)]), st.booleans(), st.integers(0, 3))
def test_outcomes_are_added_to_every_row(
    sheet: tuple[str, dict[int, Cells]], size: int, columns: tuple[int, ...], blank: bool, key: int
) -> None:
    """Outcome cells replace those that are there, the key cell gets its style, and all else stays."""
    xml, rows = sheet
    prefix = "x:" if "<x:" in xml else ""
    outcomes = (OutcomeRow(row, _outcome(prefix, row, columns, blank), RED) for row in rows)
    key_letters = to_letters(key).encode() if key not in columns else b""
    changes = RowChanges(outcomes, columns, key_letters)
    expected = {}
    for row, cells in rows.items():
        new = {column: value for column, value in cells.items() if column not in columns}
        new |= {column: (str(column), 9) for index, column in enumerate(columns) if not (blank and index)}
        if key_letters:
            text, style = new.get(key, ("", 0))
            new[key] = text, style + 100
        expected[row] = dict(sorted(new.items()))
    assert _read(_patched(xml.encode(), size, changes)) == expected


@given(
    sheets(),
    st.integers(1, 60),
    st.dictionaries(st.tuples(st.integers(1, 12), st.integers(0, 6)), st.sampled_from(["mark", "text"]), max_size=5),
)
def test_marks_and_texts_reach_their_cells(
    sheet: tuple[str, dict[int, Cells]], size: int, wanted: Mapping[tuple[int, int], str]
) -> None:
    """Marked cells get another style, corrected ones another text; rows and cells that are missing are added."""
    xml, rows = sheet
    edits: dict[int, dict[int, CellEdit]] = {}
    expected = {row: dict(cells) for row, cells in rows.items()}
    for (row, column), kind in wanted.items():
        edits.setdefault(row, {})[column] = CellEdit(None, RED, b"a&lt;" if kind == "text" else None)
        text, style = rows.get(row, {}).get(column, ("", 0))
        expected.setdefault(row, {})[column] = "a<" if kind == "text" else text, style + 100
    changes = RowChanges(edits=edits, known_rows=frozenset(rows))
    written = _read(_patched(xml.encode(), size, changes))
    assert written == {row: dict(sorted(cells.items())) for row, cells in sorted(expected.items())}


@given(sheets(), st.integers(1, 60))
def test_a_sheet_without_changes_stays(sheet: tuple[str, dict[int, Cells]], size: int) -> None:
    """Nothing is changed that need not: without changes the bytes are those of the cleaned part."""
    content = sheet[0].encode()
    clean = b"".join(clean_pieces([content]))
    written = _patched(content, size, RowChanges())
    assert written == clean or b"sheetData/>" in clean


def test_a_row_that_is_there_twice_changes_twice() -> None:
    """Some programs repeat a row with the same cells: both stay equal."""
    same = '<row r="1"><c r="A1"><v>1</v></c></row>'
    content = f'<worksheet xmlns="{MAIN}"><sheetData>{same}{same}</sheetData></worksheet>'.encode()
    changes = RowChanges(iter([OutcomeRow(1, b'<c r="B1"/>', RED)]), (1,), b"A")
    row = b'<row r="1"><c r="A1" s="100"><v>1</v></c><c r="B1"/></row>'
    assert row * 2 in _patched(content, 7, changes)


@pytest.mark.parametrize(
    "content",
    [
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">',
        f'<worksheet xmlns="{MAIN}"><sheetData><other/></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"></worksheet>',
        f'<chartsheet xmlns="{MAIN}"><sheetData/></chartsheet>',
        f'<!DOCTYPE x><worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="2000000"/></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData/><pageMargins></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><?x <row/> ?></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"/></sheetData></worksheet>',
    ],
)
def test_what_is_not_known_is_refused(content: str) -> None:
    """A part that is no worksheet, or lacks a row that was read, is not patched: nothing is guessed."""
    changes = RowChanges(iter([OutcomeRow(2, b"", None)]), (0,))
    with pytest.raises(PatchRefusedError):
        _patched(content.encode(), 50, changes)


def test_a_formula_that_other_cells_use_is_not_replaced() -> None:
    """A cell with a shared or array formula is not replaced: its dependants would be damaged."""
    cell = '<c r="A1"><f t="shared" ref="A1:A9" si="0">1</f><v>1</v></c>'
    content = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'.encode()
    changes = RowChanges(edits={1: {0: CellEdit(None, RED, b"x")}}, known_rows=frozenset({1}))
    with pytest.raises(PatchRefusedError):
        _patched(content, 50, changes)
