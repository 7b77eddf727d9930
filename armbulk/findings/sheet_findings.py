"""Findings about sheets: headers, reader issues and layout."""

from armbulk.findings.entry import FindingType, error, warning
from armbulk.i18n import _, ngettext

SHEETS: dict[str, FindingType] = {
    # files
    "result-beside-input": error(
        _("{value} is the result of {detail}. Both files have the same records."),
        _(
            "Name only one of the two files. Name the result if you corrected rejected rows in it: "
            "nothing that ARM has accepted is sent again."
        ),
    ),
    "same-records-twice": error(
        _("{value} and {detail} have the same records"),
        _("Name only one of the two files: the one with the right values"),
    ),
    # the sheet and its headers
    "unknown-header": warning(
        _('The column "{header}" is not recognised and is not sent. Did you mean {detail}?'),
        _(
            "Rename it to a header from `armbulk fields`, or map it with `armbulk map FILE`. No action "
            "needed if it is your own note."
        ),
        tunable=True,
        without_detail=_('The column "{header}" is not recognised and is not sent'),
    ),
    "header-near": error(
        _('The column "{value}" is similar to "{header}" but was not matched automatically'),
        _(
            'Rename it to "{header}" if that is what it contains, or map it with `armbulk map FILE`. '
            'Otherwise use --ignore-column "{value}".'
        ),
        tunable=True,
    ),
    "amount-header-unclear": error(
        _('The numbers in the column "{value}" may be {detail}. armbulk does not guess.'),
        _(
            'Rename the column, or map it with `armbulk map FILE`. Use --ignore-column "{value}" if it '
            "should not be sent."
        ),
    ),
    "debit-credit-column": error(
        _('The column "{value}" says which amounts are in credit, but these amounts are positive'),
        _(
            "Run `armbulk map FILE`, which offers to read them as negative, or enter them with a minus sign. Use "
            '--ignore-column "{value}" if all amounts have the right sign.'
        ),
    ),
    "amount-in-other-unit": error(
        _('The amounts in the column "{value}" are in another unit than the currency, for example øre or thousands'),
        _(
            "Convert the amounts to the currency itself and correct the header. Use --ignore-column "
            '"{value}" if they should not be sent.'
        ),
    ),
    "rate-not-sent": warning(
        _('The column "{value}" contains rates. ARM has no field for them here, so they are not sent.'),
        _("No action needed if the amounts are in columns of their own"),
        tunable=True,
    ),
    "mapping-column-missing": warning(
        _('The mapping uses the column "{value}", which is not on this sheet'),
        _("No action needed if you do not need the column. Otherwise correct its name in the mapping."),
    ),
    "mapping-not-used": warning(
        _('The mapping has a section for the sheet "{value}", which is not in the files'),
        _("Correct the sheet name in the mapping. No action needed if the sheet is in another file."),
    ),
    "computed-column": warning(_('ARM calculates "{header}", so the column is not sent'), _("No action needed")),
    "duplicate-header": error(
        _('The column "{value}" means the same as column {detail}: both are "{header}"'),
        _("Keep one of the two columns, or rename the other"),
    ),
    "vat-is-rate": error(
        _('The column "{header}" contains VAT rates ({value}), not VAT amounts'),
        _('Change the header to "VAT %", or enter the VAT amounts'),
        tunable=True,
    ),
    "header-currency-differs": error(
        _('The header "{value}" names a currency, but some documents are in another currency ({detail})'),
        _("Correct the currency of these documents. If the amounts really are in that currency, correct the header."),
    ),
    "missing-column": error(
        _('The required column "{header}" is missing'),
        _('Add a column with the header "{header}", or map your own column to it with `armbulk map FILE`'),
    ),
    "no-amount-column": error(
        _("The sheet has no column with document amounts, and there are no lines with amounts to add up"),
        _('Add a column "Amount incl. VAT", or lines with amounts'),
    ),
    "sheet-not-recognised": warning(
        _('The sheet "{value}" is not recognised, so nothing on it is sent'),
        _(
            "If it should be sent, rename it to Customers, Documents or Lines, or use "
            "FILE#Sheet=documents (or customers, lines)"
        ),
    ),
    # reader issues
    "hidden-sheet": warning(
        _('The sheet "{value}" is hidden and is not read'),
        _("If it should be read, unhide it in Excel, or use --include-hidden or FILE#{value}"),
    ),
    "dates-1904": warning(
        _("The workbook counts dates from 1904, as Excel for Mac used to do. armbulk reads them that way."),
        _("Compare one date with the original"),
    ),
    "macros-ignored": warning(
        _("The workbook contains macros. armbulk does not run them. A copy of the workbook keeps them."),
        _("No action needed"),
    ),
    "signature-removed": warning(
        _("The workbook has a digital signature. The copy that armbulk writes has none, because it is changed."),
        _("No action needed. Your own file keeps its signature"),
    ),
    "external-links": warning(
        _("The workbook gets values from other files or databases. armbulk uses the values saved in it."),
        _("If the values may have changed, update them in Excel and save the workbook"),
    ),
    "formula-values": warning(
        ngettext(
            "{count:number} cell contains a formula. armbulk uses the value saved with it.",
            "{count:number} cells contain formulas. armbulk uses the values saved with them.",
        ),
        _("No action needed if Excel had calculated the workbook when it was saved"),
        tunable=True,
    ),
    "open-in-excel": warning(
        _("The workbook seems to be open (user: {detail}). armbulk reads the last saved version."),
        _("Save and close the workbook, then run the command again"),
        without_detail=_("The workbook seems to be open. armbulk reads the last saved version."),
    ),
    "separator-told": warning(_('The first line of the file sets the separator to "{value}"'), _("No action needed")),
    "no-data-rows": warning(
        _("The file has no data rows"),
        _("Check the file, and export it again from your accounting system if rows are missing"),
    ),
    "encoding-guessed": warning(
        _("The file is not UTF-8, so it is read as {detail}. Examples: {value}"),
        _("If æ, ø, å or other letters look wrong, use --encoding, for example --encoding cp865"),
    ),
    "encoded-twice": error(
        _('Characters such as æøå were already corrupted in the file: "{value}"'), _("Export the file again as UTF-8")
    ),
    "ragged-row": error(
        _("Line {row} has {value} fields, but the other lines have {detail}"),
        _("Put quotation marks around texts that contain the separator"),
    ),
    "narrow-header": error(
        _(
            "The header in line {row} has {value} fields, but lines below have more ({detail}). Values "
            "may be in the wrong columns."
        ),
        _(
            'Put quotation marks around values that contain the separator, for example "1,500.00", or '
            "add the missing headers"
        ),
    ),
    "too-few-fields": error(
        _("Line {row} has only {value} fields, but the other lines have {detail}"),
        _(
            "Check whether the line was cut off or split in two. If only its last fields are empty, add "
            "the missing separators."
        ),
    ),
    "wrong-separator": error(
        _('armbulk found only one column. The separator seems to be "{value}".'),
        _("Add this as the first line of the file: sep={value}"),
        by_value={
            "tab": (
                _("armbulk found only one column. The separator seems to be a tab."),
                _("Remove the line with sep= at the top of the file, or export the file again"),
            )
        },
    ),
    "rows-in-a-cell": error(
        _(
            "The quoted text contains {detail} whole lines of the file. A stray quotation mark has put "
            "them into one cell."
        ),
        _("Remove the stray quotation mark. If it belongs to the text, write it twice."),
    ),
    "rows-in-quotes": warning(
        _("Each line of the file is in quotation marks as a whole. armbulk reads it without them."),
        _("No action needed if the columns are right"),
        tunable=True,
    ),
    "quotes-in-text": warning(
        _("Only part of the text is in quotation marks. armbulk reads it as it is: {value}"),
        _("No action needed if the text is right. Otherwise correct it."),
        tunable=True,
    ),
    "text-too-long": error(
        _("The text is longer than {detail:number} characters, the limit of a cell in Excel"),
        _("Shorten the text. armbulk never cuts a text."),
    ),
    "mark-in-the-middle": error(
        _("There is a byte order mark (BOM) in the middle of the file. Several files were probably joined."),
        _("Import the files one at a time"),
    ),
    # layouts
    "answer-missing": error(
        _("A question of the migration has no answer. Nothing of this workbook is sent without all of them."),
        _("Type the answer in this cell: {detail}. The column beside it says what can happen."),
    ),
    "answer-wrong": error(
        _('"{value}" is no answer to this question of the migration. Nothing of this workbook is sent without it.'),
        _("Type the answer in this cell: {detail}"),
    ),
    "questions-damaged": error(
        _('The sheet "{value}" of the migration has lost its codes or answers. Nothing of this workbook is sent.'),
        _("Write the workbook again with `armbulk migrate`"),
    ),
    "questions-missing": error(
        _('"{value}" is of a migration, but its sheet Questions is missing. Nothing of this file is sent.'),
        _("Use the whole workbook that `armbulk migrate` wrote, with its sheet Questions, or write it again"),
    ),
    "question-removed": error(
        _('The question "{value}" of the migration was removed. Nothing of this workbook is sent without its answer.'),
        _("Add a row with this code and the answer, or write the workbook again with `armbulk migrate`"),
    ),
    "no-known-header": error(
        _('No header on the sheet "{value}" is recognised'),
        _("Put headers from `armbulk fields` in the first row, or map your own headers with `armbulk map FILE`"),
    ),
    "no-header": warning(
        _("Column {value} has values but no header, so it is not sent"),
        _("Add a header. No action needed if the column is your own note."),
    ),
    "header-again": error(
        _("Row {detail} repeats the headers. There may be a second table, or files may have been joined."),
        _("Delete the row, or move the second table to its own sheet"),
    ),
    "second-table": error(
        _("Another table begins in row {detail} ({value}). Nothing from that row on is sent."),
        _("Move it to its own sheet or file"),
    ),
    "total-row": error(_("Row {detail} looks like a total, not a record"), _("Delete the row")),
    "note-row": error(
        _('Row {detail} looks like a note, not a record: "{value}"'),
        _("Delete the row, or move the text above the table"),
    ),
    "title-row": error(
        _('Row {detail} is the title of a block, not a document: "{value}"'),
        _("Enter its customer number in each row of its block, and delete the row. Or let `armbulk map FILE` do both."),
    ),
    "block-unclear": error(
        _(
            "It is not certain that this row belongs to customer {value}, the title in row {detail}: a total between "
            "them, or below, does not agree"
        ),
        _("Enter the customer number in each row of the block in a column of its own, and map that column"),
    ),
    "row-left-out": warning(
        _('Row {row} is no record and is left out, as the mapping says: "{value}"'), _("No action needed")
    ),
    "table-total": warning(_("Row {row} is the total row of a table in Excel. It is left out."), _("No action needed")),
    "supplier-list": warning(
        _('"{value}" may be a list of suppliers. ARM has customers and their documents only.'),
        _("Leave the file or sheet out if it lists suppliers. No action needed if it lists customers."),
        tunable=True,
    ),
    "merged-cells": error(
        _("The cells {value} are merged, so only the first of them has a value"),
        _("Unmerge the cells in Excel and fill in each of them"),
    ),
    "hidden-rows": error(
        ngettext(
            "{count:number} hidden or filtered row contains data (row {detail})",
            "{count:number} hidden or filtered rows contain data (rows {detail})",
        ),
        _("Show the rows in Excel. Or use --include-hidden to send them, or --skip-hidden to skip them."),
    ),
    "hidden-open-rows": error(
        ngettext(
            "{count:number} hidden or filtered row is not done yet (row {detail})",
            "{count:number} hidden or filtered rows are not done yet (rows {detail})",
        ),
        _(
            "Show the rows in Excel: clear the filter, or add their outcomes to it. Or use --include-hidden to send "
            "them, or --skip-hidden to skip them."
        ),
    ),
    "hidden-done": warning(
        ngettext(
            "{count:number} hidden row was done in an earlier run and is not sent again (row {detail})",
            "{count:number} hidden rows were done in an earlier run and are not sent again (rows {detail})",
        ),
        _("No action needed"),
    ),
    "hidden-included": warning(
        ngettext(
            "{count:number} hidden row is read like all others (row {detail})",
            "{count:number} hidden rows are read like all others (rows {detail})",
        ),
        _("No action needed"),
    ),
    "hidden-skipped": warning(
        ngettext(
            "{count:number} hidden row is left out (row {detail})",
            "{count:number} hidden rows are left out (rows {detail})",
        ),
        _("No action needed"),
    ),
    "hidden-columns": error(
        ngettext(
            "{count:number} hidden column contains data (column {detail})",
            "{count:number} hidden columns contain data (columns {detail})",
        ),
        _("Show the columns in Excel. Or use --include-hidden to send them, or --skip-hidden to skip them."),
    ),
    "hidden-columns-included": warning(
        ngettext(
            "{count:number} hidden column is read like all others (column {detail})",
            "{count:number} hidden columns are read like all others (columns {detail})",
        ),
        _("No action needed"),
    ),
    "hidden-columns-skipped": warning(
        ngettext(
            "{count:number} hidden column is left out (column {detail})",
            "{count:number} hidden columns are left out (columns {detail})",
        ),
        _("No action needed"),
    ),
    "hidden-line": error(
        _('This line is hidden, but its document "{value}" is not'),
        _("Show or hide the whole document. armbulk never sends an invoice without all its lines."),
    ),
    "continuation-rows": error(
        ngettext(
            "{count:number} row right below a document has a line but no document number (row {detail})",
            "{count:number} rows right below a document have a line but no document number (rows {detail})",
        ),
        _(
            "If the lines belong to the document above, use --continuation-rows same-as-above. Otherwise "
            "enter the document numbers."
        ),
    ),
    "continuation-filled": warning(
        ngettext(
            "{count:number} row without a document number is read as a line of the document above (row {detail})",
            "{count:number} rows without a document number are read as lines of the document above (rows {detail})",
        ),
        _("No action needed"),
    ),
    "flat-disagrees": error(
        _('"{header}" is not the same as in row {detail} of the same document'),
        _(
            'Enter the same "{header}" in every row of the document. If each line has its own, match the column with '
            "the lines: armbulk map FILE"
        ),
    ),
    "customer-rows-differ": error(
        _('"{header}" is not the same as in row {detail} of the same customer'),
        _(
            'Enter the same "{header}" in every row of the customer. Or do not read the column for customers: '
            "armbulk map FILE"
        ),
    ),
    "flat-amounts-unclear": error(
        _(
            '"{header}" is the same in all rows of each document. It may be the amount of the line or of '
            "the whole document."
        ),
        _("Rename the column to {detail}"),
    ),
    "flat-sums": warning(
        _(
            'Documents and lines are on one sheet. "{header}" is read as the amount of the line, and the '
            "document gets the sum."
        ),
        _("No action needed if that is right. Otherwise rename the column to {detail}."),
    ),
}
"""Codes of sheets."""
