"""What the values of a column mean where ARM has codes: `UF` may be an invoice, `Norge` is NO."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _, ngettext
from armbulk.mapping.apply import fold_column, fold_value
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import index_headers
from armbulk.matching.candidates import DECIDED
from armbulk.matching.column_values import ColumnReader, can_be_read
from armbulk.model.amount_signs import NEGATIVE_AMOUNT
from armbulk.model.column_proposal import ColumnProposal, DistinctValue, SheetProposal, ValueQuestion
from armbulk.model.fields import Field
from armbulk.resources import RESOURCES
from armbulk.resources.code_names import DOCUMENT_TYPE_NAMES, NAMES_BY_FORMAT, PAYMENT_NAMES
from armbulk.validation.amounts import AMOUNTS

MAX_VALUES = 20
"""A column with more different values has no codes."""

_MIN_SHARE = 0.9
_POSITIVE = "[1-9]"
_EVERY_ONE = {
    True: ngettext("its amount is negative", "all {count:number} amounts are negative"),
    False: ngettext("its amount is positive", "all {count:number} amounts are positive"),
}
_MEANS = {"IN": _("usual for invoices"), "CN": _("usual for credit notes")}


def add_values(
    columns: Sequence[ColumnProposal], records: pl.DataFrame, reader: ColumnReader
) -> tuple[ColumnProposal, ...]:
    """Return the columns with their different values, where these are few, and the rows of negative amounts.

    Args:
        columns: The columns.
        records: All rows that are records.
        reader: Reads the columns.
    """
    amount = RESOURCES["documents"].field("incl_vat")
    shown = [column.letter for column in columns if not column.is_sensitive]
    amounts = [letter for letter in shown if reader.read(letter, amount).share >= _MIN_SHARE]
    return tuple(
        replace(
            column,
            values=_list_values(column.letter, records, amounts),
            negative_rows=_list_negative_rows(column.letter, records) if column.letter in amounts else (),
        )
        if column.letter in shown
        else column
        for column in columns
    )


def _list_negative_rows(letter: str, records: pl.DataFrame) -> tuple[int, ...]:
    is_negative = pl.col(letter).str.contains(NEGATIVE_AMOUNT) & pl.col(letter).str.contains(_POSITIVE)
    return tuple(records.filter(is_negative)["row"].to_list())


def _list_values(letter: str, records: pl.DataFrame, amounts: Sequence[str]) -> tuple[DistinctValue, ...]:
    folded = records.select("row", fold_column(pl.col(letter)).alias("folded")).filter(pl.col("folded").is_not_null())
    if folded.is_empty() or folded["folded"].n_unique() > MAX_VALUES:
        return ()
    signs = []
    for other in amounts:
        is_negative = pl.col(other).str.contains(NEGATIVE_AMOUNT).fill_null(value=False)
        is_amount = pl.col(other).str.contains(_POSITIVE).fill_null(value=False)
        signs += [(is_amount & ~is_negative).alias(f"{other}+"), (is_amount & is_negative).alias(f"{other}-")]
    rows = folded.join(records.select("row", pl.col(letter).alias("text"), *signs), on="row", how="left")
    counted = rows.group_by("folded", maintain_order=True).agg(
        pl.col("text").first(), pl.len().alias("count"), pl.col("^.*[+-]$").sum()
    )
    return tuple(
        DistinctValue(
            " ".join(row["text"].split()),
            row["count"],
            {other: (row[f"{other}+"], row[f"{other}-"]) for other in amounts},
        )
        for row in counted.iter_rows(named=True)
    )


def share_names(reader: ColumnReader, letter: str, field: Field) -> float:
    """Return the part of a column's different values that are codes of a field, or names of them: no, Norsk."""
    names = NAMES_BY_FORMAT.get(field.format or "", {})
    texts = reader.list_samples(letter, MAX_VALUES) if names else []
    return sum(fold_value(text) in names or can_be_read(text, field) for text in texts) / len(texts) if texts else 0.0


