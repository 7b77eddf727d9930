"""Findings about cells that cannot be read, or only with a warning."""

from armbulk.findings.entry import FindingType, error, warning

CELLS: dict[str, FindingType] = {
    "error-cell": error(
        "The cell holds the Excel error {value}",
        "Cellen inneholder Excel-feilen {value}",
        "Mend the formula, or type the value itself",
        "Rett formelen, eller skriv selve verdien",
    ),
    "not-calculated": error(
        "The formula in the cell was not calculated when the file was saved",
        "Formelen i cellen ble ikke regnet ut da filen ble lagret",
        "Open the file in Excel and save it again",
        "Åpne filen i Excel og lagre den på nytt",
    ),
    "not-a-number": error(
        '"{value}" is not a number',
        "«{value}» er ikke et tall",
        "Write digits with one decimal separator, for example 1250.50 or 1250,50",
        "Skriv sifre med ett desimalskille, for eksempel 1250,50",
    ),
    "ambiguous-number": error(
        '"{value}" may be read in two ways (thousands or decimals)',
        "«{value}» kan leses på to måter (tusener eller desimaler)",
        "Write it without a thousands separator, or as a number cell; or use --decimal , (or --decimal .) for the file",
        "Skriv det uten tusenskille, eller som tallcelle; eller bruk --decimal , (eller --decimal .) for filen",
    ),
    "not-an-integer": error(
        '"{value}" is not a whole number',
        "«{value}» er ikke et heltall",
        "Write a whole number without decimals",
        "Skriv et heltall uten desimaler",
    ),
    "too-many-decimals": error(
        "{value} has more than {detail} decimals, and armbulk never rounds",
        "{value} har flere enn {detail} desimaler, og armbulk runder aldri av",
        "Compare it with the original: if the separator means thousands, enter it without; else with {detail} decimals",
        "Sammenlign med originalen: betyr skilletegnet tusener, skriv tallet uten; ellers med {detail} desimaler",
    ),
    "dash-is-zero": warning(
        '"{value}" is read as 0: the accounting format shows zero as a dash',
        "«{value}» leses som 0: regnskapsformatet viser null som en strek",
        "Nothing to do if it is zero; else enter the amount",
        "Ingenting å gjøre hvis det er null; ellers skriv beløpet",
    ),
    "number-too-large": error(
        "{value} is too large",
        "{value} er for stort",
        "Check the number of digits",
        "Sjekk antall sifre",
    ),
    "not-a-date": error(
        '"{value}" is not a date',
        "«{value}» er ikke en dato",
        "Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy",
        "Bruk en datocelle, eller skriv dd.mm.åååå eller åååå-mm-dd",
    ),
    "date-as-number": error(
        "{value} is a number without a date format; as an Excel date it is {detail}",
        "{value} er et tall uten datoformat; som Excel-dato er det {detail}",
        "If {detail} is right, format the cells as dates, or write {detail}; else write the date as yyyy-mm-dd",
        "Hvis {detail} er riktig, formater cellene som datoer eller skriv {detail}; ellers skriv datoen som åååå-mm-dd",
    ),
    "ambiguous-date": error(
        '"{value}" may be read as two different dates',
        "«{value}» kan leses som to forskjellige datoer",
        "Use a date cell, or write yyyy-mm-dd or dd.mm.yyyy; or use --dates dmy (or mdy, ymd) for the file",
        "Bruk en datocelle, eller skriv dd.mm.åååå eller åååå-mm-dd; eller bruk --dates dmy (eller mdy, ymd) for filen",
    ),
    "dates-half-converted": error(
        "{header}: some cells are dates, and others are texts that a program could not convert ({detail}). "
        "Day and month of the dates may be swapped",
        "{header}: noen celler er datoer, og andre er tekster som et program ikke kunne gjøre om ({detail}). "
        "Dag og måned kan være byttet om i datoene",
        "Import the original file again with the right order of day and month; do not correct the texts alone",
        "Les inn originalfilen på nytt med riktig rekkefølge på dag og måned; ikke rett bare tekstene",
    ),
    "dates-mixed": error(
        "{header}: some dates have the day first, others the month ({detail})",
        "{header}: noen datoer har dagen først, andre måneden ({detail})",
        "Write all dates of the column in one order, as yyyy-mm-dd or dd.mm.yyyy",
        "Skriv alle datoer i kolonnen i én rekkefølge, som dd.mm.åååå eller åååå-mm-dd",
    ),
    "date-with-time": error(
        "{value} has a time of day",
        "{value} har et klokkeslett",
        "Enter the date alone",
        "Skriv bare datoen",
    ),
    "not-yes-or-no": error(
        '"{value}" is neither yes nor no',
        "«{value}» er verken ja eller nei",
        "Write yes or no (ja/nei, true/false, 1/0, x)",
        "Skriv ja eller nei (yes/no, sann/usann, 1/0, x)",
    ),
    "digits-lost": error(
        "Excel has stored {value} as a number and replaced digits: more than 15 cannot be kept",
        "Excel har lagret {value} som tall og byttet ut sifre: flere enn 15 kan ikke beholdes",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "scientific-notation": error(
        '"{value}" is in scientific notation: the digits are lost',
        "«{value}» er på eksponentform: sifrene er tapt",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "leading-zero-lost": error(
        "{value} is shorter than {detail} digits: a leading zero may be lost",
        "{value} er kortere enn {detail} sifre: en ledende null kan være tapt",
        "Format the column as Text and enter the zero again; for postal codes --pad-postal-codes does it",
        "Formater kolonnen som Tekst og skriv nullen på nytt; for postnumre gjør --pad-postal-codes det",
    ),
    "decimal-zero": error(
        '"{value}" ends in a decimal zero: a program has stored the identifier as a number',
        "«{value}» slutter på en desimalnull: et program har lagret identifikatoren som et tall",
        "Export the column as text, or remove the decimals",
        "Eksporter kolonnen som tekst, eller fjern desimalene",
    ),
    "decimal-zero-removed": warning(
        "{value} is in the file as {value}{detail}, as every value of the column; the decimals are removed",
        "{value} står i filen som {value}{detail}, slik som alle verdier i kolonnen; desimalene er fjernet",
        "Compare it with the original: a leading zero would be lost too",
        "Sammenlign med originalen: en ledende null ville også vært tapt",
    ),
    "blanks-removed": warning(
        '"{value}" is sent without its blanks, as {detail}; its check digit is right',
        "«{value}» sendes uten mellomrom, som {detail}; kontrollsifferet stemmer",
        "Nothing to do if {detail} is right",
        "Ingenting å gjøre hvis {detail} er riktig",
        tunable=True,
    ),
    "date-in-identifier": error(
        "Excel has turned this value into the date {value}",
        "Excel har gjort denne verdien om til datoen {value}",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "wrong-cell-type": error(
        "The cell holds a {detail} ({value}), which does not fit here",
        "Cellen inneholder {detail} ({value}), som ikke passer her",
        "Enter the value as text",
        "Skriv verdien som tekst",
    ),
    "number-not-identifier": error(
        "The cell holds the number {value}; a sign or decimals do not fit here",
        "Cellen inneholder tallet {value}; fortegn eller desimaler passer ikke her",
        "Format the column as Text and enter the value again",
        "Formater kolonnen som Tekst og skriv verdien på nytt",
    ),
    "control-character": error(
        "The text holds a control character ({detail})",
        "Teksten inneholder et kontrolltegn ({detail})",
        "Type the value again",
        "Skriv verdien på nytt",
    ),
    "invisible-character": warning(
        "The text holds a character that cannot be seen, or was lost ({detail})",
        "Teksten inneholder et tegn som ikke kan ses, eller som er gått tapt ({detail})",
        "Type the value again if it does not look right",
        "Skriv verdien på nytt hvis den ikke ser riktig ut",
        tunable=True,
    ),
    "blank-word": error(
        '"{value}" is what programs write for a blank cell',
        "«{value}» er det programmer skriver for en tom celle",
        "Empty the cell, or enter the value it should have",
        "Tøm cellen, eller skriv verdien den skal ha",
        tunable=True,
    ),
    "letter-lost": warning(
        '"{value}" has a question mark inside a word: a letter may have been lost',
        "«{value}» har et spørsmålstegn inne i et ord: en bokstav kan være gått tapt",
        "Export the file again as UTF-8, or correct the letter",
        "Eksporter filen på nytt som UTF-8, eller rett bokstaven",
        tunable=True,
    ),
    "unusable-character": error(
        "The value holds a character that must not stand in it ({detail})",
        "Verdien inneholder et tegn som ikke kan stå der ({detail})",
        "Type the value again, with ordinary letters and digits",
        "Skriv verdien på nytt med vanlige bokstaver og sifre",
    ),
    "not-ascii": warning(
        '"{value}" holds an unusual character ({detail})',
        "«{value}» inneholder et uvanlig tegn ({detail})",
        "Check that the value is the same in ARM; letters that look alike may differ",
        "Sjekk at verdien er den samme i ARM; bokstaver som ligner kan være ulike",
        tunable=True,
    ),
    "zeros-from-format": warning(
        "{value} is a number whose format shows zeros in front; it is sent as it is shown",
        "{value} er et tall der formatet viser nuller foran; det sendes slik det vises",
        "Nothing to do if {value} is right; else format the column as Text",
        "Ingenting å gjøre hvis {value} er riktig; ellers formater kolonnen som Tekst",
        tunable=True,
    ),
    "shown-by-format": warning(
        'The cell holds the number {detail}; its number format shows "{value}", which is sent',
        "Cellen inneholder tallet {detail}; tallformatet viser «{value}», som sendes",
        "Nothing to do if {value} is right; else format the column as Text and enter the value",
        "Ingenting å gjøre hvis {value} er riktig; ellers formater kolonnen som Tekst og skriv verdien",
    ),
    "shown-differently": error(
        "The cell holds the number {value}, but its number format ({detail}) shows something else",
        "Cellen inneholder tallet {value}, men tallformatet ({detail}) viser noe annet",
        "Format the column as Text and enter the value as it must be sent",
        "Formater kolonnen som Tekst og skriv verdien slik den skal sendes",
    ),
    "shown-otherwise": warning(
        "The number {value} is sent, but its number format ({detail}) shows another amount or currency",
        "Tallet {value} sendes, men tallformatet ({detail}) viser et annet beløp eller en annen valuta",
        "Nothing to do if {value} is right; else correct the number or its format",
        "Ingenting å gjøre hvis {value} er riktig; ellers rett tallet eller formatet",
        tunable=True,
    ),
    "postal-code-padded": warning(
        "{value} has lost its leading zero and is sent as {detail}",
        "{value} har mistet nullen foran og sendes som {detail}",
        "Nothing to do if {detail} is right",
        "Ingenting å gjøre hvis {detail} er riktig",
    ),
    "stored-as-number": warning(
        "{value} is stored as a number: zeros in front of it would be lost",
        "{value} er lagret som tall: nuller foran ville vært tapt",
        "Compare it with the original; format the column as Text",
        "Sammenlign med originalen; formater kolonnen som Tekst",
        tunable=True,
    ),
    "percent-cell": error(
        "The cell shows a percentage, but holds {value}",
        "Cellen viser en prosent, men inneholder {value}",
        "Write the number without the per cent format, for example 5.5; where a text belongs, format the cell as Text "
        "and enter it again",
        "Skriv tallet uten prosentformat, for eksempel 5,5; der en tekst hører hjemme, formater cellen som Tekst og "
        "skriv den på nytt",
    ),
    "other-currency": error(
        'The amount "{value}" is in {detail}, but its row does not have that currency',
        "Beløpet «{value}» er i {detail}, men raden har ikke den valutaen",
        "Correct the amount or the currency of the row; if the row has no currency, enter the amount as a number alone",
        "Rett beløpet eller valutaen i raden; uten valuta i raden skrives beløpet som et tall alene",
    ),
    "sent-as-text": warning(
        'The cell is no text; "{value}" is sent, and Excel may show it otherwise',
        "Cellen er ingen tekst; «{value}» sendes, og Excel kan vise den annerledes",
        "Nothing to do if {value} is right; else format the cell as Text and enter it again",
        "Ingenting å gjøre hvis {value} er riktig; ellers formater cellen som Tekst og skriv den på nytt",
        tunable=True,
    ),
}
"""Codes of cells."""
