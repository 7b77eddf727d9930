"""A record that is held back because of an error elsewhere names that error's cell."""

from pathlib import Path

from support.sheets import check_texts, document, line

from armbulk.results.causes import find_causes


def test_the_first_error_of_the_documents_other_rows_is_named(tmp_path: Path) -> None:
    """F1 is held back for its second line, whose third has an error too; of F2 nothing is wrong."""
    bad = "x;25;125"
    lines = [line("F1"), line("F1", "2", bad), line("F1", "3", bad), line("F2")]
    causes = find_causes(check_texts(tmp_path, documents=[document("F1"), document("F2")], lines=lines), "en")
    assert causes.sort("sheet", "row").rows() == [
        (0, 2, "lines!F3"), (1, 2, "lines!F3"), (1, 3, "lines!F3"), (1, 4, "lines!F3"),
    ]  # fmt: skip


def test_an_error_in_the_header_is_named_for_every_row(tmp_path: Path) -> None:
    """Two columns with the same meaning: every customer of the sheet is held back for the second."""
    customers = ["Kundenr;Navn;Valuta;Kundenavn", "K1;Kari;NOK;Kari", "K2;Ola;NOK;Ola"]
    causes = find_causes(check_texts(tmp_path, customers=customers), "en")
    assert causes.sort("row").rows() == [(0, 2, "customers!D1"), (0, 3, "customers!D1")]


def test_no_error_has_no_cause(tmp_path: Path) -> None:
    """Files without errors name nothing."""
    checked = check_texts(tmp_path, documents=[document("F1")], lines=[line("F1")])
    assert not checked.errors
    assert find_causes(checked, "en").is_empty()
