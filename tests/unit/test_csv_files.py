"""CSV files: texts written as formulas, wrong separators, and very many columns."""

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
    ("content", "separator", "advice"),
    [
        ("sep=,\nKundenr;Navn\n1;Kari\n", '";"', "Change the first line to sep=;"),
        ("sep=,\nKundenr;Beløp\n1;1,50\n2;2,50\n", '";"', "Change the first line to sep=;"),
        ("sep=;\nKundenr\tNavn\n1\tKari\n", "a tab", "Change the first line to sep=\t"),
        ("Kundenr~Navn\n1~Kari\n2~Ola\n", '"~"', "Insert sep=~ as the first line"),
        ("Kunder\nKundenr^Navn\n1^Kari\n2^Ola\n", '"^"', "Insert sep=^ as the first line"),
    ],
)
def test_a_wrong_separator_is_recognised(tmp_path: Path, content: str, separator: str, advice: str) -> None:
    """A file that would have one column is refused, with the separator it seems to have and how to name it."""
    path = tmp_path / "k.csv"
    with pytest.raises(FileError, match="one column was found") as refused:
        table(path, content)
    assert separator in refused.value.message
    assert advice in refused.value.hint
    told, mark = content.removeprefix("sep=,\n").removeprefix("sep=;\n"), advice.split("sep=")[1][0]
    assert any("Kari" in row for row in table(path, f"sep={mark}\n{told}")) or mark == ";"


@pytest.mark.parametrize(
    "content", ["Kundenr\n1\n2\n", "Navn\nKari ~ Ola\nPer\n", "sep=;\nKundenr\n1~2\n", "Navn\nHei!\nHallo!\nFin\n"]
)
def test_a_file_with_one_column_is_read(tmp_path: Path, content: str) -> None:
    """One column is no fault by itself."""
    assert table(tmp_path / "k.csv", content)


def test_a_wide_file_is_read_in_linear_time(tmp_path: Path) -> None:
    """Three times as many columns take about three times as long, not nine times."""
    seconds = []
    for columns in (1_000, 3_000):
        path = tmp_path / f"{columns}.csv"
        header = ";".join(["Kundenr", "Navn", *(f"Egen kolonne {number}" for number in range(columns))])
        path.write_text(header + "\n" + (";".join(["K1", "Ola", *["x"] * columns]) + "\n") * 3, encoding="utf-8")
        begin = time.process_time()
        found = check_files([f"{path}#{columns}=customers"])
        seconds.append(time.process_time() - begin)
        assert found.tables["customers"].rows.height == 3
    assert seconds[1] < 6 * seconds[0]
