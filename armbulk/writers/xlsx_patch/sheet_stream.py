"""A worksheet's XML as a stream: what is before its rows, its rows with changed cells, and what is after them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.row_patch import SEPARATOR, CellEdit, RowPatcher, without_spans
from armbulk.writers.xlsx_patch.style_book import Variant
from armbulk.writers.xlsx_patch.xml_part import XmlPart

_QUOTED = rb"""[^>"'/]*(?:"[^"]*"[^>"'/]*|'[^']*'[^>"'/]*)*"""
_SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?=[\s/>])" + _QUOTED + rb"(/?)>")
_ROOT = re.compile(rb"""<((?:[\w.-]+:)?worksheet)(?=[\s/>])[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,7})["']""")
_MAX_HEAD_BYTES = 32 << 20
_MAX_TAIL_BYTES = 128 << 20
_MAX_MARKUP_BYTES = 1 << 20
_AFTER_DECLARATION = 5  # the XML declaration begins before, perhaps after a byte order mark
_MARKUP_START = 9  # the length of <![CDATA[


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """The outcome of a row.

    Attributes:
        number: The number of the row.
        cells: Its outcome cells, separated by SEPARATOR; a blank one has no characters.
        variant: How its key cell changes; None keeps it.
    """

    number: int
    cells: bytes
    variant: Variant | None = None


@dataclass(slots=True)
class RowChanges:
    """What changes in the rows of a worksheet.

    Attributes:
        outcomes: The outcomes in the order of the rows.
        columns: The index of each outcome column.
        key_letters: The letters of the column with the keys; b"" without.
        edits: Row → column index → change.
        known_rows: The rows with edits that must be in the file.
    """

    outcomes: Iterator[OutcomeRow] = field(default_factory=lambda: iter(()))
    columns: tuple[int, ...] = ()
    key_letters: bytes = b""
    edits: Mapping[int, Mapping[int, CellEdit]] = field(default_factory=dict)
    known_rows: frozenset[int] = frozenset()


def clean_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a part without comments, and with CDATA sections as escaped text; a DTD is refused."""
    rest, offset = b"", 0
    for piece in pieces:
        buffer, rest = rest + piece, b""
        if buffer.find(b"<?", max(0, _AFTER_DECLARATION - offset)) >= 0:
            message = "it has a processing instruction"
            raise PatchRefusedError(message)
        kept: list[bytes] = []
        position = 0
        while (start := buffer.find(b"<!", position)) >= 0:
            end, text = _read_markup(buffer, start)
            if end < 0:
                break
            kept += [buffer[position:start], text]
            position = end
        if start < 0:  # a "<" at the end may be the begin of one
            start = buffer.rfind(b"<", max(position, len(buffer) - 1))
        if start >= 0:
            kept.append(buffer[position:start])
            rest = buffer[start:]
            if len(rest) > _MAX_MARKUP_BYTES:
                message = "it has a comment that is too long"
                raise PatchRefusedError(message)
        else:
            kept.append(buffer[position:])
        offset += len(buffer) - len(rest)
        yield b"".join(kept) if len(kept) > 1 else kept[0]
    if rest:
        yield rest


def _read_markup(buffer: bytes, start: int) -> tuple[int, bytes]:
    """Return where a comment or CDATA section ends, and what stays of it; -1 if it is not complete."""
    head = buffer[start : start + _MARKUP_START]
    if head.startswith(b"<!--"):
        end = buffer.find(b"-->", start + 4)
        return (end + 3 if end >= 0 else -1), b""
    if head == b"<![CDATA[":
        end = buffer.find(b"]]>", start + _MARKUP_START)
        text = buffer[start + _MARKUP_START : end]
        escaped = text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
        return (end + 3, escaped) if end >= 0 else (-1, b"")
    if b"<![CDATA[".startswith(head) or b"<!--".startswith(head):
        return -1, b""
    message = "it has a DTD"
    raise PatchRefusedError(message)


class SheetStream:
    """A worksheet while it is read and written."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Read up to the rows; PatchRefusedError for a worksheet that is not known."""
        self._pieces = clean_pieces(pieces)
        head = b""
        while (match := _SHEET_DATA.search(head)) is None:
            piece = next(self._pieces, None)
            if piece is None or len(head) > _MAX_HEAD_BYTES:
                message = "a worksheet has no rows"
                raise PatchRefusedError(message)
            head += piece
        root = _ROOT.search(head)
        if root is None:
            message = "a worksheet begins with another element"
            raise PatchRefusedError(message)
        self._root_tag, self._root_end = root[0], b"</" + root[1] + b">"
        self._sheet_data = match[0]
        self.prefix = match[1].decode()
        self._is_blank = bool(match[2])
        self._rest = head[match.end() :]
        self._skeleton = b"<" + match[1] + b"sheetData/>" + self._root_end
        self.head = XmlPart(head[: match.start()] + self._skeleton, depth=4)
        self.last_row = 0

    def tail_part(self, tail: bytes) -> XmlPart:
        """Return what is after the rows as a part of its own; `render_tail` takes it apart again."""
        return XmlPart(self._root_tag + tail, depth=3)

    def render_tail(self, part: XmlPart) -> bytes:
        """Return what is after the rows, with changes."""
        return part.render()[len(self._root_tag) :]

    def render_head(self) -> bytes:
        """Return what is before the rows, with changes, and the begin of the rows."""
        end = b"</" + self.prefix.encode() + b"sheetData>"
        data = self._sheet_data.removesuffix(b"/>").rstrip() + b">" if self._is_blank else self._sheet_data
        self._closing = end
        return self.head.render().removesuffix(self._skeleton) + data

    def rows(self, patcher: RowPatcher, changes: RowChanges) -> Iterator[bytes]:
        """Yield the rows with their changes, and the end of the rows; afterwards `read_tail` returns the rest."""
        reader = _RowReader(self.prefix, patcher, changes)
        buffer, is_complete = self._rest, self._is_blank
        while not is_complete:
            written, position, is_complete = reader.read(buffer)
            yield written
            buffer = buffer[position:]
            if not is_complete:
                piece = next(self._pieces, None)
                if piece is None:
                    message = "a worksheet ends within its rows"
                    raise PatchRefusedError(message)
                buffer += piece
        yield reader.finish()
        self.last_row = reader.number
        self._rest = buffer
        yield self._closing

    def read_tail(self) -> bytes:
        """Return what is after the rows."""
        tail = [self._rest]
        size = 0
        for piece in self._pieces:
            tail.append(piece)
            size += len(piece)
            if size > _MAX_TAIL_BYTES:
                message = "a worksheet has too much after its rows"
                raise PatchRefusedError(message)
        return b"".join(tail)


class _RowReader:
    """Takes rows from a buffer, and puts them out with their changes."""

    def __init__(self, prefix: str, patcher: RowPatcher, changes: RowChanges) -> None:
        name = re.escape(prefix.encode())
        self._row = re.compile(rb"\s*(<" + name + rb'row(?:\s+r="([0-9]{1,7})")?(?=[\s/>])' + _QUOTED + rb"(/?)>)")
        self._end = re.compile(rb"\s*</" + name + rb"sheetData\s*>")
        self._plain_end = f"</{prefix}row>".encode()
        self._row_end = re.compile(rb"</" + name + rb"row\s*>")
        self._row_start = f"<{prefix}row".encode()
        self._patcher, self._changes = patcher, changes
        self._outcomes = changes.outcomes
        self._outcome = next(self._outcomes, None)
        self._previous: OutcomeRow | None = None
        self._missing = sorted(set(changes.edits) - changes.known_rows, reverse=True)
        self._columns = changes.columns
        self._can_append = list(self._columns) == sorted(self._columns)
        self._unseen = set(changes.edits) & changes.known_rows
        self.number = 0

    def read(self, buffer: bytes) -> tuple[bytes, int, bool]:
        """Return (rows with their changes, how much of the buffer was read, whether it was the last row)."""
        pieces: list[bytes] = []
        position = copied = 0
        while (match := self._row.match(buffer, position)) is not None:
            body_end, end = match.end(), match.end()
            if not match[3]:
                body_end, end = self._find_end(buffer, match.end())
                if end < 0:
                    break
            self._count(match)
            if self._missing and self._missing[-1] <= self.number:
                pieces += [buffer[copied:position], self._insert_missing()]
                copied = position
            if self._changes_row() or self._patcher.has_marks(buffer, match.end(), body_end):
                pieces += [buffer[copied : match.start(1)], self._patch(match, buffer[match.end() : body_end])]
                copied = end
            position = end
        end_match = self._end.match(buffer, position) if match is None else None
        pieces.append(buffer[copied:position])
        if end_match is not None:
            return b"".join(pieces), end_match.end(), True
        if len(buffer) - position > _MAX_HEAD_BYTES:
            message = f"row {self.number + 1} is not complete"
            raise PatchRefusedError(message)
        return b"".join(pieces), position, False

    def _find_end(self, buffer: bytes, start: int) -> tuple[int, int]:
        position = buffer.find(self._plain_end, start)
        if position >= 0 and buffer.find(self._row_start, start, position) < 0:
            return position, position + len(self._plain_end)
        match = self._row_end.search(buffer, start)  # some end tags may be written with a blank
        return match.span() if match else (-1, -1)

    def _count(self, match: "re.Match[bytes]") -> None:
        if match[2] is not None:
            self.number = int(match[2])
        else:
            reference = _NUMBER.search(match[1])
            self.number = int(reference[1]) if reference else self.number + 1
        if self.number > EXCEL_MAX_ROWS:
            message = f"there is no row {self.number}"
            raise PatchRefusedError(message)

    def _changes_row(self) -> bool:
        """Whether the current row changes; a row that is there twice changes twice."""
        if self._outcome is not None and self._outcome.number == self.number:
            self._previous, self._outcome = self._outcome, next(self._outcomes, None)
        elif self._outcome is not None and self._outcome.number < self.number:
            message = f"row {self._outcome.number} was read, but is not found"
            raise PatchRefusedError(message)
        self._unseen.discard(self.number)
        is_outcome = self._previous is not None and self._previous.number == self.number
        return is_outcome or self.number in self._changes.edits

    def _insert_missing(self) -> bytes:
        """Return the rows with changes that are not in the file, up to the current one."""
        rows = []
        while self._missing and self._missing[-1] <= self.number:
            number = self._missing.pop()
            if number < self.number:
                rows.append(self._create(number))
        return b"".join(rows)

    def _create(self, number: int) -> bytes:
        cells = self._patcher.merge(b"", number, self._changes.edits[number])
        return self._row_start + b' r="%d">' % number + cells + self._plain_end

    def finish(self) -> bytes:
        """Return the rows after the last one of the file."""
        unseen = [self._outcome.number] if self._outcome is not None else sorted(self._unseen)
        if unseen:
            message = f"row {unseen[0]} was read, but is not found"
            raise PatchRefusedError(message)
        rows = [self._create(number) for number in reversed(self._missing)]
        self.number = max([self.number, *self._missing])
        self._missing = []
        return b"".join(rows)

    def _patch(self, match: "re.Match[bytes]", body: bytes) -> bytes:
        tag = match[1]
        edits = dict(self._changes.edits.get(self.number, {}))
        appended = b""
        body = self._patcher.remove_marks(body)
        outcome = self._previous
        if outcome is not None and outcome.number == self.number:
            if outcome.variant is not None and self._changes.key_letters:
                body = self._mark_key(body, outcome.variant, edits)
            last = self._patcher.last_column(body) if self._can_append else None
            if last is not None and last < self._columns[0] and b"extLst" not in body:
                appended = outcome.cells.replace(SEPARATOR, b"")
            else:
                cells = outcome.cells.split(SEPARATOR)
                edits |= {column: CellEdit(xml) for column, xml in zip(self._columns, cells, strict=True)}
        if edits:
            body = self._patcher.merge(body, self.number, edits, tag)
        if match[3]:
            tag = tag[:-2].rstrip() + b">"
        return (without_spans(tag) if b"spans" in tag else tag) + body + appended + self._plain_end

    def _mark_key(self, body: bytes, variant: Variant, edits: "dict[int, CellEdit]") -> bytes:
        letters = self._changes.key_letters
        index = self._patcher.column(letters)
        if index in edits and edits[index].xml is edits[index].text is None:
            del edits[index]  # the colour of the outcome is that of the key cell
        restyled = self._patcher.restyle(body, letters, b"%d" % self.number, variant)
        if restyled is not None:
            return restyled
        previous = edits.get(index, CellEdit())
        edits[index] = CellEdit(previous.xml, variant, previous.text)
        return body
