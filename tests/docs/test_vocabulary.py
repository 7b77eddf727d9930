"""Names say what they hold: words that fit everything are no names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY_WORDS = frozenset(
    {"one", "found", "told", "said", "asked", "given", "made", "mine", "blamed", "held", "at", "place"}
)


def names_of(node: ast.AST) -> Iterator[str]:
    """Every name that a node gives to something: variables, parameters, attributes, functions, imports."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.keyword(arg=str(name)):
            yield name


def test_no_name_is_a_word_that_fits_everything() -> None:
    """No variable, parameter, attribute, function or import alias of armbulk is one of these words."""
    uses = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {name}"
        for path in sorted((ROOT / "armbulk").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in names_of(node)
        if name in EMPTY_WORDS
    ]
    assert uses == []


def test_the_words_are_seen_wherever_they_can_be() -> None:
    """The check above would see each way to give a name."""
    source = """
import x as one
from x import found
def told(said, *, asked): ...
class given: ...
for made in (): ...
mine.blamed = 1
with x as held: ...
f(at=1)
match x:
    case place: ...
"""
    seen = {name for node in ast.walk(ast.parse(source)) for name in names_of(node)} & EMPTY_WORDS
    assert seen == EMPTY_WORDS - {"mine"}
