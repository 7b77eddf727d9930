"""Read customers, documents and lines, check them, and write ARM's JSON: the fastest exact way with polars.

Every value is read exactly (amounts as Decimal, identifiers as text), every rule is one expression, all in one query,
and the JSON is built by expressions. It finds out whether there is an error, not where. Its rules are
those that armbulk has for these columns; docs/benchmarks.md lists what it leaves out.
"""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measured.import_tables import (
    AMOUNTS,
    CODES,
    DATES,
    DECIMALS,
    LISTS,
    MAX_LENGTHS,
    PATHS,
    PATTERNS,
    REQUIRED,
    SCALES,
    WHOLE_NUMBERS,
)

Tables = dict[str, pl.DataFrame]
MORE_DECIMALS = "more decimals"
"""The column of rows of a CSV file in which a value has more decimals than it may have."""

_MOD_11 = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_ESCAPES = ['"', "\\", *map(chr, range(32))]
_ESCAPED = ['\\"', "\\\\", *(f"\\u{code:04x}" for code in range(32))]


def read(paths: list[str]) -> Tables:
    """Return the typed tables of a workbook or of three CSV files."""
    if paths[0].endswith(".xlsx"):
        return _read_workbook(paths[0])
    return {Path(path).stem.capitalize(): _read_csv(path) for path in paths}


def _read_workbook(path: str) -> Tables:
    import fastexcel  # noqa: PLC0415 - not needed for CSV

    book = fastexcel.read_excel(path)
    tables = {}
    for name, paths in PATHS.items():
        headers = {*paths, *REQUIRED[name]}
        dtypes: Any = {header: _excel_type(header) for header in headers}
        frame = book.load_sheet(name, dtypes=dtypes).to_polars()
        tables[name] = frame.with_columns(_to_decimals(frame.columns))
    return tables


def _excel_type(header: str) -> str:
    if header in DECIMALS:
        return "float"
    if header in DATES:
        return "date"
    return "int" if header in WHOLE_NUMBERS else "string"


def _read_csv(path: str) -> pl.DataFrame:
    frame = pl.read_csv(path, separator=";", infer_schema=False)
    columns = frame.columns
    return frame.with_columns(
        pl.col([header for header in DATES if header in columns]).str.to_date("%Y-%m-%d"),
        *_to_decimals(columns),
        pl.col([header for header in WHOLE_NUMBERS if header in columns]).cast(pl.Int64),
        _has_more_decimals(columns).alias(MORE_DECIMALS),
    )


def _to_decimals(columns: list[str]) -> list[pl.Expr]:
    return [pl.col(header).cast(pl.Decimal(38, SCALES[header])) for header in DECIMALS if header in columns]


def _has_more_decimals(columns: list[str]) -> pl.Expr:
    """Return whether a row has a text with more decimals than the exact type, which would be rounded silently."""
    numbers = [header for header in DECIMALS if header in columns]
    tests = [pl.col(header).str.contains(rf"\.\d{{{SCALES[header] + 1}}}") for header in numbers]
    return pl.any_horizontal(tests or [pl.lit(value=False)])


def find_errors(tables: Tables) -> dict[str, int]:
    """Return how many rows break each rule; rules that none breaks are left out."""
    counts: dict[str, dict[str, Any]] = {name: _count_own_errors(name, table) for name, table in tables.items()}
    documents, lines = tables["Documents"], tables["Lines"]
    customers = tables["Customers"]["Customer no"].str.to_lowercase()
    numbers = documents["Document no"].str.to_lowercase()
    counts["all"] = {
        "customer twice": customers.is_duplicated().sum(),
        "document twice": numbers.is_duplicated().sum(),
        "no customer": (~documents["Customer no"].str.to_lowercase().is_in(customers.implode())).sum(),
        "no document": (~lines["Document no"].str.to_lowercase().is_in(numbers.implode())).sum(),
        "no lines": (~numbers.is_in(lines["Document no"].str.to_lowercase().implode())).sum(),
        "customer without zeros": customers.str.strip_chars_start("0").is_duplicated().sum(),
        "document without zeros": numbers.str.strip_chars_start("0").is_duplicated().sum(),
        "line twice": lines.select("Document no", "Line no").is_duplicated().sum(),
        "sums differ": _count_different_sums(documents, lines),
    }
    return {f"{name}: {rule}": n for name, found in counts.items() for rule, n in found.items() if n}


