"""Rows of totals: among records, and among lines, where a line may have a text such as `Total renovation`."""

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.mapping.block_titles import MARKS, STARTS_WITH_TOTAL, TOTAL_WORDS, is_same_amount, to_number
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import NUMERIC_CELLS, Sheet
from armbulk.resources.code_lists import CURRENCIES
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.record_counts import counts_records, is_count

COUNTS_OR_TOTAL = rf"(?i)^{MARKS}({TOTAL_WORDS}|antall|antal|anzahl|count|number of)\b"
_OF_CURRENCY = rf"(?i:{TOTAL_WORDS}){MARKS}({'|'.join(sorted(CURRENCIES))})\b"
_IS_TOTAL = rf"^{MARKS}(?i:{TOTAL_WORDS})({MARKS}({'|'.join(sorted(CURRENCIES))}))?{MARKS}$"
_IS_COUNT = r"^\s*[0-9]+\s+\p{L}+\s*$"
_MIN_RECORDS = 2


def find_totals(body: pl.DataFrame, letters: list[str], match: HeaderMatch, index: int) -> pl.DataFrame:
    """Return findings for rows without a record's number that are called a total, or are a last row of numbers.

    Whatever a row is called, it is a total if it has little but the sums of the records above.

    In place of the number there may be a total's name, with little beside it; or how many records there are, if the
    row is called a total, or the amounts of the last row are sums and nothing else is in the row.

    An invoice line may have a text such as "Total renovation", or numbers alone: among lines a total is the word alone,
    and adds up.
    """
    key = match.columns.get(match.recognised_resource.record_key)
    if key is None:
        return empty_findings()
    amounts = [match.columns[name] for name in AMOUNTS if name in match.columns]
    if not _may_have_totals(body, letters, key, amounts):
        return empty_findings()
    is_keyless = pl.col(key).is_null()
    key_is_total = pl.col(key).str.contains(_IS_TOTAL)
    if (match.lines or match).recognised_resource.name == "lines":
        is_called = _is_called(body, key, _IS_TOTAL)
        is_total = (is_called & _adds_up(body, key, match)) | _is_document_total(body, key, match)
        return row_findings(body.filter(is_total), "total-row", index)
    is_numeric = pl.all_horizontal(
        pl.col(f"{letter}.cell").is_in([*NUMERIC_CELLS, "uncalculated"]).fill_null(value=True) for letter in letters
    )
    is_sum = _is_sum_alone(letters, amounts)
    has_value = pl.any_horizontal(pl.col(letter).is_not_null() for letter in letters)
    is_last = pl.col("row") == body["row"].max()
    is_last_numbers = is_keyless & (is_numeric | is_sum) & is_last & has_value
    body = body.with_columns(  # once for every test below
        _has_text(body, STARTS_WITH_TOTAL).alias("starts_with_total"), _has_text(body, _IS_TOTAL).alias("has_total")
    )
    is_total = (is_keyless & pl.col("starts_with_total")) | key_is_total | is_last_numbers
    required = [field.name for field in match.recognised_resource.fields if field.required]
    beside = [letter for name in required if (letter := match.columns.get(name, key)) in letters and letter != key]
    if beside:
        blanks = pl.sum_horizontal(pl.col(letter).is_null() for letter in beside)
        is_short = blanks * 2 > len(beside)
        is_called = pl.col("starts_with_total")
        counts = is_called & (pl.col(key).str.contains(_IS_COUNT) | counts_records(key, is_called & is_short))
        is_named = (pl.col(key).str.contains(COUNTS_OR_TOTAL) | counts) & is_short
        has_amount = pl.any_horizontal([pl.col(letter).is_not_null() for letter in amounts] or [pl.lit(value=False)])
        others = [letter for letter in letters if letter != key]
        filled = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in others)
        is_total |= counts_records(key, pl.col("has_total") & (filled == 1))
        is_total |= is_keyless & is_short & _is_sum_of_records(body, key, amounts, match)
        is_total |= (
            is_named | is_count(key, others, COUNTS_OR_TOTAL) | (is_last & has_amount & _is_sum_alone(others, amounts))
        )
    return row_findings(body.filter(is_total), "total-row", index)


