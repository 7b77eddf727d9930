"""The Summary sheet of a result workbook: counts, control totals, usage, and what to do next."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.i18n import Words
from armbulk.model.outcome import BEYOND_LIMIT, ERRORS_FIRST, GIVEN_UP, HIDDEN_ROW, NOT_AT_ARM, UNKNOWN_AT_ARM, Outcome
from armbulk.results.outcome_texts import translate_outcome, translate_state
from armbulk.results.run_result import RunResult
from armbulk.store import Run
from armbulk.validation.check import Checked
from armbulk.writers.section import Row, Section

_TEXTS = {
    "run": Words("Run", "Kjøring"),
    "profile": Words("Profile", "Profil"),
    "client": Words("Client no", "Klientnr"),
    "address": Words("Address", "Adresse"),
    "started": Words("Started", "Startet"),
    "state": Words("State", "Tilstand"),
    "files": Words("Files", "Filer"),
    "records": Words("Records", "Poster"),
    "rows": Words("All records", "Poster i alt"),
    "totals": Words("Control totals", "Kontrollsummer"),
    "in_file": Words("documents in the files, incl. VAT", "bilag i filene, inkl. mva"),
    "accepted": Words("documents in ARM, incl. VAT", "bilag i ARM, inkl. mva"),
    "cost": Words("Cost (acceptable use policy)", "Forbruk (ARMs bruksgrenser)"),
    "requests": Words("Requests", "Kall"),
    "reads": Words("Records read", "Leste poster"),
    "writes": Words("Records written", "Skrevne poster"),
    "next": Words("What to do next", "Hva nå"),
    "not_run": Words("nothing was sent", "ingenting ble sendt"),
    "changed": Words(
        "gone or changed since the run began: what was read then is what was sent; the sheets here list the records of "
        "the store",
        "borte eller endret siden kjøringen begynte: det som ble lest da, er det som ble sendt; arkene her lister "
        "postene fra lageret",
    ),
}


def _is(outcome: Outcome, resource: str | None = None, message: str = "") -> pl.Expr:
    """Return whether a record has an outcome, is of a resource, and has a message that begins so."""
    begins = pl.col("message").fill_null("").str.starts_with(message)
    is_of_resource = pl.lit(value=True) if resource is None else pl.col("resource") == resource
    return (pl.col("outcome") == outcome.value) & is_of_resource & begins


_NEXT_STEPS = (
    (
        _is(Outcome.IN_DOUBT),
        Words(
            "Some records are in doubt: `armbulk resume` asks ARM again, `armbulk resolve` lets you decide. armbulk "
            "does not send them again by itself.",
            "Noen poster er uavklart: `armbulk resume` spør ARM på nytt, `armbulk resolve` lar deg avgjøre. armbulk "
            "sender dem ikke på nytt av seg selv.",
        ),
    ),
    (
        _is(Outcome.IN_DOUBT) & pl.col("message").fill_null("").str.contains(UNKNOWN_AT_ARM, literal=True),
        Words(
            "ARM does not know some of them yet. It may still be processing them for half an hour after they were sent "
            "(ARMBULK_SETTLE_SECONDS): run `armbulk resume` after that.",
            "ARM kjenner ikke noen av dem ennå. ARM kan bruke en halvtime etter sending (ARMBULK_SETTLE_SECONDS): kjør "
            "`armbulk resume` etter det.",
        ),
    ),
    (
        _is(Outcome.CONFLICT, "documents"),
        Words(
            "Another document has the number of a document in conflict: compare the two (see Problems). If both are "
            "right, give the one in the file another number.",
            "Et annet bilag har nummeret til et bilag i konflikt: sammenlign de to (se Problemer). Hvis begge er "
            "riktige, gi det i filen et annet nummer.",
        ),
    ),
    (
        _is(Outcome.CONFLICT, "customers", NOT_AT_ARM),
        Words(
            "Some customers are not at ARM: remove their rows, or create them with an import without --update.",
            "Noen kunder finnes ikke hos ARM: fjern radene, eller opprett dem med en import uten --update.",
        ),
    ),
    (
        _is(Outcome.CONFLICT, "customers") & ~_is(Outcome.CONFLICT, "customers", NOT_AT_ARM),
        Words(
            "ARM has customers with other values (Problems names the fields): compare them. Then use --overwrite to "
            "send the file's values, or correct or remove the rows.",
            "ARM har kunder med andre verdier (Problemer nevner feltene): sammenlign dem. Bruk så --overwrite for å "
            "sende verdiene i filen, eller rett eller fjern radene.",
        ),
    ),
    (
        _is(Outcome.REJECTED),
        Words(
            "Correct the rejected rows (see Problems) and import the file again: what ARM has is not sent twice.",
            "Rett de avviste radene (se Problemer) og importer filen på nytt: det ARM har, sendes ikke to ganger.",
        ),
    ),
    (
        _is(Outcome.HELD_BACK),
        Words(
            "Correct the rows held back (see Problems) and import the file again.",
            "Rett radene som er holdt tilbake (se Problemer), og importer filen på nytt.",
        ),
    ),
    (
        _is(Outcome.NOT_SENT, message=GIVEN_UP),
        Words(
            "Documents that were given up are not sent again. If one must go after all, give it another number.",
            "Bilag som er gitt opp, sendes ikke på nytt. Hvis et likevel må sendes, gi det et annet nummer.",
        ),
    ),
    (
        _is(Outcome.NOT_SENT, message=HIDDEN_ROW),
        Words("Hidden rows were not sent, as you chose.", "Skjulte rader ble ikke sendt, slik du valgte."),
    ),
    (
        _is(Outcome.NOT_SENT, message=BEYOND_LIMIT),
        Words(
            "Records beyond --limit were not sent: import the file again.",
            "Poster utenfor --limit ble ikke sendt: importer filen på nytt.",
        ),
    ),
    (
        _is(Outcome.NOT_SENT, message=ERRORS_FIRST),
        Words(
            "Nothing was sent: correct the errors (see Problems) and import the file again.",
            "Ingenting ble sendt: rett feilene (se Problemer) og importer filen på nytt.",
        ),
    ),
    (
        pl.all_horizontal(
            _is(Outcome.NOT_SENT),
            *(~_is(Outcome.NOT_SENT, message=text) for text in (GIVEN_UP, HIDDEN_ROW, BEYOND_LIMIT, ERRORS_FIRST)),
        ),
        Words(
            "Some records were not sent: `armbulk resume`, or import the file again.",
            "Noen poster ble ikke sendt: `armbulk resume`, eller importer filen på nytt.",
        ),
    ),
)
"""Which records need something done, and what; the most urgent first."""

_NOTHING = Words("Nothing: every record is well.", "Ingenting: alle poster er i orden.")


def build_summary(result: RunResult, checked: Checked | None, lang: str) -> list[Section]:
    """Return the sections of the Summary sheet; `checked` is None when the files have changed."""
    counts = result.count_outcomes()
    rows = [(translate_outcome(outcome, lang), count) for outcome, count in counts.items() if count]
    sections = [
        Section("armbulk", tuple(_describe_run(result.run, checked, lang))),
        Section(_text("next", lang), tuple(("", text) for text in next_steps(result.items, lang))),
        Section(_text("records", lang), (*rows, (_text("rows", lang), result.items.height))),
        Section(_text("totals", lang), tuple(_total_rows(result.items, lang))),
        Section(_text("cost", lang), tuple((_text(meter, lang), used) for meter, used in result.usage.items())),
    ]
    return [section for section in sections if section.rows]


def _text(name: str, lang: str) -> str:
    return _TEXTS[name].text(lang)


def _describe_run(run: Run | None, checked: Checked | None, lang: str) -> list[Row]:
    rows: list[Row] = [(_text("run", lang), str(run.id) if run else _text("not_run", lang))]
    if run:
        started = datetime.fromtimestamp(run.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
        rows += [
            (_text("state", lang), translate_state(run.state, lang)),
            (_text("profile", lang), run.profile),
            (_text("client", lang), run.account.client_no),
            (_text("address", lang), run.account.origin),
            (_text("started", lang), started),
        ]
    files = _text("changed", lang)
    if checked:
        files = ", ".join(dict.fromkeys(Path(sheet.file).name for sheet in checked.sheets))
    return [*rows, (_text("files", lang), files)]


def next_steps(items: pl.DataFrame, lang: str) -> list[str]:
    """Return what is left to do, the most urgent first.

    Args:
        items: the records with their outcomes.
        lang: language of the texts.
    """
    steps = [words.text(lang) for is_concerned, words in _NEXT_STEPS if items.select(is_concerned.any()).item()]
    return steps or [_NOTHING.text(lang)]


def sum_outcomes(items: pl.DataFrame) -> list[tuple[str, str, int, Any]]:
    """Return exact sums of documents by currency, in the files and in ARM.

    Returns:
        (`in_file` or `accepted`, currency, number of documents, amount including VAT).
    """
    documents = items.filter(pl.col("resource") == "documents").with_columns(
        pl.col("amount").str.to_decimal(scale=2).fill_null(0)
    )
    in_arm = [Outcome.CREATED.value, Outcome.CREATED_WITH_WARNINGS.value, Outcome.ALREADY_SENT.value]
    accepted = documents.filter(pl.col("outcome").is_in(in_arm))
    totals = []
    for name, part in (("in_file", documents), ("accepted", accepted)):
        sums = part.group_by("currency").agg(pl.len().alias("count"), pl.col("amount").sum()).sort("currency")
        totals += [(name, currency or "?", count, amount) for currency, count, amount in sums.iter_rows()]
    return totals


def _total_rows(items: pl.DataFrame, lang: str) -> list[Row]:
    return [
        (f"{currency}: {count} {_text(name, lang)}", amount) for name, currency, count, amount in sum_outcomes(items)
    ]
