"""The lines of the sheet with the outcomes of customers that are columns of a list of documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from armbulk.i18n import Text, Words, _
from armbulk.model.result_columns import OUTCOME_FIELDS, OUTCOME_HEADERS

_WIDTHS = {"outcome": 22, "message": 46, "warnings": 46, "reference": 18, "batch": 8, "time": 20}

CUSTOMER_COLUMNS: Sequence[tuple[Text | Words, int]] = (
    (_("Number"), 14),
    (_("Name"), 34),
    (_("Sheet"), 16),
    (_("Cell"), 16),
    *((OUTCOME_HEADERS[name], _WIDTHS[name]) for name in OUTCOME_FIELDS),
)
"""The columns of the sheet, with their widths."""

CUSTOMER_CELL_COLUMN = 3
"""The column of CUSTOMER_COLUMNS with the link to the cell."""


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer that is in one or several rows of a list of documents.

    Attributes:
        number: Its number.
        name: Its name.
        file: The file.
        sheet: The sheet with the documents.
        cell: The cell of its number in its first row, as `B3`.
        outcome: The cells of the outcome columns, in the order of OUTCOME_FIELDS.
        mark: The colour and symbol of the outcome, as `style.key_mark` has them.
    """

    number: str
    name: str
    file: str
    sheet: str
    cell: str
    outcome: tuple[str, ...]
    mark: str

    def list_cells(self) -> tuple[str, ...]:
        """Return its cells, in the order of CUSTOMER_COLUMNS."""
        return (
            f"{self.mark[6:]} {self.number}".strip(),
            self.name,
            self.sheet,
            f"{self.sheet}!{self.cell}",
            *self.outcome,
        )
