"""The Sign-off sheet: the control totals of a run, what explains their differences, and lines to sign on."""

from pathlib import Path

from armbulk.i18n import Text, _, format_exact_time, join_texts, ngettext
from armbulk.model.client_name import name_client
from armbulk.model.environment import find_environment, name_environment
from armbulk.results.control_totals import (
    ACCEPTED,
    IN_FILE,
    READ_BACK,
    SENT,
    STAGES,
    VALID,
    ControlTotal,
    ControlTotals,
    Figure,
)
from armbulk.results.read_back import count_accepted, describe_read_back
from armbulk.results.run_result import RunResult
from armbulk.results.totals_words import (
    MEANING,
    READ_BACK_MEANING,
    STAGE_WORDS,
    name_type,
    write_difference,
    write_explanation,
)
from armbulk.store import Run
from armbulk.writers.sign_off import VERSION_LABEL, Amounts, SignOff, SignOffRow, Statement
from armbulk.writers.signature_block import signature_headings, signature_roles

MAX_GROUPS = 24
"""More rows of types, currencies and periods are not readable on a page: the periods are added up."""

MAX_LISTED = 12
"""How many files, and how many differences from ARM, are named."""

_TITLE = _("Control totals and sign-off: run {run}")
_LABELS = (_("Type"), _("Currency"), _("Period"))
_RECORDS, _SUM, _DIFFERENCE = _("Records"), _("Sum"), _("Difference")
_ALL_EQUAL = _("All records in the files are valid, sent and accepted by ARM.")
_REST = ngettext(
    "{count:number} of {all:number} records is not accepted by ARM; the reason is below.",
    "{count:number} of {all:number} records are not accepted by ARM; the reasons are below.",
)
_READ_EQUAL = _("ARM has the accepted records as they were sent.")
_READ_THERE = _("ARM has each of the accepted records.")
_READ_OTHER = _("Some of the accepted records are missing in ARM, differ or cannot be compared; see below.")
_READ_PARTLY = _("Reading the accepted records back from ARM is not finished.")
_NOT_READ = _("The accepted records were not read back from ARM.")
_EXPLAINED = _("Explanation of the differences")
_EXPLAINS = _("In the files less what is explained = accepted by ARM, in each type and currency.")
_LEAVES = _("The explanations do not add up to the difference. Do not sign; report this.")
_NOTHING_LEFT = _("There is no difference to explain.")
_DONE_BEFORE = _("Of the accepted records, these were not sent by this import: {records}.")
_PERIODS = _("The periods are added up here. `armbulk show {run}` lists each.")
_MORE_DIFFERENCES = ngettext(
    "and {count:number} more: see `armbulk show {run} --report FILE.html`",
    "and {count:number} more: see `armbulk show {run} --report FILE.html`",
)
_READ_BACK = _("Read back from ARM")

_FACTS = {
    "client": _("Client"),
    "client_no": _("Client no"),
    "environment": _("Environment"),
    "run": _("Run"),
    "started": _("Started"),
    "ended": _("Ended"),
    "user": _("Run by"),
    "version": VERSION_LABEL,
    "file": _("Input file, SHA-256"),
}
_UNKNOWN = _("not recorded")


def build_sign_off(result: RunResult, lang: str) -> SignOff | None:
    """Return the Sign-off sheet of a run; None where nothing was sent."""
    run = result.run
    if run is None:
        return None
    totals = result.control_totals
    is_equal, read_back = describe_read_back(result.verification, totals, run.id)
    verdict = is_equal if result.verification is not None else None
    is_ended = result.verification is not None and result.verification.ended is not None and not totals.left
    differences = [Statement(write_difference(difference, lang), is_good=False) for difference in totals.differences]
    shown, rest = differences[:MAX_LISTED], len(differences) - MAX_LISTED
    if rest > 0:
        shown.append(Statement(_MORE_DIFFERENCES.fill(count=rest, run=run.id).text(lang)))
    rows, notes = _list_rows(totals, run, lang)
    return SignOff(
        _TITLE.fill(run=run.id).text(lang),
        _describe_status(totals, lang, verdict=verdict, is_ended=is_ended),
        tuple((_FACTS[name].text(lang), value) for name, value in _list_facts(run, lang)),
        tuple((text.text(lang), is_difference) for text, is_difference in _list_stages(totals)),
        tuple(text.text(lang) for text in (*_LABELS, _RECORDS, _SUM)),
        rows,
        tuple(note.text(lang) for note in notes),
        tuple(
            (
                part.sentence.text(lang),
                part.currency,
                part.figure.amount,
                ", ".join(part.numbers) + (" …" if part.figure.records > len(part.numbers) else ""),
            )
            for part in totals.explained
        ),
        (_EXPLAINED.text(lang), _explain(totals, lang)),
        (_READ_BACK.text(lang), (Statement(read_back.text(lang), verdict), *shown)),
        (signature_headings(lang), signature_roles(lang)),
    )


