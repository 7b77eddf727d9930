"""Code pages: words that no language has prove that a CSV file is not Windows-1252."""

from pathlib import Path

import pytest

from armbulk.errors import FileError
from armbulk.readers import read_sheets
from armbulk.readers.encoding import decode_text

NAMES = [
    "Fjordgløtt", "Håkon", "Strømme", "Bø", "Sæther", "Øyvind", "Åse", "KJÆR", "STRØMME", "HÅKON", "André", "Müller",
    "Vågå", "Løvås", "Århus", "ØRSTA", "Ås", "Nærbø", "José",
]  # fmt: skip
WINDOWS = [
    "O’Brien", "O‘Brien", "D‘Angelo", "McDonald’s", "McDonald‘s", "“Ola”", "„Ola“", "«Ola»", "‹Ola›", "Excel®", "Foo™",
    "m²", "m³", "5 €", "½ l", "10×20", "B×L", "Oslo–Bergen", "Oslo—Bergen", "Vent…", "¿Qué?", "¡Hola!", "Nº 5", "1ª",
    "l’amour", "DALL’ARA", "SANT’ANNA", "ROCK’N’ROLL", "MCDONALD’S", "šárka", "Šárka", "Žižek", "Œuvre", "Sœur", "SŒUR",
    "Straße", "STRAßE", "Ola†", "col·lecció", "A•B", "µm", "kr¤", "£5", "Ångström", "ÅSE ØIE", "Þór", "naïve", "Zoë",
    "L’Oréal", "d’Été", "¼liter", "25°C", "A±B", "©2024", "Rema´s", "Bergen§3", "c‘est", "JEAN-FRANÇOIS", "Société®",
    "Sm³pris", "£100", "£nn.nn", "£per mnd", "Þórður Guðmundsson", "Høgni á Løgmansbø", "Bjørn Sæther m²-pris",
]  # fmt: skip


def refusal(path: Path, text: str, codec: str, encoding: str | None = None) -> FileError | None:
    """How a CSV file with this name in its second line is refused."""
    path.write_bytes(f"Kundenr;Navn;Poststed\n1;Kari;Oslo\n2;{text};Lom\n".encode(codec))
    try:
        read_sheets(path, encoding=encoding)
    except FileError as error:
        return error
    return None


@pytest.mark.parametrize("encoding", ["cp850", "cp865", "mac-roman"])
def test_another_code_page_is_named_with_the_name_as_it_would_read(tmp_path: Path, encoding: str) -> None:
    """One such name is enough: the file is refused, with the likely encoding and the name in it.

    Where all likely code pages of DOS read the same text, it is read, with a warning that quotes it.
    """
    path = tmp_path / "k.csv"
    for name in NAMES:
        refused = refusal(path, name, encoding)
        if refused is None:
            assert encoding != "mac-roman", name
            sheet = read_sheets(path)[0]
            assert sheet.frame["B"].to_list()[-1] == name
            assert [issue.code for issue in sheet.issues] == ["encoding-guessed"]
            continue
        assert (refused.code, "(line 3)" in refused.message) == ("wrong-encoding", True)
        assert f"{encoding}: {name}" in refused.message
        assert f"--encoding {encoding}" in refused.hint
        assert refusal(path, name, encoding, encoding=encoding) is None


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1250", "Wałęsa"), ("cp1250", "Świątek"), ("iso-8859-2", "Błażej"), ("cp1257", "Žydrūnas"),
        ("cp1257", "Šarūnas"), ("cp1251", "Иван Петров"), ("cp1253", "Αλέξανδρος"),
    ],
)  # fmt: skip
def test_code_pages_of_other_countries_are_named(tmp_path: Path, encoding: str, name: str) -> None:
    """Words that no western language has prove one of them."""
    refused = refusal(tmp_path / "k.csv", name, encoding)
    assert refused is not None
    assert f"{encoding}: {name}" in refused.message


def test_windows_1252_is_read(tmp_path: Path) -> None:
    """Accents, quotes, symbols and capitals of Windows-1252 are no proof against it."""
    path = tmp_path / "k.csv"
    for name in (*NAMES, *WINDOWS):
        assert refusal(path, name, "cp1252") is None, name
        assert read_sheets(path)[0].frame["B"].to_list() == ["Navn", "Kari", name]


def test_a_stray_sign_in_a_windows_file_is_no_proof(tmp_path: Path) -> None:
    """Where the other words of the file would become odd in the other code page, the file is Windows-1252."""
    names = "Bj›rn Åse Bjørn Håkon Sæther Ærlig"
    assert refusal(tmp_path / "k.csv", names, "cp1252") is None


def test_the_pattern_of_a_date_is_no_word_of_another_code_page(tmp_path: Path) -> None:
    """A header such as `Dato (dd.mm.åååå)` is Windows-1252."""
    assert refusal(tmp_path / "k.csv", "Dato (dd.mm.åååå) Firma", "cp1252") is None


def test_bytes_of_no_known_encoding_are_refused_without_a_guess(tmp_path: Path) -> None:
    """Where no code page makes words of the bytes, none is named."""
    path = tmp_path / "k.csv"
    path.write_bytes(b"a;b\nx\x81\xf0\x8dy;2\n")
    with pytest.raises(FileError, match=r"neither UTF-8 nor Windows-1252 \(line 2\)$"):
        read_sheets(path)


@pytest.mark.parametrize(
    ("cell", "encoding", "sample"),
    [
        ("Gdańsk", "cp1250", "Gdañsk (cp1250: Gdańsk)"), ("Michał", "cp1250", "Micha³ (cp1250: Michał)"),
        ("Işık Şahin", "cp1254", "Iþýk Þahin (cp1257: Ižżk Žahin, cp1254: Işık Şahin)"),
        ("Áillohaš Čáhput", "iso-8859-10", "Áillohaº Èáhput (iso-8859-10: Áillohaš Čáhput)"),
        ("Muñoz", "cp1252", "Muñoz (cp1250: Muńoz)"), ("Sørensen", "cp1252", "Bjørn · Sørensen"),
        ("5 m³ Müller", "cp1252", "Bjørn · 5 m³ Müller"),
    ],
)  # fmt: skip
def test_a_cell_of_another_code_page_is_shown_with_its_other_reading(cell: str, encoding: str, sample: str) -> None:
    """One word may be of both code pages: the warning shows it first, as each would read it."""
    content = "Kundenr;Navn\nK1;Bjørn\nK2;".encode("cp1252") + cell.encode(encoding)
    value = decode_text(content, "k.csv", None)[1][0].value or ""
    assert value.startswith(sample)
