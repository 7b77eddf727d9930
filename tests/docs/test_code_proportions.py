"""The code of armbulk: small modules, small functions, docstrings, and no class name twice."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT
from support.syntax import parse_module, walk

if TYPE_CHECKING:
    from pathlib import Path

MODULES = sorted((ROOT / "armbulk").rglob("*.py"))
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def length(function: Function) -> int:
    """Lines from `def` to the last statement."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def lines(module: Path) -> int:
    """Lines of a file."""
    return len(module.read_text(encoding="utf-8").splitlines())


def functions(module: Path) -> dict[str, Function]:
    """Every function and method of a module by its place, such as `model.py:12 label`."""
    tree = parse_module(module)
    name = module.relative_to(ROOT).as_posix()
    return {f"{name}:{node.lineno} {node.name}": node for node in walk(tree) if isinstance(node, FUNCTION)}


def public(tree: ast.Module | ast.ClassDef) -> list[Function]:
    """Functions and methods that other modules may use."""
    found: list[Function] = []
    for node in tree.body:
        if isinstance(node, FUNCTION) and not node.name.startswith("_"):
            found.append(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += public(node)
    return found


@pytest.fixture(scope="module")
def lengths() -> dict[str, int]:
    """The length of every function of armbulk."""
    return {place: length(node) for module in MODULES for place, node in functions(module).items()}


def test_no_long_module() -> None:
    """No module is longer than 400 lines."""
    assert [module.name for module in MODULES if lines(module) > 400] == []


def test_usual_module() -> None:
    """Half of the modules have at most 150 lines."""
    assert median(lines(module) for module in MODULES) <= 150


def test_no_long_function(lengths: dict[str, int]) -> None:
    """No function is longer than 60 lines."""
    assert [place for place, count in lengths.items() if count > 60] == []


def test_a_command_is_a_recipe(lengths: dict[str, int]) -> None:
    """No function of the command line is longer than 40 lines."""
    assert [place for place, count in lengths.items() if place.startswith("armbulk/cli/") and count > 40] == []


def test_usual_function(lengths: dict[str, int]) -> None:
    """Half of the functions have at most 12 lines."""
    assert median(lengths.values()) <= 12


def test_explained() -> None:
    """Each module and each public function says in words what it does."""
    silent = []
    for module in MODULES:
        tree = parse_module(module)
        names = [node.name for node in public(tree) if not ast.get_docstring(node)]
        silent += [f"{module.name} {name}" for name in names] + ([] if ast.get_docstring(tree) else [module.name])
    assert silent == []


def test_no_class_name_is_declared_twice() -> None:
    """A class name means one thing in the whole package, the sandbox included."""
    declared: defaultdict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        for node in walk(parse_module(module)):
            if isinstance(node, ast.ClassDef):
                declared[node.name].append(f"{module.relative_to(ROOT).as_posix()}:{node.lineno}")
    assert {name: places for name, places in declared.items() if len(places) > 1} == {}


def test_make_help() -> None:
    """`make help` lists every target."""
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^ +make ([a-z-]+) +\S", told, flags=re.MULTILINE) == targets
