"""Findings: what is wrong with the data, as a frame, and the catalogue that says it to people.

A findings frame has one row per problem; `tell` turns it into sentences with cell addresses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import polars as pl

from armbulk.model import Severity, Sheet, Words

SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,  # index into the book's sheets
        "row": pl.Int64,  # the sheet's own row number; null = the whole sheet
        "column": pl.String,  # Excel letter; null = the whole row or a column that is not there
        "field": pl.String,  # the field's name; null = none
        "code": pl.String,
        "severity": pl.String,
        "value": pl.String,  # the cell's own text
        "detail": pl.String,  # what the message needs besides: a length, another row, an amount
    }
)
"""Columns and dtypes of a findings frame."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue; message and fix may use {value}, {header}, {detail}."""

    severity: Severity
    message: Words
    fix: Words


def _error(en: str, no: str, fix_en: str, fix_no: str) -> Entry:
    return Entry(Severity.ERROR, Words(en, no), Words(fix_en, fix_no))


def _warning(en: str, no: str, fix_en: str, fix_no: str) -> Entry:
    return Entry(Severity.WARNING, Words(en, no), Words(fix_en, fix_no))


CATALOGUE: dict[str, Entry] = {
    # the sheet and its headers
    "unknown-header": _warning(
        'The column "{header}" is not known and is not sent{detail}',
        "Kolonnen «{header}» er ukjent og sendes ikke{detail}",
        "Rename it to one of the headers of `armbulk fields`, or leave it if it is your own note",
        "Gi den et av navnene fra `armbulk fields`, eller la den stå hvis den er ditt eget notat",
    ),
    "computed-column": _warning(
        'The column "{header}" is worked out by ARM and is not sent',
        "Kolonnen «{header}» regnes ut av ARM og sendes ikke",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "duplicate-header": _error(
        'The column "{header}" means the same as column {detail}',
        "Kolonnen «{header}» betyr det samme som kolonne {detail}",
        "Keep one of the two columns, or rename the other",
        "Behold én av de to kolonnene, eller gi den andre et annet navn",
    ),
    "missing-column": _error(
        'The required column "{header}" is missing',
        "Den påkrevde kolonnen «{header}» mangler",
        "Add a column with that header",
        "Legg til en kolonne med den overskriften",
    ),
    "sheet-not-recognised": _warning(
        'The sheet "{value}" is not recognised and nothing of it is sent',
        "Arket «{value}» kjennes ikke igjen, og ingenting av det sendes",
        "Name it Customers, Documents or Lines, or say what it is with FILE#Sheet=RESOURCE",
        "Kall det Kunder, Fakturaer eller Linjer, eller si hva det er med FIL#Ark=RESSURS",
    ),
    # cells that cannot be read as they stand
    "error-cell": _error(
        "The cell holds the Excel error {value}",
        "Cellen inneholder Excel-feilen {value}",
        "Mend the formula, or type the value itself",
        "Rett formelen, eller skriv selve verdien",
    ),
    "not-calculated": _error(
        "The formula in the cell has no calculated value",
        "Formelen i cellen har ingen utregnet verdi",
        "Open the file in Excel and save it again",
        "Åpne filen i Excel og lagre den på nytt",
    ),
    "not-a-number": _error(
        '"{value}" is not a number',
        "«{value}» er ikke et tall",
        "Write digits with one decimal separator, for example 1250.50 or 1250,50",
        "Skriv sifre med ett desimalskille, for eksempel 1250,50",
    ),
    "ambiguous-number": _error(
        '"{value}" may be read in two ways (thousands or decimals)',
        "«{value}» kan leses på to måter (tusener eller desimaler)",
        "Write it without a thousands separator, or as a number cell",
        "Skriv det uten tusenskille, eller som tallcelle",
    ),
    "not-an-integer": _error(
        '"{value}" is not a whole number',
        "«{value}» er ikke et heltall",
        "Write a whole number without decimals",
        "Skriv et heltall uten desimaler",
    ),
    "too-many-decimals": _error(
        "{value} has more than {detail} decimals, and armbulk never rounds",
        "{value} har flere enn {detail} desimaler, og armbulk runder aldri av",
        "Round it in the sheet to {detail} decimals",
        "Rund det av i arket til {detail} desimaler",
    ),
    "number-too-large": _error(
        "{value} is too large",
        "{value} er for stort",
        "Check the number of digits",
        "Sjekk antall sifre",
    ),
    "not-a-date": _error(
        '"{value}" is not a date',
        "«{value}» er ikke en dato",
        "Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy",
        "Bruk en datocelle, eller skriv dd.mm.åååå eller åååå-mm-dd",
    ),
    "ambiguous-date": _error(
        '"{value}" may be read as two different dates',
        "«{value}» kan leses som to forskjellige datoer",
        "Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy",
        "Bruk en datocelle, eller skriv dd.mm.åååå eller åååå-mm-dd",
    ),
    "date-with-time": _error(
        "{value} has a time of day",
        "{value} har et klokkeslett",
        "Enter the date alone",
        "Skriv bare datoen",
    ),
    "not-yes-or-no": _error(
        '"{value}" is neither yes nor no',
        "«{value}» er verken ja eller nei",
        "Write yes or no (ja/nei, true/false, 1/0, x)",
        "Skriv ja eller nei (yes/no, sann/usann, 1/0, x)",
    ),
    "digits-lost": _error(
        "Excel has stored {value} as a number and replaced digits: more than 15 cannot be kept",
        "Excel har lagret {value} som tall og byttet ut sifre: flere enn 15 kan ikke beholdes",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "scientific-notation": _error(
        '"{value}" is in scientific notation: the digits are lost',
        "«{value}» er på eksponentform: sifrene er tapt",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "leading-zero-lost": _error(
        "{value} is stored as a number and is shorter than {detail} digits: a leading zero may be lost",
        "{value} er lagret som tall og er kortere enn {detail} sifre: en ledende null kan være tapt",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "date-in-identifier": _error(
        "Excel has turned this value into the date {value}",
        "Excel har gjort denne verdien om til datoen {value}",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "wrong-cell-type": _error(
        "The cell holds a {detail} ({value}), which does not fit here",
        "Cellen inneholder {detail} ({value}), som ikke passer her",
        "Enter the value as text",
        "Skriv verdien som tekst",
    ),
    "control-character": _error(
        "The text holds a control character ({detail})",
        "Teksten inneholder et kontrolltegn ({detail})",
        "Type the value again",
        "Skriv verdien på nytt",
    ),
    "invisible-character": _warning(
        "The text holds a character that cannot be seen, or was lost ({detail})",
        "Teksten inneholder et tegn som ikke kan ses, eller som er gått tapt ({detail})",
        "Type the value again if it does not look right",
        "Skriv verdien på nytt hvis den ikke ser riktig ut",
    ),
    "unusable-character": _error(
        "The value holds a character that must not stand in it ({detail})",
        "Verdien inneholder et tegn som ikke kan stå der ({detail})",
        "Type the value again, with ordinary letters and digits",
        "Skriv verdien på nytt med vanlige bokstaver og sifre",
    ),
    "not-ascii": _warning(
        '"{value}" holds an unusual character ({detail})',
        "«{value}» inneholder et uvanlig tegn ({detail})",
        "Check that the value is the same in ARM; letters that look alike may differ",
        "Sjekk at verdien er den samme i ARM; bokstaver som ligner kan være ulike",
    ),
    "zeros-from-format": _warning(
        "{value} is a number whose format shows zeros in front; it is sent as it is shown",
        "{value} er et tall der formatet viser nuller foran; det sendes slik det vises",
        "Nothing to do if {value} is right; else format the column as Text",
        "Ingenting å gjøre hvis {value} er riktig; ellers formater kolonnen som Tekst",
    ),
    "postal-code-padded": _warning(
        "{value} is stored as a number and is sent as {detail}",
        "{value} er lagret som tall og sendes som {detail}",
        "Nothing to do if {detail} is right",
        "Ingenting å gjøre hvis {detail} er riktig",
    ),
    "stored-as-number": _warning(
        "{value} is stored as a number: zeros in front of it would be lost",
        "{value} er lagret som tall: nuller foran ville vært tapt",
        "Compare it with the original; format the column as Text",
        "Sammenlign med originalen; formater kolonnen som Tekst",
    ),
    "percent-cell": _error(
        "The cell shows a percentage, but holds {value}",
        "Cellen viser en prosent, men inneholder {value}",
        "Write the number without the per cent format, for example 5.5",
        "Skriv tallet uten prosentformat, for eksempel 5,5",
    ),
    # what the reader saw
    "hidden-sheet": _warning(
        "The sheet {value} is hidden and is not read",
        "Arket {value} er skjult og leses ikke",
        "Show it in Excel, name it as FILE#Sheet, or choose --include-hidden",
        "Vis det i Excel, nevn det som FIL#Ark, eller velg --include-hidden",
    ),
    "dates-1904": _warning(
        "The workbook counts dates from 1904; they are read that way",
        "Arbeidsboken teller datoer fra 1904; de leses slik",
        "Check one date",
        "Sjekk én dato",
    ),
    "macros-ignored": _warning(
        "The workbook has macros; they are neither run nor copied",
        "Arbeidsboken har makroer; de verken kjøres eller kopieres",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "external-links": _warning(
        "The workbook fetches values from elsewhere; the values saved in it are used, nothing is fetched",
        "Arbeidsboken henter verdier utenfra; verdiene som er lagret i den brukes, ingenting hentes",
        "Save it with fresh values if they have changed",
        "Lagre den med ferske verdier hvis de er endret",
    ),
    "formula-values": _warning(
        "{value} cells hold formulas; the values saved with them are used",
        "{value} celler inneholder formler; verdiene som er lagret med dem brukes",
        "Nothing to do if the workbook was calculated when it was saved",
        "Ingenting å gjøre hvis arbeidsboken var regnet ut da den ble lagret",
    ),
    "open-in-excel": _warning(
        "The workbook seems to be open in Excel: what was saved last is read",
        "Arbeidsboken ser ut til å være åpen i Excel: det som sist ble lagret, leses",
        "Save it in Excel, then run this again",
        "Lagre den i Excel, og kjør dette på nytt",
    ),
    "encoding-guessed": _warning(
        "The file is not UTF-8 and is read as Windows-1252: {value}",
        "Filen er ikke UTF-8 og leses som Windows-1252: {value}",
        "If the letters are wrong, say --encoding",
        "Hvis bokstavene er feil, si --encoding",
    ),
    "encoded-twice": _error(
        'Letters were damaged before the file came here: "{value}"',
        "Bokstaver ble ødelagt før filen kom hit: «{value}»",
        "Export the file again as UTF-8",
        "Eksporter filen på nytt som UTF-8",
    ),
    "ragged-row": _error(
        "The line has {value} fields, the others have {detail}",
        "Linjen har {value} felter, de andre har {detail}",
        "Put quotes around a text that holds the separator",
        "Sett anførselstegn rundt en tekst som inneholder skilletegnet",
    ),
    "text-too-long": _error(
        "The text is longer than {detail} characters",
        "Teksten er lengre enn {detail} tegn",
        "Shorten it; armbulk never cuts",
        "Kort den ned; armbulk kutter aldri",
    ),
    "mark-in-the-middle": _error(
        "A byte order mark stands inside the file: files were put together",
        "Et byte-rekkefølgemerke står inne i filen: filer er satt sammen",
        "Import the files one by one",
        "Importer filene én for én",
    ),
    # layouts
    "no-known-header": _error(
        'The sheet "{value}" has no header that is known',
        "Arket «{value}» har ingen kjent overskrift",
        "Put the headers of `armbulk fields` in the first row",
        "Sett overskriftene fra `armbulk fields` i første rad",
    ),
    "no-header": _warning(
        "Column {value} has values but no header, and is not sent",
        "Kolonne {value} har verdier, men ingen overskrift, og sendes ikke",
        "Give it a header, or leave it if it is your own note",
        "Gi den en overskrift, eller la den stå hvis den er ditt eget notat",
    ),
    "header-again": _error(
        "Row {detail} repeats the headers: a second table, or files put together",
        "Rad {detail} gjentar overskriftene: en tabell til, eller filer satt sammen",
        "Remove the row, or move the second table to a sheet of its own",
        "Fjern raden, eller flytt den andre tabellen til et eget ark",
    ),
    "total-row": _error(
        "Row {detail} has no number of its own and looks like a total",
        "Rad {detail} har ikke noe nummer og ser ut som en sum",
        "Remove the row from the sheet",
        "Fjern raden fra arket",
    ),
    "merged-cells": _error(
        "The cells {value} are merged: only one of them has a value",
        "Cellene {value} er slått sammen: bare én av dem har en verdi",
        "Unmerge them and fill in every cell",
        "Del dem opp og fyll ut hver celle",
    ),
    "hidden-rows": _error(
        "{value} rows with data are hidden or filtered away ({detail})",
        "{value} rader med data er skjult eller filtrert bort ({detail})",
        "Show them in Excel, or choose --include-hidden or --skip-hidden",
        "Vis dem i Excel, eller velg --include-hidden eller --skip-hidden",
    ),
    "hidden-included": _warning(
        "{value} hidden rows are read as all others ({detail})",
        "{value} skjulte rader leses som alle andre ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-skipped": _warning(
        "{value} hidden rows are left out ({detail})",
        "{value} skjulte rader er utelatt ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-line": _error(
        'This line is hidden, but its document "{value}" is not',
        "Denne linjen er skjult, men bilaget «{value}» er det ikke",
        "Show or hide all of the document; an invoice is never sent without one of its lines",
        "Vis eller skjul hele bilaget; en faktura sendes aldri uten en av linjene",
    ),
    "flat-disagrees": _error(
        '{header} is "{value}" here, but not in row {detail} of the same document',
        "{header} er «{value}» her, men ikke i rad {detail} i samme bilag",
        "Give every row of a document the same {header}",
        "Gi alle rader i et bilag samme {header}",
    ),
    "flat-amounts-unclear": _error(
        "Every row of a document has the same \"{header}\": it may be the line's amount or the document's",
        "Alle rader i et bilag har samme «{header}»: det kan være linjens beløp eller bilagets",
        "Rename the column to {detail}",
        "Gi kolonnen navnet {detail}",
    ),
    "flat-sums": _warning(
        'The columns of documents and lines are in one sheet: "{header}" is taken as the line\'s, and summed',
        "Bilag og linjer står i ett ark: «{header}» tas som linjens, og summeres",
        "Nothing to do if that is right; else rename the column to {detail}",
        "Ingenting å gjøre hvis det er riktig; ellers gi kolonnen navnet {detail}",
    ),
    "date-unlikely": _warning(
        "{value} is an unlikely date",
        "{value} er en usannsynlig dato",
        "Check the year",
        "Sjekk året",
    ),
    # values
    "required": _error(
        "{header} is empty but required",
        "{header} er tom, men påkrevd",
        "Fill in the cell",
        "Fyll ut cellen",
    ),
    "too-long": _error(
        "The text is longer than {detail} characters",
        "Teksten er lengre enn {detail} tegn",
        "Shorten it; armbulk never cuts",
        "Kort den ned; armbulk kutter aldri",
    ),
    "pattern": _error(
        '"{value}" does not have the form of {header}',
        "«{value}» har ikke formen til {header}",
        "Write it like {detail}",
        "Skriv det som {detail}",
    ),
    "not-allowed": _error(
        '"{value}" is not one of {detail}',
        "«{value}» er ikke en av {detail}",
        "Choose one of {detail}",
        "Velg en av {detail}",
    ),
    # rules between cells, rows and sheets
    "due-before-date": _error(
        "Due on {value}, before the document's own date",
        "Forfaller {value}, før bilagets egen dato",
        "Correct one of the two dates",
        "Rett en av de to datoene",
    ),
    "amounts-differ": _warning(
        "Amount excl. VAT and VAT do not add up to amount incl. VAT ({value})",
        "Beløp eks. mva og mva blir ikke beløp inkl. mva ({value})",
        "Check the three amounts",
        "Sjekk de tre beløpene",
    ),
    "lines-sum-differs": _warning(
        "{header} is {value}, but its lines add up to {detail}",
        "{header} er {value}, men linjene summerer til {detail}",
        "Check the document's amounts and its lines",
        "Sjekk bilagets beløp og linjene",
    ),
    "duplicate-key": _error(
        '{header} "{value}" is also in row {detail}',
        "{header} «{value}» står også i rad {detail}",
        "Keep one of them; ARM does not tell capital from small letters",
        "Behold én av dem; ARM skiller ikke mellom store og små bokstaver",
    ),
    "duplicate-line-no": _error(
        "Line number {value} is used twice in document {detail}",
        "Linjenummer {value} er brukt to ganger i bilag {detail}",
        "Give every line of a document its own number",
        "Gi hver linje i et bilag sitt eget nummer",
    ),
    "line-without-document": _error(
        'No document "{value}" is in the files',
        "Bilaget «{value}» finnes ikke i filene",
        "Add the document, or correct the line's document number",
        "Legg til bilaget, eller rett linjens bilagsnummer",
    ),
    "document-without-lines": _error(
        'Document "{value}" has no lines',
        "Bilaget «{value}» har ingen linjer",
        "Add its lines, or correct their document number",
        "Legg til linjene, eller rett bilagsnummeret på dem",
    ),
    "no-lines-sheet": _warning(
        "There is no sheet with lines: the documents go without",
        "Det er ikke noe ark med linjer: bilagene sendes uten",
        "Add a sheet called Lines if the documents have lines",
        "Legg til et ark som heter Linjer hvis bilagene har linjer",
    ),
    "customer-not-in-file": _warning(
        'Customer "{value}" is not in the files; ARM must know it already',
        "Kunden «{value}» er ikke i filene; ARM må kjenne den fra før",
        "Add the customer to the sheet if it is new",
        "Legg til kunden i arket hvis den er ny",
    ),
}
"""Every code armbulk can report, with its words."""


_KIND = ("severity", "code", "field")


class Told(TypedDict):
    """A finding as people and scripts read it: the object of the JSON contract."""

    file: str
    sheet: str
    row: int | None
    column: str | None
    cell: str | None
    field: str | None
    code: str
    severity: str
    value: str | None
    message: str
    fix: str


SENSITIVE = frozenset({"ssn", "bank_account_no"})
"""Fields whose values are shown by their last two characters only."""


def empty() -> pl.DataFrame:
    """Return a findings frame without rows."""
    return pl.DataFrame(schema=SCHEMA)


def gather(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put findings frames together, in the order of sheets, rows and columns."""
    whole = pl.concat([empty(), *(frame.select(list(SCHEMA)).cast(SCHEMA) for frame in frames)])
    letters = pl.col("column").str.len_chars()
    return whole.sort("sheet", "row", letters, "column", "severity", "code", nulls_last=False, maintain_order=True)


def count(findings: pl.DataFrame, severity: Severity) -> int:
    """Count the findings of one severity."""
    return findings.filter(pl.col("severity") == severity.value).height


class Group(TypedDict):
    """Findings of one kind in one field: how many, what to do, and the first of them."""

    severity: str
    code: str
    field: str | None
    count: int
    fix: str
    first: list[Told]


def grouped(
    findings: pl.DataFrame, sheets: Sequence[Sheet], headers: dict[str, Words], lang: str, first: int = 5
) -> list[Group]:
    """Group findings by code and field, what to do first in front: errors before warnings, files before values."""
    ranks = {code: rank for rank, code in enumerate(CATALOGUE)}
    kinds = findings.group_by("severity", "code", "field", maintain_order=True).agg(pl.len().alias("count"))
    ordered = kinds.sort(
        "severity", pl.col("code").replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64), "count",
        descending=[False, False, True], maintain_order=True,
    )  # fmt: skip
    groups: list[Group] = []
    for kind in ordered.iter_rows(named=True):
        mine = findings.filter(pl.all_horizontal(pl.col(name).eq_missing(kind[name]) for name in _KIND)).head(first)
        told = tell(mine, sheets, headers, lang)
        groups.append(
            {
                "severity": kind["severity"],
                "code": kind["code"],
                "field": kind["field"],
                "count": kind["count"],
                "fix": told[0]["fix"],
                "first": told,
            }
        )
    return groups


def tell(findings: pl.DataFrame, sheets: Sequence[Sheet], headers: dict[str, Words], lang: str) -> list[Told]:
    """Say each finding in `lang`. `headers` gives the words of each field, by name."""
    return [_tell_one(found, sheets[found["sheet"]], headers, lang) for found in findings.iter_rows(named=True)]


def _tell_one(found: dict[str, str | int | None], sheet: Sheet, headers: dict[str, Words], lang: str) -> Told:
    entry = CATALOGUE[str(found["code"])]
    name = str(found["field"] or "")
    value = None if found["value"] is None else str(found["value"])
    shown = mask(value) if name in SENSITIVE and value else value
    header = headers[name].text(lang) if name in headers else (shown or "")
    words = {"value": shown or "", "header": header, "detail": str(found["detail"] or "")}
    row = None if found["row"] is None else int(found["row"])
    column = None if found["column"] is None else str(found["column"])
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "row": row,
        "column": column,
        "cell": f"{sheet.name}!{column}{row}" if column and row else None,
        "field": name or None,
        "code": str(found["code"]),
        "severity": str(found["severity"]),
        "value": shown,
        "message": fill(entry.message.text(lang), words),
        "fix": fill(entry.fix.text(lang), words),
    }


def fill(template: str, words: dict[str, str]) -> str:
    """Put the words into a template in one pass, so that braces inside a value stay as they are."""
    parts = template.split("{")
    done = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        done.append(words.get(name, "") + rest)
    return "".join(done)


def mask(value: str) -> str:
    """Hide all but the last two characters of a sensitive value."""
    return "•" * max(len(value) - 2, 0) + value[-2:]
