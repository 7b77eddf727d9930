"""A mapping's expressions, evaluated in Jinja2's sandbox: text in, text out, no loops, no rounding, nothing large."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from jinja2 import StrictUndefined, TemplateAssertionError, TemplateError, TemplateRuntimeError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from armbulk.mapping.apply import ExpressionResult, FromNumber
from armbulk.mapping.headers import fold_header
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS

MAX_TEMPLATE_CHARS = 2_000
_MOST_WORK = 1_000_000  # characters that one call may touch
_STATEMENTS = (nodes.Output, nodes.If)
_FILTERS = [
    *("capitalize", "d", "default", "first", "join", "last", "length", "list", "lower", "map", "max", "min", "reject"),
    *("replace", "reverse", "select", "sort", "string", "sum", "title", "trim", "unique", "upper"),
]
_METHODS = frozenset(
    {
        *("capitalize", "casefold", "count", "endswith", "find", "isalpha", "isdigit", "join", "ljust", "lower"),
        *("lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rjust", "rpartition", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "title", "upper", "zfill"),
    }
)
_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(rf"-?(?:[0-9]+|[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+)(?:[.,][0-9]+)?")
_TWO_WAYS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = {
    ",": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    ".": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
}


class ExpressionEngine:
    """Evaluates the templates of a mapping. A row's cells are `row["Header"]`, or a variable of the header folded."""

    def __init__(self) -> None:
        """Make the sandbox."""
        self._environment = _Sandbox()

    def check(self, template: str) -> None:
        """Refuse a template that is none, or that asks for more than an expression may; ValueError says why."""
        if len(template) > MAX_TEMPLATE_CHARS:
            message = f"it is longer than {MAX_TEMPLATE_CHARS} characters"
            raise ValueError(message)
        try:
            _refuse(self._environment.parse(template))
            self._environment.from_string(template)
        except TemplateError as error:
            raise ValueError(error.message) from None
        except (RecursionError, MemoryError, SyntaxError):
            message = "it is nested too deeply"
            raise ValueError(message) from None

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers a template reads."""
        tree = self._environment.parse(template)
        named = {fold_header(one) for one in (*(meta.find_undeclared_variables(tree) - {"row"}), *_picked(tree))}
        return [header for header in headers if fold_header(header) in named]

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[ExpressionResult]:
        """Return what the template makes of each row of header → text."""
        compiled = self._environment.from_string(template)
        return [self._one(compiled, row) for row in rows]

    def _one(self, compiled: Any, row: Mapping[str, str]) -> ExpressionResult:
        folded = {fold_header(header): text for header, text in row.items()}
        self._environment.numbers.clear()
        try:
            with localcontext(prec=60):
                text = compiled.render({**folded, "row": _Row(folded)}).strip()
        except Exception as error:  # noqa: BLE001 - whatever an expression does, it is a finding at its row
            return ExpressionResult(None, _reason(error))
        if len(text) > EXCEL_MAX_CELL_CHARS:
            return ExpressionResult(None, "the text is longer than a cell can be")
        return ExpressionResult(text or None, number=text in self._environment.numbers)


class _Sandbox(SandboxedEnvironment):
    """Jinja2's sandbox with only what a value needs: what is not named here is not there."""

    intercepted_binops = frozenset({"+", "-", "*", "**", "/", "//", "%"})

    def __init__(self) -> None:
        """Take away what loops, rounds, guesses or makes much of little."""
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=self._said)
        self.numbers: set[str] = set()  # the numbers said in the row at hand: a text that is one needs no guessing
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"decimal": _decimal, "int": _whole, "replace": _replace, "join": _join}

    def is_safe_callable(self, obj: Any) -> bool:
        """Only the methods of a text that are known to be small."""
        return isinstance(getattr(obj, "__self__", None), str) and getattr(obj, "__name__", "") in _METHODS

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a text, if it cannot make much of little."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str):
            _bounded(owner, (*args, *kwargs.values()))
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with exact numbers only; + also puts two texts together."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return str(left) + str(right)
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            message = f'"{operator}" needs numbers: use | decimal, or | int'
            raise TemplateRuntimeError(message)
        if operator == "/":
            left = Decimal(left)
        return super().call_binop(context, operator, left, right)

    def _said(self, value: Any) -> Any:
        """A value as it is written out: exact digits, nothing for nothing."""
        if value is None:
            return ""
        if _is_number(value) or isinstance(value, FromNumber):
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            self.numbers.add(text)
            return text
        if isinstance(value, str | bool | StrictUndefined):
            return value
        message = "the result is a list: take one of it, or put it together with | join"
        raise TemplateRuntimeError(message)


