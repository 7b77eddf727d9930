"""What the sheets of a workbook share: texts, formats, the epoch of dates, and a limit for all cells together."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.readers.damage import SPLIT
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_formats import NumberFormats
from armbulk.readers.xlsx_values import unescape_text

SPREADSHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "",
)
"""The namespaces of a workbook's own elements: transitional, strict, and none at all."""

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
        texts: The shared texts (String); "" for a blank one.
        formats: The cell styles that matter.
        since_1904: Whether dates count from 1904.
        trusts_formulas: Whether the values saved with formulas were calculated when the file was saved.
    """

    archive: WorkbookArchive
    cells_left: int = MAX_CELLS
    texts: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    formats: NumberFormats = field(default_factory=NumberFormats)
    since_1904: bool = False
    trusts_formulas: bool = True
    _filled: bytes | None = None

    def too_large_error(self, message: Text) -> FileError:
        """Return the error for a workbook that is too large; `message` has the placeholder `name`."""
        return FileError("too-large", message.fill(name=self.archive.name), SPLIT)

    def find_filled(self) -> bytes:
        """Return per shared text 1 if it is not blank, else 0."""
        if self._filled is None:
            self._filled = bytes((self.texts != "").cast(pl.UInt8).to_list())
        return self._filled

    def decode_text(self, raw: str, where: Callable[[], Text]) -> str:
        """Return a text as Excel shows it; FileError, with `where` it is, when it is too long for a cell."""
        text = unescape_text(raw)
        if len(text) > EXCEL_MAX_CELL_CHARS:
            raise self.archive.damaged_error(text_too_long(where()))
        return text
