"""Findings about values: single values, formats, and values compared with each other."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _

VALUES: dict[str, FindingType] = {
    # values
    "required": error(_("{header} is empty but required"), _("Fill in the cell")),
    "few-values": error(
        _("Most required cells of row {row} are empty ({detail})"),
        _("Fill in the row; if it is no record (a note, another table), remove it"),
    ),
    "value-not-mapped": error(
        _('The mapping does not say what "{value}" is'), _("Add it to the mapping's values ({detail})")
    ),
    "expression-failed": error(
        _("The mapping's expression cannot be worked out here: {detail}"), _("Correct the row, or the expression")
    ),
    "clear-needs-update": error(
        _("{value} blanks a field, which only a change of customers can do"),
        _("Import with --update, or leave the cell empty"),
    ),
    "not-clearable": error(
        _("{header} cannot be blanked"), _("Write the value it shall have, or leave the cell empty")
    ),
    "not-in-export": error(
        _("{header} {value} was not in the export this workbook came from"),
        _("Put the number back; new customers go into a workbook of their own"),
    ),
    "computed-changed": warning(_("{header} is worked out by ARM: the change is not sent"), _("Nothing to do")),
    "zeros-lost-in-change": error(
        _("{value} is the exported {header} without its leading zeros: the file has lost them"),
        _("Format the column as Text and enter the value with its zeros, or leave the cell empty"),
    ),
    "word-read-as-code": warning(
        _('"{value}" is sent as ARM\'s code {detail}'), _("Nothing to do if {detail} is right"), tunable=True
    ),
    "word-not-code": error(
        _('"{value}" is a word, but {header} is a code that ARM knows, such as {detail}'),
        _("Ask Amili for the code and write it, or map the word to it (`armbulk map FILE`)"),
        tunable=True,
    ),
    "line-currency-differs": error(
        _("The line is in {value}, but its document is in {detail}"),
        _("Correct the currency of the line or of the document; a document and its lines have one currency"),
    ),
    "unknown-code": warning(
        _('"{value}" is no code of {header} that is known from ARM, such as {detail}; it is sent as it is'),
        _("Ask Amili whether ARM knows the code, or map it (`armbulk map FILE`)"),
        tunable=True,
    ),
    "too-long": error(
        _("The text is longer than {detail} characters"), _("Shorten it; armbulk never cuts"), tunable=True
    ),
    "pattern": error(_('"{value}" does not have the form of {header}'), _("Write it like {detail}"), tunable=True),
    "not-allowed": error(_('"{value}" is not one of {detail}'), _("Choose one of {detail}"), tunable=True),
    "date-unlikely": warning(_("{value} is an unlikely date"), _("Check the year"), tunable=True),
    # formats that can be checked without other data
    "organisation-no": warning(
        _('"{value}" is not a Norwegian organisation number: its check digit is wrong'),
        _("Compare it with the original; [rules] in the profile makes this an error, or switches it off"),
        tunable=True,
    ),
    "national-id": warning(
        _('"{value}" is not a Norwegian national identity number: its date or a check digit is wrong'),
        _("Compare it with the original; [rules] in the profile makes this an error, or switches it off"),
        tunable=True,
    ),
    "bank-account": warning(
        _('"{value}" is not a bank account number: its check digit is wrong'),
        _("Compare it with the original; [rules] in the profile makes this an error, or switches it off"),
        tunable=True,
    ),
    "kid": warning(
        _('The KID "{value}" has a wrong check digit'),
        _("Compare it with the original; [rules] in the profile makes this an error, or switches it off"),
        tunable=True,
    ),
    "postal-code": warning(
        _('"{value}" is not a Norwegian postal code of four digits'),
        _("Correct it, or give the country code"),
        tunable=True,
    ),
    "email": warning(
        _('"{value}" is not an e-mail address'), _("Correct it; several addresses are separated by ;"), tunable=True
    ),
    "country-code": warning(
        _('"{value}" is not a country code (ISO 3166)'), _("Use two letters, such as NO"), tunable=True
    ),
    "currency-code": error(
        _('"{value}" is not a currency code (ISO 4217)'), _("Use three letters, such as NOK"), tunable=True
    ),
    "language-code": warning(
        _('"{value}" is not a language code (ISO 639-1)'), _("Use two letters, such as no or en"), tunable=True
    ),
    "peppol-scheme": warning(
        _('"{value}" is not a register of electronic addresses'),
        _("Use four digits, such as 0192 for Norway"),
        tunable=True,
    ),
    # rules between cells, rows and sheets
    "due-before-date": error(
        _("Due on {value}, before the document's own date"), _("Correct one of the two dates"), tunable=True
    ),
    "credit-due-before-date": warning(
        _("The credit note is due on {value}, before its own date"), _("Nothing to do if that is right"), tunable=True
    ),
    "amounts-differ": warning(
        _("Amount excl. VAT and VAT do not add up to amount incl. VAT ({value})"),
        _("Check the three amounts"),
        tunable=True,
    ),
    "amount-missing": error(
        _("The document has no amount, and its lines do not add up to one"),
        _("Enter the amount incl. VAT or excl. VAT, or the amount of every line"),
    ),
    "amount-from-lines": warning(
        _("The document has no amount: the sum of its lines, {detail}, is sent"),
        _("Nothing to do if that is right; else enter the amount"),
        tunable=True,
    ),
    "price-differs": warning(
        _("Quantity times price is {detail}, but the line's amount is {value}"),
        _("Check the three numbers; ARM's lines have no discount, so put it into the price or a line of its own"),
        tunable=True,
    ),
    "lines-sum-differs": warning(
        _("{header} is {value}, but its lines add up to {detail}"),
        _("Check the document's amounts and its lines"),
        tunable=True,
    ),
    "duplicate-key": error(
        _('{header} "{value}" is also in row {detail}'),
        _("Keep one of them; ARM does not tell capital from small letters"),
    ),
    "duplicate-line-no": error(
        _("Line number {value} is used twice in document {detail}"), _("Give every line of a document its own number")
    ),
    "empty-line": error(
        _('The line of document "{value}" has nothing but the number'), _("Fill in the line, or remove the row")
    ),
    "line-without-document": error(
        _('No document "{value}" is in the files'), _("Add the document, or correct the line's document number")
    ),
    "line-without-zeros": error(
        _('Document "{value}" is in the files as "{detail}": the leading zeros are lost here'),
        _("Format the column as Text and enter the number with its zeros"),
    ),
    "key-without-zeros": warning(
        _('{header} "{value}" differs only by leading zeros from {detail} in the same files (row in brackets)'),
        _("Nothing to do if they are two records; else correct the number"),
        tunable=True,
    ),
    "document-without-lines": error(
        _('Document "{value}" has no lines'), _("Add its lines, or correct their document number"), tunable=True
    ),
    "no-lines-sheet": warning(
        _("There is no sheet with lines: the documents go without"),
        _("Add a sheet called Lines if the documents have lines"),
        tunable=True,
    ),
    "customer-without-zeros": error(
        _('Customer "{value}" is in the files as "{detail}": the leading zeros are lost here'),
        _("Format the column as Text and enter the number with its zeros"),
        tunable=True,
    ),
    "customer-not-in-file": warning(
        _('Customer "{value}" is not in the files; ARM must know it already'),
        _("Add the customer to the sheet if it is new"),
        tunable=True,
    ),
}
"""Codes of values."""
