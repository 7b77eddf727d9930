"""Cells to typed columns. A cell that cannot be read is a finding, never a guess."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import empty_findings, to_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import Field, FieldRole, FieldType, Severity
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.validation import characters
from armbulk.validation.cell_column import NEVER, NUMBER_KINDS, CellColumn, CellIssue, ParsedColumn
from armbulk.validation.clear_marker import (
    ClearRequest,
    find_marked_columns,
    list_cleared,
    refuse_markers,
    take_clear_markers,
)
from armbulk.validation.dates import add_dates, parse_date
from armbulk.validation.identifiers import (
    add_identifier_columns,
    depends_on_others,
    parse_identifier,
    parse_text_list,
)
from armbulk.validation.number_formats import apply_number_formats
from armbulk.validation.numbers import (
    add_plain_numbers,
    find_other_currency,
    parse_decimal,
    parse_integer,
    shorten_to_excel_digits,
)
from armbulk.validation.simple_cells import IS_SIMPLE, read_simple_cells

DTYPES: dict[FieldType, pl.DataType] = {
    FieldType.TEXT: pl.String(),
    FieldType.IDENTIFIER: pl.String(),
    FieldType.DATE: pl.Date(),
    FieldType.AMOUNT: pl.Decimal(38, 2),
    FieldType.QUANTITY: pl.Decimal(38, 6),
    FieldType.INTEGER: pl.Int64(),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.TEXT_LIST: pl.List(pl.String),
    FieldType.TIME: pl.String(),
}
"""The dtype of a parsed column."""

_NUMBER_TYPES = {FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER}
_IDENTIFIER_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}
_YES = ["yes", "y", "ja", "j", "true", "sann", "1", "x"]
_NO = ["no", "n", "nei", "false", "usann", "0"]
_WARNINGS = [code for code, finding_type in CATALOGUE.items() if finding_type.severity is Severity.WARNING]


def parse_sheet(
    sheet: Sheet,
    index: int,
    match: HeaderMatch,
    options: ReadOptions = DEFAULT_READ_OPTIONS,
    others: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Parse the rows below the header, and return (typed rows as `Table.rows` describes them, findings).

    Args:
        sheet: The sheet.
        index: Its index, for the findings.
        match: What was recognised of it.
        options: How it is read.
        others: Field → letter of the other resource in a flat sheet.
    """
    resource = match.recognised_resource
    frame = sheet.frame.filter(pl.col("row") > match.header_row)
    used = [letter for letter in match.columns.values() if letter.isalpha()] or list(match.columns.values())
    if used:
        frame = frame.filter(pl.any_horizontal(pl.col(letter).is_not_null() for letter in used))
    letters = {**(others or {}), **match.columns}
    from_1904 = any(issue.code == "dates-1904" for issue in sheet.issues)
    every_column = [
        CellColumn(index, field, match.columns.get(field.name, ""), options, letters, from_1904)
        for field in resource.fields
        if field.role is not FieldRole.READ_ONLY
    ]
    marked = find_marked_columns(frame, match.columns.values())
    left_out = marked | {letter for letter in match.columns.values() if _is_blank(frame, letter)}
    simple = read_simple_cells(
        frame, [cells for cells in every_column if cells.letter and cells.letter not in left_out]
    )
    columns: list[pl.Series] = []
    findings = [empty_findings()]
    cleared: list[pl.Series] = []
    for cells in every_column:
        request = ClearRequest(frame)
        if cells.letter in marked:
            may_clear = options.update is not False
            request = take_clear_markers(frame, cells.letter, cells.field, resource, is_update=may_clear)
        column, column_findings = parse_column(request.frame, cells, simple)
        columns.append(column)
        cleared += request.cleared
        findings += [*column_findings, refuse_markers(request, index, cells.letter, cells.field)]
    rows = frame.select(pl.lit(index).cast(pl.UInt16).alias("sheet"), "row", *columns)
    if resource.updatable:
        rows = rows.with_columns(list_cleared(cleared, frame.height))
    return rows, pl.concat(findings)


