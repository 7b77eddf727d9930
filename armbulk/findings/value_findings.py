"""Findings about values: single values, formats, and values compared with each other."""

from armbulk.findings.entry import FindingType, error, warning

VALUES: dict[str, FindingType] = {
    # values
    "required": error(
        "{header} is empty but required",
        "{header} er tom, men påkrevd",
        "Fill in the cell",
        "Fyll ut cellen",
    ),
    "value-not-mapped": error(
        'The mapping does not say what "{value}" is',
        "Kolonnetilordningen sier ikke hva «{value}» er",
        "Add it to the mapping's values ({detail})",
        "Legg det til i kolonnetilordningens verdier ({detail})",
    ),
    "expression-failed": error(
        "The mapping's expression cannot be worked out here: {detail}",
        "Uttrykket i kolonnetilordningen kan ikke regnes ut her: {detail}",
        "Correct the row, or the expression",
        "Rett raden, eller uttrykket",
    ),
    "clear-needs-update": error(
        "{value} blanks a field, which only a change of customers can do",
        "{value} tømmer et felt, og det kan bare en endring av kunder",
        "Import with --update, or leave the cell empty",
        "Importer med --update, eller la cellen stå tom",
    ),
    "not-clearable": error(
        "{header} cannot be blanked",
        "{header} kan ikke tømmes",
        "Write the value it shall have, or leave the cell empty",
        "Skriv verdien den skal ha, eller la cellen stå tom",
    ),
    "not-in-export": error(
        "{header} {value} was not in the export this workbook came from",
        "{header} {value} var ikke i eksporten som arbeidsboken kom fra",
        "Put the number back; new customers go into a workbook of their own",
        "Sett nummeret tilbake; nye kunder hører hjemme i en egen arbeidsbok",
    ),
    "computed-changed": warning(
        "{header} is worked out by ARM: the change is not sent",
        "{header} regnes ut av ARM: endringen sendes ikke",
        "Nothing to do",
        "Ingenting å gjøre",
    ),
    "too-long": error(
        "The text is longer than {detail} characters",
        "Teksten er lengre enn {detail} tegn",
        "Shorten it; armbulk never cuts",
        "Kort den ned; armbulk kutter aldri",
    ),
    "pattern": error(
        '"{value}" does not have the form of {header}',
        "«{value}» har ikke formen til {header}",
        "Write it like {detail}",
        "Skriv det som {detail}",
    ),
    "not-allowed": error(
        '"{value}" is not one of {detail}',
        "«{value}» er ikke en av {detail}",
        "Choose one of {detail}",
        "Velg en av {detail}",
    ),
    # formats that can be checked without other data
    "organisation-no": warning(
        '"{value}" is not a Norwegian organisation number: its check digit is wrong',
        "«{value}» er ikke et norsk organisasjonsnummer: kontrollsifferet er feil",
        "Compare it with the original; [rules] in the profile makes this an error, or switches it off",
        "Sammenlign med originalen; [rules] i profilen gjør dette til en feil, eller slår det av",
    ),
    "national-id": warning(
        '"{value}" is not a Norwegian national identity number: its date or a check digit is wrong',
        "«{value}» er ikke et norsk fødselsnummer: datoen eller et kontrollsiffer er feil",
        "Compare it with the original; [rules] in the profile makes this an error, or switches it off",
        "Sammenlign med originalen; [rules] i profilen gjør dette til en feil, eller slår det av",
    ),
    "bank-account": warning(
        '"{value}" is not a bank account number: its check digit is wrong',
        "«{value}» er ikke et kontonummer: kontrollsifferet er feil",
        "Compare it with the original; [rules] in the profile makes this an error, or switches it off",
        "Sammenlign med originalen; [rules] i profilen gjør dette til en feil, eller slår det av",
    ),
    "kid": warning(
        'The KID "{value}" has a wrong check digit',
        "KID «{value}» har feil kontrollsiffer",
        "Compare it with the original; [rules] in the profile makes this an error, or switches it off",
        "Sammenlign med originalen; [rules] i profilen gjør dette til en feil, eller slår det av",
    ),
    "postal-code": warning(
        '"{value}" is not a Norwegian postal code of four digits',
        "«{value}» er ikke et norsk postnummer med fire sifre",
        "Correct it, or give the country code",
        "Rett det, eller oppgi landkoden",
    ),
    "email": warning(
        '"{value}" is not an e-mail address',
        "«{value}» er ikke en e-postadresse",
        "Correct it; several addresses are separated by ;",
        "Rett den; flere adresser skilles med ;",
    ),
    "country-code": warning(
        '"{value}" is not a country code (ISO 3166)',
        "«{value}» er ikke en landkode (ISO 3166)",
        "Use two letters, such as NO",
        "Bruk to bokstaver, som NO",
    ),
    "currency-code": error(
        '"{value}" is not a currency code (ISO 4217)',
        "«{value}» er ikke en valutakode (ISO 4217)",
        "Use three letters, such as NOK",
        "Bruk tre bokstaver, som NOK",
    ),
    "language-code": warning(
        '"{value}" is not a language code (ISO 639-1)',
        "«{value}» er ikke en språkkode (ISO 639-1)",
        "Use two letters, such as no or en",
        "Bruk to bokstaver, som no eller en",
    ),
    "peppol-scheme": warning(
        '"{value}" is not a register of electronic addresses',
        "«{value}» er ikke et register over elektroniske adresser",
        "Use four digits, such as 0192 for Norway",
        "Bruk fire sifre, som 0192 for Norge",
    ),
    # rules between cells, rows and sheets
    "due-before-date": error(
        "Due on {value}, before the document's own date",
        "Forfaller {value}, før bilagets egen dato",
        "Correct one of the two dates",
        "Rett en av de to datoene",
    ),
    "amounts-differ": warning(
        "Amount excl. VAT and VAT do not add up to amount incl. VAT ({value})",
        "Beløp eks. mva og mva blir ikke beløp inkl. mva ({value})",
        "Check the three amounts",
        "Sjekk de tre beløpene",
    ),
    "lines-sum-differs": warning(
        "{header} is {value}, but its lines add up to {detail}",
        "{header} er {value}, men linjene summerer til {detail}",
        "Check the document's amounts and its lines",
        "Sjekk bilagets beløp og linjene",
    ),
    "duplicate-key": error(
        '{header} "{value}" is also in row {detail}',
        "{header} «{value}» står også i rad {detail}",
        "Keep one of them; ARM does not tell capital from small letters",
        "Behold én av dem; ARM skiller ikke mellom store og små bokstaver",
    ),
    "duplicate-line-no": error(
        "Line number {value} is used twice in document {detail}",
        "Linjenummer {value} er brukt to ganger i bilag {detail}",
        "Give every line of a document its own number",
        "Gi hver linje i et bilag sitt eget nummer",
    ),
    "line-without-document": error(
        'No document "{value}" is in the files',
        "Bilaget «{value}» finnes ikke i filene",
        "Add the document, or correct the line's document number",
        "Legg til bilaget, eller rett linjens bilagsnummer",
    ),
    "document-without-lines": error(
        'Document "{value}" has no lines',
        "Bilaget «{value}» har ingen linjer",
        "Add its lines, or correct their document number",
        "Legg til linjene, eller rett bilagsnummeret på dem",
    ),
    "no-lines-sheet": warning(
        "There is no sheet with lines: the documents go without",
        "Det er ikke noe ark med linjer: bilagene sendes uten",
        "Add a sheet called Lines if the documents have lines",
        "Legg til et ark som heter Linjer hvis bilagene har linjer",
    ),
    "customer-not-in-file": warning(
        'Customer "{value}" is not in the files; ARM must know it already',
        "Kunden «{value}» er ikke i filene; ARM må kjenne den fra før",
        "Add the customer to the sheet if it is new",
        "Legg til kunden i arket hvis den er ny",
    ),
}
"""Codes of values."""