def _describe_status(totals: ControlTotals, lang: str, *, verdict: bool | None, is_ended: bool) -> Statement:
    """Whether all is accepted, and whether ARM has it (None: not read back; not `is_ended`: not all of it)."""
    sums = totals.sum_up()
    in_file = sum((total.stages[IN_FILE] for total in sums), Figure())
    rest = sum((total.unaccepted for total in sums), Figure()).records
    first = _REST.fill(count=rest, all=in_file.records) if rest else _ALL_EQUAL
    is_good = False if rest or verdict is False else True if verdict else None
    if not count_accepted(totals).records:
        return Statement(first.text(lang), is_good)
    if verdict:
        second = _READ_EQUAL if any(total.stages[ACCEPTED].records for total in totals.by_currency()) else _READ_THERE
    else:
        second = _NOT_READ if verdict is None else _READ_OTHER if is_ended else _READ_PARTLY
    return Statement(join_texts(first, second).text(lang), is_good)


def _list_facts(run: Run, lang: str) -> list[tuple[str, str]]:
    address = run.account.origin
    environment = name_environment(find_environment(address), address).text(lang)
    files = [f"{Path(path).name}, {digest[:64]}" for path, digest in run.sha256.items()]
    name = run.options.get("client_name")
    return [
        ("client" if name else "client_no", name_client(run.account.client_no, name)),
        ("environment", f"{environment} ({address})"),
        ("run", str(run.id)),
        ("started", format_exact_time(run.created, lang)),
        ("ended", format_exact_time(run.ended, lang) if run.ended else ""),
        ("user", run.options.get("user") or _UNKNOWN.text(lang)),
        ("version", run.options.get("armbulk") or _UNKNOWN.text(lang)),
        *(("file", file) for file in files[:MAX_LISTED]),
        *([("file", "…")] if len(files) > MAX_LISTED else []),
    ]


def _list_stages(totals: ControlTotals) -> list[tuple[Text, bool]]:
    stages = [(STAGE_WORDS[name], False) for name in (IN_FILE, VALID, SENT, ACCEPTED)]
    stages.append((_DIFFERENCE, True))
    if totals.is_read_back:
        stages += [(STAGE_WORDS[READ_BACK], False), (_DIFFERENCE, True)]
    return stages


def _list_rows(totals: ControlTotals, run: Run, lang: str) -> tuple[tuple[SignOffRow, ...], list[Text]]:
    """The rows of the control totals with a sum for each currency, and what they mean."""
    notes = [MEANING, *([READ_BACK_MEANING] if totals.is_read_back else [])]
    groups = totals.totals
    if len(groups) > MAX_GROUPS:
        groups = totals.sum_up("kind", "doc_type", "currency")
        notes.append(_PERIODS.fill(run=run.id))
    rows = [
        SignOffRow((name_type(total).text(lang), total.currency, total.period), _figures(total)) for total in groups
    ]
    for total in totals.by_currency():
        if sum(group.currency == total.currency for group in groups) > 1:
            labels = (name_type(total).text(lang), total.currency, "")
            rows.append(SignOffRow(labels, _figures(total), is_total=True))
    return tuple(rows), notes


def _figures(total: ControlTotal) -> tuple[Amounts, ...]:
    figures = [total.stages[name] for name in STAGES[:-1]]
    figures.append(total.unaccepted)
    if READ_BACK in total.stages:
        figures += [total.stages[READ_BACK], total.unread]
    return tuple((figure.records, figure.amount) for figure in figures)


def _explain(totals: ControlTotals, lang: str) -> Statement:
    if not totals.explains_all:
        return Statement(_LEAVES.text(lang), is_good=False)
    text: Text = _EXPLAINS if totals.explained else _NOTHING_LEFT
    if totals.done_before:
        records = join_texts(*(write_explanation(part) for part in totals.done_before), separator=", ")
        text = join_texts(text, _DONE_BEFORE.fill(records=records))
    return Statement(text.text(lang), is_good=True)
