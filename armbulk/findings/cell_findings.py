"""Findings about cells that cannot be read, or only with a warning."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _

CELLS: dict[str, FindingType] = {
    "error-cell": error(_("The cell holds the Excel error {value}"), _("Mend the formula, or type the value itself")),
    "not-calculated": error(
        _("The formula in the cell was not calculated when the file was saved"),
        _("Open the file in Excel and save it again"),
    ),
    "not-a-number": error(
        _('"{value}" is not a number'), _("Write digits with one decimal separator, for example 1250.50 or 1250,50")
    ),
    "ambiguous-number": error(
        _('"{value}" may be read in two ways (thousands or decimals)'),
        _(
            "Write it without a thousands separator, or as a number cell; or use --decimal , (or "
            "--decimal .) for the file"
        ),
    ),
    "not-an-integer": error(_('"{value}" is not a whole number'), _("Write a whole number without decimals")),
    "too-many-decimals": error(
        _("{value} has more than {detail} decimals, and armbulk never rounds"),
        _(
            "Compare it with the original: if the separator means thousands, enter it without; else "
            "with {detail} decimals"
        ),
    ),
    "dash-is-zero": warning(
        _('"{value}" is read as 0: the accounting format shows zero as a dash'),
        _("Nothing to do if it is zero; else enter the amount"),
    ),
    "number-too-large": error(_("{value} is too large"), _("Check the number of digits")),
    "not-a-date": error(_('"{value}" is not a date'), _("Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy")),
    "date-as-number": error(
        _("{value} is a number without a date format; as an Excel date it is {detail}"),
        _("If {detail} is right, format the cells as dates, or write {detail}; else write the date as yyyy-mm-dd"),
    ),
    "ambiguous-date": error(
        _('"{value}" may be read as two different dates'),
        _("Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy; or use --dates dmy (or mdy, ymd) for the file"),
    ),
    "dates-half-converted": error(
        _(
            "{header}: some cells are dates, and others are texts that a program could not convert "
            "({detail}). Day and month of the dates may be swapped"
        ),
        _("Import the original file again with the right order of day and month; do not correct the texts alone"),
    ),
    "dates-mixed": error(
        _("{header}: some dates have the day first, others the month ({detail})"),
        _("Write all dates of the column in one order, as yyyy-mm-dd or dd.mm.yyyy"),
    ),
    "date-with-time": error(_("{value} has a time of day"), _("Enter the date alone")),
    "not-yes-or-no": error(_('"{value}" is neither yes nor no'), _("Write yes or no (ja/nei, true/false, 1/0, x)")),
    "digits-lost": error(
        _("Excel has stored {value} as a number and replaced digits: more than 15 cannot be kept"),
        _("Format the column as Text and enter the value again"),
    ),
    "scientific-notation": error(
        _('"{value}" is in scientific notation: the digits are lost'),
        _("Format the column as Text and enter the value again"),
    ),
    "leading-zero-lost": error(
        _("{value} is shorter than {detail} digits: a leading zero may be lost"),
        _("Format the column as Text and enter the zero again; for postal codes --pad-postal-codes does it"),
    ),
    "decimal-zero": error(
        _('"{value}" ends in a decimal zero: a program has stored the identifier as a number'),
        _("Export the column as text, or remove the decimals"),
    ),
    "decimal-zero-removed": warning(
        _("{value} is in the file as {value}{detail}, as every value of the column; the decimals are removed"),
        _("Compare it with the original: a leading zero would be lost too"),
    ),
    "blanks-removed": warning(
        _('"{value}" is sent without its blanks, as {detail}; its check digit is right'),
        _("Nothing to do if {detail} is right"),
        tunable=True,
    ),
    "date-in-identifier": error(
        _("Excel has turned this value into the date {value}"), _("Format the column as Text and enter the value again")
    ),
    "wrong-cell-type": error(
        _("The cell holds a {detail} ({value}), which does not fit here"), _("Enter the value as text")
    ),
    "number-not-identifier": error(
        _("The cell holds the number {value}; a sign or decimals do not fit here"),
        _("Format the column as Text and enter the value again"),
    ),
    "control-character": error(_("The text holds a control character ({detail})"), _("Type the value again")),
    "invisible-character": warning(
        _("The text holds a character that cannot be seen, or was lost ({detail})"),
        _("Type the value again if it does not look right"),
        tunable=True,
    ),
    "blank-word": error(
        _('"{value}" is what programs write for a blank cell'),
        _("Empty the cell, or enter the value it should have"),
        tunable=True,
    ),
    "letter-lost": warning(
        _('"{value}" has a question mark inside a word: a letter may have been lost'),
        _("Export the file again as UTF-8, or correct the letter"),
        tunable=True,
    ),
    "html-code": warning(
        _('"{value}" holds a code of web pages ({detail}), which is sent as it is'),
        _("Write the character itself, for example & for &amp;"),
        tunable=True,
    ),
    "grouped-identifier": warning(
        _('"{value}" looks like a number with a thousands separator; it is sent as it is'),
        _("Nothing to do if the separator belongs to the value; else remove it"),
        tunable=True,
    ),
    "unusable-character": error(
        _("The value holds a character that must not stand in it ({detail})"),
        _("Type the value again, with ordinary letters and digits"),
    ),
    "not-ascii": warning(
        _('"{value}" holds an unusual character ({detail})'),
        _("Check that the value is the same in ARM; letters that look alike may differ"),
        tunable=True,
    ),
    "zeros-from-format": warning(
        _("{value} is a number whose format shows zeros in front; it is sent as it is shown"),
        _("Nothing to do if {value} is right; else format the column as Text"),
        tunable=True,
    ),
    "shown-by-format": warning(
        _('The cell holds the number {detail}; its number format shows "{value}", which is sent'),
        _("Nothing to do if {value} is right; else format the column as Text and enter the value"),
    ),
    "shown-differently": error(
        _("The cell holds the number {value}, but its number format ({detail}) shows something else"),
        _("Format the column as Text and enter the value as it must be sent"),
    ),
    "shown-otherwise": warning(
        _("The number {value} is sent, but its number format ({detail}) shows another amount or currency"),
        _("Nothing to do if {value} is right; else correct the number or its format"),
        tunable=True,
    ),
    "postal-code-padded": warning(
        _("{value} has lost its leading zero and is sent as {detail}"), _("Nothing to do if {detail} is right")
    ),
    "stored-as-number": warning(
        _("{value} is stored as a number: zeros in front of it would be lost"),
        _("Compare it with the original; format the column as Text"),
        tunable=True,
    ),
    "percent-cell": error(
        _("The cell shows a percentage, but holds {value}"),
        _(
            "Write the number without the per cent format, for example 5.5; where a text belongs, "
            "format the cell as Text and enter it again"
        ),
    ),
    "percent-not-amount": error(
        _("The cell shows a percentage ({value}), but {header} is an amount"),
        _('Enter the amount; a rate belongs in a column of its own, such as "VAT %"'),
    ),
    "other-currency": error(
        _('The amount "{value}" is in {detail}, but its row does not have that currency'),
        _(
            "Correct the amount or the currency of the row; if the row has no currency, enter the "
            "amount as a number alone"
        ),
    ),
    "sent-as-text": warning(
        _('The cell is no text; "{value}" is sent, and Excel may show it otherwise'),
        _("Nothing to do if {value} is right; else format the cell as Text and enter it again"),
        tunable=True,
    ),
}
"""Codes of cells."""
