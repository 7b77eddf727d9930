"""The syntax trees of the program's modules: each is parsed once for all tests of a process."""

import ast
from functools import cache
from pathlib import Path


@cache
def parse_module(path: Path) -> ast.Module:
    """Return the tree of a module; no one changes it."""
    return ast.parse(path.read_text(encoding="utf-8"))