def _count_own_errors(name: str, table: pl.DataFrame) -> dict[str, int]:
    """Evaluate all rules within the rows of a table at once."""
    columns = table.columns
    excl, vat, incl = map(pl.col, AMOUNTS)
    rules = {
        **{f"{header} empty": pl.col(header).is_null() for header in REQUIRED[name]},
        **{f"{header} long": pl.col(header).str.len_chars() > most for header, most in MAX_LENGTHS.items()},
        **{f"{header} code": ~pl.col(header).is_in(list(codes)) for header, codes in CODES.items()},
        **{f"{header} pattern": ~pl.col(header).str.contains(pattern) for header, pattern in PATTERNS.items()},
        "Amount incl. VAT adds up": excl + vat != incl,
        **{f"{header} unlikely": ~pl.col(header).dt.year().is_between(2000, 2099) for header in DATES},
        "Due date before": pl.col("Due date") < pl.col("Document date"),
        "Invoice negative": (pl.col("Document type") == "IN") & (incl < 0),
        "KID digit": _kid_remainder() != 0,
        "Organisation no digit": _organisation_remainder() != 0,
        "Decimals": pl.col(MORE_DECIMALS),
        "Price differs": (pl.col("Quantity") * pl.col("Price")).round(2) != excl,
    }
    usable = {rule: test for rule, test in rules.items() if set(test.meta.root_names()) <= set(columns)}
    return table.select(test.sum().alias(rule) for rule, test in usable.items()).row(0, named=True)


def _kid_remainder() -> pl.Expr:
    """The sum of a KID's digits by modulus 10, for KIDs of ten digits."""
    digits = [pl.col("KID").str.slice(index, 1).cast(pl.Int32, strict=False) for index in range(10)]
    doubled = [digit * 2 - pl.when(digit > 4).then(9).otherwise(0) for digit in digits[::2]]
    return pl.sum_horizontal(*doubled, *digits[1::2]) % 10


def _organisation_remainder() -> pl.Expr:
    """The weighted sum of an organisation number's digits by modulus 11."""
    digits = (pl.col("Organisation no").str.slice(index, 1).cast(pl.Int32, strict=False) for index in range(9))
    return pl.sum_horizontal(digit * weight for digit, weight in zip(digits, _MOD_11, strict=True)) % 11


def _count_different_sums(documents: pl.DataFrame, lines: pl.DataFrame) -> int:
    sums = lines.group_by("Document no").agg(pl.col(AMOUNTS).sum().name.suffix(" of lines"))
    joined = documents.select("Document no", *AMOUNTS).join(sums, on="Document no")
    differs = pl.any_horizontal(pl.col(name) != pl.col(f"{name} of lines") for name in AMOUNTS)
    return int(joined.select(differs.sum()).item())


def encode(tables: Tables) -> list[pl.Series]:
    """Return the JSON of customers, and of documents with their lines."""
    lines = tables["Lines"].select("Document no", _encode_row("Lines", tables["Lines"]).alias("json"))
    joined = lines.group_by("Document no", maintain_order=True).agg(pl.col("json").str.join(",").alias("lines"))
    documents = tables["Documents"].join(joined, on="Document no", how="left", maintain_order="left")
    member = pl.concat_str(pl.lit(',"documentLines":['), "lines", pl.lit("]"))
    return [
        tables["Customers"].select(_encode_row("Customers", tables["Customers"]).alias("json"))["json"],
        documents.select(_encode_row("Documents", tables["Documents"], member).alias("json"))["json"],
    ]


def _encode_row(name: str, table: pl.DataFrame, *more: pl.Expr) -> pl.Expr:
    groups: dict[str, list[pl.Expr]] = {}
    members = []
    for header, path in PATHS[name].items():
        outer, _, inner = path.rpartition(".")
        member = _encode_member(header, inner, table)
        if outer:
            groups.setdefault(outer, []).append(member)
        else:
            members.append(member)
    for outer, inner_members in groups.items():
        content = pl.concat_str(inner_members).str.strip_prefix(",")
        whole = pl.concat_str(pl.lit(f',"{outer}":{{'), content, pl.lit("}"))
        members.append(pl.when(content == "").then(pl.lit("")).otherwise(whole))
    return pl.concat_str(pl.lit("{"), pl.concat_str([*members, *more]).str.strip_prefix(","), pl.lit("}"))


def _encode_member(header: str, name: str, table: pl.DataFrame) -> pl.Expr:
    value = pl.col(header)
    quote, end = '"', '"'
    if header in DECIMALS:
        value, quote, end = value.cast(pl.String).str.strip_chars_end("0").str.strip_suffix("."), "", ""
    elif header in WHOLE_NUMBERS:
        value, quote, end = value.cast(pl.String), "", ""
    elif header in DATES:
        value = value.dt.to_string("%Y-%m-%d")
    elif table[header].str.contains(r'["\\\x00-\x1f]').any():
        value = value.str.replace_many(_ESCAPES, _ESCAPED)
    if header in LISTS:
        quote, end = '["', '"]'
    return pl.concat_str(pl.lit(f',"{name}":{quote}'), value, pl.lit(end)).fill_null("")


def main() -> None:
    """Read, check, encode and write."""
    *paths, target = sys.argv[1:]
    tables = read(paths)
    errors = find_errors(tables)
    records = encode(tables)
    with Path(target).open("w", encoding="utf-8") as file:
        file.writelines(column.str.join("\n").item() + "\n" for column in records)
    total = tables["Documents"]["Amount incl. VAT"].sum()
    counts = {name.lower(): table.height for name, table in tables.items()}
    print(json.dumps({"records": counts, "total": f"{total:.2f}", "errors": errors}))


if __name__ == "__main__":
    main()
