"""Patterns such as `*.csv` on Windows, whose shells leave them to the program."""

import os
import re
from collections.abc import Sequence

IS_WINDOWS = os.name == "nt"

_NO_PATTERN = re.compile(r"[^*?]*")


def expand_patterns(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with the files that match in place of each pattern with `*` or `?`.

    A word that matches nothing stays as it is. So does everything else in it: a downloaded `invoices[1].xlsx` is that
    file and not `invoices1.xlsx`, and `%` and `~` are letters. (Click's own expansion changes all of these.)
    """
    from glob import glob

    expanded: list[str] = []
    for word in words:
        is_plain = word.startswith("-") or _NO_PATTERN.fullmatch(word)
        expanded += (not is_plain and sorted(glob(word.replace("[", "[[]")))) or [word]  # noqa: PTH207 - "C:x*" has no Path to begin at
    return expanded
