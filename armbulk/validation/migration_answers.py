"""The answers in a migration's workbook: all must be there; some fill the empty cells of a column.

A migration is known by its questions, and also without them: by the column that says where its rows come from, which a
CSV file and a copied sheet keep, and by its other sheets. So no question goes by deleting it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.i18n import Words, pack_text
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.result_columns import (
    LEDGER_FILE,
    LEFT_OUT,
    LEFT_OUT_TITLE,
    PROOF,
    PROOF_TITLE,
    QUESTION_CODES,
    QUESTION_HEADERS,
    QUESTIONS_TITLE,
    SOURCE_HEADER,
)
from armbulk.model.sheet import CELL, Sheet
from armbulk.resources.migration_questions import NONE_WORDS, QUESTION_RULES, AnswerForm, QuestionRule, is_answer

_CODES = ("answer-missing", "answer-wrong", "questions-damaged", "questions-missing", "question-removed")
_ALWAYS = ("document-type", "booking", "distribution", "dunning")
"""The questions of every migration."""

_HEADER_ROWS = 10
_SHEETS = ((PROOF, PROOF_TITLE), (LEFT_OUT, LEFT_OUT_TITLE), (LEDGER_FILE, LEDGER_FILE))
_SOURCES = frozenset(fold_header(text) for text in SOURCE_HEADER.all())


def apply_answers(sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]) -> tuple[list[Sheet], pl.DataFrame]:
    """Fill the empty cells that answers are for.

    Args:
        sheets: The sheets of a check.
        matches: What each was recognised as.

    Returns:
        The sheets, and a finding for each question without an answer, or with one that is none. Nothing is filled from
        the answers of a workbook with such a finding.
    """
    findings, filled = [empty_findings()], list(sheets)
    for index, sheet in enumerate(sheets):
        if not _is_question_sheet(sheet):
            continue
        answers, wrong = _read_answers(sheet, index)
        findings.append(wrong)
        if wrong.is_empty():
            for key, answer in answers.items():
                filled = [
                    _fill(each, match, QUESTION_RULES[key], answer) if each.file == sheet.file else each
                    for each, match in zip(filled, matches, strict=True)
                ]
    return filled, pl.concat([*findings, *_list_missing(sheets)])


def _list_missing(sheets: Sequence[Sheet]) -> Iterator[pl.DataFrame]:
    """Yield a finding for each file of a migration without its questions, and for each question that was removed."""
    questions = {sheet.file: index for index, sheet in reversed(list(enumerate(sheets))) if _is_question_sheet(sheet)}
    reported = set(questions)
    for index, sheet in enumerate(sheets):
        if sheet.file not in reported and _is_of_migration(sheet):
            reported.add(sheet.file)
            yield make_finding(index, "questions-missing", value=sheet.name)
    for file, index in questions.items():
        there = {each.key for each in list_answers([sheets[index]])}
        own = [sheet for sheet in sheets if sheet.file == file]
        listed = [key for sheet in own for key in _list_codes(sheet)]
        removed = [key for key in dict.fromkeys([*_ALWAYS, *listed]) if key not in there]
        if there:  # else the sheet is damaged, which is a finding of its own
            yield from (make_finding(index, "question-removed", value=key) for key in removed)


def _is_of_migration(sheet: Sheet) -> bool:
    """Return whether a sheet is one of a migration's workbook, or a copy of one."""
    if any(_has_title(sheet, *words) for words in _SHEETS):
        return True
    cells = (text for letter in sheet.letters for text in sheet.frame[letter].head(_HEADER_ROWS).drop_nulls())
    return any(fold_header(text) in _SOURCES for text in cells if len(text) < 20)


def _list_codes(sheet: Sheet) -> list[str]:
    """Return the codes of the questions that the sheet of the ledger's files lists."""
    if not _has_title(sheet, LEDGER_FILE, LEDGER_FILE) or len(sheet.letters) < 2:
        return []
    label, value = sheet.letters[:2]
    names = {fold_header(text) for text in QUESTION_CODES.all()}
    rows = zip(sheet.frame[label], sheet.frame[value], strict=True)
    texts = [value for name, value in rows if value and fold_header(name or "") in names]
    return [key for text in texts for key in text.split(", ") if key in QUESTION_RULES]


