"""CSV files: texts written as formulas, and very many columns."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armbulk.errors import FileError
from armbulk.readers import read_sheets
from armbulk.validation.check import check_files


def table(path: Path, content: str) -> list[tuple[str | None, ...]]:
    """The texts of a CSV file, row by row."""
    path.write_text(content, encoding="utf-8")
    sheet = read_sheets(path)[0]
    return sheet.frame.select(sheet.letters).rows()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="0585"', "0585"), ('"=""0585"""', "0585"), ('="a;b"', "a;b"), ('="a ""b"" c"', 'a "b" c'), ('=""', None),
        ('=" 007 "', "007"), ('="=1+1"', "=1+1"), ("=0585", "=0585"), ('"=1+""a"""', '=1+"a"'), ('="a\nb"', "a\nb"),
    ],
)  # fmt: skip
def test_a_text_written_as_a_formula_is_that_text(tmp_path: Path, cell: str, text: str | None) -> None:
    """`="0585"`, by which programs keep leading zeros, is the text 0585; other formulas stay as they are."""
    rows = table(tmp_path / "k.csv", f'="Kundenr";Postnr;Navn\nK1;{cell};Kari\nK2;0150;"Ola"\n')
    assert rows == [("Kundenr", "Postnr", "Navn"), ("K1", text, "Kari"), ("K2", "0150", "Ola")]


def test_texts_as_formulas_beside_irregular_quotes(tmp_path: Path) -> None:
    """A file that is split strictly has the same texts."""
    rows = table(tmp_path / "k.csv", 'Kundenr,Navn,Postnr\n="010001",Rør 5" x,="0585"\n')
    assert rows[1] == ("010001", 'Rør 5" x', "0585")


@settings(deadline=None, derandomize=True)
@given(st.lists(st.text(alphabet="0a ;,=\"'\n", max_size=6), min_size=1, max_size=4))
def test_any_text_as_a_formula(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever a text is, written as a formula it is the same as written in quotes."""
    folder = tmp_path_factory.getbasetemp()
    quoted = [text.replace('"', '""') for text in texts]
    plain = table(folder / "p.csv", "a;b\n" + "".join(f'1;"{text}"\n' for text in quoted))
    formula = table(folder / "f.csv", "a;b\n" + "".join(f'1;="{text}"\n' for text in quoted))
    nested = table(
        folder / "n.csv", "a;b\n" + "".join('1;"=""{}"""\n'.format(text.replace('"', '""')) for text in quoted)
    )
    wrapped = [row for row, text in zip(plain[1:], texts, strict=True) if not text.strip().startswith('="')]
    assert [row for row, text in zip(formula[1:], texts, strict=True) if not text.strip().startswith('="')] == wrapped
    assert [row for row, text in zip(nested[1:], texts, strict=True) if not text.strip().startswith('="')] == wrapped


@pytest.mark.parametrize(
    ("record", "texts", "is_reported"),
    [
        ('K1;"Kari" AS;"Oslo; Norge"', ("K1", '"Kari" AS', "Oslo; Norge"), True),
        ('K1;"A" og "B" AS;"x\ny"', ("K1", '"A" og "B" AS', "x\ny"), True),
        ('K1; "Kari; AS" ;Oslo', ("K1", "Kari; AS", "Oslo"), False),
        ('K1; "Kari ""K"" Li";"Oslo" ', ("K1", 'Kari "K" Li', "Oslo"), False),
        ('K1; 5" rør;"Oslo"', ("K1", '5" rør', "Oslo"), False),
        ('K1;"Kari;"x;Oslo', None, False), ('K1;"Kari "K" AS";Oslo', None, False), ('K1;""K"" AS;Oslo', None, False),
        ('K1;"Kari" AS;Oslo;x', None, False), ('K1; "Kari; AS"', None, False),
    ],
)  # fmt: skip
def test_quotes_that_do_not_enclose_a_text(
    tmp_path: Path, record: str, texts: tuple[str, ...] | None, is_reported: bool
) -> None:
    """They are read where one reading gives as many fields as the other records have; otherwise the line is named."""
    path = tmp_path / "k.csv"
    path.write_text(f"Kundenr;Navn;Poststed\nK0;Ola;Bergen\n{record}\nK2;Ine;Moss\n", encoding="utf-8")
    if texts is None:
        with pytest.raises(FileError, match="text after a closing quotation mark in line 3"):
            read_sheets(path)
        return
    sheet = read_sheets(path)[0]
    assert sheet.frame.select(sheet.letters).rows()[2:] == [texts, ("K2", "Ine", "Moss")]
    found = [(issue.code, issue.row, issue.column, issue.value) for issue in sheet.issues]
    assert found == ([("quotes-in-text", 3, "B", texts[1])] if is_reported else [])


@pytest.mark.parametrize(
    ("content", "rows", "is_reported"),
    [
        ('"Kundenr;Navn"\n"K1;""A;B"""\n', [("Kundenr", "Navn"), ("K1", "A;B")], True),
        ('Kundenr,Navn,Saldo\n"K1,Kari,""125,00"""\n', [("Kundenr", "Navn", "Saldo"), ("K1", "Kari", "125,00")], True),
        ("'Kundenr';'Navn'\n'K1';'O''Hara'\n'K2';''\n", [("Kundenr", "Navn"), ("K1", "O'Hara"), ("K2", None)], False),
        ('"Navn"\n"Kari;Oslo"\n', [("Navn",), ("Kari;Oslo",)], False),
        ('"a;b";"c"\n"1;2";"3"\n', [("a;b", "c"), ("1;2", "3")], False),
        ("'Kundenr';'Navn'\n'K1';Kari\n", [("'Kundenr'", "'Navn'"), ("'K1'", "Kari")], False),
    ],
)  # fmt: skip
def test_quotes_around_whole_lines_and_single_ones(
    tmp_path: Path, content: str, rows: list[tuple[str | None, ...]], is_reported: bool
) -> None:
    """Lines in quotes as a whole are read with a warning, values that are all in single quotes without them."""
    path = tmp_path / "k.csv"
    path.write_text(content, encoding="utf-8")
    sheet = read_sheets(path)[0]
    assert sheet.frame.select(sheet.letters).rows() == rows
    assert ("rows-in-quotes" in [issue.code for issue in sheet.issues]) == is_reported


def test_a_wide_file_is_read_in_linear_time(tmp_path: Path) -> None:
    """Four times as many columns take about four times as long, not sixteen times."""
    seconds = []
    for columns in (500, 2_000):
        path = tmp_path / f"{columns}.csv"
        header = ";".join(["Kundenr", "Navn", *(f"Egen kolonne {number}" for number in range(columns))])
        path.write_text(header + "\n" + (";".join(["K1", "Ola", *["x"] * columns]) + "\n") * 3, encoding="utf-8")
        begin = time.process_time()
        found = check_files([f"{path}#{columns}=customers"])
        seconds.append(time.process_time() - begin)
        assert found.tables["customers"].rows.height == 3
    assert seconds[1] < 9 * seconds[0]