def _may_have_totals(body: pl.DataFrame, letters: list[str], key: str, amounts: list[str]) -> bool:
    """Return whether a total is possible at all: most sheets have no such word, and a record in the last row."""
    if _has_text_like(body, COUNTS_OR_TOTAL):
        return True
    has_amount = pl.any_horizontal([pl.col(letter).is_not_null() for letter in amounts] or [pl.lit(value=False)])
    if body.select((pl.col(key).is_null() & has_amount).any()).item():
        return True
    last = body.filter(pl.col("row") == pl.col("row").max())
    others = [last[letter][0] for letter in letters if letter not in {key, *amounts}]
    return last[key][0] is None or not any(value is not None for value in others)


def _has_text_like(body: pl.DataFrame, pattern: str) -> bool:
    return bool(body.select(pl.any_horizontal(pl.col(pl.String).str.contains(pattern).any())).item())


def find_total_like_rows(sheet: Sheet, match: HeaderMatch) -> list[int]:
    """Return the rows of a sheet of lines that may be totals: they are never taken for lines of the document above.

    They are called a total, or have amounts and nothing else.
    """
    key = match.columns.get(match.recognised_resource.record_key) if match.resource else None
    if key is None:
        return []
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    is_like = _is_called(body, key, _IS_TOTAL)
    if _has_text_like(body, STARTS_WITH_TOTAL):
        is_like |= _is_called(body, key, STARTS_WITH_TOTAL) & _adds_up(body, key, match)
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    amounts = {columns[name] for name in (*AMOUNTS, "quantity") if name in columns}
    is_like |= pl.all_horizontal(pl.col(letter).is_null() for letter in sheet.letters if letter not in amounts)
    return body.filter(is_like)["row"].to_list()


def _is_called(body: pl.DataFrame, key: str, pattern: str) -> pl.Expr:
    """Return whether a row without a number has a text like `pattern`, or has it in place of its number."""
    return (pl.col(key).is_null() & _has_text(body, pattern)) | pl.col(key).str.contains(_IS_TOTAL).fill_null(
        value=False
    )


def _has_text(body: pl.DataFrame, pattern: str) -> pl.Expr:
    letters = [name.removesuffix(".cell") for name in body.columns if name.endswith(".cell")]
    return pl.any_horizontal(pl.col(letter).str.contains(pattern).fill_null(value=False) for letter in letters)


def _is_sum_alone(letters: list[str], amounts: list[str]) -> pl.Expr:
    """Return whether a row has amounts alone, each the sum of the rows above; in a CSV file they are texts."""
    if not amounts:
        return pl.lit(value=False)
    others = [pl.col(letter).is_null() for letter in letters if letter not in amounts]
    is_blank = pl.all_horizontal(others or [pl.lit(value=True)])  # the rest may be a mapping's own columns
    tests = []
    for letter in amounts:
        number = to_number(letter)
        above = number.fill_null(0).cum_sum().shift(1)
        tests.append(pl.col(letter).is_null() | is_same_amount(number, above).fill_null(value=False))
    return is_blank & pl.all_horizontal(tests)


