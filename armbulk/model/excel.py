"""Limits of Excel that readers and writers share (Microsoft, "Excel specifications and limits")."""

EXCEL_MAX_CELL_CHARS = 32_767
"""The maximum number of characters in a cell."""

EXCEL_EXACT_DIGITS = 15
"""Significant digits Excel keeps of a number. A number with more digits is written as text."""

EXCEL_MAX_ROWS = 1_048_576
"""Rows of a worksheet, the header included."""

EXCEL_MAX_COLUMNS = 16_384
"""Columns of a worksheet: A to XFD."""
