"""Findings with one sure remedy, and the corrected cell of each. What can be read in two ways has none."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from armbulk.model.fields import Field
from armbulk.model.known_customers import KnownCustomers
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, STOP, ReadOptions
from armbulk.resources import fields_by_name
from armbulk.resources.code_lists import CITIES_WITH_ZERO
from armbulk.resources.code_names import NAMES_BY_FORMAT
from armbulk.resources.country_words import COUNTRY_WORDS
from armbulk.resources.identifiers import CHECK_FORMATS, SEPARATORS
from armbulk.validation.characters import HTML_CODE, INVISIBLE
from armbulk.validation.check import Checked
from armbulk.validation.corrections import SCHEMA
from armbulk.validation.layout import NO_RECORD_CODES

_INVISIBLE = re.compile(INVISIBLE.replace("\\x{", "\\u").replace("}", "").replace("\\uAD", "\\u00AD"))
_ADDRESS = re.compile(r"^(?:[^<>]*<)?(?:mailto:)?\s*([^\s<>;,]+@[^\s<>;,]+?)\s*>?[.;,]?$", re.IGNORECASE)
_PROVEN_WITH_ZERO = {"national-id"}
"""Formats whose check digits show that a zero at the beginning is missing. Two of them do; of the numbers without
another of their digits one in eleven would pass one check digit."""

_NORWEGIAN_CODE = re.compile(r"^(?:N|NO|NOR)\s*[-\u2010-\u2015\u2212]?\s*([0-9]{4})$", re.IGNORECASE)
"""A postal code with the letters of Norway, as letters from abroad have it: `N-0150`, `NO 0150`."""

_HTML_CODE = re.compile(HTML_CODE)
_JOINED = re.compile("[\u0590-\u1fff\u2100-\uffff\U00010000-\U0010ffff][\u200c\u200d]")
_NAMED = frozenset({"blanks-removed", "separators-removed", "word-read-as-code"})
"""Codes of findings that name what is sent. Of a sensitive number they do not: it has only separators too much."""

_Remedy = Callable[["_Problem"], str | None]
_CLEARED = ""


@dataclass(frozen=True, slots=True)
class _Problem:
    """A finding with what its remedy may depend on: the field, and the texts of the other fields of its row."""

    field: Field
    value: str
    detail: str
    others: Mapping[str, str]


def propose_corrections(
    checked: Checked, known: KnownCustomers | None = None, options: ReadOptions = DEFAULT_READ_OPTIONS
) -> pl.DataFrame:
    """Return the corrections of every finding that has one sure remedy: a frame of `corrections.SCHEMA`.

    A finding of a value that a mapping made of several cells, or of none, has no correction.

    Args:
        checked: The files.
        known: Customers that ARM is known to have: their numbers are right as they are.
        options: What was decided about the rows: lines that do not belong to the document above get no number of it.
    """
    of_cells = checked.findings.filter(pl.col("row").is_not_null() & pl.col("column").is_not_null())
    rows = of_cells.filter(pl.col("code").is_in(list(_REMEDIES)))
    named = _list_named(checked, of_cells.filter(pl.col("code").is_in(_NAMED)))
    fields = fields_by_name()
    corrections = []
    texts: dict[int, dict[int, dict[str, str]]] = {}
    numbers: dict[tuple[int, str], dict[int, str]] = {}
    for finding in rows.iter_rows(named=True):
        index, name = finding["sheet"], finding["field"]
        if not name or _is_repeated(checked, index) or not _is_own_cell(checked, index, name, finding["column"]):
            continue
        if index not in texts:
            of_sheet = rows.filter(pl.col("sheet") == index)["row"].unique()
            texts[index] = _read_rows(checked, index, of_sheet)
        others = texts[index].get(finding["row"], {})
        if finding["code"] == "continuation-rows":
            if _are_apart(checked, index, options):
                continue
            cell = (index, finding["column"])
            if cell not in numbers:
                numbers[cell] = _numbers_above(checked, *cell)
            before, after = None, numbers[cell].get(finding["row"])
        else:
            before = others.get(name, finding["value"])
            problem = _Problem(fields[name], finding["value"] or "", finding["detail"] or "", others)
            after = _REMEDIES[finding["code"]](problem)
            if finding["code"] == "customer-without-zeros" and known is not None and known.is_known(problem.value):
                after = None
        if after is not None and after != before:
            corrections.append((index, finding["row"], finding["column"], name, before, after or None, finding["code"]))
    rest = pl.DataFrame(corrections, schema=SCHEMA, orient="row")
    frame = pl.concat([rest, named]).sort(
        "sheet", "row", pl.col("column").str.len_chars(), "column", maintain_order=True
    )
    return frame.unique(["sheet", "row", "column"], keep="first", maintain_order=True)


def _list_named(checked: Checked, findings: pl.DataFrame) -> pl.DataFrame:
    """Return the corrections of findings that name what is sent. There may be one in every row."""
    corrections = [pl.DataFrame(schema=SCHEMA)]
    after = pl.coalesce("detail", pl.col("value").str.replace_all(SEPARATORS, ""))
    for (index, name, column), part in findings.group_by("sheet", "field", "column", maintain_order=True):
        if name and not _is_repeated(checked, index) and _is_own_cell(checked, index, name, column):
            texts = checked.mapped_sheets[index].sheet.frame.select("row", pl.col(column).alias("before"))
            cells = part.join(texts, on="row", how="left", maintain_order="left").with_columns(after.alias("after"))
            corrections.append(cells.filter(pl.col("before") != pl.col("after")).select(list(SCHEMA)).cast(SCHEMA))
    return pl.concat(corrections)


def _are_apart(checked: Checked, index: int, options: ReadOptions) -> bool:
    """Return whether it was decided that lines without a number do not belong to the document above."""
    entry = checked.mapped_sheets[index].entry
    return STOP in {options.continuation_rows, entry.continuation_rows if entry else ""}


def _is_repeated(checked: Checked, index: int) -> bool:
    """Return whether a sheet has customers in several rows: corrected in one of them, the rows would differ."""
    entry = checked.mapped_sheets[index].entry
    return entry is not None and entry.repeated


def _is_own_cell(checked: Checked, index: int, name: str, column: str) -> bool:
    """Return whether a field's value is the text of one cell, and not of an expression or a value list."""
    match, mapped = checked.header_matches[index], checked.mapped_sheets[index]
    letters = [part.columns.get(name) for part in (match, match.lines) if part is not None]
    return column in letters and "values" not in mapped.operations.get(column, "")


