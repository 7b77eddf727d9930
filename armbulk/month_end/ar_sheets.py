"""What customers owed, as sheets of the close pack: the open items, the aged balance, the tie-out to the ledger."""

from collections.abc import Iterator

import polars as pl

from armbulk.arm.decode import RECORD_KEY
from armbulk.i18n import Words
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Field, FieldType
from armbulk.month_end.ageing import NO_DATE, NOT_BY_ITEM, NOT_DUE, Interval, age_items, bucket, overdue
from armbulk.month_end.open_items import Known, total
from armbulk.month_end.receivables import Receivables
from armbulk.resources import EXPORTS
from armbulk.resources.shared_fields import read_only_field
from armbulk.writers.report_sheets import Chart, ReportSection, ReportSheet, Row
from armbulk.writers.table_stream import TableStream

_W = {
    "open": Words("Open AR items", "Åpne poster"),
    "aged": Words("Aged balance", "Aldersfordelt saldo"),
    "tie": Words("AR tie-out", "Reskontroavstemming"),
    "owed": Words("Customers owed {}", "Kundene skyldte {}"),
    "open_items": Words("Open items", "Åpne poster"),
    "by_item": Words("of it known by item", "av det kjent per post"),
    "not_by_item": Words("of it settled since, by which item not known",
                         "av det gjort opp siden, hvilken post ikke kjent"),
    "in_all": Words("Owed in all", "Skyldig i alt"),
    "bucket": Words("Overdue", "Forfalt"),
    "not_due": Words("Not due", "Ikke forfalt"),
    "no_date": Words("No due date", "Uten forfallsdato"),
    "days": Words("{} to {} days", "{} til {} dager"),
    "over": Words("over {} days", "over {} dager"),
    "unknown": Words("Settled since, item not known", "Gjort opp siden, post ikke kjent"),
    "items": Words("Items", "Poster"),
    "ledger": Words("Ledger currency", "Hovedbokens valuta"),
    "total": Words("Total", "Sum"),
    "chart": Words("Owed by age, ledger currency", "Skyldig etter alder, hovedbokens valuta"),
    "of_arm": Words("Intervals as ARM has them.", "Intervallene er ARMs egne."),
    "defaults": Words("ARM tells no intervals of its own for this client: armbulk's are used.",
                      "ARM oppgir ingen egne intervaller for klienten: armbulks er brukt."),
    "due_today": Words("By the due dates as ARM has them today.", "Etter forfallsdatoene slik ARM har dem i dag."),
    "how": Words(
        "The total is exact: the sum of all AR items dated up to {}. Which items it lies on is what is left of them "
        "today and what later items have settled.",
        "Summen er eksakt: alle reskontroposter datert til og med {}. Hvilke poster den ligger på, er det som gjenstår "
        "av dem i dag, og det senere poster har gjort opp."),
    "alone": Words("On {} accounts the items do not add up to what is left of them: shown is what is left today.",
                   "På {} kontoer er ikke summen av postene lik det som gjenstår: vist er det som gjenstår i dag."),
    "what": Words("What", "Hva"),
    "source": Words("Source", "Kilde"),
    "amount": Words("Amount", "Beløp"),
    "dated": Words("AR items dated up to {}", "Reskontroposter datert til og med {}"),
    "posted_later": Words("less: posted in a later period", "minus: postert i en senere periode"),
    "posted_before": Words("plus: dated later, posted in the period or before",
                           "pluss: datert senere, postert i perioden eller før"),
    "by_ledger": Words("AR by the ledger's periods", "Reskontro etter hovedbokens perioder"),
    "account": Words("GL account {}", "Hovedbokskonto {}"),
    "in_ledger": Words("Receivables in the ledger", "Kundefordringer i hovedboken"),
    "difference": Words("Difference", "Differanse"),
    "agrees": Words("Agrees: customers' accounts and the ledger hold the same",
                    "Stemmer: reskontro og hovedbok har samme saldo"),
    "differs": Words("DIFFERENCE of {} between customers' accounts and the ledger",
                     "DIFFERANSE på {} mellom reskontro og hovedbok"),
    "unavailable": Words("Not available: {}", "Ikke tilgjengelig: {}"),
    "chosen": Words("Receivable accounts as said with --receivable-account.",
                    "Kundefordringskontoer som sagt med --receivable-account."),
    "found": Words("Receivable accounts: those of which most postings name a customer.",
                   "Kundefordringskontoer: de der de fleste postene nevner en kunde."),
}  # fmt: skip
_KNOWN = {
    Known.TODAY: Words("left today", "gjenstår i dag"),
    Known.SINCE: Words("left today and settled since", "gjenstår i dag og gjort opp siden"),
    Known.ALONE: Words("left today; its payments are not listed", "gjenstår i dag; betalinger er ikke listet"),
    Known.SUM: Words("settled since, item not known", "gjort opp siden, post ikke kjent"),
}
_OWN = tuple(
    read_only_field(name, header, f"\x00{name}", kind, ("", ""), "")
    for name, header, kind in (
        ("open_at_end", ("Open at period end", "Åpent ved periodeslutt"), FieldType.AMOUNT),
        ("open_at_end_currency", ("Open at period end, currency", "Åpent ved periodeslutt, valuta"), FieldType.AMOUNT),
        ("days_overdue", ("Days overdue", "Dager forfalt"), FieldType.INTEGER),
        ("interval", ("Interval", "Intervall"), FieldType.TEXT),
        ("known_by", ("Known by", "Kjent ved"), FieldType.TEXT),
    )
)
_FIRST = ("accountNo", "customerNo", "documentNo", "voucherDate", "dueDate", "currency")


