"""Cells of an .xls workbook that calamine does not return: errors, formulas without a value, number formats."""

import struct
from collections.abc import Iterator
from itertools import islice

from armbulk.i18n import _
from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.compound_file import CompoundFile
from armbulk.readers.damage import CUT_OFF, DamageError
from armbulk.readers.special_cells import ERROR_TEXTS, FORMULA, CellStyles, SpecialCells, decode_short_number
from armbulk.readers.visibility import MIN_HEIGHT

_BOF, _EOF, _BOUNDSHEET = 0x0809, 0x000A, 0x0085
_FORMAT, _XF, _DATE_MODE = 0x041E, 0x00E0, 0x0022
_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK = 0x0006, 0x0205, 0x0203, 0x027E, 0x00BD
_UNCALCED, _MERGED, _FILE_PASS, _CODE_PAGE = 0x005E, 0x00E5, 0x002F, 0x0042
_ROW, _DEFAULT_ROW, _COLUMNS = 0x0208, 0x0225, 0x007D
_ROW_IS_HIDDEN, _DEFAULT_IS_HIDDEN, _COLUMN_IS_HIDDEN = 0x20, 0x02, 0x01
_TWIPS, _WIDTH_UNITS = 20, 256  # of a point, of the width of a character
_DEFAULT_HEIGHT = 0x8000  # the height of a row is not its own
_OLDER_FORMULAS = {0x0206, 0x0406}  # of Excel 3 and 4, in newer files of some programs; calamine skips them
_EXCEL_97 = 0x0600
_UTF_16 = struct.pack("<H", 1200)
_STREAMS = ("Workbook", "Book")
_FIRST_RECORDS = 10  # the password is named right behind the beginning
_BOOLEAN_RESULT, _ERROR_RESULT, _SPECIAL_RESULT = 1, 2, b"\xff\xff"


def find_special_cells(content: bytes) -> dict[str, SpecialCells]:
    """Return sheet → its errors, formulas without a value, percentages, dates and merged cells.

    Raises:
        ValueError: The file is damaged, encrypted, or has too many of them.
    """
    try:
        stream = CompoundFile(content).read(*_STREAMS)
        if stream is None:
            raise DamageError(_("there is no workbook in it"))
        return _scan(stream)
    except (struct.error, IndexError) as error:
        raise DamageError(CUT_OFF) from error


def is_encrypted(content: bytes) -> bool:
    """Return whether a workbook has a password; False for a damaged one."""
    try:
        stream = CompoundFile(content).read(*_STREAMS) or b""
    except (ValueError, struct.error, IndexError):
        return False
    return any(kind == _FILE_PASS for kind, _ in islice(_records(stream, 0), _FIRST_RECORDS))


def correct_code_page(content: bytes) -> bytes:
    """Return a workbook whose code page is the one of its texts; a damaged one is returned as it is.

    Since Excel 97 texts are UTF-16 or its lower halves whatever code page the file names; calamine believes the file.
    """
    try:
        file = CompoundFile(content)
        stream = file.read(*_STREAMS) or b""
        position, is_wide = 0, False
        for kind, body in _records(stream, 0):
            if kind == _BOF:
                is_wide = struct.unpack_from("<H", body)[0] >= _EXCEL_97
            elif kind == _EOF or not is_wide:
                break
            elif kind == _CODE_PAGE and body != _UTF_16:
                places = [file.locate(position + 4 + index, *_STREAMS) for index in range(2)]
                return _replace_bytes(content, places, _UTF_16)
            position += 4 + len(body)
    except (ValueError, struct.error, IndexError):
        pass
    return content


def _replace_bytes(content: bytes, places: list[int], replacement: bytes) -> bytes:
    changed = bytearray(content)
    for offset, byte in zip(places, replacement, strict=True):
        changed[offset] = byte
    return bytes(changed)


def _scan(stream: bytes) -> dict[str, SpecialCells]:
    sheets: dict[str, int] = {}
    codes: dict[int, str] = {}
    styles: list[int] = []
    is_wide, since_1904 = True, False
    for kind, body in _records(stream, 0):
        if kind == _BOF:
            is_wide = struct.unpack_from("<H", body)[0] >= _EXCEL_97
        elif kind == _DATE_MODE:
            since_1904 = struct.unpack_from("<H", body)[0] == 1
        elif kind == _BOUNDSHEET:
            sheets[_read_name(body[6:], is_wide=is_wide)] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT:
            code = _read_long_name(body[2:]) if is_wide else _read_name(body[2:], is_wide=False)
            codes[struct.unpack_from("<H", body)[0]] = code
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _EOF:
            break
    cell_styles = CellStyles.read(styles, codes, since_1904=since_1904)
    return {name: _scan_sheet(stream, start, SpecialCells(cell_styles)) for name, start in sheets.items()}


