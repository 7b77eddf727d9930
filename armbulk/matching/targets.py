"""The fields that the columns of a sheet may be."""

from collections.abc import Mapping

from armbulk.i18n import Text, Words
from armbulk.mapping.headers import HeaderMatch
from armbulk.matching.candidates import Targets
from armbulk.matching.column_values import ColumnReader
from armbulk.matching.header_words import score_header
from armbulk.model.fields import FieldRole, Resource

_SURE = 0.85
_LINE_SIGNS = 2


def title_of(header: Words) -> Text:
    """Return a header as a text for people."""
    return Text("{name}", {"name": header})


def list_targets(resource: Resource, reader: ColumnReader, headers: Mapping[str, str]) -> Targets:
    """Return the fields that columns may be; of a sheet with documents and lines those of both.

    Args:
        resource: What the sheet may contain.
        reader: Reads its columns.
        headers: Letter → header.
    """
    fields = {column.name: column for column in resource.fields if column.role is not FieldRole.READ_ONLY}
    titles: dict[str, Text] = {name: title_of(column.header) for name, column in fields.items()}
    is_flat = resource.lines is not None and _has_lines(resource, resource.lines, reader, headers)
    if resource.lines is not None and is_flat:
        for column in resource.lines.fields:
            if column.specific_header is not None and column.name in fields:
                own = fields.pop(column.name)
                del titles[column.name]
                for each in (own, column):
                    header = each.specific_header or each.header
                    fields[header.en] = each
                    titles[header.en] = title_of(header)
            elif column.name not in fields:
                fields[column.name] = column
                titles[column.name] = title_of(column.header)
    return Targets(fields, titles, is_flat)


def match_targets(resource: Resource, header_row: int, used: Mapping[str, str], targets: Targets) -> HeaderMatch:
    """Return a sheet as it would be read with columns as they are proposed; with its lines where rows are both.

    Args:
        resource: What the sheet contains.
        header_row: The row of its headers.
        used: What a column is proposed as, as a mapping names it → its letter.
        targets: What columns may be.
    """

    def list_columns(part: Resource) -> dict[str, str]:
        return {
            targets.fields[target].name: letter
            for target, letter in used.items()
            if targets.fields[target] in part.fields
        }

    columns = list_columns(resource)
    if resource.lines is None or not targets.is_flat:
        return HeaderMatch(resource, header_row, columns)
    key = {resource.lines.record_key: columns[resource.key]} if resource.key in columns else {}
    lines = HeaderMatch(resource.lines, header_row, {**list_columns(resource.lines), **key})
    return HeaderMatch(resource, header_row, columns, lines=lines)


def _has_lines(resource: Resource, lines: Resource, reader: ColumnReader, headers: Mapping[str, str]) -> bool:
    """Return whether document numbers repeat, or are only in the first row, and there are columns that only lines have.

    A number is only in the first row of its document where a row below it has values of lines, but no number.
    """
    own = {column.name for column in resource.fields}
    others = [column for column in lines.fields if column.name not in own and column.role is FieldRole.WRITABLE]
    signs = [
        letter for letter, header in headers.items() if any(score_header(header, each) >= _SURE for each in others)
    ]
    key = resource.field(resource.key)
    numbers = [letter for letter, header in headers.items() if score_header(header, key) >= _SURE]
    if len(signs) < _LINE_SIGNS:
        return False
    readings = [reader.read(letter, key) for letter in numbers]
    return any(
        reading.distinct < reading.values.count() or reader.continues(letter, signs)
        for letter, reading in zip(numbers, readings, strict=True)
    )
