"""The currency that headers name: `Beløp (DKK)`, or a title above the amounts."""

import re
from collections.abc import Sequence

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _
from armbulk.mapping.header_units import split_currency
from armbulk.model.column_proposal import SuggestedValue
from armbulk.model.sheet import Sheet
from armbulk.resources.code_lists import CURRENCIES

_ABOVE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_OF_CROWNS = "KR"
_MAX_CHARS = 60


def find_currency(sheet: Sheet, header_row: int, headers: Sequence[str]) -> SuggestedValue | None:
    """Return the currency that the headers, or the rows above them, name; None where they name none, or several.

    `kr` is the currency of several countries.

    Args:
        sheet: The sheet.
        header_row: The row of its headers.
        headers: The headers.
    """
    named: dict[str, str] = {}
    for header in headers:
        code = split_currency(header)[1]
        if code and code != _OF_CROWNS:
            named.setdefault(code, header)
    above = sheet.frame.filter(pl.col("row") < header_row).select(sheet.letters)
    for text in (text for row in above.iter_rows() for text in row if text):
        for code in _ABOVE.findall(text):
            if code in CURRENCIES:
                named.setdefault(code, text)
    if len(named) != 1:
        return None
    ((code, text),) = named.items()
    source: Text = _('from "{header}"', header=" ".join(text.split())[:_MAX_CHARS]) if text else NO_TEXT
    return SuggestedValue(code, source)