def _read_rows(checked: Checked, index: int, rows: pl.Series) -> dict[int, dict[str, str]]:
    """Return row → field → text of a sheet's rows."""
    match, sheet = checked.header_matches[index], checked.mapped_sheets[index].sheet
    columns = {**(match.lines.columns if match.lines else {}), **match.columns}
    frame = sheet.frame.filter(pl.col("row").is_in(rows.implode())).select(
        "row", *(pl.col(letter).alias(name) for name, letter in columns.items())
    )
    return {
        row["row"]: {name: text for name, text in row.items() if name != "row" and text is not None}
        for row in frame.iter_rows(named=True)
    }


def _numbers_above(checked: Checked, index: int, column: str) -> dict[int, str]:
    """Return row → the document's number of the rows above; without rows above which a total or a note is nearer."""
    of_sheet = checked.findings.filter((pl.col("sheet") == index) & pl.col("code").is_in(NO_RECORD_CODES))
    is_no_record = pl.col("row").is_in(of_sheet["row"].drop_nulls().unique().implode())
    body = checked.sheets[index].frame.filter(pl.col("row") > checked.header_matches[index].header_row)
    marked = body.select(
        "row",
        pl.col(column).shift(1).forward_fill().alias("number"),
        pl.when(pl.col(column).is_not_null()).then("row").shift(1).forward_fill().alias("numbered"),
        pl.when(is_no_record).then("row").forward_fill().alias("no_record"),
    )
    is_near = (pl.col("no_record") < pl.col("numbered")).fill_null(value=True)
    return dict(marked.filter(pl.col("number").is_not_null() & is_near).select("row", "number").iter_rows())


