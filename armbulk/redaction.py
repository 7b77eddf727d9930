"""Remove personal data from what a finished run keeps: names, addresses, identity numbers, accounts and e-mails.

ARM's words may quote a record, whole or in part, in upper or lower case, or with blanks in its numbers. So every longer
word of the texts that were read is removed, not only the texts themselves: the result workbook has each message in
full, so a gap in the store costs nothing. A customer number that is a national identity number keeps its last two
digits: nothing needs the rest once its run is finished. Of a conflict about a change only the fields' names are kept.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from armbulk.model.fields import Field, FieldType
from armbulk.model.record_messages import CHANGED_IN_ARM, DIFFERENT_IN_ARM
from armbulk.model.sheet import Table
from armbulk.resources import RESOURCES
from armbulk.resources.identifiers import mask_national_id

REDACTED_COLUMNS = ("message", "warnings", "key", "key_norm", "customer_norm")
"""The columns of a record that may have personal data: ARM's words may quote it, a customer number may be one."""

_GAP = "…"
_KEY_FIELDS = frozenset({"customer_no", "document_no", "document_type", "currency", "language"})
_KEY_MEMBERS = frozenset({"customerNo", "documentNo", "documentType", "currency", "language"})
_MIN_CHARS = {FieldType.TEXT: 4, FieldType.TEXT_LIST: 4, FieldType.IDENTIFIER: 6}
"""Shorter texts identify no one, and removing them would leave gaps in ordinary words."""
_MIN_WORD_CHARS = 4
_DATES = r"\b(?:\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})\b"
_ISO_DATE = re.compile(r"(\d\d)(\d\d)-(\d\d)-(\d\d)")
_NAMED_RESOURCE, _SHORT_NAME = "customers", r"\b\p{Lu}\p{L}{1,2}\b"
"""Short words with a capital letter of this resource may be names, such as Ola and Bo: they are removed as words."""
_CHUNK_VALUES = 500
_FIELD_HEADERS = "|".join(re.escape(field.header.en) for field in RESOURCES["customers"].fields)
_EMAIL = r"[^\s@<>\"']+@\s?[^\s@<>\"']+"
_LONG_NUMBER = r"\d(?:[ .-]?\d){6,}[ .-]?(\d)[ .-]?(\d)"
"""Nine digits or more, in groups or not: accounts, identity numbers, phone numbers with their country."""


def collect_personal_values(tables: Mapping[str, Table], bases: Iterable[str | None] = ()) -> set[str]:
    """Return every text that ARM's words might quote, but for keys and codes.

    Args:
        tables: the rows that were read.
        bases: JSON records that changes were compared with.
    """
    values = {text for base in bases if base for text in _personal_texts(json.loads(base))}
    for table in tables.values():
        for field in table.resource.fields:
            if field.name in table.rows.columns and table.rows[field.name].count():
                values |= _column_values(table.rows[field.name].drop_nulls(), field, table.resource.name)
    return values


def _column_values(column: pl.Series, field: Field, resource: str) -> set[str]:
    """The personal texts of one column."""
    if field.name == "date_of_birth" and column.dtype == pl.Date:
        return {str(day) for day in column.unique()}
    if field.name in _KEY_FIELDS or field.type not in _MIN_CHARS:
        return set()
    if column.dtype == pl.List:
        column = column.explode().drop_nulls()
    texts = column.cast(pl.String).unique()
    values = {text for text in texts if len(text) >= _MIN_CHARS[field.type]}
    if resource == _NAMED_RESOURCE and field.type is not FieldType.IDENTIFIER:
        values.update(texts.str.extract_all(_SHORT_NAME).explode().drop_nulls())
    return values


def redact_items(items: pl.DataFrame, values: Iterable[str] | None) -> pl.DataFrame:
    """Return `items` (`no` and REDACTED_COLUMNS) without personal `values`, e-mails, long numbers and identity numbers.

    When no one knows the personal values any more (None), ARM's words are removed altogether.
    """
    words = [pl.col(name) for name in ("message", "warnings")]
    if values is None:
        words = [pl.when(word.is_not_null()).then(pl.lit(_GAP)).alias(word.meta.output_name()) for word in words]
    elif items["message"].count() or items["warnings"].count():
        quotable = _quotable_forms(values)
        words = [_reduce_conflict(word, _remove(word, quotable)).alias(word.meta.output_name()) for word in words]
    is_customer = pl.col("customer_norm").is_null()  # a customer's own number; documents keep theirs
    keys = [
        pl.when(is_customer).then(mask_national_id(pl.col(name))).otherwise(pl.col(name)).alias(name)
        for name in ("key", "key_norm")
    ]
    return items.select("no", *words, *keys, mask_national_id(pl.col("customer_norm")))


