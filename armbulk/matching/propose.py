"""Propose what a sheet with other headers contains, and which field each of its columns may be.

A proposal is for a person: nothing is read by it. It rests on the words of headers, and on values.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from armbulk.findings.frame import mask_value
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.mapping.columns import name_columns
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import find_resource_by_name, match_headers
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.matching.blocks import find_blocks
from armbulk.matching.candidates import (
    DECIDED,
    MIN_SCORE,
    Candidate,
    Targets,
    assign,
    doubt_rival,
    drop_repeated_headers,
    drop_sparse_rows,
    is_proof,
    keep_decided,
)
from armbulk.matching.codes import add_values, share_names
from armbulk.matching.column_values import (
    CODE_FORMATS,
    FORMATS_THAT_PROVE,
    ColumnReader,
    find_amounts,
    is_never_before,
    proves_little,
    show_number,
)
from armbulk.matching.currencies import find_currency
from armbulk.matching.derived import find_derived, is_whole_place
from armbulk.matching.doubts import (
    are_payments,
    doubt_account,
    doubt_amount,
    doubt_posting_date,
    doubt_sums,
    is_short_account,
    varies_within,
)
from armbulk.matching.header_row import find_header_groups, find_header_row
from armbulk.matching.header_words import score_header
from armbulk.matching.list_signs import count_signs, name_signs, rate_proposal
from armbulk.matching.targets import list_targets, match_targets, title_of
from armbulk.matching.two_lists import OTHER_LIST, add_other_list, are_both, are_two_lists
from armbulk.model.column_proposal import ColumnProposal, SheetProposal
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.validation.date_witnesses import find_order
from armbulk.validation.layout import check_layout
from armbulk.validation.other_rows import find_skipped_rows
from armbulk.validation.supplier_lists import find_supplier_text

_SURE = 0.85
_MIN_CHOICE = 0.4
_MAX_CHOICES = 5
_MIN_SHARE = 0.9
_REQUIRED_BONUS = 0.03
_BY_AMOUNTS = 0.95
_BY_UNNAMED_AMOUNTS = 0.8
_BY_DATES = 0.65
_DECIDED = 0.99
_WRONG_CHECK_DIGITS = 0.6
_MAX_KEY_CHARS = 30
_WORD = re.compile(r"[^\W\d_]{2}")
_SHORT_NUMBER = re.compile(r"\d{1,7}")  # 301126 is a date only where the header says so
_TWO_WORDS = re.compile(r"[^\W\d_] +[^\W\d_]")
_BY_GROUP = 0.95
_NAMES_COUNT = 3
_MAX_TEXTS = 20


def propose_sheet(
    sheet: Sheet,
    index: int,
    *,
    resource: str | None = None,
    decided: Mapping[str, str] | None = None,
    earlier: Mapping[str, str] | None = None,
) -> SheetProposal | None:
    """Return the proposal for a sheet; None where it has no table.

    Args:
        sheet: The sheet as it was read.
        index: Its index.
        resource: What it contains, if a person said so; None: the likeliest.
        decided: Folded header → field, as it was decided for earlier files.
        earlier: The name of each column in a mapping → its field, as it was decided for files with the same headers; ""
            = it is not read.
    """
    match = match_headers(sheet, index, RESOURCES)
    row = match.header_row or find_header_row(sheet)
    if row is None or not sheet.letters:
        return None
    body = sheet.frame.filter(pl.col("row") > row)
    if body.is_empty():
        return None
    matcher = _Matcher(sheet, index, row, body, decided or {})
    of_name = find_resource_by_name(sheet, RESOURCES)
    named = resource or (of_name.name if of_name else None)
    rated: dict[str, SheetProposal] = {}
    if named is None:
        rated = {name: matcher.propose(candidate) for name, candidate in RESOURCES.items()}
        is_both = are_both(rated["documents"], rated["customers"])
        named = "documents" if is_both else max(rated.values(), key=rate_proposal).resource
    name = OTHER_LIST.get(named, "") if sheet.resource is None else ""
    other = (rated.get(name) or matcher.propose(RESOURCES[name])) if name else None
    matcher.keep(earlier or {})
    proposal = matcher.propose_without_other_rows(RESOURCES[named])
    if other is None or not are_two_lists(proposal, other):
        return proposal
    matcher.keep({})
    return add_other_list(proposal, matcher.propose_without_other_rows(RESOURCES[name]))


class _Matcher:
    """Matches the columns of one sheet with the fields of a resource."""

    def __init__(
        self, sheet: Sheet, index: int, header_row: int, body: pl.DataFrame, decided: Mapping[str, str]
    ) -> None:
        self._sheet, self._index, self._row, self._decided = sheet, index, header_row, decided
        header = sheet.frame.filter(pl.col("row") == header_row)
        self._headers = {letter: header[letter][0] or "" for letter in sheet.letters}
        self._groups = find_header_groups(sheet, header_row)
        self._letters = [
            letter
            for letter in sheet.letters
            if (self._headers[letter] and not is_outcome_header(self._headers[letter]))
            or body[letter].null_count() < body.height
        ]
        self._body = body
        self._kept: dict[str, str] = {}
        self._other_rows: dict[tuple[Hashable, ...], tuple[tuple[int, str], ...]] = {}
        self._ranked: dict[tuple[str, ColumnReader], tuple[Targets, list[Candidate]]] = {}
        self._reader = ColumnReader(sheet, drop_sparse_rows(drop_repeated_headers(body, self._headers), self._letters))

    def keep(self, earlier: Mapping[str, str]) -> None:
        """Propose what was decided for files with the same headers: name of a column in a mapping → field."""
        names = name_columns(self._headers)
        self._kept = {letter: earlier[names[letter]] for letter in self._letters if names[letter] in earlier}

    def propose_without_other_rows(self, resource: Resource) -> SheetProposal:
        """Return the proposal for the sheet as a list of `resource`; totals and notes do not count as values."""
        proposal = self.propose(resource)
        rows = [row for row, _text in proposal.other_rows]
        records = self._body.filter(~pl.col("row").is_in(rows))
        if rows and not records.is_empty():
            everything, self._reader = self._reader, ColumnReader(self._sheet, drop_sparse_rows(records, self._letters))
            proposal = self.propose(resource)
            self._reader = everything
        return replace(proposal, columns=add_values(proposal.columns, records, self._reader))

    def propose(self, resource: Resource) -> SheetProposal:
        """Return the proposal for the sheet as a list of `resource`."""
        if (key := (resource.name, self._reader)) not in self._ranked:  # earlier answers change neither
            targets = list_targets(resource, self._reader, {letter: self._headers[letter] for letter in self._letters})
            self._ranked[key] = targets, self._rank(targets)
        targets, candidates = self._ranked[key]
        chosen = keep_decided(assign(candidates), self._kept, targets)
        columns = tuple(self._describe(letter, chosen, candidates, targets) for letter in self._letters)
        used = {column.target: column.letter for column in columns if column.target}
        unclear = self._list_unclear(used, targets, FieldType.DATE)
        dates = [letter for target, letter in used.items() if unclear and targets.fields[target].type is FieldType.DATE]
        currency = find_currency(self._sheet, self._row, list(self._headers.values()))
        return SheetProposal(
            index=self._index,
            file=self._sheet.file,
            sheet=self._sheet.name,
            resource=resource.name,
            reason=name_signs(resource, chosen, self._headers),
            signs=count_signs(resource, columns),
            header_row=self._row,
            title_rows=self._sheet.frame.filter(pl.col("row") < self._row).height,
            rows=self._body.height - len(other := self._find_other_rows(resource, used, targets)),
            other_rows=other,
            columns=columns,
            required=tuple(column.name for column in resource.fields if column.required),
            key=resource.record_key,
            dates=unclear,
            date_order=find_order(self._reader.read_texts(["row", *dates]), dates),
            numbers=self._list_unclear(used, targets, FieldType.AMOUNT, FieldType.QUANTITY),
            targets=targets.titles,
            derived=find_derived(resource, columns, self._reader),
            supplier_text=find_supplier_text(self._sheet, self._row),
            texts={letter: self._reader.list_samples(letter, _MAX_TEXTS) for letter in self._letters},
            suggested={"currency": currency} if currency else {},
            blocks=find_blocks(self._body, self._sheet.letters, resource, used) if not targets.is_flat else None,
        )

    # --- candidates ---------------------------------------------------------------------------------

    def _rank(self, targets: Targets) -> list[Candidate]:
        """Return what each column may be, the likeliest first."""
        candidates = [
            candidate
            for letter in self._letters
            for target, column in targets.fields.items()
            if (candidate := self._judge(letter, target, column)) is not None
        ]
        candidates += self._judge_amounts(targets, candidates)
        candidates += self._judge_dates(targets, candidates)
        candidates = [candidate for candidate in candidates if not self._is_of_line(candidate, targets, candidates)]
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _judge(self, letter: str, target: str, column: Field) -> Candidate | None:
        header = self._headers[letter]
        if is_whole_place(column, self._reader, letter):
            return None
        by_header = score_header(header, column) if header else 0.0
        if group := self._groups.get(letter):
            by_header = min(score_header(f"{group} {header}", column), _BY_GROUP)
        reason = _("the header is known") if by_header == 1 else _("the header is similar")
        if by_header < _DECIDED and self._decided.get(fold_header(header)) == target:
            by_header, reason = _DECIDED, DECIDED
        proof = FORMATS_THAT_PROVE.get(column.format or "", 0.0)
        if proof and by_header < _MIN_CHOICE and not self._reader.may_have_format(letter, str(column.format)):
            proof = 0.0
        if by_header < _MIN_CHOICE and not proof:
            return None
        reading = self._reader.read(letter, column)
        if proof >= by_header and proof and reading.share >= _MIN_SHARE and is_proof(reading.values, column):
            by_values = _("all values are valid as {header}", header=title_of(column.header))
            score = proof + (_REQUIRED_BONUS * by_header if by_header >= _MIN_CHOICE else 0)
            return Candidate(letter, target, score, by_values, by_header, reading.share)
        if by_header < _MIN_CHOICE:
            return None
        share = reading.share if reading.filled else 0.5
        if proof and reading.filled and share < _MIN_SHARE:
            share = max(share, _WRONG_CHECK_DIGITS)
            values = {"valid": min(reading.readable, reading.valid), "filled": reading.filled}
            reason = _("the header is similar, but only {valid:number} of {filled:number} values are valid", **values)
        named = share_names(self._reader, letter, column) if share < _MIN_SHARE else 0.0
        score = by_header * (0.3 + 0.7 * max(share, named)) + (_REQUIRED_BONUS if column.required else 0)
        score *= self._judge_kind(letter, column)
        score += _REQUIRED_BONUS if column.format in CODE_FORMATS and share >= _MIN_SHARE else 0  # NO: no name
        score = max(score, MIN_SCORE * (by_header == 1))  # a known header is read so without a question
        return Candidate(letter, target, score, reason, by_header, max(reading.share, named))

    def _judge_kind(self, letter: str, column: Field) -> float:
        """Return how far values are of the field's kind where every text can be read as it: numbers, names, amounts."""
        texts = self._reader.list_samples(letter, 100)
        if not texts or column.type not in {FieldType.TEXT, FieldType.IDENTIFIER}:
            return 1.0
        if column.is_key:
            names = sum(len(text) > _MAX_KEY_CHARS or _TWO_WORDS.search(text) is not None for text in texts)
            digits = sum(any(character.isdigit() for character in text) for text in texts)
            return (0.4 + 0.6 * digits / len(texts)) * (1 - min(0.5, _NAMES_COUNT * names / len(texts)))
        words = sum(_WORD.search(text) is not None for text in texts)
        return 0.5 + 0.5 * words / len(texts) if column.type is FieldType.TEXT else 1.0

    def _judge_amounts(self, targets: Targets, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return candidates for three columns of amounts that add up in every row."""
        names = {column.name: target for target, column in targets.fields.items() if target == column.name}
        if not {"excl_vat", "vat", "incl_vat"} <= set(names):
            return []
        money = [candidate.letter for candidate in candidates if targets.fields[candidate.target].name in names]
        taken = {c.letter for c in candidates if targets.fields[c.target].type is FieldType.DATE and c.score > _SURE}
        amount = targets.fields[names["incl_vat"]]
        letters = [letter for letter in dict.fromkeys([*money, *self._letters]) if letter not in taken]
        amounts = find_amounts(self._reader, letters, amount)
        if amounts is None or are_payments([self._headers[letter] for letter in amounts]):
            return []
        parts = [self._headers[letter] or letter for letter in amounts]
        reason = _("{first} + {second} = {total} in every row", first=parts[0], second=parts[1], total=parts[2])
        score = _BY_UNNAMED_AMOUNTS if doubt_sums([self._headers[letter] for letter in amounts]) else _BY_AMOUNTS
        return [
            Candidate(letter, names[name], score, reason, 0.0, 1.0, adds_up=score == _BY_AMOUNTS)
            for letter, name in zip(amounts, ("excl_vat", "vat", "incl_vat"), strict=True)
        ]

    def _judge_dates(self, targets: Targets, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return candidates for the due date: a column of dates that are never before the document's date."""
        if "due_date" not in targets.fields or "document_date" not in targets.fields:
            return []
        strong = {c.target for c in candidates if c.score >= MIN_SCORE}
        dates = [letter for letter in self._letters if self._is_date(letter, targets.fields["due_date"])]
        if "due_date" in strong or len(dates) != 2:
            return []
        first, second = dates
        if not is_never_before(self._reader, first, second, targets.fields["due_date"]):
            return []
        header = self._headers[first] or first
        reason = _("dates, never before {header}", header=header)
        return [Candidate(second, "due_date", _BY_DATES, reason, 0.0, 1.0)]

    def _is_of_line(self, candidate: Candidate, targets: Targets, candidates: Sequence[Candidate]) -> bool:
        """Return whether a column that may be the document's has different values in rows of one document."""
        if not targets.is_flat or targets.fields[candidate.target] not in RESOURCES["documents"].fields:
            return False
        numbers = [each for each in candidates if each.target == "document_no" and each.score >= MIN_SCORE]
        if not numbers or candidate.target == "document_no":
            return False
        number = max(numbers, key=lambda each: each.score)
        keys = self._reader.read(number.letter, targets.fields["document_no"]).values.forward_fill()
        return varies_within(keys, self._reader.read(candidate.letter, targets.fields[candidate.target]).values)

    def _is_date(self, letter: str, date: Field) -> bool:
        is_number = all(_SHORT_NUMBER.fullmatch(text) for text in self._reader.list_samples(letter))
        if is_number or not self._reader.may_be(letter, FieldType.DATE, _MIN_SHARE):
            return False
        return self._reader.read(letter, date).share >= _MIN_SHARE

    # --- what people see ----------------------------------------------------------------------------

    def _describe(
        self,
        letter: str,
        chosen: Mapping[str, Candidate],
        candidates: Sequence[Candidate],
        targets: Targets,
    ) -> ColumnProposal:
        best = chosen.get(letter)
        own = [candidate for candidate in candidates if candidate.letter == letter]
        samples = self._reader.list_samples(letter)
        sensitive = any(
            targets.fields[c.target].sensitive
            and (c.share >= _MIN_CHOICE or c.header_score >= _SURE)
            and not is_short_account(targets.fields[c.target], samples)
            for c in own
        )
        choices = dict.fromkeys(c.target for c in own if c.score >= _MIN_CHOICE)
        proposal = ColumnProposal(
            letter,
            self._headers[letter],
            tuple(mask_value(text) if sensitive else show_number(text) for text in samples),
            choices=tuple(choices)[:_MAX_CHOICES],
            is_sensitive=sensitive,
        )
        if letter in self._kept:
            target = best.target if best is not None else ""
            return replace(proposal, target=target, reason=DECIDED if target else NO_TEXT, is_known=True)
        if best is None:
            return proposal
        doubt, column = self._doubt(best, chosen, candidates, targets), targets.fields[best.target]
        return replace(
            proposal,
            target=best.target,
            reason=doubt or best.reason,
            is_known=best.header_score == 1 and not (samples and proves_little(column, best.share)),
            is_sure=not doubt and best.score >= _SURE and (best.share >= _MIN_SHARE or not samples),
        )

    def _doubt(
        self,
        best: Candidate,
        chosen: Mapping[str, Candidate],
        candidates: Sequence[Candidate],
        targets: Targets,
    ) -> Text:
        """Return why a person is asked about a column although it is likely; "" where nothing is open."""
        if best.header_score == 1 or best.adds_up or not best.header_score:
            return NO_TEXT
        is_both = targets.is_flat and targets.fields[best.target].specific_header is not None
        header, column = self._headers[best.letter], targets.fields[best.target]
        doubt = doubt_amount(header, column, is_flat=is_both) or doubt_posting_date(header, column)
        doubt = doubt or doubt_account(header, column, targets.fields) or self._doubt_key(best.letter, column)
        return doubt or doubt_rival(best, chosen, candidates)

    def _doubt_key(self, letter: str, column: Field) -> Text:
        """Return that a column of customers' numbers has bank accounts; "" where it has not."""
        account = RESOURCES["customers"].field("bank_account_no")
        if not column.is_key or not self._reader.may_have_format(letter, str(account.format)):
            return NO_TEXT
        reading = self._reader.read(letter, account)
        is_account = reading.share >= _MIN_SHARE and is_proof(reading.values, account)
        return _("all values are valid as {header}", header=title_of(account.header)) if is_account else NO_TEXT

    def _list_unclear(self, used: Mapping[str, str], targets: Targets, *types: FieldType) -> tuple[str, ...]:
        texts: dict[str, None] = {}
        for target, letter in used.items():
            if targets.fields[target].type in types:
                texts.update(dict.fromkeys(self._reader.read(letter, targets.fields[target]).unclear))
        return tuple(texts)

    def _find_other_rows(
        self, resource: Resource, used: Mapping[str, str], targets: Targets
    ) -> tuple[tuple[int, str], ...]:
        """Return the rows below the headers that are no records, with their texts."""
        match, key = match_targets(resource, self._row, used, targets), (resource.name, *used.items())
        if key in self._other_rows:
            return self._other_rows[key]
        findings = check_layout(self._sheet, self._index, match)
        tables = findings.filter(pl.col("code") == "second-table")["row"]
        rows = sorted({*find_skipped_rows(self._sheet, findings, match), *tables})
        texts = self._body.filter(pl.col("row").is_in(rows)).select("row", *self._sheet.letters)
        other = tuple((row, " · ".join(map(show_number, filter(None, cells)))) for row, *cells in texts.iter_rows())
        return self._other_rows.setdefault(key, other)
