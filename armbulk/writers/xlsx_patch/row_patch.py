"""Change the cells of one row of a worksheet's XML."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.style_book import Variant

SEPARATOR = b"\x00"
"""Separates the outcome cells of a row: it cannot be in XML."""

_ATTRIBUTES = rb"""[^>"'/]*(?:"[^"]*"[^>"'/]*|'[^']*'[^>"'/]*)*"""
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{1,3})([0-9]{1,7})\s*["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["']\s*([0-9]{1,9})\s*["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*("[^"]*"|'[^']*')""")
_CUSTOM_FORMAT = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")
_FORMULA_OF_OTHERS = re.compile(rb"""<(?:[\w.-]+:)?f\s[^>]*\bref\s*=""")


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A change of one cell.

    Attributes:
        xml: The whole cell as it is to be, without a style of its own; None keeps it. b"" removes it.
        variant: How its style changes; None keeps it.
        text: Its new text as escaped XML; None keeps its content, b"" blanks it.
    """

    xml: bytes | None = None
    variant: Variant | None = None
    text: bytes | None = None


class RowPatcher:
    """Changes rows of one worksheet."""

    def __init__(
        self,
        prefix: str,
        vary: Callable[[int, Variant], int],
        column_styles: Mapping[int, int],
        unmark: Callable[[int], int] = lambda number: number,
        marked: frozenset[int] = frozenset(),
        kept: frozenset[bytes] = frozenset(),
    ) -> None:
        """Prepare for a worksheet.

        Args:
            prefix: The prefix of its elements, with the colon; "" for none.
            vary: Returns the style of a cell by its style now.
            column_styles: Column index → style of its cells that are not there.
            unmark: Returns the style that a marked cell had before.
            marked: The styles of cells that an earlier result marked.
            kept: The letters of columns whose cells keep their colours.
        """
        self._unmark, self._marked, self._kept = unmark, marked, kept
        numbers = "|".join(map(str, sorted(marked))).encode()
        self._mark = re.compile(rb"""\ss\s*=\s*["'](?:""" + numbers + rb""")["']""") if marked else None
        self._prefix = prefix.encode()
        name = re.escape(self._prefix)
        self._cell = re.compile(
            rb"<" + name + rb"c(?=[\s/>])(" + _ATTRIBUTES + rb")(?:/>|>(.*?)</" + name + rb"c\s*>)", re.DOTALL
        )
        self._tag = re.compile(rb"<" + name + rb"c(?=[\s/>])" + _ATTRIBUTES + rb"/?>")
        self._start = b"<" + self._prefix + b"c"
        self._vary = vary
        self._column_styles = column_styles

    @staticmethod
    def column(letters: bytes) -> int:
        """Return the index of a column by its letters."""
        return to_column(letters)

    def last_column(self, body: bytes) -> int | None:
        """Return the index of the last cell's column, -1 without cells; None where it is only known by counting."""
        position = len(body)
        while (position := body.rfind(self._start, 0, position)) >= 0:
            match = self._tag.match(body, position)
            if match:
                reference = _REFERENCE.search(match[0])
                return to_column(reference[1]) if reference else None
        return -1

    def has_marks(self, content: bytes, start: int, end: int) -> bool:
        """Return whether cells between two places of a worksheet may have the mark of an earlier result."""
        return self._mark is not None and self._mark.search(content, start, end) is not None

    def remove_marks(self, body: bytes) -> bytes:
        """Return a row's content with the cells that an earlier result marked as they were before."""
        return self._tag.sub(self._unmark_cell, body) if self.has_marks(body, 0, len(body)) else body

    def _unmark_cell(self, match: "re.Match[bytes]") -> bytes:
        tag = match[0]
        style = _STYLE.search(tag)
        reference = _REFERENCE.search(tag)
        is_kept = reference is not None and reference[1] in self._kept
        if style is None or is_kept or int(style[1]) not in self._marked:
            return tag
        return tag[: style.start()] + b' s="%d"' % self._unmark(int(style[1])) + tag[style.end() :]

    def restyle(self, body: bytes, letters: bytes, number: bytes, variant: Variant) -> bytes | None:
        """Return a row's content with another style of one cell; None where the cell is not found at once."""
        position = body.find(b' r="' + letters + number + b'"')
        if position < 0:
            return None
        start = body.rfind(b"<", 0, position)
        match = self._tag.match(body, start)
        reference = _REFERENCE.search(match[0]) if match else None
        if match is None or reference is None or reference[1] != letters:
            return None
        return body[:start] + self._set_style(match[0], variant) + body[match.end() :]

    def _set_style(self, tag: bytes, variant: Variant) -> bytes:
        match = _STYLE.search(tag)
        style = b' s="%d"' % self._vary(int(match[1]) if match else 0, variant)
        if match:
            return tag[: match.start()] + style + tag[match.end() :]
        end = len(tag) - (2 if tag.endswith(b"/>") else 1)
        return tag[:end].rstrip() + style + tag[end:]

    def merge(self, body: bytes, number: int, edits: Mapping[int, CellEdit], row_tag: bytes = b"") -> bytes:
        """Return a row's content with changed cells.

        Args:
            body: What is between the row's tags.
            number: The number of the row.
            edits: Column index → change.
            row_tag: The row's start tag, for the style of its cells that are not there.
        """
        pieces: list[bytes] = []
        waiting = sorted(edits, reverse=True)
        position, column = 0, -1
        for match in self._cell.finditer(body):
            reference = _REFERENCE.search(match[1])
            column = to_column(reference[1]) if reference else column + 1
            pieces.append(body[position : match.start()])
            while waiting and waiting[-1] < column:
                pieces.append(self._create(waiting[-1], number, edits[waiting.pop()], row_tag))
            if waiting and waiting[-1] == column:
                pieces.append(self._change(match, column, number, edits[waiting.pop()]))
            else:
                pieces.append(match[0])
            position = match.end()
        pieces += [self._create(index, number, edits[index], row_tag) for index in reversed(waiting)]
        return b"".join([*pieces, body[position:]])

    def _change(self, match: "re.Match[bytes]", column: int, number: int, edit: CellEdit) -> bytes:
        if (edit.xml is not None or edit.text is not None) and _FORMULA_OF_OTHERS.search(match[2] or b""):
            message = "a cell to be replaced has the formula of other cells"
            raise PatchRefusedError(message)
        if edit.xml is not None:
            return edit.xml
        style = _STYLE.search(match[1])
        old = int(style[1]) if style else 0
        if edit.text is not None:
            return self._build(column, number, old, edit)
        if edit.variant is None:
            return match[0]
        tag = self._tag.match(match[0])
        return match[0] if tag is None else self._set_style(tag[0], edit.variant) + match[0][tag.end() :]

    def _create(self, column: int, number: int, edit: CellEdit, row_tag: bytes) -> bytes:
        if edit.xml is not None:
            return edit.xml
        style = _STYLE.search(row_tag) if _CUSTOM_FORMAT.search(row_tag) else None
        return self._build(column, number, int(style[1]) if style else self._column_styles.get(column, 0), edit)

    def _build(self, column: int, number: int, old: int, edit: CellEdit) -> bytes:
        style = self._vary(old, edit.variant) if edit.variant else old
        start = b'%sr="%s%d" s="%d"' % (self._start + b" ", to_letters(column).encode(), number, style)
        if not edit.text:
            return start + b"/>"
        p = self._prefix
        text = b'<%sis><%st xml:space="preserve">%s</%st></%sis></%sc>' % (p, p, edit.text, p, p, p)
        return start + b' t="inlineStr">' + text


@lru_cache(maxsize=1 << 15)
def to_column(letters: bytes) -> int:
    """Return the index of a column by its letters."""
    return to_index(letters.decode().upper())


def without_spans(tag: bytes) -> bytes:
    """Return a row's start tag without the note of which columns it has: the row has more now."""
    return _SPANS.sub(b"", tag)
