"""What a finished run keeps of its records' words: no names, addresses, identity numbers, accounts or e-mails.

ARM's words may quote a record, whole or in part, in other letters, or with blanks in its numbers. So every longer word
of the texts that were read goes, not only the texts themselves: a gap in a sentence that the result workbook holds in
full costs nothing. A customer number that is a person's identity number keeps its last two digits: nothing needs it
once its run is finished, so there is no key to keep either. Of a conflict about a change only the fields are kept.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from armbulk.model.fields import FieldType
from armbulk.model.outcome import CHANGED_AT_ARM
from armbulk.model.sheet import Table
from armbulk.resources import RESOURCES
from armbulk.resources.identifiers import is_national_id

KEPT = ("message", "warnings", "key", "key_norm", "customer_norm")
"""The columns of a record that may hold personal data: ARM's words may quote it, a customer number may be one."""

_GAP = "…"
_KEYS = frozenset({"customer_no", "document_no", "document_type", "currency", "language"})
_PATHS = frozenset({"customerNo", "documentNo", "documentType", "currency", "language"})
_SHORTEST = {FieldType.TEXT: 4, FieldType.TEXT_LIST: 4, FieldType.IDENTIFIER: 6}
"""Shorter texts tell nothing of a person, and would leave gaps in ordinary words."""
_DAYS = r"\b(?:\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})\b"
_DAY = re.compile(r"(\d\d)(\d\d)-(\d\d)-(\d\d)")
_WORD = 4
_NAMING, _NAME = "customers", r"\b\p{Lu}\p{L}{1,2}\b"
"""Whose short words with a capital letter may be names, as Ola and Bo are: they go where they stand by themselves."""
_AT_ONCE = 500
_FIELDS = "|".join(re.escape(one.header.en) for one in RESOURCES["customers"].fields)
_MAIL = r"[^\s@<>\"']+@\s?[^\s@<>\"']+"
_LONG = r"\d(?:[ .-]?\d){6,}[ .-]?(\d)[ .-]?(\d)"
"""Nine digits or more, in groups or not: accounts, identity numbers, phones with their country."""


def personal_values(tables: Mapping[str, Table], bases: Iterable[str | None] = ()) -> set[str]:
    """Every text of the rows read that ARM's words might quote, but for keys and codes; of `bases` (JSON) as well."""
    found = {text for base in bases if base for text in _leaves(json.loads(base))}
    for table in tables.values():
        for field in table.resource.fields:
            if field.name not in table.rows.columns:
                continue
            values = table.rows[field.name].drop_nulls()
            if field.name == "date_of_birth" and values.dtype == pl.Date:
                found.update(str(day) for day in values.unique())
            if field.name in _KEYS or field.type not in _SHORTEST:
                continue
            if values.dtype == pl.List:
                values = values.explode().drop_nulls()
            texts = values.cast(pl.String).unique()
            found.update(one for one in texts if len(one) >= _SHORTEST[field.type])
            if table.resource.name == _NAMING and field.type is not FieldType.IDENTIFIER:
                found.update(texts.str.extract_all(_NAME).explode().drop_nulls())
    return found


def redact_items(items: pl.DataFrame, said: Iterable[str] | None) -> pl.DataFrame:
    """Take personal data out of `items` (`no` and KEPT): what was `said`, e-mails, long numbers.

    Where nobody knows any more what was said (None), ARM's words go altogether.
    """
    told = items.select(pl.col("message", "warnings").is_not_null().any()).row(0)
    values = _quotable(said) if said is not None and any(told) else []
    words = [_fields_of(pl.col(name), _without(pl.col(name), values)).alias(name) for name in ("message", "warnings")]
    if said is None:
        words = [pl.when(pl.col(name).is_not_null()).then(pl.lit(_GAP)).alias(name) for name in ("message", "warnings")]
    mine = pl.col("customer_norm").is_null()  # a customer's own number; documents keep theirs
    keys = [pl.when(mine).then(_unnamed(pl.col(name))).otherwise(pl.col(name)).alias(name) for name in KEPT[2:4]]
    return items.select("no", *words, *keys, _unnamed(pl.col("customer_norm")))