def parse_column(
    frame: pl.DataFrame, cells: CellColumn, simple: pl.DataFrame | None = None
) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Return (the typed values of one column, its findings).

    Args:
        frame: Rows of the sheet.
        cells: Which column it is, and as which field it is read.
        simple: What `read_simple_cells` returned for these rows, if it has read the column.
    """
    name, dtype = cells.field.name, DTYPES[cells.field.type]
    if not cells.letter or _is_blank(frame, cells.letter):
        return pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.height), []
    if simple is None or name not in simple.columns:
        simple = read_simple_cells(frame, [cells])
    values, is_simple = simple[name], simple[f"{name}{IS_SIMPLE}"]
    if is_simple.all():
        return values.cast(dtype), []
    if not is_simple.any() or depends_on_others(frame, cells):
        return parse_with_care(frame, cells)
    others, findings = parse_with_care(frame.filter(~is_simple), cells)
    position = ((~is_simple).cum_sum().cast(pl.Int64) - 1).clip(0)
    return values.cast(dtype).zip_with(is_simple, others.gather(position)), findings


def parse_with_care(frame: pl.DataFrame, cells: CellColumn) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Return (the typed values of cells that may be written in any way, their findings)."""
    dtype = DTYPES[cells.field.type]
    sheet_frame = frame
    shown = apply_number_formats(frame, cells)
    frame = shown.frame
    cells = replace(cells, kinds=frozenset(frame["kind"].unique()))
    if cells.field.type in _NUMBER_TYPES:
        frame = find_other_currency(add_plain_numbers(frame, cells.options.decimal), sheet_frame, cells)
    elif cells.field.type is FieldType.DATE:
        frame = add_dates(frame, cells)
    elif cells.field.type is FieldType.TEXT and not cells.kinds.isdisjoint(NUMBER_KINDS):
        frame = shorten_to_excel_digits(frame)
    elif cells.field.type in _IDENTIFIER_TYPES:
        frame = add_identifier_columns(frame, sheet_frame, cells)
    value, issues = _parser_of(cells.field.type)(cells)
    issues = [
        ("error-cell", cells.is_kind("error") | cells.text.str.contains(characters.ERROR_TEXT), None),
        ("not-calculated", cells.is_kind("uncalculated"), None),
        *shown.errors,
        *issues,
        *shown.warnings,
    ]
    issues = [issue for issue in issues if issue[1] is not NEVER]
    applies = [where.any().alias(f"issue{index}") for index, (_, where, _) in enumerate(issues)]
    parsed = frame.select(value.alias("parsed"), *applies)
    issues = [issue for issue, applies in zip(issues, parsed.row(0)[1:], strict=True) if applies]
    if not issues:
        return parsed["parsed"].cast(dtype).alias(cells.field.name), []
    number = pl.coalesce(
        [pl.when(where.fill_null(value=False)).then(index) for index, (_, where, _) in enumerate(issues)]
    )
    code = number.replace_strict(range(len(issues)), [name for name, _, _ in issues], return_dtype=pl.String)
    details = [pl.when(number == index).then(detail) for index, (*_, detail) in enumerate(issues) if detail is not None]
    parsed = frame.select(
        "row",
        cells.text.alias("value"),
        code.alias("code"),
        (pl.coalesce(details) if details else pl.lit(None)).cast(pl.String).alias("detail"),
        parsed["parsed"],
    )
    values = parsed["parsed"]
    if any(name not in _WARNINGS for name, *_ in issues):
        is_kept = pl.col("code").is_null() | pl.col("code").is_in(_WARNINGS)
        values = parsed.select(pl.when(is_kept).then("parsed"))["parsed"]
    may_have_characters = any(name in characters.CHARACTER_CODES for name, *_ in issues)
    findings = [_issue_findings(parsed, cells, may_have_characters)] if parsed["code"].count() else []
    return values.cast(dtype).alias(cells.field.name), findings


def _is_blank(frame: pl.DataFrame, letter: str) -> bool:
    """Return whether a column has no cell: most files use a few of the fields, and each has a fixed cost."""
    return frame[letter].null_count() == frame.height and frame[f"{letter}.cell"].null_count() == frame.height


def _issue_findings(parsed: pl.DataFrame, cells: CellColumn, may_have_characters: bool) -> pl.DataFrame:  # noqa: FBT001
    """Return the findings of a column; a character is shown by its code point."""
    rows = parsed.filter(pl.col("code").is_not_null())
    if may_have_characters:
        named = rows.filter(pl.col("code").is_in(characters.CHARACTER_CODES))["detail"].unique()
        code_points = pl.Series([f"U+{ord(character):04X}" for character in named], dtype=pl.String)
        rows = rows.with_columns(pl.col("detail").replace(named, code_points))
    return to_findings(rows, sheet=cells.sheet, column=cells.letter, field=cells.field.name)


def _parser_of(field_type: FieldType) -> Callable[[CellColumn], ParsedColumn]:
    match field_type:
        case FieldType.TEXT | FieldType.TIME:
            return _parse_text
        case FieldType.IDENTIFIER:
            return parse_identifier
        case FieldType.DATE:
            return parse_date
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return parse_decimal
        case FieldType.INTEGER:
            return parse_integer
        case FieldType.BOOLEAN:
            return _parse_boolean
        case FieldType.TEXT_LIST:
            return parse_text_list
        case _:
            assert_never(field_type)


def _parse_text(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of a TEXT column: of a cell that is no text, people may see something else."""
    has_numbers = not cells.kinds.isdisjoint(NUMBER_KINDS)
    is_number, has_point = cells.is_kind(*NUMBER_KINDS), cells.text.str.contains(".", literal=True)
    is_other = cells.is_kind("date", "datetime", "time", "boolean")
    digits = cells.text.str.strip_chars_start("-0").str.len_chars()
    issues: list[CellIssue] = [
        ("percent-cell", cells.is_kind("percent"), None),
        *([("digits-lost", is_number & ~has_point & (digits > EXCEL_EXACT_DIGITS), None)] if has_numbers else []),
        ("blank-word", cells.text.str.contains(characters.BLANK_WORD), None),
        ("sent-as-text", is_other | (is_number & has_point) if has_numbers else is_other, None),
        cells.has_characters("control-character", characters.CONTROL),
        cells.has_characters("invisible-character", characters.INVISIBLE),
        ("letter-lost", cells.text.str.contains(characters.LOST_LETTER), None),
        (
            "html-code",
            cells.text.str.contains(characters.HTML_CODE),
            cells.text.str.extract(f"({characters.HTML_CODE})"),
        ),
    ]
    return cells.text.str.normalize("NFC"), issues


def _parse_boolean(cells: CellColumn) -> ParsedColumn:
    word = cells.text.str.to_lowercase()
    value = pl.when(word.is_in(_YES)).then(pl.lit(value=True)).when(word.is_in(_NO)).then(pl.lit(value=False))
    return value, [("not-yes-or-no", cells.text.is_not_null() & ~word.is_in(_YES + _NO), None)]


def format_column(field: Field) -> pl.Expr:
    """Return a field's typed column as text for a message."""
    column = pl.col(field.name)
    if field.type is FieldType.TEXT_LIST:
        return column.list.join("; ")
    if field.type is FieldType.DATE:
        return column.dt.to_string("%Y-%m-%d")
    return column.cast(pl.String)
