"""Simple cells have the value and the findings that the careful parser gives them, whatever is in the column."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.findings.frame import merge_findings
from armbulk.model.fields import Field, FieldRole, FieldType
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import CELL
from armbulk.resources import RESOURCES
from armbulk.validation.cell_column import NUMBER_KINDS, CellColumn
from armbulk.validation.parse import parse_column, parse_with_care
from armbulk.validation.simple_cells import IS_SIMPLE, read_simple_cells

_FIELDS = [
    field
    for name in ("documents", "lines", "customers")
    for field in RESOURCES[name].fields
    if field.role is not FieldRole.READ_ONLY
]
_BY_TREATMENT = {
    (field.type, field.format, field.digits, field.code_words, field.is_key, field.may_start_with_zero): field
    for field in _FIELDS
}
"""A field of each kind that is read in another way."""

_HOSTILE = (
    "", " ", "0", "-0", "007", "F0000001", "1e5", "1,5E+20", "5,00222E+20", "1.234", "-1,234", "1.2345",
    "1.23", "1,5", "12345678901234567", "123456789012345", "0.30000000000000004", "1234567890.12", "-", "--", "100,-",
    "kr 5", "5 kr", "€ 5", "25 %", "nan", "NA", "N/A", "n/a", "NULL", "#N/A", "#", "###", "Err:502", "bl?b", "Hva?",
    "A & B", "A &amp; B", "A&", "a\tb", "a\nb", "a\u00adb", "a\u200bb", "e\u0301", "é", "Ærlig", "\u0663", "①",
    "2026-01-02", "2026-02-31", "0000-01-01", "2026-01-02T00:00:00", "02.01.2026", "01/02/26", "44927", "<clear>",
    "a@b.no", "a@b.no;c@d.no", "a@b.no, c@d.no", "@", "IN", "in", "faktura", "PLH", "NO", "no", "1234 56 78901",
    "NO 923 609 016 MVA", "923609016mva", "8150.17.57322", "018199 21764", "NO9386011117947", "NO93 8601 1117 947",
    "1 234", "12'345", "0585", "585", "12345678901", "true", "ja", "1", "x", "'5", "=1+1", "5-", "(5)", "+5", "1_000",
    "½",
)  # fmt: skip
_DECIMAL_ZEROS = ("1.0", "12,0")
"""Texts after which the other cells of a column of identifiers are parsed with care, too."""

_KINDS = [kind for kind in CELL.categories if kind not in {"formatted", "disguised"}]
_OPTIONS = (ReadOptions(), ReadOptions(decimal=","), ReadOptions(decimal=".", dates="dmy", pad_postal_codes=True))
_SOME_TEXT = st.one_of(
    st.sampled_from([*_HOSTILE, *_DECIMAL_ZEROS]),
    st.text("0123456789-., eEF", max_size=20),
    st.text("aN?&;@# \u00e6\u00ad/:'", max_size=8),
    st.text(max_size=6),
)
_CELL = st.one_of(
    st.tuples(_SOME_TEXT, st.just("text")),
    st.tuples(_SOME_TEXT, st.sampled_from(_KINDS)).filter(lambda cell: cell[1] not in NUMBER_KINDS),
    st.decimals(-(10**18), 10**18, places=7).map(lambda number: (f"{number.normalize():f}", "number")),
    st.sampled_from([(None, None), (None, "uncalculated")]),
)


def _count_simple(field: Field, cells: list[tuple[str | None, str | None]], options: ReadOptions) -> int:
    """Compare the two ways of parsing a column; return how many of its cells are simple and not blank."""
    frame = pl.DataFrame(
        [
            (row, text, kind, ("NOK", "EUR", None)[row % 3], ("NO", "SE", None)[row % 3])
            for row, (text, kind) in enumerate(cells)
        ],
        schema={"row": pl.Int64, "A": pl.String, "A.cell": CELL, "C": pl.String, "D": pl.String},
        orient="row",
    )
    column = CellColumn(0, field, "A", options, {"currency": "C", "country_code": "D", field.name: "A"})
    values, findings = parse_column(frame, column)
    careful_values, careful_findings = parse_with_care(frame, column)
    assert values.dtype == careful_values.dtype
    assert values.to_list() == careful_values.to_list()
    assert merge_findings(findings).rows() == merge_findings(careful_findings).rows()
    simple = read_simple_cells(frame, [column])[f"{field.name}{IS_SIMPLE}"]
    return int((simple & frame["A"].is_not_null()).sum())


@pytest.mark.first_cases(6)
@pytest.mark.parametrize("field", _BY_TREATMENT.values(), ids=lambda field: field.name)
def test_hostile_cells_are_parsed_as_the_careful_parser_does(field: Field) -> None:
    """Texts that look like numbers, words that mean a blank, lost letters: with and without numbers that end in .0."""
    for options in _OPTIONS:
        for texts in (_HOSTILE, (*_HOSTILE, *_DECIMAL_ZEROS)):
            simple = _count_simple(field, [(text, "text") for text in texts], options)
            assert simple or field.type is FieldType.BOOLEAN


@given(
    field=st.sampled_from(list(_BY_TREATMENT.values())), cells=st.lists(_CELL, min_size=1, max_size=12), data=st.data()
)
def test_random_cells_are_parsed_as_the_careful_parser_does(
    field: Field, cells: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    """Any text in any kind of cell."""
    _count_simple(field, cells, data.draw(st.sampled_from(_OPTIONS)))


@pytest.mark.proof
@pytest.mark.parametrize("field", _BY_TREATMENT.values(), ids=lambda field: field.name)
@pytest.mark.parametrize("form", ["{}", "a{}", "1{}", "x@{}", "A{}b1", "12{}5"])
def test_every_character_is_parsed_as_the_careful_parser_does(field: Field, form: str) -> None:
    """Each character of Unicode alone, and within a word and a number."""
    characters = [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000]
    characters += [chr(code) for code in range(0xF900, 0x10000)]
    _count_simple(field, [(form.format(character), "text") for character in characters], ReadOptions())
