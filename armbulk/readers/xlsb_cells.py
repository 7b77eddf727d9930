"""Cells of an .xlsb workbook that calamine does not return: errors, formulas without a value, formats, short cells."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.damage import CUT_OFF, DamageError
from armbulk.readers.special_cells import ERROR_TEXTS, FORMULA, CellStyles, SpecialCells, decode_short_number
from armbulk.readers.visibility import MIN_HEIGHT
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_parts import find_main_part, read_relations

_ROW, _BLANK, _RK, _ERROR, _BOOLEAN, _REAL = 0, 1, 2, 3, 4, 5
_FORMULA_STRING, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR = 8, 9, 10, 11
_SHORT_BLANK, _SHORT_SHARED_TEXT = 12, 18  # cells without a column: they stand right of the cell before
_BOOK, _SHEET, _CALCULATION, _MERGED = 153, 156, 157, 176
_COLUMNS, _ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = 60, 0x10, 0x01
_TWIPS, _WIDTH_UNITS = 20, 256  # of a point, of the width of a character
_FORMAT, _STYLE, _BEGIN_CELL_STYLES, _END_CELL_STYLES = 44, 47, 617, 618
_CALCULATE_ON_LOAD, _SOME_UNCALCULATED = 0x01, 0x10
_MAX_MERGED_RANGES = 100_000


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What the sheets of a workbook share: sheet → part, and what cells are judged by."""

    parts: dict[str, str]
    styles: CellStyles
    trusts_formulas: bool


def find_special_cells(archive: WorkbookArchive) -> dict[str, SpecialCells]:
    """Return sheet → its errors, formulas without a value, percentages, dates and merged cells.

    Raises:
        FileError: A part is damaged.
        ValueError: A record is damaged, or there are too many of them.
    """
    try:
        workbook = _read_workbook(archive)
        return {name: _scan_sheet(archive.read(part), workbook) for name, part in workbook.parts.items()}
    except (struct.error, IndexError) as error:
        raise DamageError(CUT_OFF) from error


def write_out_short_cells(archive: WorkbookArchive, content: bytes) -> bytes:
    """Return the workbook with a column in each cell; calamine skips cells without one.

    Raises:
        FileError: A part is damaged.
        ValueError: A record is damaged.
    """
    try:
        parts = {part.lower(): archive.read(part) for part in _read_workbook(archive).parts.values()}
        changed = {part: _add_columns(sheet) for part, sheet in parts.items() if _has_short_cells(sheet)}
    except (struct.error, IndexError) as error:
        raise DamageError(CUT_OFF) from error
    if not changed:
        return content
    rewritten = BytesIO()
    with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for part in archive.names:
            target.writestr(part, changed.get(part.lower()) or archive.read(part))
    return rewritten.getvalue()


def _read_workbook(archive: WorkbookArchive) -> _Workbook:
    main = find_main_part(archive, "xl/workbook.bin")
    folder, _, file_name = main.rpartition("/")
    relations = read_relations(archive, f"{folder}/_rels/{file_name}.rels".lstrip("/"), folder)
    parts: dict[str, str] = {}
    trusts_formulas, since_1904 = True, False
    for kind, body in _records(archive.read(main)):
        if kind == _SHEET:
            relation, rest = _read_text(body[8:])
            sheet_type, part = relations.get(relation, ("", ""))
            if sheet_type == "worksheet":
                parts[_read_text(rest)[0]] = part
        elif kind == _BOOK:
            since_1904 = bool(body[0] & 1)
        elif kind == _CALCULATION:
            trusts_formulas = not body[24] & (_CALCULATE_ON_LOAD | _SOME_UNCALCULATED)
    styles = next((target for kind, target in relations.values() if kind == "styles"), "")
    content = archive.read(styles) if styles.lower() in archive.parts else b""
    return _Workbook(parts, _read_styles(content, since_1904=since_1904), trusts_formulas)


