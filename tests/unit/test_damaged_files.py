"""Damaged and hostile files are read exactly, or refused by name."""

import os
import stat
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from support.bombs import refused_in_little_memory
from support.damaged_files import Case, book, cases, pack, parts, row, text
from support.messages import list_untranslated
from support.paths import SAMPLES

from armbulk.errors import FileError
from armbulk.model.read_options import ReadOptions
from armbulk.readers import read_sheets
from armbulk.validation.check import check_files

CASES = list(cases())
BOMBS = [case for case in CASES if case.name.startswith("bomb")]


@pytest.mark.promise("P11", "P22")
@pytest.mark.parametrize("case", [case for case in CASES if case not in BOMBS], ids=lambda case: case.name)
def test_each_file_is_read_or_refused_by_name(tmp_path: Path, case: Case) -> None:
    """A damaged file is read exactly, or refused with its name, a reason and a remedy."""
    path = tmp_path / case.name
    path.write_bytes(case.make())
    if case.refusal is None:
        assert [tuple(v for v in one if v is not None) for one in read_sheets(path)[0].frame.iter_rows()] == case.rows
        return
    with pytest.raises(FileError) as refused:
        read_sheets(path)
    assert refused.value.code == case.refusal
    assert case.name in refused.value.message
    assert case.says in refused.value.message
    assert refused.value.hint
    assert [*list_untranslated(refused.value.message), *list_untranslated(refused.value.hint)] == []


def test_a_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    """A file that unpacks to much more is refused by name within 300 MiB; tests/proofs tries every kind."""
    refused_in_little_memory(tmp_path, next(case for case in BOMBS if case.name == "bomb-attribute.xlsx"))


def test_hidden_rows_and_merged_cells_are_reported(tmp_path: Path) -> None:
    """Hidden rows and merged ranges are reported."""
    path = tmp_path / "k.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    page.title = "Kunder"
    for line in (["Kundenr", "Navn"], ["K1", "Kari"], ["K2", "Ola"], ["K3", "Per"]):
        page.append(line)
    page.row_dimensions[3].hidden = True
    page.merge_cells("A4:B4")
    made.create_sheet("Gammelt").sheet_state = "hidden"
    made["Gammelt"].append(["Kundenr", "Navn"])
    made["Gammelt"].append(["K9", "Eva"])
    made.save(path)
    sheet, old = read_sheets(path)
    assert (sheet.hidden_rows, sheet.merged_ranges) == (frozenset({3}), ("A4:B4",))
    assert (sheet.visible, old.visible) == (True, False)
    found = check_files([str(path)])
    assert set(found.findings["code"]) == {"hidden-rows", "merged-cells", "hidden-sheet", "required"}
    assert [one.name for one in check_files([str(path)], ReadOptions(hidden="include")).sheets] == ["Kunder", "Gammelt"]
    assert check_files([f"{path}#Gammelt=customers"]).tables["customers"].rows["customer_no"].to_list() == ["K9"]


def test_a_sheet_that_hides_all_its_rows(tmp_path: Path) -> None:
    """If rows have no height by default, all rows without a height of their own are hidden."""
    path = tmp_path / "k.xlsx"
    content = row(1, text("A1", "Kundenr"), given=' hidden="0"') + row(2, text("A2", "K1"))
    path.write_bytes(pack(dict(parts(content, before='<sheetFormatPr defaultRowHeight="0" customHeight="1"/>'))))
    assert read_sheets(path)[0].hidden_rows == frozenset({2})


def test_a_sheet_that_hides_the_rows_below_its_table(tmp_path: Path) -> None:
    """`zeroHeight` is about rows that the sheet does not have: those with cells are shown."""
    path = tmp_path / "k.xlsx"
    content = row(1, text("A1", "Kundenr")) + row(2, text("A2", "K1")) + row(3, text("A3", "K2"), given=' hidden="1"')
    before = '<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>'
    path.write_bytes(pack(dict(parts(content, before=before))))
    assert read_sheets(path)[0].hidden_rows == frozenset({3})


@pytest.mark.parametrize(
    ("part", "code"),
    [("xl/vbaProject.bin", "macros-ignored"), ("xl/externalLinks/externalLink1.xml", "external-links")],
)
def test_what_a_workbook_brings_along_is_told(tmp_path: Path, part: str, code: str) -> None:
    """Macros and external links are reported and never used."""
    path = tmp_path / "k.xlsm"
    path.write_bytes(pack({**parts(), part: "x"}))
    assert [fault.code for fault in read_sheets(path)[0].issues] == [code]


def test_formulas_and_1904_are_told(tmp_path: Path) -> None:
    """Saved values of formulas and dates of the 1904 system are read, and reported once."""
    path = tmp_path / "k.xlsx"
    path.write_bytes(book(row(1, '<c r="A1"><f>1+1</f><v>2</v></c>'), workbook='<workbookPr date1904="true"/>'))
    assert [(fault.code, fault.value) for fault in read_sheets(path)[0].issues] == [
        ("dates-1904", None),
        ("formula-values", "1"),
    ]


def test_a_workbook_open_in_excel_is_told(tmp_path: Path) -> None:
    """An open workbook is reported, because it may have unsaved changes."""
    path = tmp_path / "k.xlsx"
    path.write_bytes(CASES[0].make())
    (tmp_path / "~$k.xlsx").write_bytes(b"\x05owner")
    assert [(fault.code, fault.detail) for fault in read_sheets(path)[0].issues] == [("open-in-excel", "")]


