"""Docstrings: what a section lists under Attributes or Args is an attribute of the class, or an argument."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import TYPE_CHECKING

from support.paths import ROOT
from support.syntax import parse_module, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = sorted((ROOT / "armbulk").rglob("*.py"))

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def all_classes() -> dict[str, ast.ClassDef]:
    """Name → class of armbulk; not on import, because each process of the tests imports this module."""
    return {node.name: node for path in MODULES for node in walk(parse_module(path)) if isinstance(node, ast.ClassDef)}


def listed_names(docstring: str, section: str) -> list[str]:
    """The names that a section of a Google-style docstring lists."""
    match = re.search(rf"^{section}:\n((?:(?: .*)?(?:\n|$))+)", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return re.findall(r"^    \*{0,2}([^\s:]+)", match[1], flags=re.MULTILINE) if match else []


def arguments(function: Definition) -> set[str]:
    """The names of a function's arguments."""
    signature = function.args
    names = [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]
    return {argument.arg for argument in [*names, signature.vararg, signature.kwarg] if argument}


def attributes(definition: ast.ClassDef) -> set[str]:
    """The attributes and properties of a class and of those of armbulk that it inherits from."""
    names: set[str] = set()
    for node in definition.body:
        if isinstance(node, Definition):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in walk(definition):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            names |= {node.attr} if node.value.id == "self" else set()
    classes = all_classes()
    parents = [base.id for base in definition.bases if isinstance(base, ast.Name) and base.id in classes]
    return names.union(*(attributes(classes[parent]) for parent in parents))


def wrong_names(tree: ast.Module) -> Iterator[str]:
    """Each name that a docstring lists, and that its class or function does not have."""
    for node in walk(tree):
        if not isinstance(node, ast.ClassDef | Definition):
            continue
        docstring = ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            known = attributes(node)
            initialisers = [part for part in node.body if isinstance(part, Definition) and part.name == "__init__"]
            accepted = known.union(*(arguments(part) for part in initialisers))
        else:
            known, accepted = set(), arguments(node)
        for section, names in (("Attributes", known), ("Args", accepted)):
            for name in listed_names(docstring, section):
                if name not in names:
                    yield f"line {node.lineno}, {node.name}: {name}"


def test_listed_names_exist() -> None:
    """A docstring names no attribute or argument that was renamed or removed."""
    wrong = {str(path.relative_to(ROOT)): list(wrong_names(parse_module(path))) for path in MODULES}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_a_wrong_name_is_noticed() -> None:
    """The search finds a wrong attribute and a wrong argument, and no right one."""
    source = '''
class Exchange:
    """One exchange.

    Attributes:
        left: when it left,
            in seconds: wrapped.

        sent_at: when it was sent.
    """

    sent_at: float

    def move(self, target, *others):
        """Move it.

        Args:
            target: where to.
            *others: more.
            when: at what time.

        Returns:
            Nothing: really.
        """
'''
    assert list(wrong_names(ast.parse(source))) == ["line 2, Exchange: left", "line 14, move: when"]