# --- remedies ---------------------------------------------------------------------------------------------


def _name_to_code(problem: _Problem) -> str | None:
    """Norge → NO, Norsk → no, NKR → NOK; UK is the code that people use for GB."""
    table = NAMES_BY_FORMAT.get(problem.field.format or "")
    return table.get(" ".join(problem.value.casefold().split())) if table else None


def _zero_before(problem: _Problem) -> str | None:
    """Return a number with the zeros that it has lost, if the row shows that they are missing.

    A postal code in a city whose codes begin so; a number whose check digits are only right with the zero.
    """
    digits = int(problem.detail) if problem.detail.isdigit() else 0
    padded = problem.value.zfill(digits)
    if problem.field.format == "postal-code":
        return padded if padded.startswith(_list_beginnings(problem.others)) else None
    if problem.field.format not in _PROVEN_WITH_ZERO or len(problem.value) != digits - 1:
        return None
    is_valid = pl.select(CHECK_FORMATS[problem.field.format].is_valid(pl.lit(padded))).item()
    return padded if is_valid else None


def _list_beginnings(others: Mapping[str, str]) -> tuple[str, ...]:
    """Return how the postal codes of a row's city begin, where that is with 0; () for any other city."""
    country = others.get("country_code") or others.get("country_text") or "NO"
    cities = CITIES_WITH_ZERO.get(COUNTRY_WORDS.get(country.strip().casefold(), ""))
    return () if cities is None else cities.get(others.get("city_name", "").strip().casefold(), ())


def _without_country(problem: _Problem) -> str | None:
    """Return a Norwegian postal code without the letters of the country. The finding shows that no other is named."""
    code = _NORWEGIAN_CODE.match(problem.value.strip())
    return code[1] if code else None


def _detail(problem: _Problem) -> str | None:
    """Return the value that the finding names: the code of a word, or the number as the files have it."""
    return problem.detail or None


def _number_with_zeros(problem: _Problem) -> str | None:
    """Return the number as the files have it; None where they have two that differ by their zeros."""
    return problem.detail if problem.detail.isdigit() else None


def _plain_text(problem: _Problem) -> str | None:
    """Return a text with its codes as characters; None where one of them is no character that people see."""
    text = _HTML_CODE.sub(lambda code: html.unescape(code[0]), problem.value).replace("\u00a0", " ")
    return text if text.isprintable() else None


def _without_invisible(problem: _Problem) -> str | None:
    """Return a text without invisible characters.

    None where a letter is damaged (U+FFFD), or characters are joined as their script needs it (emoji, Persian).
    """
    is_needed = "\ufffd" in problem.value or _JOINED.search(problem.value)
    return None if is_needed else _INVISIBLE.sub("", problem.value).strip()


def _address(problem: _Problem) -> str | None:
    """Return the address of `Kari <kari@eksempel.no>` or `mailto:kari@eksempel.no`."""
    named = _ADDRESS.match(problem.value.strip())
    return named[1] if named else None


def _clear(problem: _Problem) -> str | None:
    """Return the mark of a cleared cell for a word such as NULL, where a value is not required."""
    return None if problem.field.required else _CLEARED


_REMEDIES: dict[str, _Remedy] = {
    "pattern": _name_to_code,
    "country-code": _name_to_code,
    "currency-code": _name_to_code,
    "language-code": _name_to_code,
    "leading-zero-lost": _zero_before,
    "postal-code": _without_country,
    "line-without-zeros": _number_with_zeros,
    "customer-without-zeros": _number_with_zeros,
    "html-code": _plain_text,
    "invisible-character": _without_invisible,
    "email": _address,
    "blank-word": _clear,
    "continuation-rows": _detail,  # the number of the document above, which `_numbers_above` finds
}
"""Code of a finding → its remedy: the new text, "" for a cleared cell, None where it is not sure."""

CORRECTABLE = frozenset(_REMEDIES) | _NAMED
"""Codes of findings that may have one sure remedy."""