def _read_styles(content: bytes, *, since_1904: bool) -> CellStyles:
    codes: dict[int, str] = {}
    styles: list[int] = []
    is_cell_style = False
    for kind, body in _records(content):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _read_text(body[2:])[0]
        elif kind in {_BEGIN_CELL_STYLES, _END_CELL_STYLES}:
            is_cell_style = kind == _BEGIN_CELL_STYLES
        elif kind == _STYLE and is_cell_style:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    return CellStyles.read(styles, codes, since_1904=since_1904)


def _scan_sheet(content: bytes, workbook: _Workbook) -> SpecialCells:
    special = SpecialCells(workbook.styles)
    row = 0
    for kind, body in _records(_add_columns(content) if _has_short_cells(content) else content):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0] + 1
            height, flags = struct.unpack_from("<HxB", body, 8)
            if flags & _ROW_IS_HIDDEN or height / _TWIPS < MIN_HEIGHT:
                special.visibility.hide_rows((row,))
        elif kind == _COLUMNS:
            first, last, width, _column_style, flags = struct.unpack_from("<4IH", body)
            is_hidden = bool(flags & _COLUMN_IS_HIDDEN)
            special.visibility.mark_columns(first, last + 1, width / _WIDTH_UNITS, is_hidden=is_hidden)
        elif kind == _MERGED and len(special.merged_ranges) < _MAX_MERGED_RANGES:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            special.merged_ranges.append(f"{to_letters(left)}{top + 1}:{to_letters(right)}{bottom + 1}")
        elif kind in {_ERROR, _FORMULA_ERROR}:
            special.add(row, struct.unpack_from("<I", body)[0], (ERROR_TEXTS.get(body[8], "#N/A"), "error"))
        elif kind in {_BOOLEAN, _FORMULA_BOOLEAN}:
            special.value_count += 1
        elif kind in {_RK, _REAL, _FORMULA_NUMBER}:
            column, style = struct.unpack_from("<II", body)
            special.add_number(row, column, _read_number(kind, body), style & 0xFFFFFF)
        if _FORMULA_STRING <= kind <= _FORMULA_ERROR and not workbook.trusts_formulas:
            special.add(row, struct.unpack_from("<I", body)[0], (FORMULA, "uncalculated"))
    return special


def _read_number(kind: int, body: bytes) -> float:
    if kind == _RK:
        return decode_short_number(struct.unpack_from("<I", body, 8)[0])
    return float(struct.unpack_from("<d", body, 8)[0])


def _has_short_cells(content: bytes) -> bool:
    return any(_SHORT_BLANK <= kind <= _SHORT_SHARED_TEXT for kind, _ in _records(content))


def _add_columns(content: bytes) -> bytes:
    """Return a sheet with a column in each cell."""
    pieces: list[bytes] = []
    column = -1
    for kind, body in _records(content):
        if kind == _ROW:
            column = -1
        elif _BLANK <= kind <= _FORMULA_ERROR:
            column = struct.unpack_from("<I", body)[0]
        elif _SHORT_BLANK <= kind <= _SHORT_SHARED_TEXT:
            column += 1
            pieces.append(_write_record(kind - _SHORT_BLANK + _BLANK, struct.pack("<I", column) + body))
            continue
        pieces.append(_write_record(kind, body))
    return b"".join(pieces)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    position, end = 0, len(content)
    while position < end:
        kind = content[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[position] & 0x7F) << 7
            position += 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte = content[position]
            position += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, content[position : position + length]
        position += length


def _write_record(kind: int, body: bytes) -> bytes:
    head = bytearray([kind]) if kind < 0x80 else bytearray([kind & 0x7F | 0x80, kind >> 7])
    length = len(body)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def _read_text(body: bytes) -> tuple[str, bytes]:
    """Return (a text with its length before it, the rest)."""
    length = struct.unpack_from("<I", body)[0]
    if length == 0xFFFFFFFF:
        return "", body[4:]
    return body[4 : 4 + 2 * length].decode("utf-16-le", "replace"), body[4 + 2 * length :]
