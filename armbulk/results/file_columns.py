"""Which column of a file has a field, also where a mapping made the column that was read."""

from armbulk.mapping.apply import MappedSheet
from armbulk.validation.check import Checked


def list_file_columns(checked: Checked) -> list[dict[str, str]]:
    """Return, for each sheet, field → the letter of its column in the file.

    A field made by an expression has the first column that the expression reads. A constant has none, nor has a number
    in the titles of blocks: it is in another row.
    """
    letters = []
    for match, mapped in zip(checked.header_matches, checked.mapped_sheets, strict=True):
        sources = {name: _find_source(letter, mapped) for name, letter in match.columns.items()}
        letters.append({name: letter for name, letter in sources.items() if letter})
    return letters


def list_key_columns(checked: Checked) -> list[str]:
    """Return, for each sheet, the letter of the column with its records' numbers; "" where there is none."""
    matches = zip(checked.header_matches, list_file_columns(checked), strict=True)
    return [columns.get(match.resource.record_key, "") if match.resource else "" for match, columns in matches]


def _find_source(letter: str, mapped: MappedSheet) -> str:
    if letter not in mapped.source_columns:
        return letter
    return "" if mapped.operations.get(letter) == "title" else mapped.source_columns[letter] or ""