class _Row(dict[str, str]):
    """A row's cells by header; the header as it is compared."""

    def __getitem__(self, header: str) -> str:
        """Return a cell's text."""
        if fold_header(str(header)) not in self:
            message = f'there is no column "{header}"'
            raise TemplateRuntimeError(message)
        return super().__getitem__(fold_header(header))


def _refuse(tree: nodes.Template) -> None:
    """No statements but `if`; numbers with decimals are exact; `row` is asked for one cell at a time."""
    for one in tree.find_all(nodes.Node):
        if isinstance(one, nodes.Stmt) and not isinstance(one, _STATEMENTS):
            message = f"{type(one).__name__.lower()} is not available; only if is"
            raise TemplateAssertionError(message, one.lineno)
        if isinstance(one, nodes.Const) and isinstance(one.value, float):
            message = f"write {one.value} as ('{one.value}' | decimal): then it is exact"
            raise TemplateAssertionError(message, one.lineno)
    wholes = sum(one.name == "row" for one in tree.find_all(nodes.Name)) - len(_picked(tree))
    if wholes:
        message = "row is used without a header: write row['Header']"
        raise TemplateAssertionError(message, 1)


def _picked(tree: nodes.Template) -> list[str]:
    """The headers in row["Header"] and row.header."""
    items = [
        str(one.arg.value)
        for one in tree.find_all(nodes.Getitem)
        if _is_row(one.node) and isinstance(one.arg, nodes.Const)
    ]  # fmt: skip
    return items + [one.attr for one in tree.find_all(nodes.Getattr) if _is_row(one.node)]


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "row"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _decimal(value: Any, separator: str | None = None) -> Decimal:
    """An exact number; a text that may be read in two ways needs to be told its decimal separator."""
    if _is_number(value):
        return Decimal(value)
    text = str(value).strip().replace("\u2212", "-")
    if isinstance(value, FromNumber):
        return Decimal(text)
    if separator is None and _TWO_WAYS.fullmatch(text):
        message = "the number may be read in two ways (thousands or decimals): say decimal(',') or decimal('.')"
        raise TemplateRuntimeError(message)
    if separator in _GROUPED and _GROUPED[separator].fullmatch(text):
        text = text.replace("." if separator == "," else ",", "")
    wrong = {",": ".", ".": ","}.get(separator or "", "")
    if not _NUMBER.fullmatch(text) or (wrong and wrong in text):
        message = "the text is not a number"
        raise TemplateRuntimeError(message)
    return Decimal(re.sub(_SPACE, "", text).replace(",", "."))


def _whole(value: Any) -> int:
    """A whole number; never cut, never 0 for what is none."""
    number = _decimal(value)
    if number != number.to_integral_value():
        message = "the number is not a whole number"
        raise TemplateRuntimeError(message)
    return int(number)


def _replace(value: Any, old: str, new: str) -> str:
    """Every `old` in a text becomes `new`."""
    text = str(value)
    _bounded(text, (new,))
    return text.replace(old, new)


def _join(values: Sequence[Any], between: str = "") -> str:
    """Texts put together, the blank ones left out."""
    texts = [str(one) for one in values if one is not None and str(one)]
    _bounded(between, ("".join(texts),))
    return between.join(texts)


def _bounded(text: str, given: Sequence[Any]) -> None:
    sizes = [one if isinstance(one, int) else len(one) for one in given if isinstance(one, int | str | list | tuple)]
    largest = max(sizes, default=0)
    if largest > EXCEL_MAX_CELL_CHARS or (len(text) + 1) * (largest + 1) > _MOST_WORK:
        message = "the text gets too long"
        raise TemplateRuntimeError(message)


def _reason(error: Exception) -> str:
    """Why, without what stands in the cell."""
    if isinstance(error, SecurityError):
        return "that is not available in an expression"
    if isinstance(error, TemplateError):
        return (error.message or "it does not work")[:200]
    if isinstance(error, ZeroDivisionError | ArithmeticError):
        return "the calculation has no result"
    return f"it does not work with this text ({type(error).__name__})"
