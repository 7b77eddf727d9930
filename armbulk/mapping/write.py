"""Write a mapping as the TOML that `mapping.files` reads, with comments for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from armbulk.i18n import Text, _
from armbulk.model.plain_text import escape_controls

_QUOTE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": " ", "\r": " ", "\t": " "})
"""Blanks in headers are ignored when they are matched."""

_HEADING = _("A mapping: it matches the columns of this file to ARM's fields. `armbulk fields` lists these.")
_NOT_READ = _("not read: enter a field after the = and remove the # to use it")
_NO_COLUMN = _("required, but no column has it: enter the value of every row, and remove the #")
_REPEATED = _("rows with the same customer are one customer")
_OPEN = _("rows with a value that is not listed are errors: check each code, and remove the #")
_MORE_VALUES = """
# [sheet.values.customer_category]
# "Privat" = "CONS\""""
_MORE = f"""{_MORE_VALUES}

# [sheet.expression]
# name = "{{{{ row['Fornavn'] }}}} {{{{ row['Etternavn'] }}}}\""""


@dataclass(frozen=True, slots=True)
class WrittenColumn:
    """A column in the text of a mapping.

    Attributes:
        source: The column's name in a mapping.
        target: Its field; "" = it is not read.
        comment: What a person should know of it.
        is_open: Whether a person still decides: the line is a comment.
        is_part: Whether it is only read by expressions.
    """

    source: str
    target: str
    comment: Text | str = ""
    is_open: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class WrittenValues:
    """What the values of a column mean, in the text of a mapping.

    Attributes:
        target: The field.
        values: The values; a column's source is a value, its target a code.
        keeps_others: Whether values that are not listed are kept; otherwise they are errors.
        is_open: Whether a person still decides about the column itself: every line is a comment.
    """

    target: str
    values: Sequence[WrittenColumn]
    keeps_others: bool
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet in the text of a mapping; see `SheetMapping`.

    Attributes:
        resource: What it contains.
        comment: What a person should know of it.
        name: The sheet's name; "" = not written.
        header_row: The row of the headers; None = not written.
        headers: The fingerprint of the headers; "" = not written.
        columns: The columns.
        constants: Field → the value of every row.
        expressions: Field → expression.
        values: What the values of columns with codes mean.
        from_title: The columns whose number in the titles above the blocks is the value of a field.
        missing: Required fields without a column.
        dates: The order of unclear dates; "" = not written.
        open_dates: The order that unclear dates may have, as a comment; None = there are none.
        decimal: The decimal separator of unclear amounts; "" = not written.
        skip_totals: Whether rows that are no records are left out.
        repeated: Whether rows with the same record are one.
        suggested: Field → the value that every row may have, as a column's target, and what shows it.
        is_start: Whether a person completes it: columns that are not read and examples are comments.
    """

    resource: str
    comment: Text | str = ""
    name: str = ""
    header_row: int | None = None
    headers: str = ""
    columns: Sequence[WrittenColumn] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    values: Sequence[WrittenValues] = ()
    from_title: Sequence[WrittenColumn] = ()
    missing: Sequence[str] = ()
    dates: str = ""
    open_dates: WrittenColumn | None = None
    decimal: str = ""
    skip_totals: bool = False
    repeated: bool = False
    suggested: Mapping[str, WrittenColumn] = field(default_factory=dict)
    is_start: bool = False


def write_mapping(sheets: Sequence[WrittenSheet], lang: str) -> str:
    """Return the TOML of a mapping, with comments in `lang`."""
    parts = [f"# {_HEADING.text(lang)}", *("\n".join(_list_lines(sheet, lang)) for sheet in sheets)]
    return "\n\n".join(parts) + "\n"


def _list_lines(sheet: WrittenSheet, lang: str) -> list[str]:
    lines = ["[[sheet]]" + _comment(sheet.comment, lang)]
    texts = {
        "name": sheet.name, "resource": sheet.resource, "headers": sheet.headers, "dates": sheet.dates,
        "decimal": sheet.decimal,
    }  # fmt: skip
    lines += [f"{key} = {quote_value(text)}" for key, text in texts.items() if text]
    if sheet.open_dates is not None:
        lines.append(f"# dates = {quote_value(sheet.open_dates.target)}" + _comment(sheet.open_dates.comment, lang))
    if sheet.header_row is not None:
        lines.append(f"header_row = {sheet.header_row}")
    lines += ["repeated = true" + _comment(_REPEATED, lang)] if sheet.repeated else []
    lines += ["skip_totals = true"] if sheet.skip_totals else []
    unread = [column.source for column in sheet.columns if not column.target and (column.is_part or not sheet.is_start)]
    if unread:
        lines += ["ignore = [", *(f"    {quote_value(source)}," for source in unread), "]"]
    lines += ["", "[sheet.rename]"]
    for column in sheet.columns:
        if column.target:
            mark = "# " if column.is_open else ""
            line = f"{mark}{quote_value(column.source)} = {quote_value(column.target)}"
            lines.append(line + _comment(column.comment, lang))
        elif sheet.is_start and not column.is_part:
            lines.append(f'# {quote_value(column.source)} = ""' + _comment(_NOT_READ, lang))
    constants = _list_constants(sheet, lang)
    if constants or sheet.is_start:
        lines += ["", "[sheet.constant]", *(constants or ['# currency = "NOK"'])]
    lines += _list_from_title(sheet.from_title, lang)
    lines += _list_values(sheet.values, lang)
    expressions = [f"{_write_key(name)} = {quote_value(template)}" for name, template in sheet.expressions.items()]
    if expressions:
        lines += ["", "[sheet.expression]", *expressions]
    return [*lines, *([_MORE if not expressions else _MORE_VALUES] if sheet.is_start else [])]


def _list_constants(sheet: WrittenSheet, lang: str) -> list[str]:
    lines = [f"{_write_key(name)} = {quote_value(value)}" for name, value in sheet.constants.items()]
    for name in sheet.missing:
        value = sheet.suggested.get(name, WrittenColumn(name, ""))
        comment = _comment(_NO_COLUMN, lang) + _comment(value.comment, lang)
        lines.append(f"# {_write_key(name)} = {quote_value(value.target)}{comment}")
    return lines


def _list_from_title(columns: Sequence[WrittenColumn], lang: str) -> list[str]:
    lines = ["", "[sheet.from_title]"] if columns else []
    for column in columns:
        line = f"{_write_key(column.target)} = {quote_value(column.source)}"
        lines.append(("# " if column.is_open else "") + line + _comment(column.comment, lang))
    return lines


def _list_values(lists: Sequence[WrittenValues], lang: str) -> list[str]:
    lines: list[str] = []
    for values in lists:
        mark = "# " if values.is_open else ""
        has_open = any(value.is_open for value in values.values)
        lines += ["", f"{mark}[sheet.values.{_write_key(values.target)}]" + _comment(_OPEN if has_open else "", lang)]
        for value in values.values:
            line = f"{quote_value(value.source)} = {quote_value(value.target)}"
            lines.append((mark or ("# " if value.is_open else "")) + line + _comment(value.comment, lang))
    others = [_write_fallback(values) for values in lists]
    return [*lines, "", "[sheet.otherwise]", *others] if others else lines


def _write_fallback(values: WrittenValues) -> str:
    mark, word = "# " if values.is_open else "", "keep" if values.keeps_others else "error"
    return f'{mark}{_write_key(values.target)} = "{word}"'


def quote_value(text: str) -> str:
    """Return a text as a TOML string."""
    return f'"{escape_controls(text.translate(_QUOTE))}"'


def _write_key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else quote_value(name)


def _comment(text: Text | str, lang: str) -> str:
    shown = text.text(lang) if isinstance(text, Text) else text
    return f"  # {escape_controls(shown)}" if shown else ""