def _is_sum_of_records(body: pl.DataFrame, key: str, amounts: list[str], match: HeaderMatch) -> pl.Expr:
    """Return whether each amount of a row is the sum of the records above: of all, of a page, or of its currency.

    There are two of them at least: a row with the amount of the only record above may be a record.
    """
    if not amounts:
        return pl.lit(value=False)
    is_record = pl.col(key).is_not_null()
    is_sum = ~is_record & pl.any_horizontal([to_number(letter).is_not_null() for letter in amounts])
    groups: list[pl.Expr] = [pl.lit(1), is_sum.cum_sum().shift(1, fill_value=0)]
    if "currency" in match.columns:
        groups.append(_read_currency(body, match.columns["currency"]))
    tests = []
    for group in groups:
        are_sums = [is_sum, is_record.cum_sum().over(group) >= _MIN_RECORDS]
        for letter in amounts:
            number = to_number(letter)
            above = pl.when(is_record).then(number).fill_null(0).cum_sum().over(group)
            are_sums.append(number.is_null() | is_same_amount(number, above))
        tests.append(pl.all_horizontal(are_sums))
    return pl.any_horizontal(tests).fill_null(value=False)


def _adds_up(body: pl.DataFrame, key: str, match: HeaderMatch) -> pl.Expr:
    """Return whether each amount of a row is the sum of the rows above, or of those since the total above it.

    Or of those in the row's currency: a list in several currencies has a total of each.
    """
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    letters = [columns[name] for name in AMOUNTS if name in columns]
    is_other = ~_is_called(body, key, STARTS_WITH_TOTAL)
    block = is_other.not_().cum_sum().shift(1, fill_value=0)
    tests = [pl.lit(value=bool(letters))]
    for letter in letters:
        number, counted = to_number(letter), pl.when(is_other).then(to_number(letter)).fill_null(0)
        sums = [counted.cum_sum(), counted.cum_sum().over(block)]
        if "currency" in columns:
            sums.append(counted.cum_sum().over(_read_currency(body, columns["currency"])))
        is_near = pl.any_horizontal(is_same_amount(number, each) for each in sums)
        tests.append(number.is_null() | is_near)
    has_amount = pl.any_horizontal([to_number(letter).is_not_null() for letter in letters] or [pl.lit(value=False)])
    return has_amount & pl.all_horizontal(tests)


def _read_currency(body: pl.DataFrame, letter: str) -> pl.Expr:
    """Return the currency of each row: its own, or the one that the name of a total has (`Total EUR`)."""
    texts = [pl.col(name.removesuffix(".cell")) for name in body.columns if name.endswith(".cell")]
    named = pl.coalesce(text.str.extract(rf"^{MARKS}{_OF_CURRENCY}", 1) for text in texts)
    return pl.coalesce(pl.col(letter).str.strip_chars(), named)


def _is_document_total(body: pl.DataFrame, key: str, match: HeaderMatch) -> pl.Expr:
    """Return whether a line is called a total and has the sum of its document's other lines, and no quantity or price.

    It has the document's number: as a line it would double the document.
    """
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    letters = [columns[name] for name in AMOUNTS if name in columns]
    texts = [letter for letter in match.columns.values() if letter in body.columns and letter != key]
    texts += [letter for letter in (match.lines or match).columns.values() if letter in body.columns and letter != key]
    if not letters or not texts:
        return pl.lit(value=False)
    is_called = pl.any_horizontal(
        pl.col(letter).str.contains(STARTS_WITH_TOTAL).fill_null(value=False) for letter in texts
    )
    counted = [columns[name] for name in ("quantity", "price") if columns.get(name) in body.columns]
    has_count = pl.any_horizontal([pl.col(letter).is_not_null() for letter in counted] or [pl.lit(value=False)])
    tests = [(~is_called).sum().over(key) > 0]
    for letter in letters:
        number = to_number(letter)
        others = pl.when(~is_called).then(number).fill_null(0).sum().over(key)
        tests.append(number.is_null() | is_same_amount(number, others))
    has_amount = pl.any_horizontal(to_number(letter).is_not_null() for letter in letters)
    return pl.col(key).is_not_null() & is_called & ~has_count & has_amount & pl.all_horizontal(tests)


def row_findings(rows: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    """Return a finding with the code at each of the rows."""
    return to_findings(rows[["row"]], sheet=index, code=code, detail=pl.col("row").cast(pl.String))
