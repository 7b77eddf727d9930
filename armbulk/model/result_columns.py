"""The columns and sheets that armbulk adds to a workbook: written with the results, ignored when they are read."""

from armbulk.i18n import Words

OUTCOME_HEADERS = {
    "outcome": Words("ARM outcome", "ARM utfall"),
    "message": Words("ARM message", "ARM melding"),
    "warnings": Words("ARM warnings", "ARM varsler"),
    "reference": Words("ARM reference", "ARM referanse"),
    "batch": Words("ARM batch", "ARM batch"),
    "time": Words("ARM time", "ARM tid"),
}
"""Outcome field → header, in the order of the columns."""

OUTCOME_FIELDS = tuple(OUTCOME_HEADERS)

_EARLIER_HEADERS = {"batch": ("ARM pulje",)}


def list_outcome_headers(name: str) -> tuple[str, ...]:
    """Return every header that an outcome column has in a result workbook, in any language and of earlier versions."""
    return (*OUTCOME_HEADERS[name].all(), *_EARLIER_HEADERS.get(name, ()))


SUMMARY = Words("Summary", "Sammendrag")
PROBLEMS = Words("Problems", "Problemer")
CHANGES = Words("Changes", "Endringer")
CUSTOMER_OUTCOMES = Words("Customer outcomes", "Utfall for kunder")
"""The customers of a list of documents, whose own outcome columns have the documents'."""
SIGN_OFF = Words("Sign-off", "Godkjenning")

PLACE_HEADERS = (Words("Sheet", "Ark"), Words("Cell", "Celle"))
"""Headers of the sheets Problems and Changes, whose rows name cells."""

START = Words("Start here", "Begynn her")
START_TITLE = Words("Five steps from this workbook to ARM", "Fem trinn fra denne arbeidsboken til ARM")
GUIDE = Words("Guide", "Veiledning")
GUIDE_TITLE = Words("How to fill in this workbook", "Slik fyller du ut arbeidsboken")
CODES = Words("Codes", "Koder")
CODES_TITLE = Words("Values of the drop-down lists", "Verdiene i nedtrekkslistene")

PROOF = Words("Proof", "Kontroll")
PROOF_TITLE = Words("Balances and items of each customer", "Saldo og poster for hver kunde")
ARM_PROOF = Words("Proof in ARM", "Kontroll i ARM")
ARM_PROOF_TITLE = Words("Items in ARM, compared with the migration", "Poster i ARM, sammenlignet med flyttingen")
EXISTING = Words("Existing customers", "Kunder i ARM")
EXISTING_TITLE = Words("Customers that ARM has already", "Kunder som finnes i ARM fra før")
QUESTIONS = Words("Questions", "Spørsmål")
QUESTIONS_TITLE = Words("Answer every question before the import", "Svar på alle spørsmål før innlesingen")
LEFT_OUT = Words("Left out", "Utelatt")
LEFT_OUT_TITLE = Words("Amounts that are not sent", "Beløp som ikke sendes")
LEDGER_FILE = Words("Ledger file", "Regnskapsfil")
SOURCE_HEADER = Words("ARM source", "ARM kilde")
"""Header of the column that says where a row of a migration comes from."""

TEMPLATE_SHEETS = (
    (START, START_TITLE),
    (GUIDE, GUIDE_TITLE),
    (CODES, CODES_TITLE),
    (PROOF, PROOF_TITLE),
    (ARM_PROOF, ARM_PROOF_TITLE),
    (EXISTING, EXISTING_TITLE),
    (QUESTIONS, QUESTIONS_TITLE),
    (LEFT_OUT, LEFT_OUT_TITLE),
    (LEDGER_FILE, LEDGER_FILE),
)
"""The sheets of a template or a migration besides its tables: (name, title in its first cell)."""

QUESTION_HEADERS = {
    "key": Words("Code", "Kode"),
    "question": Words("Question", "Spørsmål"),
    "risk": Words("What can happen", "Hva som kan skje"),
    "answers": Words("Possible answers", "Mulige svar"),
    "answer": Words("Answer", "Svar"),
}
"""Column of the sheet Questions → its header."""

QUESTION_CODES = Words("Codes of the questions", "Kodene til spørsmålene")
"""The row of the sheet Ledger file that lists them: a question whose row was deleted is missed."""


def with_prefix(name: str) -> str:
    """Return the name of a result sheet in a workbook whose user already has a sheet of that name."""
    return f"ARM {name}"


CREDIT_PROPOSALS = Words("Credit notes", "Kreditnotaer")
CREDITED_REFERENCE = Words("ARM's number of the invoice", "Nummeret til fakturaen i ARM")
"""Header of the column of CREDIT_PROPOSALS with ARM's reference of what is credited."""
UNUSED_CUSTOMERS = Words("Unused customers", "Ubrukte kunder")
"""The sheets of an undo proposal. The first is an import sheet, once a person has completed it."""

OWN_SHEETS = (
    *UNUSED_CUSTOMERS.all(),
    *(
        text
        for words in (SUMMARY, PROBLEMS, CUSTOMER_OUTCOMES, CHANGES, SIGN_OFF)
        for name in words.all()
        for text in (name, with_prefix(name))
    ),
    *(text for words, _ in TEMPLATE_SHEETS for text in words.all()),
)
"""The sheets of an earlier result workbook, and those of a template besides its tables. They are not imported."""
