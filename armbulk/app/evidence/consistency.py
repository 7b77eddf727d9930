"""Whether the parts of a bundle fit together. Pure: it trusts nothing that it reads, and uses nothing that wrote it."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.app.evidence import parts as names
from armbulk.app.evidence.origin import hash_mappings
from armbulk.app.evidence.tables import OUTCOMES, PAYLOADS, choose_dialect, hash_submit
from armbulk.i18n import NO_TEXT, Text, _, join_texts, list_languages, ngettext
from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.model.record_kinds import write_money

OK, FAILED, SKIPPED = "ok", "failed", "skipped"

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, InvalidOperation, csv.Error)
"""What reading a part raises that no armbulk has written."""

_SENT_NOW = {Outcome.REJECTED, Outcome.CREATED_WITH_WARNINGS, Outcome.UPDATED_WITH_WARNINGS}
"""Outcomes that a record has only because it was sent, whatever people or look-ups say."""

_UNSENT = {Outcome.HELD_BACK, Outcome.NOT_SENT, Outcome.CONFLICT}
"""Outcomes of records that no import has sent."""


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """One check of a bundle.

    Attributes:
        name: what was checked, for scripts.
        state: `ok`, `failed` or `skipped`.
        message: what the check showed.
    """

    name: str
    state: str
    message: Text


@dataclass(frozen=True, slots=True)
class BundleContent:
    """The parts of a bundle, parsed.

    Attributes:
        run: run.json.
        input: input.json.
        plan: plan.json; None: there is none.
        totals: totals.json.
        outcomes: the rows of outcomes.csv.
        payloads: the rows of payloads.csv.
        events: the lines of events.jsonl.
        answers: the lines of answers.jsonl.
        mappings: the mapping files.
    """

    run: dict[str, Any]
    input: dict[str, Any]
    plan: dict[str, Any] | None
    totals: dict[str, Any]
    outcomes: list[dict[str, str]]
    payloads: list[dict[str, str]]
    events: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    mappings: list[bytes]

    @property
    def lang(self) -> str:
        """The language of the bundle."""
        return str(self.run["language"])


def parse_parts(parts: Mapping[str, bytes]) -> BundleContent:
    """Return the parts of a bundle, parsed; one of MALFORMED where they are not what armbulk writes."""
    run = _read_object(parts[names.RUN])
    if run["armbulk_evidence"] != names.FORMAT or run["language"] not in list_languages():
        raise ValueError("another format")
    lang = run["language"]
    return BundleContent(
        run=run,
        input=_read_object(parts[names.INPUT]),
        plan=_read_object(parts[names.PLAN]) if names.PLAN in parts else None,
        totals=_read_object(parts[names.TOTALS]),
        outcomes=_read_table(parts[names.OUTCOME_TABLE], OUTCOMES, lang),
        payloads=_read_table(parts[names.PAYLOAD_TABLE], PAYLOADS, lang),
        events=_read_lines(parts[names.EVENTS]),
        answers=_read_lines(parts[names.ANSWERS]),
        mappings=[content for name, content in sorted(parts.items(), key=_mapping_order) if name.endswith(".toml")],
    )


def _mapping_order(part: tuple[str, bytes]) -> tuple[int, str]:
    return len(part[0]), part[0]


def _read_object(content: bytes) -> dict[str, Any]:
    value = json.loads(content)
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _read_lines(content: bytes) -> list[dict[str, Any]]:
    return [_read_object(line) for line in content.splitlines()]


def _read_table(content: bytes, columns: Mapping[str, str], lang: str) -> list[dict[str, str]]:
    """The rows of a table, as texts; amounts with a decimal point."""
    dialect = choose_dialect(lang)
    text = content.removeprefix(dialect.byte_order_mark).decode()
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=dialect.separator, strict=True)
    if list(reader.fieldnames or ()) != list(columns):
        raise ValueError("other columns")
    rows = list(reader)
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("too few or too many cells")
    if "amount" in columns:
        rows = [{**row, "amount": row["amount"].replace(dialect.decimal, ".")} for row in rows]
    return rows


def check_consistency(content: BundleContent) -> Iterator[EvidenceCheck]:
    """Yield each check of the parts with each other."""
    checks: dict[str, Callable[[BundleContent], EvidenceCheck]] = {
        "records": _check_records,
        "totals": _check_totals,
        "payloads": _check_payloads,
        "answers": _check_answers,
        "basis": _check_basis,
    }
    for name, check in checks.items():
        try:
            yield check(content)
        except MALFORMED:
            yield EvidenceCheck(name, FAILED, _("A part is not in armbulk's format ({name})", name=name))


def _check_records(content: BundleContent) -> EvidenceCheck:
    """Whether the rows of outcomes.csv are the records that run.json counts."""
    counts = Counter(row["outcome"] for row in content.outcomes)
    listed = {outcome: count for outcome, count in content.run["outcomes"].items() if count}
    if len(content.outcomes) != content.run["records"] or counts != listed:
        return EvidenceCheck("records", FAILED, _("The outcomes in outcomes.csv do not match the counts in run.json"))
    if len({row["record"] for row in content.outcomes}) != len(content.outcomes):
        return EvidenceCheck("records", FAILED, _("A record is in outcomes.csv twice"))
    message = ngettext(
        "{count:number} record has an outcome; the counts in run.json match",
        "{count:number} records have an outcome each; the counts in run.json match",
        count=len(content.outcomes),
    )
    return EvidenceCheck("records", OK, message)


def _check_totals(content: BundleContent) -> EvidenceCheck:
    """Whether the counts and sums in totals.json are those of outcomes.csv."""
    added: dict[tuple[str, ...], tuple[int, Decimal | None]] = {}
    for row in content.outcomes:
        is_customer = row["resource"] == "customers"
        group = ("", "", "") if is_customer else (row["type"].upper(), row["currency"].upper(), row["date"][:7])
        amount = None if is_customer or not row["amount"] else Decimal(row["amount"])
        key = ("customers" if is_customer else "documents", *group, row["outcome"])
        added[key] = _add(added.get(key), 1, amount)
    listed: dict[tuple[str, ...], tuple[int, Decimal | None]] = {}
    for total in content.totals["by_outcome"]:
        kind = "customers" if total["type"] == "customers" else "documents"
        values = (total[name] or "" for name in ("document_type", "currency", "period", "outcome"))
        amount = None if total["amount"] is None else Decimal(total["amount"])
        listed_key = (kind, *values)
        listed[listed_key] = _add(listed.get(listed_key), int(total["records"]), amount)
    if added != listed or not _has_control_totals(content, added):
        return EvidenceCheck("totals", FAILED, _("The sums in totals.json do not match outcomes.csv"))
    sums: dict[str, Decimal] = {}
    for (_kind, _type, currency, *_rest), (_count, amount) in added.items():
        if amount is not None:
            sums[currency] = sums.get(currency, Decimal()) + amount
    amounts = [write_money(amount, currency or "?") for currency, amount in sorted(sums.items())]
    if not amounts:
        return EvidenceCheck("totals", OK, _("The counts in totals.json match outcomes.csv"))
    message = _("The sums in totals.json match outcomes.csv: {sums}", sums=join_texts(*amounts, separator=", "))
    return EvidenceCheck("totals", OK, message)


def _has_control_totals(content: BundleContent, added: Mapping[tuple[str, ...], tuple[int, Decimal | None]]) -> bool:
    """Whether the control totals have the same records and sums in the files, sent and accepted, group by group.

    Totals that agree with ARM also need a finished comparison, with the accepted records and sums.
    """
    totals = content.totals["control_totals"]
    stages: dict[str, dict[tuple[str, ...], tuple[int, Decimal | None]]] = {"in_file": {}, "sent": {}, "accepted": {}}
    for (*group, outcome), (count, amount) in added.items():
        key = tuple(group)
        stages["in_file"][key] = _add(stages["in_file"].get(key), count, amount)
        if outcome not in _UNSENT:
            stages["sent"][key] = _add(stages["sent"].get(key), count, amount)
        if outcome in SUCCESSFUL:
            stages["accepted"][key] = _add(stages["accepted"].get(key), count, amount)
    if totals["agrees_with_arm"]:
        if not totals["read_back"]["ended"]:
            return False
        stages["read_back"] = stages["accepted"]
    for stage, expected in stages.items():
        figures: dict[tuple[str, ...], tuple[int, Decimal | None]] = {}
        for total in totals["groups"]:
            kind = "customers" if total["type"] == "customers" else "documents"
            key = (kind, *(total[name] or "" for name in ("document_type", "currency", "period")))
            records, text = int(total[stage]["records"]), total[stage]["amount"]
            if records or text is not None:
                figures[key] = _add(figures.get(key), records, None if text is None else Decimal(text))
        if figures != expected:
            return False
    return True


def _add(before: tuple[int, Decimal | None] | None, count: int, amount: Decimal | None) -> tuple[int, Decimal | None]:
    count_before, amount_before = before or (0, None)
    if amount is None or amount_before is None:
        return count_before + count, amount_before if amount is None else amount
    return count_before + count, amount_before + amount


def _check_payloads(content: BundleContent) -> EvidenceCheck:
    """Whether the hashes belong to the submits and to the records, and no record was sent without one."""
    problem = _find_wrong_hash(content)
    if problem:
        return EvidenceCheck("payloads", FAILED, problem)
    if not content.run["payload_hashes"]["recorded"]:
        message = _("There are no hashes of what was sent: an earlier version of armbulk sent it")
        return EvidenceCheck("payloads", SKIPPED, message)
    message = ngettext(
        "{count:number} record that was sent has a hash and an outcome",
        "{count:number} records that were sent have a hash and an outcome each",
        count=len({row["record"] for row in content.payloads}),
    )
    return EvidenceCheck("payloads", OK, message)


def _find_wrong_hash(content: BundleContent) -> Text:
    """What is wrong with the hashes; NO_TEXT when nothing is."""
    records = {row["record"]: (row["resource"], row["number"]) for row in content.outcomes}
    sent: dict[str, list[str]] = {}
    for row in content.payloads:
        if records.get(row["record"]) != (row["resource"], row["number"]):
            return _("A record in payloads.csv is not in outcomes.csv: {number}", number=row["number"] or "?")
        sent.setdefault(row["submit"], []).append(row["hmac_sha256"])
    submits = {str(event["submit"]): event for event in content.events if "submit" in event}
    if set(submits) != set(sent):
        return _("The submits in payloads.csv do not match events.jsonl")
    for number, digests in sent.items():
        if submits[number]["records"] != len(digests) or submits[number]["hash"] != hash_submit(digests):
            return _("The hashes of submit {number} in payloads.csv do not match events.jsonl", number=number)
    if content.run["payload_hashes"]["recorded"]:
        with_hash = {row["record"] for row in content.payloads}
        for row in content.outcomes:
            if row["outcome"] in _SENT_NOW and row["record"] not in with_hash:
                return _("Record {number} was sent but has no hash", number=row["number"] or row["record"])
    return NO_TEXT


def _check_answers(content: BundleContent) -> EvidenceCheck:
    """Whether ARM's answers in answers.jsonl are those in events.jsonl, and in the batches of the records."""
    names_of = ("batch", "http_status", "arm_time")
    answers = [tuple(line.get(name) for name in names_of) for line in content.answers if line["kind"] == "submit"]
    events = [tuple(line.get(name) for name in names_of) for line in content.events if line["kind"] == "answer"]
    if answers != events:
        return EvidenceCheck("answers", FAILED, _("The answers in answers.jsonl do not match events.jsonl"))
    of_batches = {
        str(line["batch"]): Counter(line["outcomes"]) for line in content.answers if line["kind"] == "records"
    }
    of_rows: dict[str, Counter[str]] = {}
    for row in content.outcomes:
        if row["batch"]:
            of_rows.setdefault(row["batch"], Counter())[row["outcome"]] += 1
    if of_batches != of_rows:
        message = _("The outcomes of the batches in answers.jsonl do not match outcomes.csv")
        return EvidenceCheck("answers", FAILED, message)
    message = ngettext(
        "The answers and outcomes of {count:number} batch match the other parts",
        "The answers and outcomes of {count:number} batches match the other parts",
        count=len(of_batches),
    )
    return EvidenceCheck("answers", OK, message)


def _check_basis(content: BundleContent) -> EvidenceCheck:
    """Whether the plan, the files and the mapping are of the same run."""
    files = {file["file"]: file["sha256"] for file in content.input["files"]}
    mapping = content.input["mapping"]
    if content.plan is not None:
        plan = content.plan
        if plan["files"] != files or plan["mapping"] != (mapping["sha256"] if mapping else None):
            message = _("The files and the mapping in plan.json do not match input.json")
            return EvidenceCheck("basis", FAILED, message)
        destination = plan["destination"]
        if (destination["client_no"], destination["address"]) != (content.run["client_no"], content.run["address"]):
            return EvidenceCheck("basis", FAILED, _("plan.json is for another client than run.json"))
    if content.mappings:
        saved = bool(mapping and mapping["sheets"])
        if not mapping or hash_mappings(content.mappings, saved=saved) != mapping["sha256"]:
            return EvidenceCheck("basis", FAILED, _("The mapping is not the one that was applied"))
    if content.plan is None:
        message = _("There is no plan to compare with: an earlier version of armbulk started the run")
        return EvidenceCheck("basis", SKIPPED, message)
    return EvidenceCheck("basis", OK, _("The plan, the files and the mapping belong to the same run"))
