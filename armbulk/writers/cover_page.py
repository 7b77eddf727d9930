"""The page of a workbook that people sign: whose it is, its result, key figures, what was compared (xlsxwriter)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from armbulk.i18n import _
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.report_cells import choose_format, create_formats, replace_unprintable, write_across, write_value
from armbulk.writers.section import Link, Value
from armbulk.writers.signature_block import signature_headings, signature_roles

_WIDTHS = (36, 17, 17, 14, 4, 28)
_LAST = len(_WIDTHS) - 1
_VALUE_CHARS = 80
"""Characters that fit on a line from the second column on."""

_SYMBOLS = {True: "✓", False: "✗", None: "!"}
_ROW_HEIGHT, _SIGN_HEIGHT = 18, 40  # points; the second has room for a signature
_TEXTS = {
    "figures": _("Key figures"),
    "checks": _("What was compared"),
    "signatures": _("Signatures"),
    "from_records": _("From the records"),
    "from_arm": _("ARM's own figure"),
    "difference": _("Difference"),
    "where": _("See"),
}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key figure.

    Attributes:
        label: what it is.
        value: its amount or count.
        remark: more about it.
        link: where it comes from.
    """

    label: str
    value: Value
    remark: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures that must be the same.

    Attributes:
        label: what is compared.
        ours: the figure made of the records.
        theirs: ARM's own figure; None when it is not available.
        is_good: whether they agree; None when they could not be compared.
        link: the rows behind it.
    """

    label: str
    ours: Decimal | int | None
    theirs: Decimal | int | None
    is_good: bool | None
    link: Link | None = None

    @property
    def difference(self) -> Decimal | int | None:
        """The first figure less the second; None without both."""
        return None if self.ours is None or self.theirs is None else self.ours - self.theirs


@dataclass(frozen=True, slots=True)
class CoverPage:
    """The content of the page.

    Attributes:
        name: the sheet's name.
        title: the title.
        subject: what is printed at the top.
        facts: labels and texts: client, period, who made it and when.
        status: the result in a few words.
        is_good: whether the result is good; None when it is not decided.
        reasons: sentences below the status.
        figures: key figures.
        checks: what was compared.
        notes: small sentences above the signatures.
    """

    name: str
    title: str
    subject: str
    facts: Sequence[tuple[str, str]]
    status: str
    is_good: bool | None
    reasons: Sequence[str]
    figures: Sequence[KeyFigure]
    checks: Sequence[Check]
    notes: Sequence[str]


def add_cover_page(book: Any, cover: CoverPage, lang: str) -> None:
    """Add the page to a workbook (an `xlsxwriter.Workbook`)."""
    formats = create_formats(book, lang)
    page = book.add_worksheet(cover.name)
    set_up_page(page, lang, cover.subject, is_landscape=False, pages_down=1)
    page.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.set_default_row(_ROW_HEIGHT)
    page.set_row(0, 36)
    page.write_string(0, 0, cover.title, formats["title"])
    row = 2
    for label, text in cover.facts:
        page.write_string(row, 0, label, formats["label"])
        write_across(page, row, (1, _LAST), text, formats["wrapped"], _VALUE_CHARS)
        row += 1
    row = _write_status(page, row + 1, cover, formats)
    row = _write_figures(page, row + 1, cover.figures, formats, lang)
    row = _write_checks(page, row + 1, cover.checks, formats, lang)
    row = _write_signatures(page, row + 1, formats, lang)
    for number, note in enumerate(cover.notes, start=row + 1):
        write_across(page, number, (0, _LAST), note, formats["note"], sum(_WIDTHS))
    page.print_area(0, 0, row + len(cover.notes), _LAST)


def _write_heading(page: Any, row: int, texts: Sequence[str], formats: dict[str, Any]) -> int:
    """Write the title of a part, and headings beside it; return the row after it."""
    page.set_row(row, 24)
    for column in range(_LAST + 1):
        text = texts[column] if column < len(texts) else ""
        name = {0: "section", _LAST: "section left"}.get(column, "section right")
        page.write_string(row, column, text, formats[name])
    return row + 1


def _write_status(page: Any, row: int, cover: CoverPage, formats: dict[str, Any]) -> int:
    name = {True: "is good", False: "is bad", None: "undecided"}[cover.is_good]
    write_across(page, row, (0, _LAST), f"{_SYMBOLS[cover.is_good]} {cover.status}", formats[name], sum(_WIDTHS))
    page.set_row(row, 24)
    for reason in cover.reasons:
        row += 1
        write_across(page, row, (0, _LAST), reason, formats["wrapped"], sum(_WIDTHS))
    return row + 1


def _write_figures(page: Any, row: int, figures: Sequence[KeyFigure], formats: dict[str, Any], lang: str) -> int:
    row = _write_heading(page, row, [_TEXTS["figures"].text(lang)], formats)
    for figure in figures:
        page.write_string(row, 0, replace_unprintable(figure.label), formats["line label"])
        write_value(page, row, 1, figure.value, choose_format(figure.value, formats))
        page.write_string(row, 2, figure.remark, formats["remark"])
        if figure.link is not None:
            write_value(page, row, _LAST, figure.link, formats["link"])
        row += 1
    return row


def _write_checks(page: Any, row: int, checks: Sequence[Check], formats: dict[str, Any], lang: str) -> int:
    names = ("checks", "from_records", "from_arm", "difference", "", "where")
    row = _write_heading(page, row, [_TEXTS[name].text(lang) if name else "" for name in names], formats)
    for check in checks:
        variant = " bad" if check.is_good is False else ""
        page.write_string(row, 0, replace_unprintable(check.label), formats[f"line label{variant}"])
        for column, value in enumerate((check.ours, check.theirs, check.difference), start=1):
            write_value(page, row, column, value, choose_format(value, formats, variant))
        page.write_string(row, 4, _SYMBOLS[check.is_good], formats[f"symbol{variant}"])
        if check.link is not None:
            write_value(page, row, _LAST, check.link, formats["link"])
        row += 1
    return row


def _write_signatures(page: Any, row: int, formats: dict[str, Any], lang: str) -> int:
    name, day, signature = signature_headings(lang)
    row = _write_heading(page, row, [_TEXTS["signatures"].text(lang), name, "", day, "", signature], formats)
    for role in signature_roles(lang):
        page.set_row(row, _SIGN_HEIGHT)
        page.write_string(row, 0, role, formats["role"])
        for column in range(1, _LAST + 1):
            page.write_blank(row, column, None, formats["to sign"])
        row += 1
    return row