def redact_shown(items: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with `message`, `warnings` and `customer_norm` as a terminal or a script's log may show them."""
    names = [name for name in ("message", "warnings") if name in items.columns and items[name].count()]
    texts = [_remove(pl.col(name), []) for name in names]
    return items.with_columns(*texts, mask_national_id(pl.col("customer_norm")))


def redact_text(text: str, payloads: Iterable[str] = ()) -> str:
    """Return ARM's words without what they may quote of the records sent (JSON), and without dates."""
    if not text:
        return text
    quotable = _quotable_forms(value for payload in payloads for value in _personal_texts(json.loads(payload)))
    undated = pl.col("text").str.replace_all(_DATES, _GAP)
    redacted: str = pl.DataFrame({"text": [text]}).select(_remove(undated, quotable)).item()
    return redacted


def _personal_texts(body: Any, name: str = "") -> Iterator[str]:
    """Every text of a JSON record, at any depth, that may identify a person."""
    if isinstance(body, dict):
        for member, value in body.items():
            yield from _personal_texts(value, member)
    elif isinstance(body, list):
        for value in body:
            yield from _personal_texts(value, name)
    elif isinstance(body, str) and name not in _KEY_MEMBERS and len(body) >= _MIN_WORD_CHARS:
        yield body


def _quotable_forms(texts: Iterable[str]) -> list[str]:
    """The texts, their longer words, and their digits, as they may be quoted; the longest first, short names last."""
    plain: set[str] = set()
    names: set[str] = set()
    for text in texts:
        (plain if len(text) >= _MIN_WORD_CHARS else names).add(text)
        plain.update(word for word in re.findall(r"\w+", text) if len(word) >= _MIN_WORD_CHARS)
        if day := _ISO_DATE.fullmatch(text):  # as people write it, and as their identity numbers begin
            plain.update((day.expand(r"\4.\3.\1\2"), day.expand(r"\4\3\2")))
        digits = re.sub(r"\D", "", text)
        if len(digits) >= _MIN_CHARS[FieldType.IDENTIFIER]:
            plain.update((digits, digits[-8:]))
    forms = {form for text in plain for form in (text, text.lower(), text.upper())}  # æ, ø, å: ASCII is any case below
    return sorted(forms | names, key=lambda form: (-len(form), form))


def _reduce_conflict(text: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    """Keep only the field names of a conflict about a change: ARM's values were never read from the user's files."""
    fields = text.str.extract_all(f"({_FIELD_HEADERS}): ARM (?:has|shows)")
    names = fields.list.eval(pl.element().str.replace(": ARM (?:has|shows)$", "")).list.unique(maintain_order=True)
    for beginning in (CHANGED_IN_ARM, DIFFERENT_IN_ARM):
        reduced = pl.concat_str(pl.lit(f"{beginning}. "), names.list.join(", "))
        otherwise = pl.when(text.str.starts_with(beginning)).then(reduced).otherwise(otherwise)
    return otherwise


def _remove(text: pl.Expr, values: list[str]) -> pl.Expr:
    """Replace values, e-mails and long numbers by gaps; `values` has the longest first."""
    name = text.meta.output_name()
    words = [value for value in values if len(value) >= _MIN_WORD_CHARS]
    names = values[len(words) :]
    gaps = [_GAP] * len(words)
    redacted = text.str.replace_many(words, gaps, ascii_case_insensitive=True, leftmost=True) if words else text
    for start in range(0, len(names), _CHUNK_VALUES):
        redacted = redacted.str.replace_all(rf"\b(?:{'|'.join(names[start : start + _CHUNK_VALUES])})\b", _GAP)
    redacted = redacted.str.replace_all(_EMAIL, f"{_GAP}@{_GAP}")
    return redacted.str.replace_all(_LONG_NUMBER, f"{_GAP}$1$2").alias(name)
