"""Whether a document whose number was sent before is the same document.

A number alone proves nothing: it may have been used again, or its document corrected. So type, customer, date, currency
and amount are compared, and the content of everything else. Where these five are equal, a number that differs in blanks
or leading zeros alone may be the same one, damaged by a program. The content is kept as two digests: of the JSON as it
was sent, which is compared first, and of a form in which letter case, blanks and the order of the lines do not count.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from armbulk.model.keys import loosen_normalised_key, normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import (
    BLANK,
    CONFLICT_IN_RUN,
    FIELD_NAMES,
    GIVEN_UP_IN_RUN,
    OLD_VALUE,
    ONLY_BLANKS_DIFFER,
    OTHER_CONTENT,
    OTHER_IN_ARM,
    OTHER_SENT_IN_RUN,
    SAME_SENT_IN_RUN,
    SENT_IN_RUN,
    UNSETTLED_IN_RUN,
    join_sentences,
)
from armbulk.resources import RESOURCES
from armbulk.resources.identifiers import mask_national_id

SENT_DOCUMENTS_SCHEMA = {
    "key_norm": pl.String,
    "doc_type": pl.String,
    "run": pl.Int64,
    "outcome": pl.String,  # null while there is none
    "customer_norm": pl.String,  # a national identity number is masked
    "date": pl.String,
    "currency": pl.String,
    "amount": pl.String,
    "body": pl.String,  # digest of the JSON that was sent; null when it is not known
    "content": pl.String,  # digest of its content
}
"""Columns of a frame of documents sent before. Where customer to amount are all null, only the number is known."""

_COMPARED = {"customer_norm": "customer", "date": "date", "currency": "currency", "amount": "amount"}
_DOCUMENTS = RESOURCES["documents"]
_LINE_NO = RESOURCES["lines"].field("line_no").path
_DIGEST_BYTES = 16
_DECODER, _ENCODER = json.JSONDecoder(parse_float=str, parse_int=str), json.JSONEncoder(sort_keys=True)
_IDENTITY = ("doc_type", *_COMPARED)
_MAYBE_AT_ARM = (Outcome.CREATED, Outcome.CREATED_WITH_WARNINGS, Outcome.ALREADY_SENT, Outcome.IN_DOUBT)


def compare_with_sent(documents: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of every document whose number was sent before.

    Args:
        documents: `no`, `key_norm`, `doc_type`, `customer_norm`, `date`, `currency`, `amount` and `payload`.
        sent: what was sent before (SENT_DOCUMENTS_SCHEMA).

    Returns:
        `no`, `outcome` and `message`: already sent where it is the same document, a conflict where it is another, in
        doubt where that is not settled, not sent where a person has given it up.
    """
    if documents.is_empty() or sent.is_empty():
        return pl.DataFrame(schema={"no": pl.Int64, "outcome": pl.String, "message": pl.String})
    own = documents.select("no", "key_norm", "doc_type", *_COMPARED, "payload")
    decided = _compare_same_numbers(own, sent)
    return pl.concat([decided, _find_damaged_numbers(own.join(decided, on="no", how="anti"), sent)])


