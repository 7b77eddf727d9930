"""Findings about values: single values, formats, and values compared with each other."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _, ngettext
from armbulk.model.fields import Severity

VALUES: dict[str, FindingType] = {
    # values
    "required": error(_('"{header}" is required but empty'), _("Fill in the cell")),
    "few-values": error(
        _("Most required cells of row {row} are empty (columns {detail})"),
        _("Fill in the row. Delete it if it is not a record but a note or another table."),
    ),
    "value-not-mapped": error(
        _('The mapping does not have the value "{value}"'),
        _(
            "Let `armbulk map FILE` ask what it means, or add it to the values in the mapping. The mapping has "
            "{detail}."
        ),
    ),
    "expression-failed": error(
        _("The expression in the mapping has no result here: {detail}"),
        _("Correct the row, or the expression in the mapping"),
    ),
    "clear-needs-update": error(
        _("{value} clears a field, which is only possible when you update customers"),
        _("Import with --update, or leave the cell empty"),
    ),
    "not-clearable": error(
        _('"{header}" cannot be cleared'), _("Enter the value it should have, or leave the cell empty")
    ),
    "not-in-export": error(
        _('{header} "{value}" was not in the export this workbook comes from'),
        _("Restore the original number. Put new customers in a workbook of their own."),
    ),
    "computed-changed": warning(_('ARM calculates "{header}", so your change is not sent'), _("No action needed")),
    "zeros-lost-in-change": error(
        _('{value} is the exported value of "{header}" without its leading zeros'),
        _("Format the column as Text and enter the value with its zeros, or leave the cell empty"),
    ),
    "word-read-as-code": warning(
        _('"{value}" is sent as the ARM code {detail}'), _("No action needed if {detail} is right"), tunable=True
    ),
    "word-not-code": error(
        _('"{value}" is a word, but "{header}" must be a code in ARM, for example {detail}'),
        _("Ask Amili for the code and enter it. Or let `armbulk map FILE` ask what each word of your file means."),
        tunable=True,
    ),
    "line-currency-differs": error(
        _("The line is in {value}, but its document is in {detail}"),
        _("Correct the currency of the line or of the document. They must be the same."),
    ),
    "unknown-code": warning(
        _('armbulk does not know the code "{value}" for "{header}" (a known code is {detail}). It is sent as it is.'),
        _("Ask Amili for ARM's code and enter it. Or let `armbulk map FILE` ask what each code of your file means."),
        tunable=True,
    ),
    "code-not-listed": warning(
        _('ARM\'s list of codes for "{header}" does not have "{value}". It has {detail}. It is sent as it is.'),
        _("Use one of ARM's codes. To read ARM's lists again: armbulk codes --fresh"),
        tunable=True,
    ),
    "too-long": error(
        _("The text is longer than {detail:number} characters"),
        _("Shorten the text. armbulk never cuts a text."),
        tunable=True,
    ),
    "pattern": error(_('"{value}" is not a valid value for "{header}"'), _("Use {detail}"), tunable=True),
    "not-allowed": error(
        _('"{value}" is not one of the allowed values of "{header}"'), _("Use one of {detail}"), tunable=True
    ),
    "attachment-name": error(
        _('"{value}" cannot be an attachment: {detail}'),
        _(
            "Put the PDF file in the folder of the workbook and enter its name, for example vedlegg/1001.pdf. If the "
            "column does not contain files, use --ignore-column."
        ),
    ),
    "attachment-missing": FindingType(
        Severity.ERROR,
        _('There is no file "{value}" in the folder of the workbook. {detail}'),
        _("Put the file in the folder of the workbook, or correct the name"),
        tunable=True,
        without_detail=_('There is no file "{value}" in the folder of the workbook'),
    ),
    "attachment-unusable": error(
        _('The file "{value}" cannot be an attachment: {detail}'),
        _("Replace the file, or remove its name from the cell"),
    ),
    "attachment-repeated": warning(
        _('"{value}" is also attached in {detail}'),
        _("Check that each document has its own file. No action needed if they share it."),
        tunable=True,
    ),
    "attachment-unused": warning(
        ngettext(
            "{count:number} PDF file beside the attachments is named in no row: {detail}",
            "{count:number} PDF files beside the attachments are named in no row: {detail}",
        ),
        _("Check whether a row lacks its attachment"),
        tunable=True,
    ),
    "attachments-not-sent": warning(
        ngettext(
            "armbulk has checked {count:number} attachment, but does not send it: ARM's form for files is not "
            "documented",
            "armbulk has checked {count:number} attachments, but does not send them: ARM's form for files is not "
            "documented",
        ),
        _("Send the files as you do today. The documents are sent without them."),
        tunable=True,
    ),
    "date-unlikely": warning(_("{value:date} is an unlikely date"), _("Check the year"), tunable=True),
    # formats that can be checked without other data
    "organisation-no": warning(
        _('"{value}" is not a valid Norwegian organisation number: the check digit is wrong'),
        _("Check the number, for example at brreg.no"),
        tunable=True,
    ),
    "national-id": warning(
        _('"{value}" is not a valid Norwegian national identity number: the date or a check digit is wrong'),
        _("Check the number with the customer"),
        tunable=True,
    ),
    "bank-account": warning(
        _('"{value}" is not a valid bank account number: the check digit is wrong'),
        _("Check the number with the customer"),
        tunable=True,
    ),
    "kid": warning(
        _('"{value}" is not a valid KID: the check digit is wrong'),
        _("Compare it with the KID on the invoice"),
        tunable=True,
    ),
    "postal-code": warning(
        _('"{value}" is not a valid Norwegian postal code, which has four digits'),
        _("Correct it, or enter the country code if the address is abroad"),
        tunable=True,
    ),
    "email": warning(
        _('"{value}" is not a valid e-mail address'), _("Correct it. Use ; between several addresses."), tunable=True
    ),
    "country-code": warning(
        _('"{value}" is not a valid country code (ISO 3166)'),
        _("Use the two-letter code, for example NO"),
        tunable=True,
    ),
    "currency-code": error(
        _('"{value}" is not a valid currency code (ISO 4217)'),
        _("Use the three-letter code, for example NOK"),
        tunable=True,
    ),
    "language-code": warning(
        _('"{value}" is not a valid language code (ISO 639-1)'),
        _('Use the two-letter code, for example "no" or "en"'),
        tunable=True,
    ),
    "peppol-scheme": warning(
        _('"{value}" is not a valid Peppol identifier scheme'),
        _("Use the four-digit code, for example 0192 for Norwegian organisation numbers"),
        tunable=True,
    ),
    # rules between cells, rows and sheets
    "due-before-date": error(
        _("The due date {value:date} is before the document date"), _("Correct one of the two dates"), tunable=True
    ),
    "credit-without-due-date": error(
        _("The credit note has no due date"),
        _("Enter it. Or use --credit-due-dates document-date: then its due date is the document date."),
    ),
    "credit-due-date-filled": warning(
        ngettext(
            "{count:number} credit note in the sheet has no due date. Its document date is used (row {detail}).",
            "{count:number} credit notes in the sheet have no due date. Their document dates are used (rows {detail}).",
        ),
        _("No action needed"),
    ),
    "credit-due-before-date": warning(
        _("The due date {value:date} of the credit note is before its document date"),
        _("No action needed if that is right"),
        tunable=True,
    ),
    "negative-invoice": warning(
        _("The document has the type IN (invoice), but its amount is negative: {value:amount}"),
        _(
            "If it is a credit note, enter its own document type; ask Amili for the code. If it is a payment, remove "
            "the row. No action needed if ARM is to get a negative invoice."
        ),
        tunable=True,
    ),
    "amounts-differ": warning(
        _("Amount excl. VAT and VAT do not add up to {value:amount}, the amount incl. VAT"),
        _("Check the three amounts"),
        tunable=True,
    ),
    "amount-missing": error(
        _("The document has no amount, and armbulk cannot calculate it from the lines"),
        _("Enter the amount incl. VAT or excl. VAT, or the amount of every line"),
    ),
    "amount-from-lines": warning(
        _("The document has no amount, so the sum of its lines is sent: {detail:amount}"),
        _("No action needed if the sum is right. Otherwise enter the amount."),
        tunable=True,
    ),
    "price-differs": warning(
        _("Quantity times price is {detail}, but the amount of the line is {value:amount}"),
        _(
            "Check the three numbers. Lines in ARM have no discount: lower the price, or put the "
            "discount on a line of its own."
        ),
        tunable=True,
    ),
    "lines-sum-differs": warning(
        _('"{header}" is {value:amount}, but the lines add up to {detail:amount}'),
        _("Check the amounts of the document and its lines"),
        tunable=True,
    ),
    "duplicate-key": error(
        _('{header} "{value}" is also in row {detail}'),
        _(
            "Keep one of them. If the rows are parts of one document, such as a row for each VAT rate, enter it once, "
            "with the sums. ARM ignores upper and lower case."
        ),
    ),
    "named-twice": error(
        _('{header} "{value}" is also in row {detail}. None of these rows is sent.'),
        _("Keep one of the rows, and delete the others. Upper and lower case do not matter."),
    ),
    "marked-for-delete": error(
        _('Row {row} has "{value}": the customer is to be deleted, and an import would send it'),
        _("Delete it with: armbulk delete customers FILE. To send it after all, clear the cell."),
    ),
    "delete-name-differs": error(
        _('The file has the name "{value}", but the customer in ARM is "{detail}". It is not deleted.'),
        _("Check the number and the name. They must be of the same customer."),
    ),
    "no-identification": error(
        _("The row does not identify what is paid"), _("Fill in exactly one of these columns: {detail}")
    ),
    "two-identifications": error(
        _("The row identifies what is paid in several columns. Which of them ARM would use is not known"),
        _("Fill in exactly one of these columns: {detail}"),
    ),
    "payment-sent-before": error(
        _("The payment id {value} was sent before, in run {detail}"),
        _("A payment id is never sent twice. Remove the row, or give a new payment its own id."),
    ),
    "amount-not-positive": error(_("The amount {value} cannot be reserved"), _("Enter an amount above zero")),
    "payment-hidden": error(
        _("Excel does not show row {row} (payment {value}). It is not reserved."),
        _("Show the row if the payment is to be reserved. Otherwise delete it."),
    ),
    "due-date-hidden": error(
        _("Excel does not show row {row} (AR item {value}). Its due date is not changed."),
        _("Show the row if the due date is to be changed. Otherwise delete it."),
    ),
    "posting-hidden": error(
        _("Excel does not show row {row} (posting {value}). The set is not sent."),
        _("Show the row if it belongs to the set. Otherwise delete it."),
    ),
    "delete-hidden": error(
        _('Row {row} has "{value}", but Excel does not show it. The customer is not deleted.'),
        _("Show the row if the customer is to be deleted. Otherwise clear the cell."),
    ),
    "duplicate-line-no": error(
        _("Line number {value} is used twice on document {detail}"), _("Give each line of a document its own number")
    ),
    "empty-line": error(
        _('This line has only the document number "{value}" and nothing else'), _("Fill in the line, or delete the row")
    ),
    "line-without-document": error(
        _('The document "{value}" of this line is not in the files'),
        _("Add the document, or correct the document number of the line"),
    ),
    "line-without-zeros": error(
        _('The document "{value}" of this line is "{detail}" in the files. The leading zeros are missing here.'),
        _("Format the column as Text and enter the number with its zeros"),
    ),
    "key-without-zeros": warning(
        _('{header} "{value}" differs only by leading zeros from {detail}'),
        _("No action needed if they are two different records. Otherwise correct the number."),
        tunable=True,
    ),
    "document-without-lines": error(
        _('Document "{value}" has no lines'),
        _("Add its lines, or correct the document number on the lines"),
        tunable=True,
    ),
    "no-lines-sheet": warning(
        _("There is no sheet with lines. The documents will be sent without lines."),
        _("If the documents have lines, add them on a sheet called Lines"),
        tunable=True,
    ),
    "customer-without-zeros": error(
        _('Customer "{value}" is "{detail}" in the files. The leading zeros are missing here.'),
        _("Format the column as Text and enter the number with its zeros"),
        tunable=True,
    ),
    "customer-not-in-file": warning(
        _('Customer "{value}" is not in the files, so ARM must already have it'),
        _("If the customer is new, add it to the sheet with customers"),
        tunable=True,
    ),
}
"""Codes of values."""
