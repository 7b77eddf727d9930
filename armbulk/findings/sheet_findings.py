"""Findings about sheets: headers, reader issues and layout."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _

SHEETS: dict[str, FindingType] = {
    # the sheet and its headers
    "unknown-header": warning(
        _('The column "{header}" is not known and is not sent{detail}'),
        _("Rename it to one of the headers of `armbulk fields`, or leave it if it is your own note"),
        tunable=True,
    ),
    "header-near": error(
        _('The column "{value}" looks like "{header}", but is not taken for it'),
        _("Rename it to {header}, or say so in a mapping (`armbulk map FILE`)"),
        tunable=True,
    ),
    "amount-header-unclear": error(
        _('The column "{value}" has numbers and may be {detail}; armbulk does not decide that'),
        _('Rename it, map it (`armbulk map FILE`), or use --ignore-column "{value}" if it is not to be sent'),
    ),
    "amount-in-other-unit": error(
        _('The column "{value}" has amounts in another unit than the currency, such as øre or thousands'),
        _('Enter the amounts in the currency itself, or use --ignore-column "{value}" if they are not to be sent'),
    ),
    "rate-not-sent": warning(
        _('The column "{value}" is a rate, which ARM does not have here; it is not sent'),
        _("Nothing to do if the amounts are in columns of their own"),
        tunable=True,
    ),
    "mapping-column-missing": warning(
        _('The mapping names "{value}", which the sheet does not have'), _("Nothing to do if the column is not needed")
    ),
    "mapping-not-used": warning(
        _('The mapping speaks of a sheet "{value}", which is not in the files'),
        _("Correct the name in the mapping, or leave it if the sheet is in another file"),
    ),
    "computed-column": warning(_('The column "{header}" is worked out by ARM and is not sent'), _("Nothing to do")),
    "duplicate-header": error(
        _('The column "{value}" means the same as column {detail}: "{header}"'),
        _("Keep one of the two columns, or rename the other"),
    ),
    "vat-is-rate": error(
        _('Every value of the column "{header}" is a rate ({value}), and none is the VAT of its row'),
        _("Change its header to VAT %, or enter the VAT amounts"),
        tunable=True,
    ),
    "header-currency-differs": error(
        _('The column "{value}" names a currency, but documents are in another one (row and currency: {detail})'),
        _("Correct the currency of the documents, or the header if the amounts are in the documents' currency"),
    ),
    "missing-column": error(_('The required column "{header}" is missing'), _("Add a column with that header")),
    "no-amount-column": error(
        _("The sheet has no column with the documents' amounts, and no lines add up to them"),
        _("Add a column with the amount incl. VAT, or lines with amounts"),
    ),
    "sheet-not-recognised": warning(
        _('The sheet "{value}" is not recognised and nothing of it is sent'),
        _("Name it Customers, Documents or Lines, or say what it is with FILE#Sheet=RESOURCE"),
    ),
    # reader issues
    "hidden-sheet": warning(
        _("The sheet {value} is hidden and is not read"),
        _("Show it in Excel, name it as FILE#Sheet, or choose --include-hidden"),
    ),
    "dates-1904": warning(_("The workbook counts dates from 1904; they are read that way"), _("Check one date")),
    "macros-ignored": warning(_("The workbook has macros; they are neither run nor copied"), _("Nothing to do")),
    "external-links": warning(
        _("The workbook fetches values from elsewhere; the values saved in it are used, nothing is fetched"),
        _("Save it with fresh values if they have changed"),
    ),
    "formula-values": warning(
        _("{value} cells hold formulas; the values saved with them are used"),
        _("Nothing to do if the workbook was calculated when it was saved"),
        tunable=True,
    ),
    "open-in-excel": warning(
        _("The workbook seems to be open{detail}: what was saved last is read"),
        _("Save and close it, then run this again"),
    ),
    "separator-told": warning(_('The first line says that the separator is "{value}"'), _("Nothing to do")),
    "no-data-rows": warning(
        _("The file has a header at most, and no data rows"), _("Check that the export took all rows with it")
    ),
    "encoding-guessed": warning(
        _("The file is not UTF-8 and is read as Windows-1252: {value}"),
        _("If the letters are wrong, use --encoding, for example --encoding cp850"),
    ),
    "encoded-twice": error(
        _('Letters were damaged before the file came here: "{value}"'), _("Export the file again as UTF-8")
    ),
    "ragged-row": error(
        _("Line {row} has {value} fields, the others have {detail}"),
        _("Put quotes around a text that holds the separator"),
    ),
    "narrow-header": error(
        _(
            "The header in line {row} has {value} fields, but the lines below have more (line and "
            "fields: {detail}): values may be in the wrong columns"
        ),
        _("Put quotes around values that contain the separator, such as 1,500.00; or add the missing header"),
    ),
    "too-few-fields": error(
        _("Line {row} has only {value} fields, the others have {detail}"),
        _(
            "Check whether the line was cut off or broken in two; add the missing separators if its "
            "last fields are empty"
        ),
    ),
    "wrong-separator": error(
        _("Only one column was found; the separator looks like {value}"),
        _("Make the first line of the file sep={value}"),
    ),
    "rows-in-a-cell": error(
        _("The quoted text holds {detail} whole lines of the file: a stray quote has swallowed them"),
        _("Remove the stray quote, or write a quote inside a text as two"),
    ),
    "rows-in-quotes": warning(
        _("Every line of the file is in quotes as a whole; it is read without these"),
        _("Nothing to do if the columns are right"),
        tunable=True,
    ),
    "quotes-in-text": warning(
        _("The text begins with quotes that do not enclose all of it; it is read as it is: {value}"),
        _("Nothing to do if that is right; else correct the text"),
        tunable=True,
    ),
    "text-too-long": error(_("The text is longer than {detail} characters"), _("Shorten it; armbulk never cuts")),
    "mark-in-the-middle": error(
        _("A byte order mark stands inside the file: files were put together"), _("Import the files one by one")
    ),
    # layouts
    "no-known-header": error(
        _('The sheet "{value}" has no header that is known'), _("Put the headers of `armbulk fields` in the first row")
    ),
    "no-header": warning(
        _("Column {value} has values but no header, and is not sent"),
        _("Give it a header, or leave it if it is your own note"),
    ),
    "header-again": error(
        _("Row {detail} repeats the headers: a second table, or files put together"),
        _("Remove the row, or move the second table to a sheet of its own"),
    ),
    "second-table": error(
        _("Another table begins in row {detail} ({value}); nothing from there on is sent"),
        _("Move it to a sheet or a file of its own"),
    ),
    "total-row": error(_("Row {detail} looks like a total, not like a record"), _("Remove the row from the sheet")),
    "note-row": error(
        _('Text without a record in row {detail}: "{value}"'),
        _("Remove the row from the sheet, or move the text above the table"),
    ),
    "merged-cells": error(
        _("The cells {value} are merged: only one of them has a value"), _("Unmerge them and fill in every cell")
    ),
    "hidden-rows": error(
        _("Hidden or filtered rows with data: {value} ({detail})"),
        _(
            'Show them, or use --include-hidden or --skip-hidden. If "?" (.ods, .xls, .xlsb), '
            "armbulk cannot see what is hidden: show all rows and columns, then use --include-hidden"
        ),
    ),
    "hidden-included": warning(_("{value} hidden rows are read as all others ({detail})"), _("Nothing to do")),
    "hidden-skipped": warning(_("{value} hidden rows are left out ({detail})"), _("Nothing to do")),
    "hidden-columns": error(
        _("Hidden columns with data: {value} ({detail})"),
        _("Show them in Excel, or use --include-hidden or --skip-hidden"),
    ),
    "hidden-columns-included": warning(
        _("{value} hidden columns are read as all others ({detail})"), _("Nothing to do")
    ),
    "hidden-columns-skipped": warning(_("{value} hidden columns are left out ({detail})"), _("Nothing to do")),
    "hidden-line": error(
        _('This line is hidden, but its document "{value}" is not'),
        _("Show or hide all of the document; an invoice is never sent without one of its lines"),
    ),
    "continuation-rows": error(
        _("{value} rows have a line but no document number, directly under a document ({detail})"),
        _("If they belong to the document above, use --continuation-rows same-as-above; else enter the numbers"),
    ),
    "continuation-filled": warning(
        _("{value} rows without a document number are lines of the document above ({detail})"), _("Nothing to do")
    ),
    "flat-disagrees": error(
        _('{header} is "{value}" here, but not in row {detail} of the same document'),
        _("Give every row of a document the same {header}"),
    ),
    "flat-amounts-unclear": error(
        _("Every row of a document has the same \"{header}\": it may be the line's amount or the document's"),
        _("Rename the column to {detail}"),
    ),
    "flat-sums": warning(
        _('The columns of documents and lines are in one sheet: "{header}" is taken as the line\'s, and summed'),
        _("Nothing to do if that is right; else rename the column to {detail}"),
    ),
}
"""Codes of sheets."""
