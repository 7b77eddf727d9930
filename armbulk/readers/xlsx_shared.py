"""What the sheets of a workbook share: texts, formats, the epoch of dates, and a limit for all cells together."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.readers.cell_buffer import TextBuffer
from armbulk.readers.damage import SPLIT
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_formats import NumberFormats
from armbulk.readers.xlsx_values import unescape_text

MAX_CELLS = 5_000_000
MAX_RAW_CHARS = 8 * EXCEL_MAX_CELL_CHARS
"""How long a text may be in the file, where every character may be written as an escape."""


def text_too_long(where: Text) -> Text:
    """Return the reason of a damaged workbook with a text that no cell can have."""
    return _("{where} is longer than {maximum:number} characters", where=where, maximum=EXCEL_MAX_CELL_CHARS)


@dataclass(slots=True)
class SharedParts:
    """What all sheets of a workbook share.

    Attributes:
        archive: The file.
        cells_left: How many cells may still be read.
        is_filled: Per shared text, whether it is not blank.
        texts: The shared texts, once `finish_texts` was called.
        formats: The cell styles that matter.
        since_1904: Whether dates count from 1904.
        trusts_formulas: Whether the values saved with formulas were calculated when the file was saved.
    """

    archive: WorkbookArchive
    cells_left: int = MAX_CELLS
    is_filled: bytearray = field(default_factory=bytearray)
    texts: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    formats: NumberFormats = field(default_factory=NumberFormats)
    since_1904: bool = False
    trusts_formulas: bool = True
    _buffer: TextBuffer = field(default_factory=TextBuffer)

    def too_large_error(self, message: Text) -> FileError:
        """Return the error for a workbook that is too large; `message` has the placeholder `name`."""
        return FileError("too-large", message.fill(name=self.archive.name), SPLIT)

    def add_text(self, raw: str) -> None:
        """Add a shared text."""
        if len(self.is_filled) >= MAX_CELLS:
            raise self.too_large_error(_("{name} has more than {maximum:number} texts", maximum=MAX_CELLS))
        text = self.decode_text(raw, lambda: _("shared text {number}", number=len(self.is_filled)))
        self.is_filled.append(bool(text))
        self._buffer.add(text)

    def finish_texts(self) -> None:
        """Make the shared texts available as `texts`."""
        self.texts = self._buffer.to_series()

    def decode_text(self, raw: str, where: Callable[[], Text]) -> str:
        """Return a text as Excel shows it; FileError, with `where` it is, when it is too long for a cell."""
        text = unescape_text(raw)
        if len(text) > EXCEL_MAX_CELL_CHARS:
            raise self.archive.damaged_error(text_too_long(where()))
        return text
