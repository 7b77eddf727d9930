"""Questions about files that a person answers on a page: each answer shows what it does to the file's own values.

Some are asked by the use cases themselves (a header that only resembles a column …), others follow from findings that
an option of reading settles (hidden rows, dates that can be read in two ways …). Answers can be changed later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from armbulk.app.asked_question import AskedQuestion
from armbulk.app.check import CheckResult
from armbulk.app.column_answers import list_amount_meanings, list_date_meanings
from armbulk.app.column_starter import CONTENTS
from armbulk.app.day_words import write_day
from armbulk.findings.frame import mask_value
from armbulk.i18n import NO_TEXT, Text, _, ngettext
from armbulk.model.read_options import DATE_ORDERS
from armbulk.model.sheet import Sheet
from armbulk.resources import fields_by_name

YES, NO = "yes", "no"
OPTION = "option:"
"""How the key of a question begins whose answer is an option of reading."""

VALUES = "values:"
"""How the key begins under which a draft keeps the values that a question was about."""

_HEADER = "header:"
_ENCODING_ERRORS = ("wrong-encoding", "encoded-twice")
_EFFECTS = 3
_CELLS = 5
_NAMES_OF_ENCODINGS = {"Windows-1252": "cp1252"}
_ENCODINGS = ("utf-8", "cp1252", "cp1250", "cp865", "cp850")
_HIDDEN = ("hidden-rows", "hidden-open-rows", "hidden-included", "hidden-skipped", "hidden-columns",
           "hidden-columns-included", "hidden-columns-skipped")  # fmt: skip
_FIRST_YEAR = 1900  # 1/2/26 with the year first is a day in the year 1, which no invoice has
_ORDERS = {"dmy": _("Day first"), "mdy": _("Month first"), "ymd": _("Year first")}
_SEPARATORS = {",": _("The comma is before the decimals"), ".": _("The point is before the decimals")}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be chosen: its value, its words, and what it does to the first values."""

    value: str
    text: Text
    effects: Sequence[Text | str] = ()


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A question about the files.

    Attributes:
        key: Names it.
        text: What is asked.
        answers: What can be answered.
        chosen: The value of the answer; "" = there is none yet.
        values: The values of the file that it is about: a draft keeps them, to show the effects again later.
        source: The question of the use case; None: it follows from a finding.
    """

    key: str
    text: Text
    answers: Sequence[Answer]
    chosen: str
    values: Sequence[str] = ()
    source: AskedQuestion | None = None


def list_questions(
    result: CheckResult | None,
    sources: Sequence[AskedQuestion],
    options: Mapping[str, Any],
    answers: Mapping[str, Any],
    error: str = "",
) -> list[FileQuestion]:
    """Return the questions about files, those without an answer first.

    Args:
        result: The check of the files as they are; None: nothing could be checked.
        sources: What the use cases have asked.
        options: The draft's options of reading, by name.
        answers: The draft's answers, with the values of questions that were answered.
        error: The code of the error that stopped the check; "" = none did.
    """
    questions = [*_list_options(result, options, answers), *(_describe(result, each) for each in sources)]
    questions += [_describe(result, each) for each in _list_unread(answers, {each.key for each in sources})]
    if error in _ENCODING_ERRORS:
        names = [Answer(encoding, _("As {encoding}", encoding=encoding)) for encoding in _ENCODINGS]
        questions.append(FileQuestion(OPTION + "encoding", _("How are the letters of the file written?"), names, ""))
    return sorted(questions, key=lambda question: bool(question.chosen))


def answer_question(question: FileQuestion, value: str, options: dict[str, Any], answers: dict[str, Any]) -> bool:
    """Store an answer; return whether the question has it.

    Args:
        question: The question.
        value: The answer.
        options: The draft's options of reading, which are changed.
        answers: The draft's answers, which are changed.
    """
    if value not in {answer.value for answer in question.answers}:
        return False
    if question.source is not None:
        answers[question.key] = value == YES
        if question.source.kind == "header":
            _leave_column(question, options, answers, is_left=value == NO)
        return True
    name = question.key.removeprefix(OPTION)
    options[name] = {YES: True, NO: False}.get(value, value)
    answers[VALUES + name] = list(question.values)
    return True


def _leave_column(question: FileQuestion, options: dict[str, Any], answers: dict[str, Any], *, is_left: bool) -> None:
    """Store that a column whose header only resembles one of armbulk's is not read, or that it is read again."""
    values = dict(question.source.values) if question.source is not None else {}
    others = [text for text in options.get("unread_columns", ()) if text != values["text"]]
    options["unread_columns"] = [*others, values["text"]] if is_left else others
    if is_left:
        answers[VALUES + question.key] = values


