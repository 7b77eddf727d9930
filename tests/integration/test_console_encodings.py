"""Every console shows every text: code pages of Windows, and ASCII, replace what they lack and never stop a command."""

from __future__ import annotations

import io
import sys

import pytest
from support.paths import SAMPLES

from armbulk.cli import _run_command_line

COMMANDS = {
    ("--help",): "armbulk",
    ("check", str(SAMPLES / "with-errors.xlsx"), "--lang", "no"): "holdt tilbake på grunn av feil",
    ("check", "finnes-ikke-æøå-€-中.xlsx", "--lang", "no"): "finnes-ikke-",
    ("eksporter", "kundeliste", "--lang", "no"): "armbulk export",
}


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "cp865", "ascii"])
def test_code_pages(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that print Norwegian letters, arrows and file names of any language end as usual."""
    for words, expected in COMMANDS.items():
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        monkeypatch.setattr(sys, "argv", ["armbulk", *words])
        assert _run_command_line() in {0, 1, 2}, words
        for stream in streams:
            stream.flush()
        shown = b"".join(stream.buffer.getvalue() for stream in streams).decode(encoding)  # type: ignore[attr-defined]
        assert expected in (shown if encoding != "ascii" else shown.replace("?", "å")), words
