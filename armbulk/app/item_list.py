"""Read a ledger's own list of open items: its sheets, by a mapping or by their headers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from armbulk.errors import FileError
from armbulk.findings.frame import render_findings
from armbulk.i18n import Text, _, join_texts, quote_names
from armbulk.mapping import apply
from armbulk.mapping.entries import SheetMapping
from armbulk.mapping.files import load_mapping
from armbulk.migration.listed_columns import ListColumns, match_columns_of_list
from armbulk.migration.listed_items import ListSheet, ListSource, OpenItemList, read_open_items
from armbulk.model.fields import Severity
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.resources.open_items import LISTS
from armbulk.validation.input_files import read_files

_MAX_SHOWN = 5
_COLUMNS_NEEDED = _(
    "Write the headers in one row: customer number, document number, document date, due date, and the open amount. Or "
    'write a mapping with resource = "open_items", and add --mapping NAME.toml.'
)


def read_item_list(file: Path, options: ReadOptions, base_currency: str, lang: str) -> ListSource:
    """Read a list of open items.

    Args:
        file: A workbook or a CSV file.
        options: How unclear dates and amounts are read; the mapping.
        base_currency: The currency of amounts without one.
        lang: Of the messages about cells.

    Raises:
        FileError: The file cannot be read, is no list of open items, or has cells that may be read in two ways.
    """
    read = read_files([str(file)], options)
    own = [replace(sheet, file=file.name) for sheet in read if sheet.frame.height]
    mapping = load_mapping(options.mapping, LISTS)[0] if options.mapping else ()
    mapped = [_apply(sheet, index, mapping) for index, sheet in enumerate(own)]
    columns = [match_columns_of_list(sheet, index, is_only=False) for index, (sheet, _entry) in enumerate(mapped)]
    if not any(columns):
        columns = [match_columns_of_list(sheet, index, is_only=True) for index, (sheet, _entry) in enumerate(mapped)]
    sheets = [
        ListSheet(index, sheet, own[index], each.match, _decide_reading(options, entry), is_of_sums=each.is_of_sums)
        for index, ((sheet, entry), each) in enumerate(zip(mapped, columns, strict=True))
        if each is not None
    ]
    if not sheets:
        raise FileError(
            "no-item-list",
            _("{file}: no sheet is a list of open items", file=file),
            _COLUMNS_NEEDED,
        )
    used = {own[index].name: each for index, each in enumerate(columns) if each is not None}
    _refuse_doubled(file, used)
    _refuse_between(file, used)
    items = read_open_items(sheets, base_currency)
    _refuse_unclear(items, sheets, own, lang)
    if items.items.is_empty():
        raise FileError("no-open-items", _("{file}: the list has no open items", file=file), _COLUMNS_NEEDED)
    others = [each.name for each, matched in zip(own, columns, strict=True) if matched is None]
    others += [str(issue.value) for sheet in own for issue in sheet.issues if issue.code == "hidden-sheet"]
    return _describe(file, items, used.values(), sheets, (*others, *items.without_amount), lang)


def _describe(
    file: Path,
    items: OpenItemList,
    columns: Iterable[ListColumns],
    sheets: Sequence[ListSheet],
    unread: Sequence[str],
    lang: str,
) -> ListSource:
    """Return a list with what is known of its file: its columns, and what is not read."""
    read: dict[str, str] = {}
    for each in sheets:
        header = each.own.frame.filter(pl.col("row") == each.match.header_row)
        for name, letter in each.match.columns.items():
            text = header[letter][0] if letter in header.columns and header.height else letter
            read[text or letter] = each.match.recognised_resource.field(name).header.text(lang)
    guessed = {header: field.header.text(lang) for each in columns for header, field in each.guessed.items()}
    headers = dict.fromkeys(header for each in columns for header in each.unread)
    return ListSource(items, file.name, tuple(read.items()), tuple(guessed.items()), tuple(headers), tuple(unread))


def _apply(sheet: Sheet, index: int, mapping: Sequence[SheetMapping]) -> tuple[Sheet, SheetMapping | None]:
    if not mapping:
        return sheet, None
    from armbulk.mapping.expressions import ExpressionEngine  # noqa: PLC0415 - only mappings need Jinja2

    result = apply.apply_mapping(sheet, index, mapping, LISTS, ExpressionEngine())
    return result.sheet, result.entry


def _decide_reading(options: ReadOptions, entry: SheetMapping | None) -> ReadOptions:
    """Return how unclear dates and amounts are read: by the options, the mapping, or the profile."""
    return replace(
        options,
        dates=options.dates or (entry.dates if entry else None) or options.usual_dates,
        decimal=options.decimal or (entry.decimal if entry else None) or options.usual_decimal,
    )


def _refuse_doubled(file: Path, columns: dict[str, ListColumns]) -> None:
    for sheet, each in columns.items():
        if each.doubled:
            raise FileError(
                "columns-doubled",
                _(
                    "{file}, {sheet}: another column means the same as {headers}",
                    file=file,
                    sheet=sheet,
                    headers=join_texts(*quote_names(each.doubled), separator=", "),
                ),
                _("Rename or delete the column that does not have the open amount, or name the columns in a mapping."),
            )


def _refuse_between(file: Path, columns: dict[str, ListColumns]) -> None:
    """Refuse columns between those of ages that are not known: their amounts would be missing."""
    for sheet, each in columns.items():
        if each.between:
            raise FileError(
                "age-column-unknown",
                _(
                    "{file}, {sheet}: columns between or beside the ages are not known. Their headers: {cells}",
                    file=file,
                    sheet=sheet,
                    cells=join_texts(*(Text(cell) for cell in each.between), separator=", "),
                ),
                _(
                    "Write their ages as text, such as 1-30 or >90. Excel may have turned 1-30 into a date. Or delete "
                    "the columns."
                ),
            )


def _refuse_unclear(items: OpenItemList, lists: Sequence[ListSheet], sheets: Sequence[Sheet], lang: str) -> None:
    """Refuse a list with cells that cannot be read, or may be read in two ways; the first of them are named."""
    fields = {field.name: field for each in lists for field in each.match.recognised_resource.fields}
    errors = [
        each for each in render_findings(items.findings, sheets, fields, lang) if each["severity"] == Severity.ERROR
    ]
    if not errors:
        return
    fixes = dict.fromkeys(each["fix"] for each in errors)
    shown = [Text("{file}, {cell}: {message}", dict(each)) for each in errors[:_MAX_SHOWN]]
    raise FileError(
        "items-unclear",
        _("Cells of the list that cannot be read: {count:number}. {cells}", count=len(errors),
          cells=join_texts(*shown, separator="; ")),
        join_texts(*(Text("{fix}", {"fix": fix}) for fix in fixes), separator=" "),
    )  # fmt: skip
