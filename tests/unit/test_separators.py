"""A file that was read with the wrong separator says so, and how to set it."""

from pathlib import Path

import openpyxl
import pytest

from armbulk.errors import FileError
from armbulk.validation.check import check_files

ROWS = [
    "Kundenr;Navn;Postnr;Poststed",
    "010001;Bakeri AS;0585;Oslo",
    "010002;Håkon Strømme;0585;Bø",
    "010003;Søn AS;6002;Ål",
]


def refused(path: Path, text: str) -> FileError:
    """The error of a file with this content."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as error:
        check_files([str(path)])
    return error.value


@pytest.mark.first_cases(6)
@pytest.mark.parametrize("mark", ["~", "^", "¤", "§", "!", ":"])
@pytest.mark.parametrize("title", ["", "Kundeliste\n"])
def test_the_separator_is_named(tmp_path: Path, mark: str, title: str) -> None:
    """The line that sets it is named, and works."""
    path = tmp_path / "f.csv"
    text = title + "\n".join(ROWS).replace(";", mark)
    error = refused(path, text)
    assert str(error) == f'{path}: only one column was found. The separator seems to be "{mark}".'
    assert error.hint == f"Add this as the first line of the file: sep={mark}"
    path.write_text(f"sep={mark}\n{text}", encoding="utf-8")
    assert check_files([str(path)]).tables["customers"].rows["customer_no"].to_list() == ["010001", "010002", "010003"]


def test_a_line_that_names_the_wrong_separator(tmp_path: Path) -> None:
    """The line is there, and is to be changed."""
    error = refused(tmp_path / "f.csv", "sep=,\n" + "\n".join(ROWS))
    assert error.hint == "Change the first line of the file to sep=;"
    amounts = ["Fakturanr;Kundenr;Beløp", "1;2;100,50", "2;2;1,5", "3;2;7"]
    assert 'separator seems to be ";"' in str(refused(tmp_path / "f.csv", "sep=,\n" + "\n".join(amounts)))


def test_a_workbook_with_all_in_one_column(tmp_path: Path) -> None:
    """A CSV that Excel opened in one column is divided in Excel."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([row])
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(FileError, match='separator seems to be ";"') as error:
        check_files([str(tmp_path / "f.xlsx")])
    assert "Text to Columns" in str(error.value.hint)


def test_a_sheet_among_others_stops_too(tmp_path: Path) -> None:
    """Invoices are not sent without the lines of the file that could not be read."""
    (tmp_path / "customers.csv").write_text("\n".join(ROWS), encoding="utf-8")
    (tmp_path / "lines.csv").write_text("Fakturanr~Tekst~Antall\nF1~Kam~1\n", encoding="utf-8")
    found = check_files([str(tmp_path / "customers.csv"), str(tmp_path / "lines.csv")])
    assert found.findings.select("code", "severity", "value").rows() == [("wrong-separator", "error", "~")]


@pytest.mark.parametrize("text", ["Navn\nKari; og Per\nOla\n", "Notat\nen, to, tre\nfire\n", "a\nb\n"])
def test_texts_with_commas_are_no_table(tmp_path: Path, text: str) -> None:
    """A list of texts has no separator."""
    assert "neither customers nor documents" in str(refused(tmp_path / "f.csv", text))
