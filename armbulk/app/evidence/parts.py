"""The parts of an evidence bundle: who and when, which files, what was sent, what ARM answered, and the sums.

Every part is made from the snapshot alone, so that the same run gives the same bytes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.evidence.snapshot import RunSnapshot
from armbulk.app.evidence.tables import (
    OUTCOMES,
    PAYLOADS,
    hash_submit,
    name_batches,
    sum_by_outcome,
    write_table,
)
from armbulk.app.versions import list_versions
from armbulk.clock import format_iso
from armbulk.model.environment import find_environment
from armbulk.model.outcome import Outcome
from armbulk.model.read_options import DEFAULT_READ_OPTIONS
from armbulk.results.totals_words import to_json as totals_to_json
from armbulk.store import RunEvent
from armbulk.store.decisions import SENT_AGAIN
from armbulk.stored_messages import translate_message

FORMAT = 1
"""The version of the bundle's format."""

RUN, INPUT, PLAN, MAPPING = "run.json", "input.json", "plan.json", "mapping.toml"
PAYLOAD_TABLE, ANSWERS, OUTCOME_TABLE = "payloads.csv", "answers.jsonl", "outcomes.csv"
TOTALS, EVENTS = "totals.json", "events.jsonl"

_PERSON = "a person"
_HASH_CHARS = 64
_NOT_SHOWN = {"mapping", "saved_mappings", "known_customers", "known_codes"}


def write_parts(
    snapshot: RunSnapshot, lang: str, result: Mapping[str, Any] | None, *, with_key: bool
) -> dict[str, bytes]:
    """Return the parts by name, but for the manifest, the explanation and copies of files.

    Args:
        snapshot: the run.
        lang: the language of messages, and how numbers are written in tables.
        result: name, hash and size of the result workbook; None: there is none.
        with_key: whether the key of the hashes is in it, for a bundle that has copies of the input files: who has these
            has the values, so the key reveals nothing more, and anyone can calculate the hashes again.
    """
    origin = snapshot.origin or {}
    parts = {
        RUN: _to_json(_describe_run(snapshot, lang, result, with_key=with_key)),
        INPUT: _to_json(_describe_input(snapshot)),
        PLAN: _to_json(origin.get("plan")) if origin.get("plan") else None,
        PAYLOAD_TABLE: write_table(_list_payloads(snapshot), PAYLOADS, lang),
        ANSWERS: _to_lines(_list_answers(snapshot, lang)),
        OUTCOME_TABLE: write_table(_list_outcomes(snapshot, lang), OUTCOMES, lang),
        TOTALS: _to_json(_describe_totals(snapshot)),
        EVENTS: _to_lines(_list_events(snapshot)),
    }
    mappings = {
        name: text.encode() for name, text in zip(_name_mappings(origin), origin.get("mappings", ()), strict=True)
    }
    return {name: part for name, part in parts.items() if part is not None} | mappings


def _to_json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _to_lines(contents: Iterable[object]) -> bytes:
    return "".join(json.dumps(content, ensure_ascii=False) + "\n" for content in contents).encode()


def _name_mappings(origin: Mapping[str, Any]) -> list[str]:
    """The names of the mapping files in the bundle: `mapping.toml`, then `mapping-2.toml`."""
    count = len(origin.get("mappings", ()))
    return [MAPPING if number == 1 else f"mapping-{number}.toml" for number in range(1, count + 1)]


# ── the run and its files ───────────────────────────────────────────────────────────────────────────────────────────


