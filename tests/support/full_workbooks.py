"""Workbooks with everything that programs put into them, for tests of what a result keeps."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

HEADERS = ("Kundenr", "Navn", "Beløp", "Dato", "Note")
ROWS = 6


def write_full_workbook(path: Path, *, macros: bool = False, data_sheet: str = "Kunder") -> None:
    """Write a workbook with a table, charts, images, sparklines, validation, protection, controls, comments."""
    book = xlsxwriter.Workbook(str(path))
    front = book.add_worksheet("Forside")
    page = book.add_worksheet(data_sheet)
    free = book.add_worksheet("Fritt ark")
    hidden = book.add_worksheet("Skjult")
    hidden.hide()
    _fill_data(book, page)
    _fill_front(book, front, data_sheet)
    _fill_free(book, free)
    chart_page = book.add_chartsheet("Diagram")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": f"='{data_sheet}'!$C$2:$C$6"})
    chart_page.set_chart(chart)
    book.define_name("Satser", f"='{data_sheet}'!$C$2:$C$6")
    book.define_name("'Fritt ark'!Lokal", "='Fritt ark'!$A$1")
    book.set_properties({"title": "Kunder", "author": "Kari"})
    book.set_custom_property("Avdeling", "Økonomi")
    if macros:
        project = path.with_suffix(".bin")
        project.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 8)
        book.add_vba_project(str(project))
        page.insert_button("H12", {"macro": "lagre", "caption": "Lagre"})
    page.activate()
    book.close()


def _fill_data(book: Any, page: Any) -> None:
    padded, day = book.add_format({"num_format": "00000"}), book.add_format({"num_format": "dd.mm.yyyy"})
    coloured = book.add_format({"bg_color": "#FFEE00", "bold": True, "border": 1})
    rows = [[number, f"Navn {number}", number * 10.5, 45_000 + number, None] for number in range(1, ROWS)]
    columns = [{"header": header} for header in HEADERS]
    page.add_table(0, 0, ROWS - 1, 4, {"data": rows, "columns": columns, "name": "Kundeliste"})
    for row in range(1, ROWS):
        page.write_number(row, 0, row, padded)
        page.write_number(row, 3, 45_000 + row, day)
    page.write_string(2, 1, "Navn & <fet>", coloured)
    page.write_comment("B2", "Ring først", {"author": "Kari"})
    page.write_formula("E3", "=C3*2", None, 42)
    page.freeze_panes(1, 2)
    page.set_column("B:B", 30)
    page.set_column("D:XFD", 11)
    page.set_row(4, 30, None, {"level": 1, "hidden": True})
    page.conditional_format("C2:C6", {"type": "data_bar"})
    page.conditional_format("C2:C6", {"type": "cell", "criteria": ">", "value": 20, "format": coloured})
    page.data_validation("B2:B6", {"validate": "length", "criteria": "<", "value": 50, "input_title": "a > b"})
    page.add_sparkline("E2", {"range": "Kunder!C2:C6"} if page.name == "Kunder" else {"range": "A1:A2"})
    page.insert_image("H2", "x.png", {"image_data": BytesIO(_png())})
    page.insert_textbox("H8", "Et notat")
    page.set_header("&L&G", {"image_left": "x.png", "image_data_left": BytesIO(_png())})
    page.print_area("A1:E6")
    page.repeat_rows(0)
    page.ignore_errors({"number_stored_as_text": "A1:B6"})
    page.set_tab_color("#336699")


def _fill_front(book: Any, front: Any, data_sheet: str) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"='{data_sheet}'!$C$2:$C$6"})
    front.insert_chart("A5", chart)
    front.write_url("A1", f"internal:'{data_sheet}'!A1")
    front.write_formula("A2", f"=SUM('{data_sheet}'!C2:C6)", None, 157.5)
    front.protect("hemmelig")


def _fill_free(book: Any, free: Any) -> None:
    free.write_rich_string("A1", "Fri ", book.add_format({"bold": True}), "tekst")
    free.merge_range("B1:C2", "slått sammen")
    free.write_comment("A1", "Fri kommentar", {"author": "Ola"})
    free.insert_checkbox("D4", True)  # noqa: FBT003 - the signature of xlsxwriter
    free.autofilter("A1:C4")
    free.set_landscape()


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
    )
