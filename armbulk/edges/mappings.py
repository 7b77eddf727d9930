"""Mapping files (TOML) in, and their expressions evaluated in Jinja2's sandbox."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from armbulk.core.headers import fold, known
from armbulk.core.mappings import SheetMapping
from armbulk.edges.places import folder
from armbulk.errors import FileError
from armbulk.resources import RESOURCES

_TABLES = ("rename", "constant", "expression")
_KEYS = {"name", "resource", "header_row", "values", "otherwise", "ignore", *_TABLES}
_LONGEST_TEMPLATE = 2_000
_LONGEST = 32_767
_HINT = "See docs/mappings.md"


def ready_made() -> list[str]:
    """The names of the mappings that come with armbulk."""
    return sorted(path.stem for path in (folder("templates") / "mappings").glob("*.toml"))


def find(name: str) -> Path:
    """The file of a mapping: a path, or the name of one that comes with armbulk; FileError if there is none."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    if name in ready_made():
        return folder("templates") / "mappings" / f"{name}.toml"
    raise FileError(
        "no-such-mapping", f"There is no mapping {name!r}", f"Name a .toml file, or {', '.join(ready_made())}"
    )


def load(name: str) -> tuple[tuple[SheetMapping, ...], str]:
    """Read a mapping: what it says of each sheet, and the hash of the file. FileError says what is wrong in it."""
    path = find(name)
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise FileError("mapping-unreadable", f"{name} cannot be read: {error.strerror}", "Check the name") from None
    except ValueError as error:
        raise FileError("mapping-wrong", f"{name} is not TOML: {error}", _HINT) from None
    sheets = table.get("sheet")
    if not isinstance(sheets, list) or not sheets:
        raise FileError("mapping-wrong", f"{name} has no [[sheet]]", _HINT)
    entries = tuple(_sheet(one, f"{name}, sheet {no}") for no, one in enumerate(sheets, 1))
    return entries, hashlib.sha256(content).hexdigest()


def _sheet(given: Any, where: str) -> SheetMapping:
    given = given if isinstance(given, dict) else {}
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise FileError(
            "mapping-wrong", f"{where}: {', '.join(unknown)} is not known", f"Known: {', '.join(sorted(_KEYS))}"
        )
    row, ignored = given.get("header_row"), given.get("ignore", [])
    if not isinstance(row, int | None) or not isinstance(ignored, list):
        raise FileError("mapping-wrong", f"{where}: header_row is a number, ignore a list", _HINT)
    resource = given.get("resource")
    if resource not in RESOURCES:
        raise FileError("mapping-wrong", f"{where}: resource is {resource!r}", f"Give one of {', '.join(RESOURCES)}")
    values = {
        target: _texts(words, f"{where}, values.{target}") for target, words in _table(given, "values", where).items()
    }
    made = SheetMapping(
        resource=resource,
        name=str(given.get("name", "")),
        header_row=row,
        rename=_texts(given.get("rename", {}), f"{where}, rename"),
        constant=_texts(given.get("constant", {}), f"{where}, constant"),
        values=values,
        otherwise=_texts(given.get("otherwise", {}), f"{where}, otherwise"),
        expression=_texts(given.get("expression", {}), f"{where}, expression"),
        ignore=tuple(str(one) for one in ignored),
    )
    _targets(made, where)
    _templates(made, where)
    return made


def _table(given: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    found = given.get(key, {})
    if not isinstance(found, dict):
        raise FileError("mapping-wrong", f"{where}: {key} is not a table", _HINT)
    return found


def _texts(given: Any, where: str) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise FileError("mapping-wrong", f"{where} must hold texts only", 'Write every value in quotes: "0192"')
    return dict(given)


def _targets(made: SheetMapping, where: str) -> None:
    """Every target must be a column armbulk knows."""
    resource = RESOURCES[made.resource]
    names = {**(known(resource.lines) if resource.lines else {}), **known(resource)}
    for target in [*made.rename.values(), *made.constant, *made.values, *made.expression, *made.otherwise]:
        if fold(target) not in names:
            raise FileError(
                "mapping-wrong",
                f"{where}: {target!r} is no column of {made.resource}",
                f"See `armbulk fields {made.resource}`",
            )
    wrong = [word for word in made.otherwise.values() if word not in {"keep", "error"}]
    if wrong:
        raise FileError("mapping-wrong", f"{where}, otherwise: {wrong[0]!r}", 'Give "keep" or "error"')


def _templates(made: SheetMapping, where: str) -> None:
    for target, template in made.expression.items():
        if len(template) > _LONGEST_TEMPLATE:
            raise FileError(
                "mapping-wrong", f"{where}, expression.{target} is too long", "Keep it under 2,000 characters"
            )
        try:
            Expressions().parse(template)
        except TemplateError as error:
            raise FileError("mapping-wrong", f"{where}, expression.{target}: {error}", _HINT) from None


class _Bounded(SandboxedEnvironment):
    """Jinja2's sandbox, without ways to make a small template into much text."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers only, and no power."""
        if operator == "**" or not all(isinstance(one, int | Decimal) for one in (left, right)):
            message = f"{operator} is not available here"
            raise TemplateError(message)
        return super().call_binop(context, operator, left, right)


class Expressions:
    """Evaluates the templates of a mapping. A row's cells are `row["Header"]`, or a variable of the header folded."""

    def __init__(self) -> None:
        """Make the sandbox."""
        self._environment = _Bounded(undefined=StrictUndefined, autoescape=False)
        for name in ("float", "round"):  # money is exact
            del self._environment.filters[name]
        self._environment.filters["decimal"] = lambda text: Decimal(str(text).replace(",", ".").replace(" ", ""))

    def parse(self, template: str) -> nodes.Template:
        """Parse a template; TemplateError if it is none."""
        return self._environment.parse(template)

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers a template reads; all of them where it takes the row as a whole."""
        tree = self.parse(template)
        named = {fold(one) for one in meta.find_undeclared_variables(tree)}
        picked = [
            one for one in tree.find_all(nodes.Getitem) if isinstance(one.node, nodes.Name) and one.node.name == "row"
        ]
        wholes = sum(one.name == "row" for one in tree.find_all(nodes.Name)) - len(picked)
        if wholes:
            return list(headers)
        named |= {fold(str(one.arg.value)) for one in picked if isinstance(one.arg, nodes.Const)}
        return [header for header in headers if fold(header) in named]

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[tuple[str | None, str]]:
        """Return (text or null, error or "") for each row of header → text."""
        compiled = self._environment.from_string(template)
        return [self._one(compiled, row) for row in rows]

    @staticmethod
    def _one(compiled: Any, row: Mapping[str, str]) -> tuple[str | None, str]:
        folded = {fold(header): text for header, text in row.items()}
        try:
            text = compiled.render({**folded, "row": _Row(row)}).strip()
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            return None, str(error)[:200]
        if len(text) > _LONGEST:
            return None, "the text is longer than a cell can be"
        return text or None, ""


class _Row(dict[str, str]):
    """A row's cells by header; the header as it is compared."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        """Keep the cells under their folded headers."""
        super().__init__({fold(header): text for header, text in cells.items()})

    def __getitem__(self, header: str) -> str:
        """Return a cell's text."""
        return super().__getitem__(fold(header))