def list_value_questions(proposal: SheetProposal, columns: Mapping[str, str]) -> tuple[ValueQuestion, ...]:
    """Return what the values of columns with codes may mean, for columns in which armbulk does not know them all.

    Args:
        proposal: The sheet.
        columns: Letter → field.
    """
    fields = index_fields(proposal.resource)
    of_letter = {letter: fields[fold_header(target)] for letter, target in columns.items() if target}
    amount = next((letter for letter, field in of_letter.items() if field.name in AMOUNTS), "")
    questions: list[ValueQuestion] = []
    for column in proposal.columns:
        field = of_letter.get(column.letter)
        if field is None or not (field.code_words or field.format in NAMES_BY_FORMAT):
            continue
        target = columns[column.letter]
        earlier = proposal.earlier.values.get(target, {}) if proposal.earlier else {}
        decided = {fold_value(text): code for text, code in earlier.items()}
        of_column = [_explain(value, column.letter, target, field, amount, decided) for value in column.values]
        if any(question.code != question.text or not question.is_sure for question in of_column) and not _are_words(
            field, of_column
        ):
            questions += of_column
    return tuple(questions)


def _are_words(field: Field, questions: Sequence[ValueQuestion]) -> bool:
    """Return whether all values are words that are read as codes anyway: Faktura, invoice."""
    return bool(field.code_words) and all(question.is_sure for question in questions)


def index_fields(name: str) -> dict[str, Field]:
    """Return folded header → field of a resource and its lines."""
    resource = RESOURCES[name]
    return {**(index_headers(resource.lines) if resource.lines else {}), **index_headers(resource)}


def _explain(
    value: DistinctValue, letter: str, target: str, field: Field, amount: str, decided: Mapping[str, str]
) -> ValueQuestion:
    folded = fold_value(value.text)
    codes = tuple(dict.fromkeys(code for _word, code in field.code_words)) or field.usual_values
    code, reason, is_sure = "", NO_TEXT, False
    if field.code_words:
        code = dict(field.code_words).get(folded, "")
        is_sure = bool(code)
    elif can_be_read(value.text, field):
        code, is_sure = value.text, True
    else:
        code = NAMES_BY_FORMAT[str(field.format)].get(folded, "")
        is_sure = bool(code)
    if folded in decided:
        code, reason = decided[folded], DECIDED
        is_sure = is_sure and value.text == code
    elif not is_sure and field.code_words:
        code, reason = _suggest_type(folded, value.signs.get(amount, (0, 0)))
    return ValueQuestion(letter, target, value.text, value.count, code, reason, is_sure, codes)


def _suggest_type(folded: str, signs: tuple[int, int]) -> tuple[str, Text]:
    """Return the document type that a word and the signs of its amounts suggest, and why.

    There is no proposal where the two contradict each other, and none for payments: they are no documents. Nor is there
    one for negative amounts alone: they may be payments.
    """
    positive, negative = signs
    if folded in PAYMENT_NAMES:
        return "", _("usual for payments, which are no documents in ARM")
    by_word = DOCUMENT_TYPE_NAMES.get(folded, "")
    if positive and negative:
        mixed: Text = _("positive amounts: {positive:number}, negative: {negative:number}", positive=positive,
                  negative=negative)  # fmt: skip
        return "", mixed
    if not positive and not negative:
        return by_word, _MEANS.get(by_word, NO_TEXT)
    by_sign = "CN" if negative else "IN"
    of_sign = _EVERY_ONE[bool(negative)].fill(count=positive + negative)
    if not by_word:
        return ("", _("{amounts}: a credit note, or a payment", amounts=of_sign)) if negative else (by_sign, of_sign)
    if by_word != by_sign:
        return "", _("{meaning}, but {amounts}", meaning=_MEANS[by_word], amounts=of_sign)
    return by_word, _("{meaning}, and {amounts}", meaning=_MEANS[by_word], amounts=of_sign)
