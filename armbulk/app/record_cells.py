"""How the cell that a record's problem is about is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from armbulk.i18n import _
from armbulk.model.sheet import find_repeated_names, qualify_name
from armbulk.resources import RESOURCES
from armbulk.results.file_columns import list_file_columns, list_key_columns
from armbulk.results.named_fields import split_by_field
from armbulk.results.run_result import RunResult
from armbulk.validation.check import Checked

_ROW_OF_SHEET = _("{sheet} row {row}")


@dataclass(frozen=True, slots=True)
class CellNames:
    """How the cell of a record is named.

    Attributes:
        sheets: sheet index → name.
        letters: sheet index → column with the number of a record; "" where there is none.
        columns: sheet index → field → its column.
        lang: the language.
    """

    sheets: Mapping[int, str]
    letters: Mapping[int, str]
    columns: Mapping[int, Mapping[str, str]]
    lang: str

    def find_column(self, sheet: int, resource: str, text: str) -> str | None:
        """Return the column of the first field that a text of ARM names; None: it names none of the sheet."""
        columns = self.columns.get(sheet, {})
        fields = [field for _message, field in split_by_field(resource, text) if field] if columns else []
        return next((columns[field.name] for field in fields if field.name in columns), None)

    def name(self, sheet: int, row: int | None, resource: str | None, letter: str | None = None) -> str:
        """Return the name of a cell: `Sheet!B7`, or `Sheet row 7` where its column is unknown."""
        title = self.sheets.get(sheet)
        if title is None:
            title = RESOURCES[resource].title.text(self.lang) if resource in RESOURCES else ""
        letter = letter or self.letters.get(sheet)
        if row is None:
            return title
        return f"{title}!{letter}{row}" if letter else _ROW_OF_SHEET.fill(sheet=title, row=row).text(self.lang)


def name_cells(result: RunResult, checked: Checked | None, lang: str) -> CellNames:
    """Return the names of a run's cells; its files may no longer be read (`checked` is None)."""
    if checked is not None:
        repeated = find_repeated_names(checked.sheets)
        names = {
            index: qualify_name(sheet.file, sheet.name) if sheet.name in repeated else sheet.name
            for index, sheet in enumerate(checked.sheets)
        }
        columns = dict(enumerate(list_file_columns(checked)))
        return CellNames(names, dict(enumerate(list_key_columns(checked))), columns, lang)
    options = result.run.options if result.run else {}
    return CellNames(
        dict(enumerate(options.get("sheets", []))),
        dict(enumerate(options.get("key_letters", []))),
        dict(enumerate(options.get("columns", []))),
        lang,
    )
