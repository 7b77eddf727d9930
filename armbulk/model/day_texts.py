"""Texts of days, as dates."""

import polars as pl

ISO_DAY = "%Y-%m-%d"
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def parse_days(text: pl.Expr, form: str = ISO_DAY) -> pl.Expr:
    """Return texts of a form (strftime) as dates; null for others, and for the year 0, which Python does not have.

    Polars reads 00000412 as a day of the year 0.
    """
    day = text.str.to_date(form, strict=False)
    return pl.when(day.dt.year() > 0).then(day)