def _w(name: str, lang: str, *values: object) -> str:
    return _W[name].text(lang).format(*values)


def _bucket_words(number: int, known: tuple[Interval, ...], lang: str) -> str:
    special = {NOT_DUE: "not_due", NO_DATE: "no_date", NOT_BY_ITEM: "unknown"}
    if number in special:
        return _w(special[number], lang)
    one = known[number]
    return _w("over", lang, one.least - 1) if one.most is None else _w("days", lang, one.least, one.most)


# ── the open items ──────────────────────────────────────────────────────────────────────────────────────────────


def open_items(owed: Receivables, lang: str) -> TableStream:
    """The items open at the end, and what of an account no item tells."""
    told = _told(owed, lang)
    fields = {one.path: one for one in EXPORTS["ar-items"].readable}
    columns = dict(owed.gathered.items.columns)
    own = [_column(one, told) for one in _OWN]
    first = [columns[path] for path in _FIRST]
    rest = [one for path, one in columns.items() if path not in _FIRST or path not in fields]
    sums = told.filter(pl.col(RECORD_KEY).is_null())

    def pages() -> Iterator[pl.DataFrame]:
        for page, _ in owed.gathered.pages():
            keep = told.drop("accountNo", "customerNo", "currency")
            yield page.join(keep, on=RECORD_KEY, how="inner", maintain_order="left")
        yield sums

    return TableStream(_w("open", lang), (*first, *own, *rest), told.height, pages)


def _told(owed: Receivables, lang: str) -> pl.DataFrame:
    """Of each open item (or sum): its key, and our own columns as texts."""
    numbers = {number: _bucket_words(number, owed.intervals, lang) for number in range(-3, len(owed.intervals))}
    days = overdue(owed.end)
    values = (
        pl.col("open").cast(pl.String), pl.col("open_own").cast(pl.String),
        pl.when(days > 0).then(days).cast(pl.String),
        bucket(owed.end, owed.intervals).replace_strict(numbers, return_dtype=pl.String),
        pl.col("known").replace_strict({one.value: text.text(lang) for one, text in _KNOWN.items()},
                                       return_dtype=pl.String),
    )  # fmt: skip
    return owed.open.everything.select(
        pl.col("key").alias(RECORD_KEY), pl.col("account").alias("accountNo"), pl.col("customer").alias("customerNo"),
        pl.col("currency"), *(value.alias(one.path) for one, value in zip(_OWN, values, strict=True)),
    )  # fmt: skip


def _column(one: Field, told: pl.DataFrame) -> ExportColumn:
    widest = told[one.path].str.len_chars().max()
    return ExportColumn(one.path, one, max_chars=int(str(widest or 0)), scale=2)


