"""A corrected cell, as people read it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CorrectedCell:
    """One cell that was corrected; sensitive values by their last two characters.

    Attributes:
        file: The file's name.
        sheet: The sheet's name.
        row: The sheet's own row number.
        column: The Excel letter.
        header: The header of its field.
        before: The text before; "" = blank.
        after: The text after; "" = cleared.
        reason: What was wrong.
        code: The code of the finding.
        text: The new text in full, for the cell itself.
    """

    file: str
    sheet: str
    row: int
    column: str
    header: str
    before: str
    after: str
    reason: str
    code: str
    text: str

    @property
    def cell(self) -> str:
        """The cell, such as `Documents!F17`."""
        return f"{self.sheet}!{self.column}{self.row}"