def shown_items(items: pl.DataFrame) -> pl.DataFrame:
    """The frame with `message` and `customer_norm` as a terminal or a script's log may show them."""
    return items.with_columns(_without(pl.col("message"), []), _unnamed(pl.col("customer_norm")))


def redact_text(text: str, payloads: Iterable[str] = ()) -> str:
    """ARM's words without what they may quote of records sent, of which these are the bodies; without any day."""
    values = _quotable(value for body in payloads for value in _leaves(json.loads(body)))
    undated = pl.col("text").str.replace_all(_DAYS, _GAP)
    found: str = pl.DataFrame({"text": [text]}).select(_without(undated, values)).item()
    return found


def _leaves(body: Any, name: str = "") -> Iterator[str]:
    """Every text of a body that tells of a person, whatever it lies in."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _leaves(value, key)
    elif isinstance(body, list):
        for value in body:
            yield from _leaves(value, name)
    elif isinstance(body, str) and name not in _PATHS and len(body) >= _WORD:
        yield body


def _quotable(said: Iterable[str]) -> list[str]:
    """The texts, their longer words, and their digits, in the letters they may be quoted in; the longest first.

    Short names come last, as they are.
    """
    plain: set[str] = set()
    names: set[str] = set()
    for text in said:
        (plain if len(text) >= _WORD else names).add(text)
        plain.update(word for word in re.findall(r"\w+", text) if len(word) >= _WORD)
        if day := _DAY.fullmatch(text):  # as people write it, and as their numbers begin
            plain.update((day.expand(r"\4.\3.\1\2"), day.expand(r"\4\3\2")))
        digits = re.sub(r"\D", "", text)
        if len(digits) >= _SHORTEST[FieldType.IDENTIFIER]:
            plain.update((digits, digits[-8:]))
    found = {form for text in plain for form in (text, text.lower(), text.upper())}  # æ, ø and å: the rest is any case
    return sorted(found | names, key=lambda one: (-len(one), one))


def _fields_of(text: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    """Of a conflict about a change the fields alone: what ARM holds instead was never ours to know."""
    fields = text.str.extract_all(f"({_FIELDS}): ARM holds").list.eval(pl.element().str.strip_suffix(": ARM holds"))
    told = pl.concat_str(pl.lit(f"{CHANGED_AT_ARM} "), fields.list.unique(maintain_order=True).list.join(", "))
    return pl.when(text.str.starts_with(CHANGED_AT_ARM)).then(told).otherwise(otherwise)


def _without(text: pl.Expr, values: list[str]) -> pl.Expr:
    name = text.meta.output_name()
    long = [one for one in values if len(one) >= _WORD]
    gaps = [_GAP] * len(long)
    bare = text.str.replace_many(long, gaps, ascii_case_insensitive=True, leftmost=True) if long else text
    for at in range(len(long), len(values), _AT_ONCE):
        bare = bare.str.replace_all(rf"\b(?:{'|'.join(values[at : at + _AT_ONCE])})\b", _GAP)
    bare = bare.str.replace_all(_MAIL, f"{_GAP}@{_GAP}")
    return bare.str.replace_all(_LONG, f"{_GAP}$1$2").alias(name)


def _unnamed(key: pl.Expr) -> pl.Expr:
    name = key.meta.output_name()
    digits = key.str.replace_all(r"[\s.-]", "")
    masked = pl.concat_str(pl.lit("•••••••••"), digits.str.slice(-2))
    person = digits.str.contains(r"^\d{11}$") & is_national_id(digits).fill_null(value=False)
    return pl.when(person).then(masked).otherwise(key).alias(name)
