"""What to do about a finding in the browser: where its entry names a command or an option, a page has a question."""

from armbulk.i18n import Text, _
from armbulk.results.arm_problems import ASK_ARM

_ANSWER = _("Answer the question above, or correct it in Excel")
_MATCH = _("Choose under Columns what the column contains, or that it is not read")
_MEANING = _("Say under Columns what it means, or ask Amili for the code and enter it")

ON_PAGES: dict[str, Text] = {
    "hidden-rows": _ANSWER,
    "hidden-columns": _ANSWER,
    "ambiguous-date": _("Answer the question above, or enter it as YYYY-MM-DD or DD.MM.YYYY"),
    "date-in-other-order": _("Answer the question above, or enter it as YYYY-MM-DD or DD.MM.YYYY"),
    "ambiguous-number": _("Answer the question above, or enter it without a thousands separator"),
    "leading-zero-lost": _("Enter the zero again. In Excel, format the column as Text first."),
    "encoding-guessed": _("If æ, ø, å or other letters look wrong, answer the question above"),
    "clear-needs-update": _("Answer the question above, or leave the cell empty"),
    "unknown-header": _("No action needed if it is your own note. Otherwise choose under Columns what it contains."),
    "header-near": _MATCH,
    "amount-header-unclear": _MATCH,
    "debit-credit-column": _MATCH,
    "missing-column": _("Choose under Columns which column it is, or enter what applies to all rows"),
    "no-known-header": _("Choose under Columns what the sheet and its columns contain"),
    "value-not-mapped": _MEANING,
    "word-not-code": _MEANING,
    "unknown-code": _MEANING,
    "amount-in-other-unit": _(
        "Convert the amounts to the currency itself and correct the header. "
        "Or choose under Columns that it is not read."
    ),
    "hidden-sheet": _("If it should be read, unhide it in Excel and drop the file again"),
    "attachment-name": _(
        "Correct the name of the PDF file. If the column does not contain files, "
        "choose under Columns that it is not read."
    ),
    "marked-for-delete": _("Clear the cell to send the row after all. The page does not delete customers."),
    "code-not-listed": _("Use one of ARM's codes"),
    "credit-without-due-date": _("Enter it"),
}
"""Code → what to do on a page."""

_ASK = _("Continue the run: armbulk asks ARM again and sends nothing twice. Or look it up and decide yourself.")
_MATCHED = (_MATCH, _MEANING)


def advise(code: str, fix: str, lang: str) -> str:
    """Return what to do about a finding on a page.

    Args:
        code: Its code.
        fix: What its entry of the catalogue says, in the language of the page.
        lang: That language.
    """
    return ON_PAGES[code].text(lang) if code in ON_PAGES else fix


def advise_on_record(fix: str, lang: str) -> str:
    """Return what to do about a record of a run on a page, where its files name commands."""
    return _ASK.text(lang) if fix == ASK_ARM.text(lang) else fix


def is_about_columns(code: str) -> bool:
    """Return whether the page of the columns is where it is corrected."""
    return code in _COLUMNS or ON_PAGES.get(code) in _MATCHED


_COLUMNS = frozenset(
    {
        "missing-column",
        "unknown-header",
        "duplicate-header",
        "no-known-header",
        "amount-in-other-unit",
        "attachment-name",
    }
)
