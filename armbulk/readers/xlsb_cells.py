"""What a binary Excel workbook (.xlsb) says of its cells besides their values."""

import struct
from collections.abc import Iterator

from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.special_cells import ERROR_TEXTS, FORMULA, SpecialCells
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_formats import NumberFormats
from armbulk.readers.xlsx_parts import find_main_part, read_relations

_ROW, _RK, _ERROR, _REAL = 0, 2, 3, 5
_FORMULA_STRING, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR = 8, 9, 10, 11
_FORMULAS = {_FORMULA_STRING, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR}
_SHEET, _CALCULATION, _MERGED = 156, 157, 176
_FORMAT, _STYLE, _BEGIN_CELL_STYLES, _END_CELL_STYLES = 44, 47, 617, 618
_CALCULATE_ON_LOAD, _SOME_UNCALCULATED = 0x01, 0x10
_MAX_MERGED_RANGES = 100_000


def find_special_cells(archive: WorkbookArchive) -> dict[str, SpecialCells]:
    """Return sheet → its errors, formulas without a value, percentages and merged cells.

    Raises:
        FileError: A part is damaged.
        ValueError: A record is damaged, or there are too many of them.
    """
    try:
        return _scan(archive)
    except (struct.error, IndexError) as error:
        raise ValueError("a record is cut off") from error


def _scan(archive: WorkbookArchive) -> dict[str, SpecialCells]:
    main = find_main_part(archive, "xl/workbook.bin")
    folder, _, file_name = main.rpartition("/")
    relations = read_relations(archive, f"{folder}/_rels/{file_name}.rels".lstrip("/"), folder)
    sheets: dict[str, str] = {}
    trusts_formulas = True
    for kind, body in _records(archive.read(main)):
        if kind == _SHEET:
            relation, rest = _read_text(body[8:])
            sheets[_read_text(rest)[0]] = relations.get(relation, ("", ""))[1]
        elif kind == _CALCULATION:
            trusts_formulas = not body[24] & (_CALCULATE_ON_LOAD | _SOME_UNCALCULATED)
    styles = next((target for kind, target in relations.values() if kind == "styles"), "")
    percents = _find_percents(archive.read(styles)) if styles.lower() in archive.parts else set()
    return {
        name: _scan_sheet(archive.read(part), percents, trusts_formulas=trusts_formulas)
        for name, part in sheets.items()
        if part.lower() in archive.parts
    }


def _find_percents(content: bytes) -> set[int]:
    formats, codes, styles = NumberFormats(), dict[int, str](), list[int]()
    is_cell_style = False
    for kind, body in _records(content):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _read_text(body[2:])[0]
        elif kind in {_BEGIN_CELL_STYLES, _END_CELL_STYLES}:
            is_cell_style = kind == _BEGIN_CELL_STYLES
        elif kind == _STYLE and is_cell_style:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    for style, number in enumerate(styles):
        formats.add(str(style), number, codes.get(number, ""))
    return {int(style) for style in formats.percents}


def _scan_sheet(content: bytes, percents: set[int], *, trusts_formulas: bool) -> SpecialCells:
    special = SpecialCells()
    row = 0
    for kind, body in _records(content):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0] + 1
        elif kind == _MERGED and len(special.merged_ranges) < _MAX_MERGED_RANGES:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            special.merged_ranges.append(f"{to_letters(left)}{top + 1}:{to_letters(right)}{bottom + 1}")
        elif kind in _FORMULAS and not trusts_formulas:
            special.add(row, struct.unpack_from("<I", body)[0], FORMULA, "uncalculated")
        elif kind in {_ERROR, _FORMULA_ERROR}:
            special.add(row, struct.unpack_from("<I", body)[0], ERROR_TEXTS.get(body[8], "#N/A"), "error")
        elif kind in {_RK, _REAL, _FORMULA_NUMBER}:
            column, style = struct.unpack_from("<II", body)
            if style & 0xFFFFFF in percents:
                special.add_percent(row, column)
    return special


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


def _read_text(body: bytes) -> tuple[str, bytes]:
    """Return (a text with its length before it, the rest)."""
    length = struct.unpack_from("<I", body)[0]
    if length == 0xFFFFFFFF:
        return "", body[4:]
    return body[4 : 4 + 2 * length].decode("utf-16-le", "replace"), body[4 + 2 * length :]
