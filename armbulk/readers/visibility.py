"""Which rows and columns of a worksheet are not shown: hidden, filtered away, collapsed, or without a size."""

from collections.abc import Iterable

from armbulk.model.excel import EXCEL_MAX_COLUMNS

_TRUE = frozenset({"1", "true"})
MIN_HEIGHT = 3.0
"""Points; no one can read a row that is lower."""

_MIN_WIDTH = 0.5  # characters; not even one digit fits into less

_SHOWN, _HIDDEN = b"\1", b"\2"  # the state of a column; 0: not known


class Visibility:
    """The rows and columns of one worksheet that are hidden."""

    __slots__ = ("_columns", "_hidden", "_hides_columns", "_hides_rows", "_shown")

    def __init__(self) -> None:
        self._hidden: set[int] = set()
        self._shown: set[int] = set()
        self._hides_rows = self._hides_columns = False
        self._columns = bytearray(EXCEL_MAX_COLUMNS)

    def set_defaults(self, attributes: dict[str, str]) -> None:
        """Note what applies to rows and columns without attributes of their own (`sheetFormatPr`)."""
        # zeroHeight hides the rows that the part does not have: Excel writes it when all rows below a table are hidden
        self._hides_rows = attributes.get("customHeight", "0") in _TRUE and _is_below(
            attributes.get("defaultRowHeight"), MIN_HEIGHT
        )
        self._hides_columns = _is_below(attributes.get("defaultColWidth"), _MIN_WIDTH)

    def add_row(self, number: int, attributes: dict[str, str]) -> None:
        """Note whether a row is shown."""
        self.add_rows((number,), attributes)

    def add_rows(self, numbers: Iterable[int], attributes: dict[str, str]) -> None:
        """Note whether rows with the same attributes are shown."""
        state, height = attributes.get("hidden"), attributes.get("ht")
        if state in _TRUE or (height is not None and _is_below(height, MIN_HEIGHT)):
            self._hidden.update(numbers)
        elif state is not None or height is not None:
            self._shown.update(numbers)

    def add_columns(self, attributes: dict[str, str]) -> None:
        """Note whether a range of columns (`col`) is shown."""
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal():
            is_hidden = attributes.get("hidden") in _TRUE or _is_below(attributes.get("width"), _MIN_WIDTH)
            self.mark_columns(int(first) - 1, int(last), is_hidden=is_hidden)

    def hide_rows(self, rows: Iterable[int]) -> None:
        """Note that rows are hidden."""
        self._hidden.update(rows)

    def show_rows(self, rows: Iterable[int]) -> None:
        """Note that rows are shown, although others may be hidden (`hide_other_rows`)."""
        self._shown.update(rows)

    def mark_columns(self, first: int, end: int, width: float | None = None, *, is_hidden: bool) -> None:
        """Note whether the columns from `first` to before `end` are shown; their width is in characters."""
        if 0 <= first < end <= EXCEL_MAX_COLUMNS:
            is_narrow = width is not None and width < _MIN_WIDTH
            self._columns[first:end] = (_HIDDEN if is_hidden or is_narrow else _SHOWN) * (end - first)

    def hide_other_rows(self) -> None:
        """Note that rows that are not noted are hidden."""
        self._hides_rows = True

    def find_hidden_rows(self, used: Iterable[int]) -> frozenset[int]:
        """Return the hidden rows of those with cells."""
        rows = set(used)
        return frozenset(rows - self._shown if self._hides_rows else rows & self._hidden)

    def find_hidden_columns(self, used: Iterable[int]) -> frozenset[int]:
        """Return the hidden columns (indexes) of those with cells."""
        hidden = {_HIDDEN[0], 0} if self._hides_columns else {_HIDDEN[0]}
        return frozenset(index for index in used if self._columns[index] in hidden)


def _is_below(size: str | None, limit: float) -> bool:
    try:
        return size is not None and float(size) < limit
    except ValueError:
        return False
