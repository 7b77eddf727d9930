"""Customers, documents and three lines for each, as typed frames, with the columns that real files have."""

from datetime import date, timedelta

import polars as pl

from benchmarks.data.numbers import LINES, count_customers, make_kid, make_organisation_no

_VAT_PERCENT = 25
_TOWNS = ["Oslo", "Bergen", "Trondheim", "Tromsø", "Ålesund", "Bodø", "Hamar"]
_ARTICLES = ["Kam, rød", "Stol «Ærlig»", "Bord & benk", "Lampe 40 W", "Hylle", "Frakt", "Montering, pr. time"]
_UNITS = ["stk", "timer", "kg"]


def make_tables(documents: int, today: date) -> dict[str, pl.DataFrame]:
    """Return the tables by sheet name: Customers, Documents, Lines; documents are dated in the month before `today`."""
    lines = _make_lines(documents)
    return {
        "Customers": _make_customers(count_customers(documents)),
        "Documents": _make_documents(documents, lines, today),
        "Lines": lines,
    }


def spoil(table: pl.DataFrame, faults: dict[str, str], every: int) -> pl.DataFrame:
    """Return a table of texts with an error in one of `every` rows: each has one of the `faults` (header → text)."""
    number = pl.int_range(pl.len())
    is_bad = number % every == 0
    kind = (number // every) % len(faults)
    return table.with_columns(
        pl.when(is_bad & (kind == index)).then(pl.lit(text)).otherwise(pl.col(header)).alias(header)
        for index, (header, text) in enumerate(faults.items())
    )


def _make_customers(count: int) -> pl.DataFrame:
    n = pl.int_range(count)
    return pl.select(
        _padded(n, 6).alias("Customer no"),
        pl.format("Kunde {} Æ AS", n).alias("Name"),
        pl.format("Storgata {}", n % 200 + 1).alias("Address line 1"),
        pl.when(n % 3 == 0).then(pl.format("Inngang {}", n % 9)).alias("Address line 2"),
        _padded(n % 9_900 + 100, 4).alias("Postal code"),
        _pick(_TOWNS, n).alias("City"),
        pl.lit("NO").alias("Country code"),
        pl.format("post{}@eksempel.no", n).alias("Email"),
        pl.format("9{}", _padded(n * 7 % 9_999_999, 7)).alias("Phone"),
        pl.Series("Organisation no", [make_organisation_no(number) for number in range(count)]),
        pl.lit("no").alias("Language"),
        pl.lit("NOK").alias("Currency"),
    )


def _make_lines(documents: int) -> pl.DataFrame:
    n = pl.int_range(documents * LINES)
    quantity = n % 5 + 1
    price = n * 7_919 % 99_000 * 4 + 400  # øre; a multiple of four, so that VAT is exact
    net = quantity * price
    vat = net * _VAT_PERCENT // 100
    return pl.select(
        (n // LINES).pipe(_document_no).alias("Document no"),
        (n % LINES + 1).alias("Line no"),
        pl.lit("PLH").alias("Line type"),
        pl.format("{}", n * 31 % 5_000 + 1_000).alias("Article no"),
        _pick(_ARTICLES, n * 31 % 5_000).alias("Article name"),
        pl.format("{}, uke {}", _pick(_ARTICLES, n * 31 % 5_000), n % 52 + 1).alias("Line text"),
        _pick(_UNITS, n).alias("Unit"),
        quantity.alias("Quantity"),
        pl.when(n % 2 == 0).then(pl.lit("m3")).alias("Volume unit"),
        pl.when(n % 2 == 0).then(_kroner(n % 900 + 1)).alias("Volume"),
        _kroner(price).alias("Price"),
        pl.format("{}", n % 40 + 500).alias("Item group 1"),
        pl.format("{}", n % 30 + 540).alias("Item group 2"),
        pl.when(n % 3 == 0).then(pl.format("{}", n % 20 + 570)).alias("Item group 3"),
        _kroner(net).alias("Amount excl. VAT"),
        _kroner(vat).alias("VAT"),
        _kroner(net + vat).alias("Amount incl. VAT"),
    )


def _make_documents(documents: int, lines: pl.DataFrame, today: date) -> pl.DataFrame:
    n = pl.int_range(documents)
    first = today - timedelta(days=31)
    dated = pl.lit(first) + pl.duration(days=n % 28)
    amounts = ("Amount excl. VAT", "VAT", "Amount incl. VAT")
    sums = lines.group_by("Document no", maintain_order=True).agg(pl.col(*amounts).sum())
    return pl.select(
        _document_no(n).alias("Document no"),
        pl.lit("IN").alias("Document type"),
        _padded(n % count_customers(documents), 6).alias("Customer no"),
        dated.alias("Document date"),
        (dated + pl.duration(days=14)).alias("Due date"),
        pl.lit("NOK").alias("Currency"),
        pl.lit("no").alias("Language"),
        pl.Series("KID", [make_kid(number) for number in range(documents)]),
        pl.when(n % 6 == 0).then(_padded(n % 300, 4)).alias("Marketing message code"),
        pl.when(n % 10 == 0).then(pl.lit("God sommer!")).alias("Customer message"),
        pl.format("B-{}", _padded(n, 7)).alias("Sales order id"),
        pl.when(n % 2 == 0).then(pl.format("PO-{}", n % 5_000)).alias("Purchase order id"),
        pl.format("Selger {}", n % 40).alias("Seller reference"),
        pl.format("Kjøper {}", n % 900).alias("Buyer reference"),
        pl.when(n % 4 == 0).then(pl.format("Prosjekt {}", n % 60)).alias("Additional reference"),
        pl.when(n % 7 == 0).then(_padded(n % 90 + 600_000, 6)).alias("Sub customer no"),
        pl.when(n % 20 == 0).then(pl.lit("Avtalt utsatt betaling")).alias("Ledger note"),
        *(sums[name] for name in amounts),
        pl.lit("M").alias("Distribution type"),
        pl.when(n % 3 == 0).then(pl.format("faktura{}@eksempel.no", n % 500)).alias("E-invoice address"),
        pl.when(n % 3 == 0).then(pl.lit("0192")).alias("E-invoice address scheme"),
        pl.when(n % 3 == 0).then(pl.lit("OPER")).alias("E-invoice operator"),
        pl.format("post{}@eksempel.no", n % count_customers(documents)).alias("Email"),
    )


def _document_no(number: pl.Expr) -> pl.Expr:
    return pl.format("F{}", _padded(number, 7))


def _padded(number: pl.Expr, digits: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(digits)


def _pick(words: list[str], number: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(words)).gather(number % len(words))


def _kroner(amount: pl.Expr) -> pl.Expr:
    """Return øre as an exact amount of kroner."""
    return (amount.cast(pl.Decimal(38, 2)) / pl.lit(100)).cast(pl.Decimal(38, 2))
