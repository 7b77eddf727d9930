"""What a terminal can show: its width, its colours, and the signs of its encoding."""

import os
import shutil
import sys
from typing import TextIO

from armbulk.model.plain_text import show_safely
from armbulk.model.text_style import colour_marks, remove_marks, to_encodable
from armbulk.model.wrapping import wrap_text

_ANSWER_CHARS = 12
"""Room for the choices and the answer after a question."""


def find_width(stream: TextIO) -> int | None:
    """Return the characters of a line; None for a file or a pipe."""
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # a stream without a file
        columns = 0
    return columns or shutil.get_terminal_size().columns


def has_colours(stream: TextIO) -> bool:
    """Return whether a stream is a terminal whose user has not switched colours off (NO_COLOR, TERM=dumb)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def can_redraw(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def prepare_text(text: str, stream: TextIO) -> str:
    """Return a text as a stream can show it: nothing in it controls the terminal but the colours of its own marks."""
    shown = to_encodable(show_safely(text), stream.encoding)
    return colour_marks(shown) if has_colours(stream) else remove_marks(shown)


def prepare_question(text: str) -> str:
    """Return a question as a terminal can show it, with room for the answer."""
    width = find_width(sys.stderr)
    room = None if width is None else max(width - _ANSWER_CHARS, _ANSWER_CHARS)
    return prepare_text(wrap_text(text, room), sys.stderr)
