"""What every workbook that armbulk creates has in common (xlsxwriter)."""

from datetime import UTC, datetime

from armbulk.i18n import ENGLISH

WORKBOOK_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of creation in its properties: the same data give the same bytes."""

TEMPLATE_TITLE = "armbulk"
"""The title property of templates, and of workbooks made of other files: armbulk may arrange what these show."""

KEEP_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Options of `xlsxwriter.Workbook` with which a text stays a text, whatever it looks like."""


def date_format(lang: str) -> str:
    """Return the number format of days, as the language writes them (`i18n.format_date`)."""
    return "yyyy-mm-dd" if lang == ENGLISH else "dd.mm.yyyy"
