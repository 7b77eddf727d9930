"""Mappings made and explained: a starter from a file's headers, and how one row becomes its JSON."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from armbulk.arm.encode import encode_records
from armbulk.errors import UsageError
from armbulk.findings.frame import SENSITIVE, mask, render
from armbulk.mapping.headers import fold_header, guess_resource
from armbulk.model.fields import Field, FieldRole
from armbulk.model.sheet import Sheet, Table
from armbulk.planning.items import SEND_ORDER
from armbulk.resources import RESOURCES, headers
from armbulk.validation.check import Checked
from armbulk.validation.parse import as_text

_QUOTE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": " ", "\r": " ", "\t": " "})


def starter(checked: Checked) -> str:
    """Write a mapping to begin with: what is known, what looks alike (as a comment), what is not known."""
    parts = ["# A mapping: which column of this file is which of ARM's. See docs/mappings.md."]
    for index, sheet in enumerate(checked.sheets):
        recognised = checked.headed[index].resource is not None
        headed = checked.headed[index] if recognised else guess_resource(sheet, index, RESOURCES)
        resource = headed.resource or RESOURCES["customers"]
        row = headed.header_row or (sheet.frame["row"][0] if sheet.frame.height else 1)
        head = sheet.frame.filter(pl.col("row") == row)
        lines = [f"[[sheet]]  # {'recognised' if recognised else 'not recognised: say what it holds'}"]
        lines += [
            f"name = {_quoted(sheet.name)}",
            f'resource = "{resource.name}"',
            f"header_row = {row}",
            "",
            "[sheet.rename]",
        ]
        taken = {letter: name for name, letter in headed.columns.items()}
        if headed.lines:
            taken |= {letter: name for name, letter in headed.lines.columns.items()}
        near = dict(headed.findings.filter(pl.col("code") == "header-near").select("column", "field").iter_rows())
        for letter in sheet.letters:
            text = head[letter][0] if head.height else None
            if text:
                lines.append(_line(text, taken.get(letter), near.get(letter)))
        lines += [
            "",
            "# [sheet.constant]",
            '# currency = "NOK"',
            "",
            "# [sheet.values.customer_category]",
            '# "Privat" = "CONS"',
        ]
        lines += ["", "# [sheet.expression]", "# name = \"{{ row['Fornavn'] }} {{ row['Etternavn'] }}\""]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _line(text: str, name: str | None, near: str | None) -> str:
    if name:
        return f'{_quoted(text)} = "{name}"'
    if near:
        return f'# {_quoted(text)} = "{near}"  # looks like it: take the # away if it is'
    return f'# {_quoted(text)} = ""  # not known'


def _quoted(text: str) -> str:
    return f'"{text.translate(_QUOTE)}"'


def explain(checked: Checked, row: int, name: str | None, lang: str) -> dict[str, Any]:
    """Show how one row becomes its JSON: each value's cell, text, way and place; UsageError if there is no such row."""
    index = _place(checked, row, name)
    sheet, headed = checked.sheets[index], checked.headed[index]
    resource = headed.resource
    assert resource is not None  # noqa: S101 - _place chose a recognised sheet
    parts = [(checked.tables[resource.name], headed.columns)]
    if headed.lines and headed.lines.resource:
        parts.append((checked.tables[headed.lines.resource.name], headed.lines.columns))
    fields = [told for table, columns in parts for told in _fields(checked, index, row, table, columns, lang)]
    here = checked.findings.filter((pl.col("sheet") == index) & (pl.col("row") == row))
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "row": row,
        "resource": resource.name,
        "fields": fields,
        "json": _json(checked, index, row),
        "findings": render(here, checked.sheets, headers(), lang),
    }


def _place(checked: Checked, row: int, name: str | None) -> int:
    for index, (sheet, headed) in enumerate(zip(checked.sheets, checked.headed, strict=True)):
        there = headed.resource is not None and (sheet.frame["row"] == row).any() and row > (headed.header_row or 0)
        if there and (name is None or fold_header(name) == fold_header(sheet.name)):
            return index
    names = ", ".join(sheet.name for sheet in checked.sheets)
    raise UsageError(
        "no-such-row", f"No recognised sheet has data in row {row}", f"Sheets: {names}; choose with --sheet"
    )


def _fields(
    checked: Checked, index: int, row: int, table: Table, columns: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    sheet = checked.sheets[index]
    mapped = checked.mapped[index]
    typed = table.rows.filter((pl.col("sheet") == index) & (pl.col("row") == row))
    cells = sheet.frame.filter(pl.col("row") == row)
    return [
        _field(one, sheet, mapped.shown.get(columns[one.name], columns[one.name]), cells, typed, lang)
        | {"way": mapped.how.get(columns[one.name], "header")}
        for one in table.resource.fields
        if one.name in columns and one.role is not FieldRole.READ_ONLY
    ]


def _field(
    one: Field, sheet: Sheet, letter: str | None, cells: pl.DataFrame, typed: pl.DataFrame, lang: str
) -> dict[str, Any]:
    text = cells[letter][0] if letter and cells.height else None
    value = typed.select(as_text(one)).item() if typed.height else None
    hide = one.name in SENSITIVE
    return {
        "field": one.name,
        "header": one.header.text(lang),
        "cell": f"{sheet.name}!{letter}{cells['row'][0]}" if letter and cells.height else None,
        "text": mask(text) if hide and text else text,
        "value": mask(value) if hide and value else value,
        "path": one.path,
    }


def _json(checked: Checked, index: int, row: int) -> str | None:
    """The JSON of the record in this row, or of the document this line belongs to."""
    for name in SEND_ORDER:
        if name not in checked.tables:
            continue
        table, lines = checked.tables[name], checked.tables.get("lines")
        made = encode_records(_masked(table), lines if name == "documents" else None)
        here = made.filter((pl.col("sheet") == index) & (pl.col("row") == row))
        if here.is_empty() and lines is not None and name == "documents":
            mine = lines.rows.filter((pl.col("sheet") == index) & (pl.col("row") == row))
            keys = mine["document_no"].str.to_lowercase() if mine.height else mine["document_no"]
            here = made.filter(pl.col("key_norm").is_in(keys.implode())) if mine.height else here
        if here.height:
            return str(here["payload"][0])
    return None


def _masked(table: Table) -> Table:
    """The table with sensitive values shown as elsewhere: by their last two characters."""
    hidden = [pl.concat_str(pl.lit("••••"), pl.col(name).str.tail(2)).alias(name) for name in _sensitive(table)]
    return replace(table, rows=table.rows.with_columns(hidden))


def _sensitive(table: Table) -> list[str]:
    return [one.name for one in table.resource.fields if one.name in SENSITIVE]
