"""What every workbook that armbulk creates has in common (xlsxwriter)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from armbulk.i18n import ENGLISH

WORKBOOK_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of creation in its properties: the same data give the same bytes."""

TEMPLATE_TITLE = "armbulk"
"""The title property of templates, and of workbooks made of other files: armbulk may arrange what these show."""

PARTS_SUFFIX = ".parts"
"""The ending of the folder beside a workbook that is being written, for the temporary files of libraries."""

KEEP_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Options of `xlsxwriter.Workbook` with which a text stays a text, whatever it looks like."""


def text_options(target: Path) -> dict[str, Any]:
    """Return KEEP_TEXT for a workbook that is written to a file, with the folder for temporary files if there is one.

    Python's own setting for such a folder is that of the whole process: other threads would use it, too.
    """
    folder = target.with_suffix(PARTS_SUFFIX)
    return {**KEEP_TEXT, "tmpdir": str(folder)} if folder.is_dir() else dict(KEEP_TEXT)


def date_format(lang: str) -> str:
    """Return the number format of days, as the language writes them (`i18n.format_date`)."""
    return "yyyy-mm-dd" if lang == ENGLISH else "dd.mm.yyyy"