def _has_title(sheet: Sheet, name: Words, title: Words) -> bool:
    """Return whether a sheet has this name and this title in its first cell."""
    first = sheet.frame[sheet.letters[0]][0] if sheet.frame.height and sheet.letters else None
    return fold_header(sheet.name) in {fold_header(text) for text in name.all()} and fold_header(first or "") in {
        fold_header(text) for text in title.all()
    }


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question as it is in a workbook; `answer` is "" if it has no answer yet."""

    key: str
    question: str
    answer: str

    @property
    def rule(self) -> QuestionRule:
        """What an answer may be."""
        return QUESTION_RULES[self.key]


def list_answers(sheets: Sequence[Sheet]) -> tuple[AnsweredQuestion, ...]:
    """Return the questions of a migration's workbook with their answers; none for any other workbook."""
    answered = []
    for sheet in sheets:
        letters = {name: _find_column(sheet, name) for name in ("key", "question", "answer")}
        if _is_question_sheet(sheet) and all(letters.values()):
            columns = {name: pl.col(str(letter)).fill_null("").str.strip_chars() for name, letter in letters.items()}
            rows = sheet.frame.select(**columns).filter(pl.col("key").is_in(list(QUESTION_RULES)))
            answered += [AnsweredQuestion(**row) for row in rows.to_dicts()]
    return tuple(answered)


def is_unanswered() -> pl.Expr:
    """Return whether a finding says that a migration lacks an answer: nothing of its file is sent."""
    return pl.col("code").is_in(_CODES)


def _is_question_sheet(sheet: Sheet) -> bool:
    """Return whether a sheet has the questions: by its title, whatever it is called."""
    title = sheet.frame[sheet.letters[0]][0] if sheet.frame.height and sheet.letters else None
    return fold_header(title or "") in {fold_header(text) for text in QUESTIONS_TITLE.all()}


def _read_answers(sheet: Sheet, index: int) -> tuple[dict[str, str], pl.DataFrame]:
    """Return the answers by the keys of their questions, and what is wrong with them."""
    columns = {name: _find_column(sheet, name) for name in ("key", "answer")}
    findings, answers = [empty_findings()], {}
    if columns["key"] is None or columns["answer"] is None:
        return {}, make_finding(index, "questions-damaged", value=sheet.name)
    for row in sheet.frame.select("row", **{name: pl.col(str(letter)) for name, letter in columns.items()}).to_dicts():
        rule = QUESTION_RULES.get((row["key"] or "").strip())
        if rule is None:
            continue
        answer = (row["answer"] or "").strip()
        if not is_answer(rule, answer):
            code = "answer-wrong" if answer else "answer-missing"
            cell = {
                "row": row["row"],
                "column": columns["answer"],
                "value": answer or None,
                "detail": pack_text(rule.answers),
            }
            findings.append(make_finding(index, code, **cell))
        answers[row["key"].strip()] = answer
    if not answers:
        findings.append(make_finding(index, "questions-damaged", value=sheet.name))
    return answers, pl.concat(findings)


def _find_column(sheet: Sheet, name: str) -> str | None:
    """Return the letter of the column with a header of the sheet Questions."""
    headers = {fold_header(text) for text in QUESTION_HEADERS[name].all()}
    for letter in sheet.letters:
        if any(fold_header(text) in headers for text in sheet.frame[letter].drop_nulls().head(10)):
            return letter
    return None


def _fill(sheet: Sheet, match: HeaderMatch, rule: QuestionRule, answer: str) -> Sheet:
    if match.resource is None or match.header_row is None or match.recognised_resource.name != rule.resource:
        return sheet
    key = match.columns.get(match.recognised_resource.key)
    if key is None or answer.lower() in NONE_WORDS:
        return sheet
    frame = sheet.frame
    for name in rule.fields:
        letter = match.columns.get(name)
        if letter is None:
            continue
        value = _calculate_due(match, answer) if rule.form is AnswerForm.DAYS else pl.lit(answer)
        kind = "text" if rule.form is AnswerForm.CODE else "date"
        is_open = (pl.col("row") > match.header_row) & pl.col(letter).is_null() & pl.col(key).is_not_null()
        is_filled = is_open & value.is_not_null()
        frame = frame.with_columns(
            pl.when(is_filled).then(value).otherwise(letter).alias(letter),
            pl.when(is_filled).then(pl.lit(kind, CELL)).otherwise(f"{letter}.cell").alias(f"{letter}.cell"),
        )
    return replace(sheet, frame=frame)


def _calculate_due(match: HeaderMatch, days: str) -> pl.Expr:
    """Return the document's date and so many days, as the text of a date; null where the date is none."""
    letter = match.columns.get("document_date")
    if letter is None:
        return pl.lit(None, dtype=pl.String)
    day = pl.col(letter).str.head(10).str.to_date("%Y-%m-%d", strict=False)
    return (day + pl.duration(days=int(days))).dt.to_string("%Y-%m-%d")