# ── the aged balance ────────────────────────────────────────────────────────────────────────────────────────────


def aged_leaf(owed: Receivables, lang: str) -> ReportSheet:
    """What was owed by how long it was overdue: in the ledger's currency, and in each of its own."""
    frame = age_items(owed.open.everything, owed.end, owed.intervals)
    currencies = sorted(frame["currency"].unique())
    found = set(frame["bucket"])
    numbers = [NOT_DUE, *range(len(owed.intervals)), *(one for one in (NO_DATE, NOT_BY_ITEM) if one in found)]
    rows = [_aged_row(frame.filter(pl.col("bucket") == one), currencies) for one in numbers]
    whole = _aged_row(frame, currencies)
    notes = (
        _w("owed", lang, owed.end),
        _w("of_arm" if owed.of_arm else "defaults", lang) + " " + _w("due_today", lang),
        _how(owed, lang),
    )
    return ReportSheet(
        name=_w("aged", lang),
        title=_w("aged", lang),
        heads=(
            (_w("bucket", lang), FieldType.TEXT), (_w("items", lang), FieldType.INTEGER),
            (_w("ledger", lang), FieldType.AMOUNT),
            *((one or "?", FieldType.AMOUNT) for one in currencies),
        ),
        rows=tuple((_bucket_words(one, owed.intervals, lang), *row) for one, row in zip(numbers, rows, strict=True)),
        total=(_w("total", lang), *whole),
        notes=notes,
        chart=Chart(_w("chart", lang), labels=(0,), values=2, lying=False),
    )  # fmt: skip


def _aged_row(part: pl.DataFrame, currencies: list[str]) -> Row:
    own = {one: total(part.filter(pl.col("currency") == one)["open_own"]) for one in currencies}
    return int(part["count"].sum()), total(part["open"]), *own.values()


def _how(owed: Receivables, lang: str) -> str:
    said = _w("how", lang, owed.end)
    return f"{said} {_w('alone', lang, owed.open.alone)}" if owed.open.alone else said


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


def owed_leaf(owed: Receivables, lang: str) -> ReportSheet:
    """Customers' accounts against the ledger's."""
    rows: list[Row] = [
        (_w("dated", lang, owed.end), "", owed.open.balance),
        (_w("posted_later", lang), "", -owed.open.posted_later),
        (_w("posted_before", lang), "", owed.open.posted_before),
        (_w("by_ledger", lang), "", owed.open.by_ledger),
    ]
    rows += [
        (f"{_w('account', lang, one.account)} {one.name}".strip(), one.source.text(lang), one.closing)
        for one in owed.balances
    ]
    if owed.why is None:
        rows.append((_w("in_ledger", lang), "", owed.ledger))
    return ReportSheet(
        name=_w("tie", lang),
        title=_w("tie", lang),
        heads=(
            (_w("what", lang), FieldType.TEXT),
            (_w("source", lang), FieldType.TEXT),
            (_w("amount", lang), FieldType.AMOUNT),
        ),
        rows=rows,
        total=None if owed.difference is None else (_w("difference", lang), "", owed.difference),
        notes=(_result(owed, lang), _w("chosen" if owed.said_outright else "found", lang), _how(owed, lang)),
        good=None if owed.why else owed.agrees,
    )


def _result(owed: Receivables, lang: str) -> str:
    if owed.why is not None:
        return _w("unavailable", lang, owed.why.text(lang))
    return _w("agrees", lang) if owed.agrees else _w("differs", lang, f"{owed.difference:,.2f}")


def owed_sections(owed: Receivables, lang: str) -> list[ReportSection]:
    """What the summary says of the receivables."""
    by_item = total(owed.open.items["open"])
    rows: list[Row] = [(_w("open_items", lang), owed.open.items.height), (_w("by_item", lang), by_item)]
    if owed.open.balance != by_item:
        rows.append((_w("not_by_item", lang), owed.open.balance - by_item))
    rows.append((_w("in_all", lang), owed.open.balance))
    result: Row = ("", _result(owed, lang))
    tie = ReportSection(_w("tie", lang), (result,), good=None if owed.why else owed.agrees)
    return [tie, ReportSection(_w("owed", lang, owed.end), tuple(rows))]