def _scan_sheet(stream: bytes, position: int, special: SpecialCells) -> SpecialCells:
    depth = 0
    is_uncalculated = False
    for kind, body in _records(stream, position):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth == 0:
                break
        elif depth != 1:
            continue
        elif kind == _UNCALCED:
            is_uncalculated = True
        elif kind in _OTHER_RECORDS:
            _OTHER_RECORDS[kind](special, body)
        elif kind in {_FORMULA, _BOOLERR, _NUMBER, _RK, *_OLDER_FORMULAS}:
            _add_cell(special, kind, body, is_uncalculated=is_uncalculated)
    return special


def _add_row(special: SpecialCells, body: bytes) -> None:
    """Note whether a row is shown."""
    row, height, flags = struct.unpack_from("<H4xH4xH", body)
    is_low = not height & _DEFAULT_HEIGHT and height / _TWIPS < MIN_HEIGHT
    if flags & _ROW_IS_HIDDEN or is_low:
        special.visibility.hide_rows((row + 1,))
    else:
        special.visibility.show_rows((row + 1,))


def _add_default_row(special: SpecialCells, body: bytes) -> None:
    """Note whether the rows without a record of their own are shown."""
    if struct.unpack_from("<H", body)[0] & _DEFAULT_IS_HIDDEN:
        special.visibility.hide_other_rows()


def _add_columns(special: SpecialCells, body: bytes) -> None:
    """Note whether some columns are shown."""
    first, last, width, _style, flags = struct.unpack_from("<5H", body)
    is_hidden = bool(flags & _COLUMN_IS_HIDDEN)
    special.visibility.mark_columns(first, last + 1, width / _WIDTH_UNITS, is_hidden=is_hidden)


def _add_cell(special: SpecialCells, kind: int, body: bytes, *, is_uncalculated: bool) -> None:
    if kind in _OLDER_FORMULAS:
        _add_older_formula(special, body)
        return
    row, column, style = struct.unpack_from("<HHH", body)
    result = body[6] if kind == _FORMULA and body[12:14] == _SPECIAL_RESULT else None
    if (kind == _BOOLERR and not body[7]) or result == _BOOLEAN_RESULT:
        special.value_count += 1
    elif kind == _BOOLERR:
        special.add(row + 1, column, (ERROR_TEXTS.get(body[6], "#N/A"), "error"))
    elif result == _ERROR_RESULT:
        special.add(row + 1, column, (ERROR_TEXTS.get(body[8], "#N/A"), "error"))
    elif result is None:
        special.add_number(row + 1, column, _read_number(kind, body), style)
    if kind == _FORMULA and is_uncalculated:
        special.add(row + 1, column, (FORMULA, "uncalculated"))


def _add_older_formula(special: SpecialCells, body: bytes) -> None:
    """Add the number of a formula that calamine skips; ValueError for another result."""
    row, column, style = struct.unpack_from("<HHH", body)
    if body[12:14] == _SPECIAL_RESULT:
        raise DamageError(_("the formula in row {row} is in the format of Excel 4", row=row + 1))
    special.add(row + 1, column, special.describe(_read_number(_FORMULA, body), style))


def _add_numbers(special: SpecialCells, body: bytes) -> None:
    """Add the numbers of a record with several numbers of a row."""
    row, first = struct.unpack_from("<HH", body)
    for index in range((len(body) - 6) // 6):
        style, encoded = struct.unpack_from("<HI", body, 4 + 6 * index)
        special.add_number(row + 1, first + index, decode_short_number(encoded), style)


def _read_number(kind: int, body: bytes) -> float:
    if kind == _RK:
        return decode_short_number(struct.unpack_from("<I", body, 6)[0])
    return float(struct.unpack_from("<d", body, 6)[0])


def _add_merged(special: SpecialCells, body: bytes) -> None:
    for index in range(struct.unpack_from("<H", body)[0]):
        top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * index)
        special.merged_ranges.append(f"{to_letters(left)}{top + 1}:{to_letters(right)}{bottom + 1}")


_OTHER_RECORDS = {
    _MERGED: _add_merged,
    _MULRK: _add_numbers,
    _ROW: _add_row,
    _DEFAULT_ROW: _add_default_row,
    _COLUMNS: _add_columns,
}
"""What is noted of records that are no cells, or several."""


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _read_name(body: bytes, *, is_wide: bool) -> str:
    """Return a name with one byte for its length."""
    if not is_wide:
        return body[1 : 1 + body[0]].decode("cp1252", "replace")
    return _decode(body[0], body[1], body[2:])


def _read_long_name(body: bytes) -> str:
    """Return a text with two bytes for its length."""
    return _decode(struct.unpack_from("<H", body)[0], body[2], body[3:])


def _decode(length: int, flags: int, content: bytes) -> str:
    if flags & 1:
        return content[: 2 * length].decode("utf-16-le", "replace")
    return content[:length].decode("latin-1")
