"""Names say what they have: no variable, parameter, attribute, function or import alias is a filler word."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from support.paths import ROOT
from support.syntax import parse_module, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = sorted((ROOT / "armbulk").rglob("*.py"))
FILLERS = frozenset({
    "one", "found", "told", "said", "asked", "given", "made", "mine", "blamed", "held", "at", "place",
})  # fmt: skip


def declared_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives to something, with its line."""
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.alias(name=name, asname=alias):
                yield alias or name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.MatchMapping(rest=str(name)):
                yield name, node.lineno


def test_every_kind_of_name_is_seen() -> None:
    """Assignments, parameters, attributes, functions, aliases, loops, walrus, handlers and patterns are looked at."""
    source = """
import x as a1
from y import z as a2, a3
class a4:
    a5: int = 1
    def a6(self, a7, *a8, a9=1, **a10): self.a11 = a7
a12 = [a13 for a13 in ()]
for a14, (a15, *a16) in (): ...
with x as a17: ...
try: ...
except E as a18: ...
if (a19 := 1): ...
lambda a20: a20
match x:
    case [a21, *a22]: ...
    case {"k": a23, **a24}: ...
    case C() as a25: ...
"""
    names = {name for name, _ in declared_names(ast.parse(source))}
    assert {f"a{number}" for number in range(1, 26)} <= names


def test_no_name_is_a_filler() -> None:
    """A name that fits everything says nothing."""
    assert [
        f"{module.relative_to(ROOT).as_posix()}:{line} {name}"
        for module in MODULES
        for name, line in declared_names(parse_module(module))
        if name in FILLERS
    ] == []
