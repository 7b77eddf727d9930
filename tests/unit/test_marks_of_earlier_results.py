"""A workbook with the marks of an earlier result: what was corrected has its own look again."""

from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from armbulk.results.marked import write_marked_copy
from armbulk.store import WrittenFiles
from armbulk.validation.check import check_files

RED, YELLOW = "FFF8D3CF", "FFFFF3C4"


def mark(path: Path, target: Path) -> Worksheet:
    """The sheet Kunder of a copy with the problems marked."""
    written = WrittenFiles(target.parent)
    write_marked_copy(check_files([str(path)]), target, "nb", written)
    return openpyxl.load_workbook(target)["Kunder"]


def colour(page: Worksheet, cell: str) -> str | None:
    """The colour of a cell; None without one."""
    fill = page[cell].fill
    return str(fill.fgColor.rgb) if fill.patternType == "solid" else None


def test_a_corrected_cell_loses_the_colour_of_its_mark(tmp_path: Path) -> None:
    """It has its own style again, or none of its colour; what is still wrong, and what the user coloured, stays so."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Kunder"
    rows = [["Kundenr", "Navn", "Postnr", "ARM utfall"], ["K1", "Kari", "91", "avvist"], ["K2", "Ola", "92", None],
            ["K3", "Per", "0155", None]]  # fmt: skip
    for row in rows:
        page.append(row)
    for cell in ("C2", "C3", "C4"):
        page[cell].font, page[cell].alignment = Font(bold=True), Alignment(indent=1)
    page["B3"].fill, page["D2"].fill = PatternFill("solid", fgColor="FF00B0F0"), PatternFill("solid", fgColor=RED)
    book.save(tmp_path / "k.xlsx")
    marked = mark(tmp_path / "k.xlsx", tmp_path / "k.marked.xlsx")
    assert [colour(marked, cell) for cell in ("C2", "C3", "C4")] == [RED, RED, None]

    book = openpyxl.load_workbook(tmp_path / "k.marked.xlsx")
    book["Kunder"]["C2"].value = "0191"
    book.save(tmp_path / "k.marked.xlsx")
    again = mark(tmp_path / "k.marked.xlsx", tmp_path / "again.xlsx")
    assert [colour(again, cell) for cell in ("C2", "C3", "C4")] == [None, RED, None]
    assert (again["C2"].font.b, again["C2"].alignment.indent, again["C2"].comment) == (True, 1, None)
    assert again["C2"].style_id == again["C4"].style_id
    assert (colour(again, "B3"), colour(again, "D2")) == ("FF00B0F0", RED)  # the user's, and an outcome

    book = openpyxl.load_workbook(tmp_path / "again.xlsx")
    book["Kunder"]["C3"].value = "0192"
    book.save(tmp_path / "again.xlsx")
    clean = mark(tmp_path / "again.xlsx", tmp_path / "clean.xlsx")
    assert [colour(clean, cell) for cell in ("C2", "C3", "C4", "D2")] == [None, None, None, RED]
    own = openpyxl.load_workbook(tmp_path / "k.xlsx")
    own["Kunder"]["C4"].fill = PatternFill("solid", fgColor=YELLOW)
    own.save(tmp_path / "own.xlsx")
    assert colour(mark(tmp_path / "own.xlsx", tmp_path / "own.marked.xlsx"), "C4") == YELLOW  # it is no earlier result


def test_comments_that_lost_their_author_are_replaced(tmp_path: Path) -> None:
    """LibreOffice saves comments without authors: those with armbulk's advice are replaced, the user's own stay."""
    book = openpyxl.Workbook()
    book.active.title = "Kunder"
    for row in (["Kundenr", "Navn", "Postnr"], ["K1", "Kari", "91"], ["K2", "Ola", "92"]):
        book.active.append(row)
    book.save(tmp_path / "k.xlsx")
    mark(tmp_path / "k.xlsx", tmp_path / "marked.xlsx")
    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    page = book["Kunder"]
    page["C2"].value = "0191"
    for cell in ("C2", "C3"):
        page[cell].comment = Comment(page[cell].comment.text, " ")
    page["B3"].comment = Comment("Ring ham", " ")
    book.save(tmp_path / "marked.xlsx")
    again = mark(tmp_path / "marked.xlsx", tmp_path / "again.xlsx")
    texts = {cell: again[cell].comment.text if again[cell].comment else "" for cell in ("C2", "C3", "B3")}
    assert (texts["C2"], texts["B3"], texts["C3"].count("→")) == ("", "Ring ham", 1)