def _list_unread(answers: Mapping[str, Any], known: set[str]) -> Iterator[AskedQuestion]:
    """Yield the questions about columns that are not read by an earlier answer: they are not asked again."""
    for key, answer in answers.items():
        if key.startswith(_HEADER) and answer is False and key not in known and VALUES + key in answers:
            yield AskedQuestion(key, "header", answers[VALUES + key], answer=False)


def _list_options(
    result: CheckResult | None, options: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterator[FileQuestion]:
    """Yield the questions whose answers are options of reading."""
    findings = result.checked.findings if result is not None else pl.DataFrame(schema={"code": pl.String})

    def find(name: str, *codes: str) -> list[str]:
        matching = findings.filter(pl.col("code").is_in(codes))
        texts = matching["value"].drop_nulls().unique(maintain_order=True).to_list() if matching.height else []
        return texts or list(answers.get(VALUES + name, ()))

    if result is not None and findings["code"].is_in(_HIDDEN).any():
        yield _ask_about_hidden(result, str(options.get("hidden") or ""))
    if texts := find("dates", "ambiguous-date", "date-in-other-order"):
        yield _ask_about_dates(texts, str(options.get("dates") or ""))
    if texts := find("decimal", "ambiguous-number"):
        yield _ask_about_amounts(texts, str(options.get("decimal") or ""))
    if texts := _find_postal_codes(findings) or list(answers.get(VALUES + "pad_postal_codes", ())):
        yield _ask_about_postal_codes(texts, options.get("pad_postal_codes"))
    if findings["code"].is_in(["clear-needs-update"]).any() or (options.get("update") is not None):
        yield _ask_about_update(result, options.get("update"))
    if texts := _find_samples(findings) or list(answers.get(VALUES + "encoding", ())):
        yield _ask_about_encoding(texts, str(options.get("encoding") or ""))


def _ask_about_hidden(result: CheckResult, chosen: str) -> FileQuestion:
    sheets = [sheet for sheet in result.checked.file_sheets if sheet.hidden_rows or sheet.hidden_columns]
    rows = sum(len(sheet.hidden_rows) for sheet in sheets)
    columns = sum(len(sheet.hidden_columns) for sheet in sheets)
    effects = [text for sheet in sheets for text in _show_hidden(result, sheet)][:_EFFECTS]
    counts = {"rows": rows, "columns": columns}
    what = _("Excel hides {rows:number} rows and {columns:number} columns of these files. Are they sent?", **counts)
    if not columns:
        what = ngettext("Excel hides {count:number} row of these files. Is it sent?",
                        "Excel hides {count:number} rows of these files. Are they sent?", count=rows)  # fmt: skip
    elif not rows:
        what = ngettext("Excel hides {count:number} column of these files. Is it read?",
                        "Excel hides {count:number} columns of these files. Are they read?", count=columns)  # fmt: skip
    answers = [
        Answer("include", _("Yes, like all others"), effects),
        Answer("skip", _("No, leave out what is hidden"), [_("Only what Excel shows is sent")]),
    ]
    return FileQuestion(OPTION + "hidden", what, answers, chosen)


def _show_hidden(result: CheckResult, sheet: Sheet) -> Iterator[Text]:
    """Yield the first hidden rows of a sheet, and the headers and first values of its hidden columns."""
    index = result.checked.file_sheets.index(sheet)
    for row in sorted(sheet.hidden_rows)[:_EFFECTS]:
        yield _("{sheet}, row {row}: {values}", sheet=sheet.name, row=row, values=_show_row(result, index, row))
    for letter in sorted(sheet.hidden_columns & set(sheet.letters))[:_EFFECTS]:
        texts = [_mask(result, index, letter, text) for text in sheet.frame[letter].drop_nulls().head(_CELLS)]
        yield _("{sheet}, column {letter}: {values}", sheet=sheet.name, letter=letter, values=" · ".join(texts))


def _show_row(result: CheckResult, index: int, row: int) -> str:
    """Return the first values of a row; sensitive ones by their last two characters."""
    sheet = result.checked.sheets[index]
    cells = sheet.frame.filter(pl.col("row") == row)
    texts = [(letter, cells[letter][0]) for letter in sheet.letters if cells.height]
    shown = [_mask(result, index, letter, text) for letter, text in texts if text is not None]
    return " · ".join(shown[:_CELLS])


def _mask(result: CheckResult, index: int, letter: str, text: str) -> str:
    match, sources = result.checked.header_matches[index], result.checked.mapped_sheets[index].source_columns
    names = [name for name, column in match.columns.items() if sources.get(column, column) == letter]
    fields = fields_by_name()
    return mask_value(text) if any(fields[name].sensitive for name in names if name in fields) else text


def _ask_about_dates(texts: Sequence[str], chosen: str) -> FileQuestion:
    answers = []
    for order in DATE_ORDERS:
        effects = [
            _(
                "{text} → {meaning}",
                text=text,
                meaning=_write_meaning(list_date_meanings([text])[1].get(order, NO_TEXT)),
            )
            for text in texts[:_EFFECTS]
        ]
        answers.append(Answer(order, _ORDERS[order], effects))
    return FileQuestion(
        OPTION + "dates", _("How are the dates of these files read?"), answers, chosen, texts[:_EFFECTS]
    )


def _write_meaning(meaning: Text) -> Text:
    """Return the day that an order makes of a date, in words."""
    day = meaning.values.get("day")
    return write_day(day) if isinstance(day, date) and day.year >= _FIRST_YEAR else _("no date")


def _ask_about_amounts(texts: Sequence[str], chosen: str) -> FileQuestion:
    answers = []
    for separator, words in _SEPARATORS.items():
        meanings = [(text, list_amount_meanings([text])[1][separator]) for text in texts[:_EFFECTS]]
        effects = [_("{text} → {meaning}", text=text, meaning=meaning or _("no amount")) for text, meaning in meanings]
        answers.append(Answer(separator, words, effects))
    return FileQuestion(
        OPTION + "decimal", _("How are the amounts of these files read?"), answers, chosen, texts[:_EFFECTS]
    )


def _find_postal_codes(findings: pl.DataFrame) -> list[str]:
    codes = ["leading-zero-lost", "postal-code-padded"]
    if not findings["code"].is_in(codes).any():
        return []
    matching = findings.filter(pl.col("code").is_in(codes) & pl.col("field").str.contains("postal_code"))
    return matching["value"].drop_nulls().unique(maintain_order=True).head(_EFFECTS).to_list()


def _ask_about_postal_codes(texts: Sequence[str], chosen: Any) -> FileQuestion:
    answers = [
        Answer(YES, _("Yes, add it"), [_("{text} → {meaning}", text=text, meaning=text.zfill(4)) for text in texts]),
        Answer(NO, _("No, I correct the file"), [_("These rows are held back until they are corrected")]),
    ]
    text = _("Some postal codes have lost the zero at their beginning. Is it added again?")
    return FileQuestion(OPTION + "pad_postal_codes", text, answers, _write_flag(chosen), texts)


def _ask_about_update(result: CheckResult | None, chosen: Any) -> FileQuestion:
    is_export = result is not None and result.is_export
    text = _("Are these changes to customers that ARM has already?")
    if is_export:
        text = _("armbulk exported this file. Are these changes to customers that ARM has already?")
    answers = [
        Answer(
            YES,
            _("Yes, change these customers"),
            [_("Only the values in the file are sent; blank cells change nothing")],
        ),
        Answer(NO, _("No, create the records"), [_("Every required field is needed")]),
    ]
    return FileQuestion(OPTION + "update", text, answers, _write_flag(chosen))


def _find_samples(findings: pl.DataFrame) -> list[str]:
    """Return the encoding in which a file is read by its letters, and words with such letters; [] for other files."""
    matching = findings.filter(pl.col("code") == "encoding-guessed") if findings.height else findings
    if not matching.height:
        return []
    samples = [text.partition(" (")[0] for text in str(matching["value"][0]).split(" · ")][:_EFFECTS]
    return [_NAMES_OF_ENCODINGS.get(str(matching["detail"][0]), str(matching["detail"][0])), *samples]


def _ask_about_encoding(texts: Sequence[str], chosen: str) -> FileQuestion:
    """Return the question whether letters such as æ are right; each encoding with what it makes of them."""
    base, *samples = texts
    answers: list[Answer] = []
    for encoding in dict.fromkeys([base, *_ENCODINGS]):
        readings = [_read_as(sample, base, encoding) for sample in samples]
        if all(readings) and readings not in [list(answer.effects) for answer in answers]:
            answers.append(Answer(encoding, _("As {encoding}", encoding=encoding), readings))
    return FileQuestion(OPTION + "encoding", _("Are the letters of the file right?"), answers, chosen or base, texts)


def _read_as(text: str, base: str, encoding: str) -> str:
    """Return what a text would be in another encoding; "" where its bytes are no text there."""
    try:
        reading = text.encode(base).decode(encoding)
    except (UnicodeError, LookupError):
        return ""
    return reading if reading.isprintable() else ""


def _write_flag(chosen: Any) -> str:
    return "" if chosen is None else (YES if chosen else NO)


def _describe(result: CheckResult | None, source: AskedQuestion) -> FileQuestion:
    """Return a question of a use case with its answers."""
    chosen = _write_flag(source.answer)
    values = source.values
    if source.kind == "header":
        text = _('Sheet {sheet}, column {column}: is "{text}" the column "{header}"?', **values)
        effects = _show_column(result, values)
        answers = [
            Answer(YES, _("Yes, read it so"), effects),
            Answer(NO, _("No, it is another column"), [_("It is not sent")]),
        ]
        return FileQuestion(source.key, text, answers, chosen, source=source)
    if source.kind == "suppliers":
        contents = {**values, "contents": CONTENTS[str(values["resource"])]}
        text = _('Sheet {sheet}: "{text}" may refer to suppliers. Is it {contents}?', **contents)
        answers = [Answer(YES, _("Yes, read it")), Answer(NO, _("No, read nothing"))]
        return FileQuestion(source.key, text, answers, chosen, source=source)
    count = {**values, "count": int(values["count"])}
    of_rows = _show_rows(result, values)
    if source.kind == "continuation":
        text = ngettext(
            "Sheet {sheet}: {count} row has no document number (row {rows}). Does it belong to the document above?",
            "Sheet {sheet}: {count} rows have no document number (rows {rows}). Do they belong to the document above?",
            **count,
        )
        no = Answer(NO, _("No, I correct the file"), [_("These rows are held back until they are corrected")])
        return FileQuestion(
            source.key, text, [Answer(YES, _("Yes, they are its lines"), of_rows), no], chosen, source=source
        )
    text = ngettext(
        "Sheet {sheet}: {count:number} credit note has no due date (row {rows}). Use its document date?",
        "Sheet {sheet}: {count:number} credit notes have no due date (rows {rows}). Use their document dates?",
        **count,
    )
    no = Answer(NO, _("No, I correct the file"), [_("These rows are held back until they are corrected")])
    return FileQuestion(
        source.key, text, [Answer(YES, _("Yes, they are due on that date"), of_rows), no], chosen, source=source
    )


def _find_sheet(result: CheckResult | None, name: object) -> int | None:
    names = [sheet.name for sheet in result.checked.sheets] if result is not None else []
    return names.index(name) if name in names else None


def _show_column(result: CheckResult | None, values: Mapping[str, Any]) -> list[str]:
    """Return the first different values of a column below its header."""
    index = _find_sheet(result, values["sheet"])
    if result is None or index is None or values["column"] not in result.checked.sheets[index].letters:
        return []
    row = result.checked.header_matches[index].header_row or 0
    frame = result.checked.sheets[index].frame.filter(pl.col("row") > row)
    texts = frame[values["column"]].drop_nulls().unique(maintain_order=True).head(_EFFECTS)
    return [_mask(result, index, values["column"], text) for text in texts]


def _show_rows(result: CheckResult | None, values: Mapping[str, Any]) -> list[Text]:
    """Return the first rows that a question is about."""
    index = _find_sheet(result, values["sheet"])
    if result is None or index is None:
        return []
    rows = [int(text) for text in str(values["rows"]).replace("…", "").split(",") if text.strip().isdecimal()]
    return [_("row {row}: {values}", row=row, values=_show_row(result, index, row)) for row in rows[:_EFFECTS]]
