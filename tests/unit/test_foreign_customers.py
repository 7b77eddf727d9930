"""Customers abroad: the country decides how postal codes and numbers are checked, by its code or by its name."""

from pathlib import Path

import pytest
from support.sheets import check_texts, codes

from armbulk.validation.repairs import propose_corrections


@pytest.mark.parametrize("country", ["Landkode;FI", "Land;Finland", "Land;FI", "Land;suomi"])
def test_a_foreign_postal_code_that_lost_zeros_is_an_error(tmp_path: Path, country: str) -> None:
    """Finland's codes have five digits; only a city whose codes begin so shows that nothing but zeros is missing."""
    header, value = country.split(";")
    rows = [f"Kundenr;Navn;Postnr;Poststed;{header}", f"K1;A;100;Helsinki;{value}", f"K2;B;2100;Oulu;{value}"]
    checked = check_texts(tmp_path, kunder=rows)
    assert codes(checked) == [(2, "C", "leading-zero-lost"), (3, "C", "leading-zero-lost")]
    assert propose_corrections(checked).select("row", "before", "after").rows() == [(2, "100", "00100")]


@pytest.mark.parametrize(
    ("country", "is_checked"),
    [
        ("Land;", True),
        ("Land;Norge", True),
        ("Landkode;no", True),
        ("Land;Sverige", False),
        ("Landkode;SE", False),
        ("Land;Utlandet", False),
    ],
)
def test_only_norwegian_numbers_have_norwegian_check_digits(tmp_path: Path, country: str, is_checked: bool) -> None:
    """An organisation number or a bank account of another country is not checked by Norwegian rules."""
    header, value = country.split(";")
    rows = [f"Kundenr;Navn;Orgnr;Kontonr;{header}", f"K1;A;123456789;12345678901;{value}"]
    found = codes(check_texts(tmp_path, kunder=rows))
    assert found == [(2, "C", "organisation-no"), (2, "D", "bank-account")] * is_checked
