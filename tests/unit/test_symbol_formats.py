"""Number formats with a symbol: they show it in every case, and are read as before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.readers.symbol_format import SYMBOLS, add_symbol, remove_shown_symbol, remove_symbol
from armbulk.readers.xlsx_formats import NumberFormats

CODES = (
    "General", "@", "0", "00000", "#,##0.00", "0.00;[Red]-0.00", "[Red]0;[Blue]-0;0", '0;-0;"-";@', "# ##0", '"K-"0',
    "dd.mm.yyyy", "[h]:mm", "[$kr-414] #,##0", "[$-414]dd. mmmm", "[<=9999]0000;# ##0", "0;;", ";;;", "0%", '0" kr";-0',
    '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-',
)  # fmt: skip
VALUES = ("0", "7", "-7", "00042", "42", "123456789", "12.5", "-0.25", "45000")


@pytest.mark.parametrize("code", CODES)
def test_a_value_is_read_as_without_the_symbol(code: str) -> None:
    """The text and the kind of every number are those of the format without a symbol."""
    for symbol in SYMBOLS:
        marked = add_symbol(code, symbol)
        assert marked is not None
        assert add_symbol(marked, "✗") == add_symbol(code, "✗")
        assert add_symbol(remove_symbol(marked), symbol) == marked
        formats = NumberFormats()
        formats.add("0", 170, code)
        formats.add("1", 171, marked)
        for value in VALUES:
            marked_cell, cell = (formats.describe(number, value, since_1904=False) for number in "10")
            assert marked_cell[:2] == cell[:2]


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("00000", '"✓_"00000;"✓_"-00000;"✓_"00000;"✓_"@'),
        ("@", '"✓_"@'),
        ("[Red]0;-0", '[Red]"✓_"0;"✓_"-0;[Red]"✓_"0;"✓_"@'),
        ("[<=9]0;00", '[<=9]"✓_"0;"✓_"00'),
        ("0;;", '"✓_"0;;;"✓_"@'),
        ("[$kr] 0", '"✓_"[$kr] 0;"✓_"-[$kr] 0;"✓_"[$kr] 0;"✓_"@'),
    ],
)
def test_each_section_gets_the_symbol(code: str, marked: str) -> None:
    """Positive and negative numbers, zero and texts show the symbol; what is hidden stays hidden."""
    assert add_symbol(code, "✓") == marked.replace("_", "\u00a0")


def test_a_format_that_would_be_too_long_has_no_symbol() -> None:
    """Excel takes 255 characters."""
    assert add_symbol('"' + "x" * 100 + '"0', "✓") is None


@given(st.text(st.sampled_from('0#?.,;@"[]Redh<=9-_*\\ %✓\u00a0'), max_size=30))
def test_any_format_is_marked_once(code: str) -> None:
    """Whatever a format is, marking it again replaces the symbol."""
    marked = add_symbol(code, "✓")
    if marked is not None:
        assert add_symbol(marked, "✓") == marked
        assert remove_symbol(remove_symbol(marked)) == remove_symbol(marked)


def test_what_a_cell_shows_loses_the_symbol() -> None:
    """An .ods has what a cell shows: its symbol is no part of it."""
    assert [remove_shown_symbol(text) for text in ("✓\u00a000042", "✗\u00a0", "✓ 5", "5", "")] == [
        "00042", "", "✓ 5", "5", "",
    ]  # fmt: skip


def test_formats_of_people_stay() -> None:
    """A person's own format with such a sign, without the no-break space, is not touched."""
    assert remove_symbol('"✓ "0') == '"✓ "0'
