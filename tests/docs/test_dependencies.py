"""What pyproject.toml names is what the code imports: nothing is installed for nothing, nothing comes by chance."""

from __future__ import annotations

import ast
import re
import sys
import tomllib

from support.paths import ROOT
from support.syntax import parse_module

USED_BY_STARLETTE = {"python_multipart"}
"""What starlette reads forms with: it is optional there, so armbulk asks for it."""


def imported() -> set[str]:
    """The packages that armbulk imports, in addition to itself and the standard library."""
    names = set()
    for module in (ROOT / "armbulk").rglob("*.py"):
        for node in ast.walk(parse_module(module)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return (names | USED_BY_STARLETTE) - sys.stdlib_module_names - {"armbulk"}


def required() -> set[str]:
    """The packages that an installation of armbulk asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=~! ]", line, maxsplit=1)[0].lower().replace("-", "_") for line in project["dependencies"]}


def test_every_dependency_is_imported_and_every_import_is_a_dependency() -> None:
    """The list of dependencies and the imports of armbulk name the same packages."""
    assert imported() == required()