def _describe_run(
    snapshot: RunSnapshot, lang: str, result: Mapping[str, Any] | None, *, with_key: bool
) -> dict[str, Any]:
    run, origin = snapshot.run, snapshot.origin or {}
    report, reading = snapshot.result.to_json(), run.options.get("reading", {})
    return {
        "armbulk_evidence": FORMAT,
        "language": lang,
        "run": str(run.id),
        "store": snapshot.store_id,
        "state": run.state,
        "client_no": run.account.client_no,
        "address": run.account.origin,
        "environment": find_environment(run.account.origin).value,
        "profile": run.profile,
        "started": format_iso(run.created),
        "ended": format_iso(run.ended),
        "time_zone_of_computer": origin.get("time_zone"),
        "user": run.options.get("user"),
        "arm_user_id": origin.get("arm_user_id"),
        "approved_plan": origin.get("approved_plan"),
        "versions": {"when_it_began": origin.get("versions"), "when_this_was_made": list_versions()},
        "choices": {
            "update": bool(reading.get("update")),
            "first_import": bool(run.options.get("first_import")),
            "overwrite": bool(run.options.get("overwrite")),
        },
        "records": report["rows"],
        "outcomes": report["outcomes"],
        "unconfirmed": report["outcomes"][Outcome.IN_DOUBT.value],
        "usage": report["cost"],
        "list_checks": report["list_checks"],
        "payload_hashes": {
            "recorded": snapshot.has_hashes,
            "method": "HMAC-SHA-256",
            "key": snapshot.hash_key if with_key else None,
        },
        "result_workbook": result,
    }


def _describe_input(snapshot: RunSnapshot) -> dict[str, Any]:
    run, origin = snapshot.run, snapshot.origin or {}
    reading = run.options.get("reading", {})
    unset = asdict(DEFAULT_READ_OPTIONS)
    read_with = {name: value for name, value in reading.items() if name in unset and name not in _NOT_SHOWN and value}
    hashes = {Path(name).name: text for name, text in run.sha256.items()}
    mapped_by = next((text[_HASH_CHARS:] for text in hashes.values() if len(text) > _HASH_CHARS), None)
    unknown = [
        {"file": name, "sha256": text[:_HASH_CHARS], "bytes": None, "sheets": None} for name, text in hashes.items()
    ]
    return {
        "files": origin.get("files", unknown),
        "named": [_name_without_folder(name) for name in run.options["files"]],
        "read_with": read_with,
        "mapping": {
            "sha256": mapped_by,
            "parts": _name_mappings(origin),
            "sheets": [index for index, _path in reading.get("saved_mappings", ())],
        }
        if mapped_by
        else None,
    }


def _name_without_folder(name: str) -> str:
    """`/books/invoices.xlsx#Sheet1` → `invoices.xlsx#Sheet1`."""
    path, mark, selector = name.partition("#")
    return f"{Path(path).name}{mark}{selector}"


# ── what was sent, and what came of it ──────────────────────────────────────────────────────────────────────────────


def _list_payloads(snapshot: RunSnapshot) -> pl.DataFrame:
    """One row for each record of each submit, in the order in which they were sent."""
    rows = [
        (submit, no, digest)
        for submit, event in enumerate(_list_submits(snapshot), start=1)
        for no, digest in event.sent or ()
    ]
    sent = pl.DataFrame(rows, schema={"submit": pl.Int64, "no": pl.Int64, "hash": pl.String}, orient="row")
    submits = pl.DataFrame(
        [
            (submit, snapshot.result.batch_numbers.get(event.batch or 0), format_iso(event.when))
            for submit, event in enumerate(_list_submits(snapshot), start=1)
        ],
        schema={"submit": pl.Int64, "batch": pl.Int64, "time": pl.String},
        orient="row",
    )
    records = snapshot.items.select("no", "resource", "key")
    joined = sent.join(submits, on="submit", how="left", maintain_order="left")
    return joined.join(records, on="no", how="left", maintain_order="left")


def _list_submits(snapshot: RunSnapshot) -> list[RunEvent]:
    return [event for event in snapshot.events if event.sent is not None]


def _list_answers(snapshot: RunSnapshot, lang: str) -> Iterator[dict[str, Any]]:
    """What ARM answered to each submit, then what it says of the records of each batch."""
    numbers, sent = snapshot.result.batch_numbers, None
    for event in snapshot.events:
        if event.after == "posting":
            sent = format_iso(event.when)
        elif event.status is not None:
            yield {
                "kind": "submit",
                "batch": numbers.get(event.batch or 0),
                "sent": sent,
                "answered": format_iso(event.when),
                "arm_time": format_iso(event.arm_time),
                "http_status": event.status or None,
                "arm_batch": event.uuid,
                "result": event.after,
            }
    groups = snapshot.items.drop_nulls("batch").partition_by("batch", as_dict=True)
    for batch in snapshot.batches:
        records = groups.get((batch.id,))
        if records is None:
            continue
        with_words = records.filter(pl.any_horizontal(pl.col("message", "warnings").is_not_null()))
        yield {
            "kind": "records",
            "batch": batch.no,
            "resource": batch.resource,
            "method": batch.method,
            "state": batch.state.value,
            "arm_batch": batch.uuid,
            "about_the_batch": translate_message(batch.verdict, lang) if batch.verdict else None,
            "outcomes": dict(records.group_by("outcome").len().sort("outcome").iter_rows()),
            "messages": [
                {
                    "record": row["no"],
                    "outcome": row["outcome"],
                    "message": translate_message(row["message"], lang) if row["message"] else None,
                    "warnings": row["warnings"],
                }
                for row in with_words.iter_rows(named=True)
            ],
        }


