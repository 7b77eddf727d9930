"""Findings about cells that cannot be read, or only with a warning."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _

CELLS: dict[str, FindingType] = {
    "error-cell": error(_("The cell contains the Excel error {value}"), _("Fix the formula, or enter the value")),
    "not-calculated": error(
        _("The formula in the cell was not calculated when the file was saved"),
        _("Open the file in Excel and save it again"),
    ),
    "not-a-number": error(
        _('"{value}" is not a number'), _("Enter digits with one decimal separator, for example 1250.50")
    ),
    "ambiguous-number": error(
        _('"{value}" can be read in two ways: the separator may mean thousands or decimals'),
        _(
            "Enter it without a thousands separator, or as a number in Excel. Or use --decimal , (or "
            "--decimal .) for the whole file."
        ),
    ),
    "not-an-integer": error(_('"{value}" is not a whole number'), _("Enter a whole number without decimals")),
    "too-many-decimals": error(
        _("{value} has more than {detail} decimals. armbulk never rounds."),
        _(
            "If the separator means thousands, enter the number without it. Otherwise enter it with at "
            "most {detail} decimals."
        ),
    ),
    "dash-is-zero": warning(
        _('"{value}" is read as 0, because the accounting format in Excel shows zero as a dash'),
        _("No action needed if it is zero. Otherwise enter the amount."),
    ),
    "number-too-large": error(_("The number {value} is too large"), _("Check the number of digits")),
    "not-a-date": error(_('"{value}" is not a date'), _("Enter it as a date in Excel, or as YYYY-MM-DD or DD.MM.YYYY")),
    "date-as-number": error(
        _("{value} is a number without a date format. As a date in Excel it is {detail:date}."),
        _("If {detail:date} is right, format the cells as dates in Excel. Otherwise enter the right date."),
    ),
    "ambiguous-date": error(
        _('"{value}" can be read as two different dates. {detail}.'),
        _(
            "Enter it as a date in Excel, or as YYYY-MM-DD or DD.MM.YYYY. Or use --dates dmy (or mdy, "
            "ymd) for the whole file."
        ),
        without_detail=_('"{value}" can be read as two different dates'),
    ),
    "date-in-other-order": error(
        _('"{value}" is not a date in the order {detail}, but it is one in another order'),
        _("Use the order of your dates with --dates, or enter it as a date in Excel, or as YYYY-MM-DD or DD.MM.YYYY"),
    ),
    "dates-half-converted": error(
        _(
            'In the column "{header}", some cells are dates and others are texts that a program could '
            "not convert ({detail}). Day and month of the dates may be swapped."
        ),
        _("Open the original file again with the right order of day and month. Do not correct only the texts."),
    ),
    "dates-mixed": error(
        _('In the column "{header}", some dates have the day first and others the month ({detail})'),
        _("Write all dates of the column in the same order, for example YYYY-MM-DD"),
    ),
    "date-with-time": error(_("{value:moment} contains a time of day"), _("Enter only the date")),
    "not-yes-or-no": error(_('"{value}" is neither yes nor no'), _("Enter yes or no (true/false, 1/0 and x work too)")),
    "digits-lost": error(
        _("Excel has stored {value} as a number. Excel keeps only 15 digits, so the last ones are wrong."),
        _("Format the column as Text and enter the value again"),
    ),
    "scientific-notation": error(
        _('"{value}" is in scientific notation, so digits are lost'),
        _("Format the column as Text and enter the value again"),
    ),
    "leading-zero-lost": error(
        _("{value} has fewer than {detail} digits. A leading zero may have been lost."),
        _("Format the column as Text and enter the zero again. For postal codes you can use --pad-postal-codes."),
    ),
    "decimal-zero": error(
        _('"{value}" ends with decimals. A program has stored the identifier as a decimal number.'),
        _("Export the column as text, or remove the decimals"),
    ),
    "decimal-zero-removed": warning(
        _("The file has {value}{detail}, and armbulk sends {value}. All values of the column end with such decimals."),
        _("Compare it with the original. A leading zero may have been lost, too."),
    ),
    "blanks-removed": warning(
        _('"{value}" is sent without spaces as {detail}. The check digit is right.'),
        _("No action needed if {detail} is right"),
        tunable=True,
    ),
    "separators-removed": warning(
        _('"{value}" is sent as {detail}. The check digit is right.'),
        _("No action needed"),
        tunable=True,
        without_detail=_('"{value}" is sent without the separators between its digits. The check digit is right.'),
    ),
    "date-in-identifier": error(
        _("Excel has turned the value into the date {value:moment}"),
        _("Format the column as Text and enter the value again"),
    ),
    "wrong-cell-type": error(
        _("The cell contains TRUE or FALSE. A text or a number is needed here."), _("Enter the value as text")
    ),
    "number-not-identifier": error(
        _("The cell contains the number {value}. A sign or decimals are not allowed here."),
        _("Format the column as Text and enter the value again"),
    ),
    "control-character": error(
        _("The text contains an invisible control character ({detail})"), _("Delete the text and type it again")
    ),
    "invisible-character": warning(
        _("The text contains an invisible or damaged character ({detail})"),
        _("Type the text again if it does not look right"),
        tunable=True,
    ),
    "blank-word": error(
        _('"{value}" is what programs write when a cell is empty'),
        _("Clear the cell, or enter the right value"),
        tunable=True,
    ),
    "letter-lost": warning(
        _('"{value}" has a question mark inside a word. A letter such as æ, ø or å may have been lost.'),
        _("Export the file again as UTF-8, or correct the letter"),
        tunable=True,
    ),
    "html-code": warning(
        _('"{value}" contains an HTML code ({detail}) and is sent as it is'),
        _("Enter the character itself, for example & instead of &amp;"),
        tunable=True,
    ),
    "grouped-identifier": warning(
        _('"{value}" looks like a number with a thousands separator. It is sent as it is.'),
        _("No action needed if the separator belongs to it. Otherwise remove the separator."),
        tunable=True,
    ),
    "unusable-character": error(
        _("The value contains a character that is not allowed here ({detail})"),
        _("Type the value again with ordinary letters and digits"),
    ),
    "not-ascii": warning(
        _('"{value}" contains an unusual character ({detail})'),
        _(
            "No action needed if the character belongs to it. Otherwise type the value again: characters that "
            "look alike may be different."
        ),
        tunable=True,
    ),
    "zeros-from-format": warning(
        _("{value} is a number that Excel shows with leading zeros. It is sent as shown."),
        _("No action needed if {value} is right. Otherwise format the column as Text and enter the value."),
        tunable=True,
    ),
    "shown-by-format": warning(
        _('The cell contains the number {detail}, but Excel shows "{value}". armbulk sends what Excel shows.'),
        _("No action needed if {value} is right. Otherwise format the column as Text and enter the value."),
    ),
    "shown-differently": error(
        _("The cell contains the number {value}, but its number format ({detail}) shows something else"),
        _("Format the column as Text and enter the value that should be sent"),
    ),
    "shown-otherwise": warning(
        _("The number {value:decimal} is sent, but its number format ({detail}) shows another amount or currency"),
        _("No action needed if {value:decimal} is right. Otherwise correct the number or its format."),
        tunable=True,
    ),
    "postal-code-padded": warning(
        _("{value} has lost its leading zero and is sent as {detail}"), _("No action needed if {detail} is right")
    ),
    "stored-as-number": warning(
        _("{value} is stored as a number, which cannot have leading zeros"),
        _("Compare it with the original. If a zero is missing, format the column as Text and enter the value again."),
        tunable=True,
    ),
    "percent-cell": error(
        _("The cell shows a percentage, but its value is {value:decimal}"),
        _(
            "Enter the number without the percentage format, for example 5.5. If it should be a text, "
            "format the cell as Text and enter it again."
        ),
    ),
    "percent-not-amount": error(
        _('The cell contains a percentage ({value:decimal}), but "{header}" is an amount'),
        _('Enter the amount. Put the rate in a column of its own, such as "VAT %".'),
    ),
    "other-currency": error(
        _('The amount "{value}" is in {detail}, but the row has another currency or none'),
        _("Correct the amount or the currency of the row. If the row has no currency, enter only the number."),
    ),
    "sent-as-text": warning(
        _('The cell is not a text. "{value}" is sent, but Excel may show it differently.'),
        _("No action needed if {value} is right. Otherwise format the cell as Text and enter it again."),
        tunable=True,
    ),
}
"""Codes of cells."""