def test_who_has_it_open_is_named(tmp_path: Path) -> None:
    """The user who has the workbook open is named, as written by Excel or LibreOffice."""
    path = tmp_path / "k.xlsx"
    path.write_bytes(CASES[0].make())
    (tmp_path / ".~lock.k.xlsx#").write_text(",kari,desk,21.11.2026 09:00,file:///x;", encoding="utf-8")
    assert read_sheets(path)[0].issues[0].value == "kari"
    name = "Bjørg Åse"
    owner = bytes([len(name)]) + name.encode("cp1252").ljust(54) + len(name).to_bytes(2, "little")
    (tmp_path / "~$k.xlsx").write_bytes((owner + name.encode("utf-16-le")).ljust(165, b" "))
    assert read_sheets(path)[0].issues[0].value == name


def test_only_files_are_read(tmp_path: Path) -> None:
    """A folder, a link, a pipe and a missing file are refused by name."""
    path = tmp_path / "k.csv"
    path.write_text("a;b\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(path)
    os.mkfifo(tmp_path / "pipe.csv")
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").stat().st_mode)
    for name, code in {
        ".": "not-a-file",
        "link.csv": "not-a-file",
        "pipe.csv": "not-a-file",
        "x.csv": "no-such-file",
    }.items():
        with pytest.raises(FileError) as refused:
            read_sheets(tmp_path / name)
        assert refused.value.code == code
    with pytest.raises(FileError) as refused:
        read_sheets(tmp_path / "k.xlsx")
    assert refused.value.hint == f"Did you mean {path}?"


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"a;b\n1;2\n3;4;5\n6\n", [("ragged-row", 3), ("ragged-row", 4)]),
        (b'a;b\n"1";2\n3;4;5\n6\n', [("ragged-row", 3), ("ragged-row", 4)]),
        (b"a;b\n1;2;;\n", []),
        (b"Title\na;b\n1;2\n", []),
        ("a;b\nÅse;2\n".encode("cp1252"), [("encoding-guessed", None)]),
        ("a;b\nÃ…se;2\nÅse;3\n".encode(), [("encoded-twice", 2)]),
        ("a;b\n1;2\n\ufeffa;b\n".encode(), [("mark-in-the-middle", 3)]),
        (b'a;b;c\n1;"2;3\n4;5";6\n7;8;9\n', [("rows-in-a-cell", 2)]),
        (b'a;b;c\n1;"2;3\n4";6\n7;8;9\n', []),
        (b"sep=|\na|b\n1|2\n", [("separator-told", 1)]),
        (b"a;b\n", [("no-data-rows", None)]),
        ("a;b\n1;x\ufeffy\n".encode(), [("mark-in-the-middle", 2)]),
        (b"a;b\n1;" + b"x" * 32_768 + b"\n", [("text-too-long", 2)]),
    ],
)
def test_what_is_odd_in_a_csv_is_told_by_its_line(
    tmp_path: Path, content: bytes, faults: list[tuple[str, int | None]]
) -> None:
    """Irregular lines of a CSV are kept and reported with their line number."""
    path = tmp_path / "k.csv"
    path.write_bytes(content)
    assert [(fault.code, fault.row) for fault in read_sheets(path)[0].issues] == faults


def test_windows_1252_shows_samples(tmp_path: Path) -> None:
    """A file that is not UTF-8 shows three values as they were read; `--encoding` overrides the guess."""
    path = tmp_path / "k.csv"
    path.write_bytes("Kundenr;Navn\nK1;Åse Øie\nK2;Jørn\nK3;Bjørg\nK4;Pål\n".encode("cp1252"))
    (fault,) = read_sheets(path)[0].issues
    assert fault.value == "Åse Øie · Jørn · Bjørg"
    assert read_sheets(path, encoding="cp1252")[0].issues == ()


def test_cells_written_by_other_programs_arrive_as_they_stand(tmp_path: Path) -> None:
    """Cells written by openpyxl and xlsxwriter are read exactly: texts, numbers, dates, booleans."""
    values = ["007", "Åse Øie", 12.5, 1234567890, 0.1, date(2025, 2, 27), True, "=1+1", "a\nb"]
    expected = ["007", "Åse Øie", "12.5", "1234567890", "0.1", "2025-02-27", "TRUE", "=1+1", "a\nb"]
    made = openpyxl.Workbook()
    for column, value in enumerate(values, start=1):
        cell = made.active.cell(2, column, value)
        if value == "=1+1":
            cell.data_type = "s"
    made.save(tmp_path / "o.xlsx")
    with xlsxwriter.Workbook(str(tmp_path / "x.xlsx"), {"strings_to_formulas": False}) as other:
        page, day = other.add_worksheet(), other.add_format({"num_format": "dd.mm.yyyy"})
        for column, value in enumerate(values):
            page.write(1, column, value, *([day] if isinstance(value, date) else []))
    for name in ("o.xlsx", "x.xlsx"):
        sheet = read_sheets(tmp_path / name)[0]
        assert [sheet.frame[letter][0] for letter in sheet.letters] == expected


@pytest.mark.promise("P12")
def test_a_second_reader_sees_the_same() -> None:
    """calamine, an independent reader, finds the same cells in the samples."""
    path = SAMPLES / "kunder-og-fakturaer.xlsx"
    other = python_calamine.CalamineWorkbook.from_path(str(path))
    for sheet in read_sheets(path):
        theirs = other.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        for line in sheet.frame.iter_rows(named=True):
            for letter in sheet.letters:
                value = theirs[line["row"] - 1][ord(letter) - 65] if len(letter) == 1 else None
                if isinstance(value, str) and value:
                    assert line[letter] == value.strip()
                elif isinstance(value, date):
                    assert line[letter] == value.isoformat()[:10]
                elif isinstance(value, float):
                    assert float(line[letter]) == value