def _list_outcomes(snapshot: RunSnapshot, lang: str) -> pl.DataFrame:
    """One row for each record that was read, with its outcome."""
    options, items = snapshot.run.options, snapshot.items
    sheets = dict(enumerate(options.get("sheets", [])))
    messages = {text: translate_message(text, lang) for text in items["message"].drop_nulls().unique()}
    sheet = pl.col("sheet").cast(pl.Int64)
    times = {seconds: format_iso(seconds) for seconds in items["at"].drop_nulls().unique()}
    return name_batches(items, snapshot.result.batch_numbers).with_columns(
        sheet.replace_strict(_name_files(snapshot), default=None, return_dtype=pl.String).alias("file"),
        sheet.replace_strict(sheets, default=None, return_dtype=pl.String).alias("sheet"),
        pl.col("message").replace(messages),
        pl.col("at").replace_strict(times, default=None, return_dtype=pl.String).alias("time"),
    )


def _name_files(snapshot: RunSnapshot) -> dict[int, str]:
    """The file of each sheet, where that is known."""
    files = (snapshot.origin or {}).get("files", ())
    names = [file["file"] for file in files for _sheet in file["sheets"]]
    if not names and len(snapshot.run.sha256) == 1:
        names = [Path(next(iter(snapshot.run.sha256))).name] * len(snapshot.run.options.get("sheets", ()))
    return dict(enumerate(names))


def _describe_totals(snapshot: RunSnapshot) -> dict[str, Any]:
    """Return the sums by outcome, the control totals, and whether accepted records were read back from ARM."""
    result, reading = snapshot.result, snapshot.result.verification
    read_back = {"began": format_iso(reading.started), "ended": format_iso(reading.ended)} if reading else None
    totals = {**totals_to_json(result.control_totals), "read_back": read_back, "agrees_with_arm": result.is_verified}
    return {"by_outcome": sum_by_outcome(snapshot.items), "control_totals": totals}


# ── what happened ───────────────────────────────────────────────────────────────────────────────────────────────────


def _list_events(snapshot: RunSnapshot) -> Iterator[dict[str, Any]]:
    """Submits, answers, look-ups, decisions of people, waits and changes of state, in the order of their times."""
    numbers, submit = snapshot.result.batch_numbers, 0
    rows: list[tuple[float, dict[str, Any]]] = []
    for event in snapshot.events:
        row: dict[str, Any] = {"time": format_iso(event.when), "kind": _classify(event)}
        row |= {"batch": numbers.get(event.batch or 0), "before": event.before, "after": event.after, "text": event.why}
        if event.sent is not None:
            submit += 1
            row |= {
                "submit": submit,
                "records": len(event.sent),
                "hash": hash_submit(digest for _, digest in event.sent),
            }
        if event.status is not None:
            row |= {"http_status": event.status or None, "arm_time": format_iso(event.arm_time)}
        rows.append((event.when, {name: value for name, value in row.items() if value is not None}))
    for lookup in snapshot.lookups:
        row = {"time": format_iso(lookup.when), "kind": "look-up", "record": lookup.no, "result": lookup.result}
        rows.append((lookup.when, row))
    rows.sort(key=lambda each: each[0])
    for _when, row in rows:
        yield row


def _classify(event: RunEvent) -> str:
    """Return the kind of an event."""
    if event.after == "posting":
        return "submit"
    if event.status is not None:
        return "answer"
    if event.after is not None:
        return "batch"
    if _PERSON in event.why.lower() or event.why == SENT_AGAIN:
        return "decision"
    return "wait" if event.why.startswith("ARM's limits") else "run"
