"""The line of a terminal that shows what is in progress."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from armbulk.model.plain_text import to_one_line

_MAX_CHARS = 1_000


class StatusLine:
    """One line that is overwritten; it uses no escape sequences, so that every console shows it."""

    def __init__(self, stream: TextIO, text: str) -> None:
        self._stream = stream
        self._text = text
        self._shown_chars = 0
        self._draw()

    def update(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self._draw()

    def clear(self) -> None:
        """Blank the line, and put the cursor at its start."""
        self._stream.write("\r" + " " * self._shown_chars + "\r")
        self._stream.flush()
        self._shown_chars = 0

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Clear the line while other text is printed."""
        self.clear()
        yield
        self._draw()

    def _draw(self) -> None:
        line = to_one_line(self._text, _MAX_CHARS)
        width = shutil.get_terminal_size().columns - 1  # a full line would begin another one
        text = line if len(line) <= width else f"{line[: width - 1]}…"
        self._stream.write("\r" + text.ljust(self._shown_chars))
        self._stream.flush()
        self._shown_chars = len(text)
