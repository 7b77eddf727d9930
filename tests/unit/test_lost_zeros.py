"""A changed identifier that is the old value without its leading zeros is damage: it is an error, never a change."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sheets import check_texts, codes, document, line, sent_documents

from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import CELL
from armbulk.readers import read_sheets
from armbulk.resources import RESOURCES
from armbulk.sending.merge import has_every_value, merge
from armbulk.validation.check import Checked, check_sheets

CUSTOMERS = RESOURCES["customers"]


def edited(folder: Path, header: str, exported: str, now: str, kind: str = "text", *, pad: bool = False) -> Checked:
    """Check a sheet in which one exported value was replaced."""
    sheets = []
    for name, value in (("armbulk-base", exported), ("Kunder", now)):
        path = folder / f"{name}.csv"
        path.write_text(f"Kundenr;Navn;{header}\nK1;Kari;{value}\nK2;Ola;X\n", encoding="utf-8")
        sheets += read_sheets(path)
    base, sheet = sheets
    is_value = pl.col("row") == 2
    frame = sheet.frame.with_columns(
        pl.when(is_value).then(pl.lit(kind, CELL)).otherwise(pl.col("C.cell")).alias("C.cell")
    )
    options = ReadOptions(update=True, pad_postal_codes=pad)
    return check_sheets([replace(sheet, frame=frame, base=base)], options)


@pytest.mark.first_cases(6)
@pytest.mark.parametrize("kind", ["text", "number"])
@pytest.mark.parametrize(
    ("header", "exported", "now"),
    [
        ("Postnr", "0585", "585"),
        ("Bankkonto", "05401234567", "5401234567"),
        ("Telefon", "004799887766", "4799887766"),
        ("Kundekategori", "01", "1"),
        ("Fødselsnr", "01019921717", "1019921717"),
        ("Distriktskoder", "007", "7"),
        ("Hovedkundenr", "000012", "12"),
    ],
)
def test_a_cell_without_its_zeros_is_one_error(tmp_path: Path, header: str, exported: str, now: str, kind: str) -> None:
    """The damaged cell is named once, and its customer is not sent."""
    found = edited(tmp_path, header, exported, now, kind)
    assert found.findings.select("row", "column", "code").rows() == [(2, "C", "zeros-lost-in-change")]
    assert found.blocked_rows["customers"]["row"].to_list() == [2]


def test_a_cell_that_ends_in_decimal_zero_too(tmp_path: Path) -> None:
    """A program that writes 585.0 for 0585 has lost the same zero."""
    codes = edited(tmp_path, "Postnr", "0585", "585.0").findings["code"].to_list()
    assert codes == ["zeros-lost-in-change"]


@pytest.mark.parametrize(("exported", "now"), [("585", "0585"), ("0585", "0586"), ("0585", "1585"), ("AB", "B")])
def test_other_changes_are_changes(tmp_path: Path, exported: str, now: str) -> None:
    """A zero that was added, and another number, are changes."""
    found = edited(tmp_path, "Kundekategori", exported, now)
    assert found.errors == 0
    assert found.tables["customers"].rows["customer_category"].to_list() == [now, None]


def test_a_padded_postal_code_is_no_change(tmp_path: Path) -> None:
    """With `--pad-postal-codes` 585 is 0585, which ARM has."""
    found = edited(tmp_path, "Postnr", "0585", "585", "number", pad=True)
    assert found.tables["customers"].rows["postal_code"].to_list() == ["0585", None]
    assert found.errors == 0


@given(zeros=st.integers(1, 4), number=st.integers(1, 10**9), is_known=st.booleans())
def test_arms_value_without_its_zeros_is_never_sent(zeros: int, number: int, is_known: bool) -> None:
    """Whatever was exported, ARM's value is not replaced by its damaged twin; the other way round is a change."""
    whole = "0" * zeros + str(number)
    record = {"customerNo": "1", "phoneNo": whole, "postalAddress": {"postalCode": whole}, "districtCodes": [whole]}
    for change in ({"phoneNo": str(number)}, {"postalAddress": {"postalCode": str(number)}},
                   {"districtCodes": [str(number)]}):  # fmt: skip
        base = {"phoneNo": whole, "postalAddress.postalCode": whole} if is_known else {}
        merged = merge(json.dumps({"customerNo": "1", **change}), base, record, CUSTOMERS)
        assert merged.payload is None
        assert not has_every_value(json.dumps({"customerNo": "1", **change}), record, CUSTOMERS)
        assert "without" not in merged.conflicts[0].description
        assert "leading zeros" in merged.conflicts[0].description
        assert str(number) not in merged.conflicts[0].description
    back = merge(json.dumps({"customerNo": "1", "phoneNo": whole}), {}, {"phoneNo": str(number)}, CUSTOMERS)
    assert json.loads(back.payload or "{}")["phoneNo"] == whole


def test_a_customer_number_without_its_zeros_is_damage(tmp_path: Path) -> None:
    """The invoice would go to a customer of another number, or to no one."""
    customers = ["Kundenr;Navn", "010001;Kari", "20002;Ola"]
    numbers = ("10001", "010001", "10001", "20002", "30003")
    documents = [document(f"F{number}", customer=customer) for number, customer in enumerate(numbers)]
    found = check_texts(tmp_path, kunder=customers, documents=documents)
    assert found.findings.filter(pl.col("field") == "customer_no").select("row", "code", "detail").rows() == [
        (2, "customer-without-zeros", "010001"),
        (4, "customer-without-zeros", "010001"),
        (6, "customer-not-in-file", None),
    ]  # fmt: skip


@pytest.mark.parametrize("numbers", [("10001", "10001"), ("0010001", "10001"), ("10001", "0010001")])
def test_lines_that_have_lost_the_zeros_of_their_document(tmp_path: Path, numbers: tuple[str, str]) -> None:
    """They are named with the document's number, once each, and the document is never sent without them."""
    documents = [document("0010001", "200;50;250"), document("0010002")]
    lines = [line(numbers[0]), line(numbers[1], "2"), line("0010002")]
    found = check_texts(tmp_path, documents=documents, lines=lines)
    assert [(row, code) for row, _, code in codes(found)] == [
        (row, "line-without-zeros") for row, number in enumerate(numbers, 2) if number == "10001"
    ]
    assert sent_documents(found) == ["0010002"]


def test_keys_that_differ_by_zeros_are_warned_of(tmp_path: Path) -> None:
    """Two customers with one number but for its zeros may be one."""
    rows = ["Kundenr;Navn", "001;Kari", "1;Kari", "2;Ola", "0001;Kari"]
    assert codes(check_texts(tmp_path, customers=rows)) == [
        (3, "A", "key-without-zeros"),
        (5, "A", "key-without-zeros"),
    ]
