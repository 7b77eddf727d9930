"""Findings about sheets: headers, reader issues and layout."""

from armbulk.findings.entry import FindingType, error, warning

SHEETS: dict[str, FindingType] = {
    # the sheet and its headers
    "unknown-header": warning(
        'The column "{header}" is not known and is not sent{detail}',
        "Kolonnen «{header}» er ukjent og sendes ikke{detail}",
        "Rename it to one of the headers of `armbulk fields`, or leave it if it is your own note",
        "Gi den et av navnene fra `armbulk fields`, eller la den stå hvis den er ditt eget notat",
        tunable=True,
    ),
    "header-near": error(
        'The column "{value}" looks like "{header}", but is not taken for it',
        "Kolonnen «{value}» ligner på «{header}», men tas ikke for å være den",
        "Rename it to {header}, or say so in a mapping (`armbulk map FILE`)",
        "Gi den navnet {header}, eller si det i en kolonnetilordning (`armbulk map FIL`)",
        tunable=True,
    ),
    "amount-header-unclear": error(
        'The column "{value}" has numbers and may be {detail}; armbulk does not decide that',
        "Kolonnen «{value}» har tall og kan være {detail}; det avgjør ikke armbulk",
        'Rename it, map it (`armbulk map FILE`), or use --ignore-column "{value}" if it is not to be sent',
        'Gi den riktig navn, tilordne den (`armbulk map FIL`), eller bruk --ignore-column "{value}"',
    ),
    "amount-in-other-unit": error(
        'The column "{value}" has amounts in another unit than the currency, such as øre or thousands',
        "Kolonnen «{value}» har beløp i en annen enhet enn valutaen, som øre eller tusen",
        'Enter the amounts in the currency itself, or use --ignore-column "{value}" if they are not to be sent',
        'Skriv beløpene i selve valutaen, eller bruk --ignore-column "{value}" hvis de ikke skal sendes',
    ),
    "rate-not-sent": warning(
        'The column "{value}" is a rate, which ARM does not have here; it is not sent',
        "Kolonnen «{value}» er en sats, som ARM ikke har her; den sendes ikke",
        "Nothing to do if the amounts are in columns of their own",
        "Ingenting å gjøre hvis beløpene står i egne kolonner",
        tunable=True,
    ),
    "mapping-column-missing": warning(
        'The mapping names "{value}", which the sheet does not have',
        "Kolonnetilordningen nevner «{value}», som arket ikke har",
        "Nothing to do if the column is not needed",
        "Ingenting å gjøre hvis kolonnen ikke trengs",
    ),
    "mapping-not-used": warning(
        'The mapping speaks of a sheet "{value}", which is not in the files',
        "Kolonnetilordningen nevner et ark «{value}», som ikke er i filene",
        "Correct the name in the mapping, or leave it if the sheet is in another file",
        "Rett navnet i kolonnetilordningen, eller la det stå hvis arket er i en annen fil",
    ),
    "computed-column": warning(
        'The column "{header}" is worked out by ARM and is not sent',
        "Kolonnen «{header}» regnes ut av ARM og sendes ikke",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "duplicate-header": error(
        'The column "{value}" means the same as column {detail}: "{header}"',
        "Kolonnen «{value}» betyr det samme som kolonne {detail}: «{header}»",
        "Keep one of the two columns, or rename the other",
        "Behold én av de to kolonnene, eller gi den andre et annet navn",
    ),
    "vat-is-rate": error(
        'Every value of the column "{header}" is a rate ({value}), and none is the VAT of its row',
        "Hver verdi i kolonnen «{header}» er en sats ({value}), og ingen er mva-beløpet i raden",
        "Change its header to VAT %, or enter the VAT amounts",
        "Endre overskriften til Mva %, eller skriv mva-beløpene",
        tunable=True,
    ),
    "header-currency-differs": error(
        'The column "{value}" names a currency, but documents are in another one (row and currency: {detail})',
        "Kolonnen «{value}» nevner en valuta, men bilag er i en annen (rad og valuta: {detail})",
        "Correct the currency of the documents, or the header if the amounts are in the documents' currency",
        "Rett valutaen i bilagene, eller overskriften hvis beløpene er i bilagenes valuta",
    ),
    "missing-column": error(
        'The required column "{header}" is missing',
        "Den påkrevde kolonnen «{header}» mangler",
        "Add a column with that header",
        "Legg til en kolonne med den overskriften",
    ),
    "no-amount-column": error(
        "The sheet has no column with the documents' amounts, and no lines add up to them",
        "Arket har ingen kolonne med bilagenes beløp, og ingen linjer gir summen",
        "Add a column with the amount incl. VAT, or lines with amounts",
        "Legg til en kolonne med beløpet inkl. mva, eller linjer med beløp",
    ),
    "sheet-not-recognised": warning(
        'The sheet "{value}" is not recognised and nothing of it is sent',
        "Arket «{value}» kjennes ikke igjen, og ingenting av det sendes",
        "Name it Customers, Documents or Lines, or say what it is with FILE#Sheet=RESOURCE",
        "Kall det Kunder, Fakturaer eller Linjer, eller si hva det er med FIL#Ark=RESSURS",
    ),
    # reader issues
    "hidden-sheet": warning(
        "The sheet {value} is hidden and is not read",
        "Arket {value} er skjult og leses ikke",
        "Show it in Excel, name it as FILE#Sheet, or choose --include-hidden",
        "Vis det i Excel, nevn det som FIL#Ark, eller velg --include-hidden",
    ),
    "dates-1904": warning(
        "The workbook counts dates from 1904; they are read that way",
        "Arbeidsboken teller datoer fra 1904; de leses slik",
        "Check one date",
        "Sjekk én dato",
    ),
    "macros-ignored": warning(
        "The workbook has macros; they are neither run nor copied",
        "Arbeidsboken har makroer; de verken kjøres eller kopieres",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "external-links": warning(
        "The workbook fetches values from elsewhere; the values saved in it are used, nothing is fetched",
        "Arbeidsboken henter verdier utenfra; verdiene som er lagret i den brukes, ingenting hentes",
        "Save it with fresh values if they have changed",
        "Lagre den med ferske verdier hvis de er endret",
    ),
    "formula-values": warning(
        "{value} cells hold formulas; the values saved with them are used",
        "{value} celler inneholder formler; verdiene som er lagret med dem brukes",
        "Nothing to do if the workbook was calculated when it was saved",
        "Ingenting å gjøre hvis arbeidsboken var regnet ut da den ble lagret",
        tunable=True,
    ),
    "open-in-excel": warning(
        "The workbook seems to be open{detail}: what was saved last is read",
        "Arbeidsboken ser ut til å være åpen{detail}: det som sist ble lagret, leses",
        "Save and close it, then run this again",
        "Lagre og lukk den, og kjør dette på nytt",
    ),
    "separator-told": warning(
        'The first line says that the separator is "{value}"',
        "Første linje sier at skilletegnet er «{value}»",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "no-data-rows": warning(
        "The file has a header at most, and no data rows",
        "Filen har i høyden en overskrift, og ingen datarader",
        "Check that the export took all rows with it",
        "Sjekk at eksporten tok med alle rader",
    ),
    "encoding-guessed": warning(
        "The file is not UTF-8 and is read as Windows-1252: {value}",
        "Filen er ikke UTF-8 og leses som Windows-1252: {value}",
        "If the letters are wrong, use --encoding, for example --encoding cp850",
        "Hvis bokstavene er feil, bruk --encoding, for eksempel --encoding cp850",
    ),
    "encoded-twice": error(
        'Letters were damaged before the file came here: "{value}"',
        "Bokstaver ble ødelagt før filen kom hit: «{value}»",
        "Export the file again as UTF-8",
        "Eksporter filen på nytt som UTF-8",
    ),
    "ragged-row": error(
        "Line {row} has {value} fields, the others have {detail}",
        "Linje {row} har {value} felter, de andre har {detail}",
        "Put quotes around a text that holds the separator",
        "Sett anførselstegn rundt en tekst som inneholder skilletegnet",
    ),
    "narrow-header": error(
        "The header in line {row} has {value} fields, but the lines below have more (line and fields: {detail}): "
        "values may be in the wrong columns",
        "Overskriften i linje {row} har {value} felter, men linjene under har flere (linje og felter: {detail}): "
        "verdier kan stå i feil kolonne",
        "Put quotes around values that contain the separator, such as 1,500.00; or add the missing header",
        "Sett anførselstegn rundt verdier med skilletegnet i, som 1,500.00; eller legg til overskriften som mangler",
    ),
    "too-few-fields": error(
        "Line {row} has only {value} fields, the others have {detail}",
        "Linje {row} har bare {value} felter, de andre har {detail}",
        "Check whether the line was cut off or broken in two; add the missing separators if its last fields are empty",
        "Sjekk om linjen er kuttet eller delt i to; legg til skilletegnene som mangler hvis de siste feltene er tomme",
    ),
    "wrong-separator": error(
        "Only one column was found; the separator looks like {value}",
        "Bare én kolonne ble funnet; skilletegnet ser ut til å være {value}",
        "Make the first line of the file sep={value}",
        "La første linje i filen være sep={value}",
    ),
    "rows-in-a-cell": error(
        "The quoted text holds {detail} whole lines of the file: a stray quote has swallowed them",
        "Teksten i anførselstegn inneholder {detail} hele linjer av filen: et løst anførselstegn har slukt dem",
        "Remove the stray quote, or write a quote inside a text as two",
        "Fjern det løse anførselstegnet, eller skriv et anførselstegn inne i en tekst som to",
    ),
    "rows-in-quotes": warning(
        "Every line of the file is in quotes as a whole; it is read without these",
        "Hver linje i filen står i anførselstegn som helhet; den leses uten dem",
        "Nothing to do if the columns are right",
        "Ingenting å gjøre hvis kolonnene er riktige",
        tunable=True,
    ),
    "quotes-in-text": warning(
        "The text begins with quotes that do not enclose all of it; it is read as it is: {value}",
        "Teksten begynner med anførselstegn som ikke omslutter hele teksten; den leses som den er: {value}",
        "Nothing to do if that is right; else correct the text",
        "Ingenting å gjøre hvis det er riktig; ellers rett teksten",
        tunable=True,
    ),
    "text-too-long": error(
        "The text is longer than {detail} characters",
        "Teksten er lengre enn {detail} tegn",
        "Shorten it; armbulk never cuts",
        "Kort den ned; armbulk kutter aldri",
    ),
    "mark-in-the-middle": error(
        "A byte order mark stands inside the file: files were put together",
        "Et byte-rekkefølgemerke står inne i filen: filer er satt sammen",
        "Import the files one by one",
        "Importer filene én for én",
    ),
    # layouts
    "no-known-header": error(
        'The sheet "{value}" has no header that is known',
        "Arket «{value}» har ingen kjent overskrift",
        "Put the headers of `armbulk fields` in the first row",
        "Sett overskriftene fra `armbulk fields` i første rad",
    ),
    "no-header": warning(
        "Column {value} has values but no header, and is not sent",
        "Kolonne {value} har verdier, men ingen overskrift, og sendes ikke",
        "Give it a header, or leave it if it is your own note",
        "Gi den en overskrift, eller la den stå hvis den er ditt eget notat",
    ),
    "header-again": error(
        "Row {detail} repeats the headers: a second table, or files put together",
        "Rad {detail} gjentar overskriftene: en tabell til, eller filer satt sammen",
        "Remove the row, or move the second table to a sheet of its own",
        "Fjern raden, eller flytt den andre tabellen til et eget ark",
    ),
    "second-table": error(
        "Another table begins in row {detail} ({value}); nothing from there on is sent",
        "En annen tabell begynner i rad {detail} ({value}); ingenting derfra sendes",
        "Move it to a sheet or a file of its own",
        "Flytt den til et eget ark eller en egen fil",
    ),
    "total-row": error(
        "Row {detail} looks like a total, not like a record",
        "Rad {detail} ser ut som en sum, ikke som en post",
        "Remove the row from the sheet",
        "Fjern raden fra arket",
    ),
    "note-row": error(
        'Text without a record in row {detail}: "{value}"',
        "Tekst uten post i rad {detail}: «{value}»",
        "Remove the row from the sheet, or move the text above the table",
        "Fjern raden fra arket, eller flytt teksten over tabellen",
    ),
    "merged-cells": error(
        "The cells {value} are merged: only one of them has a value",
        "Cellene {value} er slått sammen: bare én av dem har en verdi",
        "Unmerge them and fill in every cell",
        "Del dem opp og fyll ut hver celle",
    ),
    "hidden-rows": error(
        "Hidden or filtered rows with data: {value} ({detail})",
        "Skjulte eller filtrerte rader med data: {value} ({detail})",
        "Show them, or use --include-hidden or --skip-hidden. "
        'If "?" (.ods, .xls, .xlsb), armbulk cannot see what is hidden: show all rows and columns, '
        "then use --include-hidden",
        "Vis dem, eller bruk --include-hidden eller --skip-hidden. "
        "Ved «?» (.ods, .xls, .xlsb) ser ikke armbulk hva som er skjult: vis alle rader og kolonner, "
        "og bruk --include-hidden",
    ),
    "hidden-included": warning(
        "{value} hidden rows are read as all others ({detail})",
        "{value} skjulte rader leses som alle andre ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-skipped": warning(
        "{value} hidden rows are left out ({detail})",
        "{value} skjulte rader er utelatt ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-columns": error(
        "Hidden columns with data: {value} ({detail})",
        "Skjulte kolonner med data: {value} ({detail})",
        "Show them in Excel, or use --include-hidden or --skip-hidden",
        "Vis dem i Excel, eller bruk --include-hidden eller --skip-hidden",
    ),
    "hidden-columns-included": warning(
        "{value} hidden columns are read as all others ({detail})",
        "{value} skjulte kolonner leses som alle andre ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-columns-skipped": warning(
        "{value} hidden columns are left out ({detail})",
        "{value} skjulte kolonner er utelatt ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "hidden-line": error(
        'This line is hidden, but its document "{value}" is not',
        "Denne linjen er skjult, men bilaget «{value}» er det ikke",
        "Show or hide all of the document; an invoice is never sent without one of its lines",
        "Vis eller skjul hele bilaget; en faktura sendes aldri uten en av linjene",
    ),
    "continuation-rows": error(
        "{value} rows have a line but no document number, directly under a document ({detail})",
        "{value} rader har en linje uten bilagsnummer, rett under et bilag ({detail})",
        "If they belong to the document above, use --continuation-rows same-as-above; else enter the numbers",
        "Hører de til bilaget over, bruk --continuation-rows same-as-above; ellers skriv numrene",
    ),
    "continuation-filled": warning(
        "{value} rows without a document number are lines of the document above ({detail})",
        "{value} rader uten bilagsnummer er linjer i bilaget over ({detail})",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "flat-disagrees": error(
        '{header} is "{value}" here, but not in row {detail} of the same document',
        "{header} er «{value}» her, men ikke i rad {detail} i samme bilag",
        "Give every row of a document the same {header}",
        "Gi alle rader i et bilag samme {header}",
    ),
    "flat-amounts-unclear": error(
        "Every row of a document has the same \"{header}\": it may be the line's amount or the document's",
        "Alle rader i et bilag har samme «{header}»: det kan være linjens beløp eller bilagets",
        "Rename the column to {detail}",
        "Gi kolonnen navnet {detail}",
    ),
    "flat-sums": warning(
        'The columns of documents and lines are in one sheet: "{header}" is taken as the line\'s, and summed',
        "Bilag og linjer står i ett ark: «{header}» tas som linjens, og summeres",
        "Nothing to do if that is right; else rename the column to {detail}",
        "Ingenting å gjøre hvis det er riktig; ellers gi kolonnen navnet {detail}",
    ),
}
"""Codes of sheets."""