def _compare_same_numbers(own: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """What became of documents whose number was sent before as it is here."""
    pairs = own.join(sent, on="key_norm", suffix="_sent", maintain_order="left")
    has_same_type = pl.col("doc_type") == pl.col("doc_type_sent")
    pairs = pairs.filter(has_same_type | ~has_same_type.any().over("no")).unique(
        "no", keep="first", maintain_order=True
    )
    masked = pairs.with_columns(mask_national_id(pl.col("customer_norm")))
    is_known = pl.any_horizontal(pl.col(f"{name}_sent").is_not_null() for name in _COMPARED)
    differences = [pl.when(~has_same_type).then(_difference("doc_type"))]
    differences += [
        pl.when(is_known & pl.col(name).ne_missing(pl.col(f"{name}_sent"))).then(_difference(name))
        for name in _COMPARED
    ]
    compared = masked.with_columns(pl.concat_list(differences).list.drop_nulls().list.join("; ").alias("differences"))
    return _decide(_compare_contents(compared)).select("no", pl.col("decided").alias("outcome"), "message")


def _find_damaged_numbers(own: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Conflicts with documents that may be the same ones: only blanks or leading zeros of their numbers differ."""
    loose = loosen_normalised_key(pl.col("key_norm")).alias("loose")
    may_be_at_arm = pl.col("outcome").is_null() | pl.col("outcome").is_in([outcome.value for outcome in _MAYBE_AT_ARM])
    earlier = sent.filter(may_be_at_arm).select(loose, *_IDENTITY, "run", sent_as="key_norm")
    masked = own.with_columns(loose, mask_national_id(pl.col("customer_norm")))
    pairs = masked.join(earlier, on=["loose", *_IDENTITY], maintain_order="left").unique("no", maintain_order=True)
    template = join_sentences(SAME_SENT_IN_RUN.fill(run="{}", number="{}"), ONLY_BLANKS_DIFFER)
    message = pl.format(template, pl.col("run"), pl.col("sent_as"))
    return pairs.select("no", outcome=pl.lit(Outcome.CONFLICT.value), message=message)


def hash_body(payload: str) -> str:
    """Return the digest of a record's JSON as it is."""
    return hashlib.blake2b(payload.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def hash_content(payload: str) -> str:
    """Return the digest of a record's content: letter case, blanks and the order of its lines do not count."""
    record = _DECODER.decode(payload)
    lines = record.pop(_DOCUMENTS.lines_path, ())
    texts = [_to_text(record), *sorted(_to_text(line, without=_LINE_NO) for line in lines)]
    return hash_body("\n".join(texts))


def _to_text(record: Mapping[str, Any], without: str = "") -> str:
    members = {name: _normalise(value) for name, value in record.items() if name != without}
    return _ENCODER.encode(members)


def _normalise(value: Any) -> Any:
    """Return a JSON value in which every text is in its comparable form."""
    if isinstance(value, str):
        return normalise_key_text(value)
    if isinstance(value, dict):
        return {name: _normalise(inner) for name, inner in value.items()}
    return [_normalise(inner) for inner in value] if isinstance(value, list) else value


def _difference(name: str) -> pl.Expr:
    earlier, now = (pl.col(column).fill_null(str(BLANK)) for column in (f"{name}_sent", name))
    template = OLD_VALUE.fill(field=FIELD_NAMES[_COMPARED.get(name, "type")], earlier="{}", now="{}")
    return pl.format(template, earlier, now)


def _compare_contents(compared: pl.DataFrame) -> pl.DataFrame:
    """Add the difference in content to `differences` of documents that are the same in all else."""
    is_open = (pl.col("differences") == "") & pl.col("content").is_not_null()
    candidates = compared.filter(is_open).select("no", "payload", "body", "content")
    other = [
        no
        for no, payload, body, content in candidates.iter_rows()
        if hash_body(payload) != body and hash_content(payload) != content
    ]
    return compared.with_columns(
        pl.when(pl.col("no").is_in(other))
        .then(pl.lit(str(OTHER_CONTENT)))
        .otherwise(pl.col("differences"))
        .alias("differences")
    )


def _decide(compared: pl.DataFrame) -> pl.DataFrame:
    """Add `decided` and `message`."""
    run = pl.col("run")
    before = pl.col("outcome")
    is_same = pl.col("differences") == ""
    other = pl.format(f"{OTHER_SENT_IN_RUN.fill(run='{}')}: {{}}", run, pl.col("differences"))
    doubtful = pl.format(UNSETTLED_IN_RUN.fill(run="{}"), run)
    kinds = [
        (before.is_null() | (before == Outcome.IN_DOUBT), Outcome.IN_DOUBT,
         pl.when(is_same).then(doubtful).otherwise(pl.format("{}. {}", doubtful, other))),
        (before == Outcome.NOT_SENT, Outcome.NOT_SENT, pl.format(GIVEN_UP_IN_RUN.fill(run="{}"), run)),
        (before == Outcome.CONFLICT, Outcome.CONFLICT,
         pl.format(f"{CONFLICT_IN_RUN.fill(run='{}')}: {OTHER_IN_ARM}", run)),
        (is_same, Outcome.ALREADY_SENT, pl.format(SENT_IN_RUN.fill(run="{}"), run)),
        (pl.lit(value=True), Outcome.CONFLICT, other),
    ]  # fmt: skip
    decided = pl.coalesce(pl.when(condition).then(pl.lit(outcome.value)) for condition, outcome, _ in kinds)
    message = pl.coalesce(pl.when(condition).then(text) for condition, _, text in kinds)
    return compared.with_columns(decided.alias("decided"), message.alias("message"))
