"""Every pair of commands of two terminals: a decision is carried out on what it was made for, or not at all."""

from pathlib import Path

import pytest
from support.two_terminals import COMMANDS, FREE, WAITING, keeps_its_word

from armbulk.store import decisions

PAIRS = [
    (kind, first, second)
    for first in WAITING
    for second in COMMANDS
    for kind in ("late" if second in {"look-up", "resume"} else "never", "free")
    if kind != "free" or {first, second} <= FREE
]


@pytest.mark.promise("P1", "P6")
@pytest.mark.parametrize(("kind", "first", "second"), PAIRS)
def test_any_two_commands(tmp_path: Path, kind: str, first: str, second: str) -> None:
    """Nothing is sent twice, nothing settled is changed, and no number that may be in ARM can be sent again."""
    keeps_its_word(tmp_path, kind, first, second, asks_again=first.startswith(("resend", "import")))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("late", "resend", "look-up"),
        ("never", "resend", "resend and resume"),
        ("never", "mark-created", "resend and resume"),
    ],
)
def test_the_comparison_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, first: str, second: str
) -> None:
    """A decision that is carried out on whatever the store has by then changes what is settled."""
    monkeypatch.setattr(decisions, "find_changed", lambda *_: [])
    with pytest.raises(AssertionError):
        keeps_its_word(tmp_path, kind, first, second, asks_again=False)
