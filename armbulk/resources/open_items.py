"""The columns of another ledger's list of open items: what customers still owe, one item in a row.

It is read by `armbulk migrate --items`. It is no resource of ARM, and nothing of it is sent as it is. The words are
those of Norwegian, Swedish and English ledgers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from armbulk.i18n import NO_TEXT, Words
from armbulk.model.fields import Field, FieldType, Resource

_REMAINING = (
    "Restbeløp", "Rest", "Restsaldo", "Saldo", "Åpen saldo", "Åpent beløp", "Åpent", "Utestående", "Utestående beløp",
    "Utestående saldo", "Gjenstående", "Gjenstående beløp", "Gjenstår", "Resterende", "Resterende beløp", "Ubetalt",
    "Ubetalt beløp", "Skyldig", "Skyldig beløp", "Remaining", "Remaining amount", "Remaining amt", "Open amount",
    "Open balance", "Outstanding", "Outstanding amount", "Balance", "Balance due", "Amount due", "Unpaid",
    "Unpaid amount", "Restbelopp", "Kvar att betala", "Obetalt", "Outstanding balance", "Rest beløp", "Til rest",
)  # fmt: skip
_ORIGINAL = (
    "Beløp", "Opprinnelig beløp", "Opprinnelig", "Opprinnelig sum", "Originalbeløp", "Fakturabeløp", "Fakturert",
    "Fakturert beløp", "Fakturasum", "Bruttobeløp", "Brutto", "Bilagsbeløp", "Beløp inkl. mva", "Amount",
    "Original amount", "Original amt", "Original", "Invoice amount", "Invoiced", "Invoice total", "Total amount",
    "Amount incl. VAT", "Belopp", "Fakturabelopp", "Ursprungligt belopp", "Total", "Totalt", "Totalbeløp", "Sum",
)  # fmt: skip
_PAID = (
    "Betalt", "Innbetalt", "Betalt beløp", "Innbetalt beløp", "Betalinger", "Innbetalinger", "Dekket", "Paid",
    "Paid amount", "Amount paid", "Payments", "Paid to date", "Betald", "Betalat", "Inbetalt", "Innbet", "Oppgjort",
)  # fmt: skip


def _in_base(words: Sequence[str]) -> tuple[str, ...]:
    forms = ("{} NOK", "{} i NOK", "{} in NOK", "NOK {}", "{} LCY", "{} i norske kroner", "{} kr", "{} regnskapsvaluta")
    return tuple(form.format(word) for word in words for form in forms)


def _in_currency(words: Sequence[str]) -> tuple[str, ...]:
    forms = ("{} valuta", "{} i valuta", "Valuta {}", "Valuta{}", "{} currency", "{} in currency", "Currency {}",
             "{} FCY", "{} val", "{} i bilagsvaluta", "{} i fakturavaluta")  # fmt: skip
    return tuple(form.format(word) for word in words for form in forms)


def _column(name: str, en: str, no: str, kind: FieldType, aliases: Sequence[str], *, is_key: bool = False) -> Field:
    return Field(name, Words(en, no), name, kind, NO_TEXT, "", aliases=tuple(aliases), is_key=is_key)


_VOUCHER_WORDS = (
    "Bilagsnr", "Bilag", "Bilagsnummer", "Bilag nr", "Voucher no", "Voucher", "Voucher number", "Verifikat", "Ver.nr",
    "Verifikationsnr", "Transaksjonsnr", "Journal no",
)  # fmt: skip

OPEN_ITEMS = Resource(
    name="open_items",
    title=Words("Open items", "Åpne poster"),
    sheet_names=(),
    key="document_no",
    fields=(
        _column("customer_no", "Customer no", "Kundenr", FieldType.IDENTIFIER,
                ("Kundenummer", "Kunde nr", "Kunde-ID", "Kundeid", "Customer number", "Customer ID", "Customer code",
                 "Debitornr", "Debitornummer", "Debitor nr", "Reskontronr", "Reskontronummer", "Reskontro", "Kundnr",
                 "Kundnummer", "Kund nr", "Debtor no", "Knr", "Sub ledger no"), is_key=True),
        _column("customer_name", "Customer name", "Kundenavn", FieldType.TEXT,
                ("Navn", "Name", "Kundnamn", "Namn", "Firma", "Debitornavn", "Firmanavn", "Reskontronavn",
                 "Debtor name")),
        _column("customer", "Customer", "Kunde", FieldType.TEXT, ("Debitor", "Kund", "Debtor")),
        _column("document_no", "Document no", "Fakturanr", FieldType.IDENTIFIER,
                ("Fakturanummer", "Faktura nr", "Faktura", "Fakt.nr", "Fakturanr/bilagsnr", "Invoice no", "Invoice",
                 "Invoice number", "Invoice #", "Document number", "Dokumentnr", "Dokumentnummer", "Dokument",
                 "Document",
                 "InvoiceNumber", "Inv no"), is_key=True),
        _column("voucher_no", "Voucher no", "Bilagsnr", FieldType.IDENTIFIER, _VOUCHER_WORDS),
        _column("document_date", "Document date", "Fakturadato", FieldType.DATE,
                ("Faktura dato", "Fakt.dato", "Invoice date", "Dokumentdato", "Fakturadatum", "Fakt.datum",
                 "Issue date")),
        _column("posting_date", "Posting date", "Bilagsdato", FieldType.DATE,
                ("Dato", "Date", "Bokføringsdato", "Bokf.dato", "Bokført dato", "Bilag dato", "Voucher date",
                 "Transaksjonsdato", "Datum", "Bokföringsdatum", "Posteringsdato")),
        _column("due_date", "Due date", "Forfallsdato", FieldType.DATE,
                ("Forfall", "Forf.dato", "Forfalldato", "Forfaller", "Due", "Förfallodatum", "Förfallodag",
                 "Förf.datum", "Förf", "Förfaller",
                 "Betalingsfrist", "Forf", "Payment due")),
        _column("currency", "Currency", "Valuta", FieldType.TEXT,
                ("Currency code", "Valutakode", "Val", "Valutaslag", "Ccy", "Valutakod", "Cur")),
        _column("kid", "KID", "KID", FieldType.IDENTIFIER,
                ("KID-nummer", "KID nr", "KIDnr", "OCR", "Payment reference", "Betalingsreferanse", "Kid/melding")),
        _column("text", "Text", "Tekst", FieldType.TEXT, ("Beskrivelse", "Description", "Bilagstekst", "Merknad")),
        _column("kind", "Document type", "Bilagstype", FieldType.TEXT,
                ("Type", "Bilagsart", "Art", "Voucher type", "Transaction type", "BA", "Posttype")),
        _column("side", "Debit/credit", "D/K", FieldType.TEXT, ("Debet/kredit", "Dr/Cr", "D/C", "DK", "Deb/Kred")),
        _column("remaining", "Remaining amount", "Restbeløp", FieldType.AMOUNT, _REMAINING),
        _column("base_remaining", "Remaining amount NOK", "Restbeløp NOK", FieldType.AMOUNT, _in_base(_REMAINING)),
        _column("currency_remaining", "Remaining amount in currency", "Restbeløp i valuta", FieldType.AMOUNT,
                _in_currency(_REMAINING)),
        _column("original", "Original amount", "Opprinnelig beløp", FieldType.AMOUNT, _ORIGINAL),
        _column("base_original", "Original amount NOK", "Opprinnelig beløp NOK", FieldType.AMOUNT,
                _in_base(_ORIGINAL)),
        _column("currency_original", "Original amount in currency", "Opprinnelig beløp i valuta", FieldType.AMOUNT,
                _in_currency(_ORIGINAL)),
        _column("paid", "Paid amount", "Betalt beløp", FieldType.AMOUNT, _PAID),
        _column("credited", "Credited amount", "Kreditert beløp", FieldType.AMOUNT,
                ("Kreditert", "Credited", "Krediterat")),
        _column("debit", "Debit", "Debet", FieldType.AMOUNT, ("Debetbeløp", "Debit amount", "Debet NOK", "Deb", "Dr")),
        _column("credit", "Credit", "Kredit", FieldType.AMOUNT,
                ("Kreditbeløp", "Credit amount", "Kredit NOK", "Kred", "Cr")),
    ),
)  # fmt: skip
"""A list whose items have document numbers."""

OPEN_VOUCHERS = replace(
    OPEN_ITEMS,
    fields=tuple(
        replace(field, aliases=(*field.aliases, *_VOUCHER_WORDS)) if field.name == "document_no" else field
        for field in OPEN_ITEMS.fields
        if field.name != "voucher_no"
    ),
)
"""A list whose items have numbers of vouchers alone."""

LISTS: Mapping[str, Resource] = {OPEN_ITEMS.name: OPEN_ITEMS}
"""The lists of other ledgers that a mapping may be for."""
