"""The expressions of a mapping, evaluated in Jinja2's sandbox: from text to text, without loops, rounding or floats."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

from jinja2 import StrictUndefined, TemplateAssertionError, TemplateError, TemplateRuntimeError, meta, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from armbulk.i18n import Text, _
from armbulk.mapping.entries import ExpressionError, ExpressionResult, NumberText
from armbulk.mapping.header_text import fold_header
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS

MAX_TEMPLATE_CHARS = 2_000
_MAX_CALL_CHARS = 1_000_000  # how many characters one call may process
_NO_COLUMN = _('there is no column "{header}"')
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
_AMBIGUOUS_NUMBER = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED_NUMBER = {
    ",": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    ".": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
}


class ExpressionEngine:
    """Evaluates the templates of a mapping. A cell is `row["Header"]`, or a variable named by the folded header."""

    def __init__(self) -> None:
        """Create the Jinja2 environment."""
        self._environment = _Sandbox()

    def check(self, template: str) -> None:
        """Refuse a template with an error, or with more than an expression may have (ExpressionError)."""
        if len(template) > MAX_TEMPLATE_CHARS:
            raise ExpressionError(_("it is longer than {count:number} characters", count=MAX_TEMPLATE_CHARS))
        try:
            _refuse(self._environment.parse(template))
            self._environment.from_string(template)
        except TemplateError as error:
            raise ExpressionError(_reason(error)) from None
        except (RecursionError, MemoryError, SyntaxError):
            raise ExpressionError(_("it is nested too deeply")) from None

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers that a template reads."""
        tree = self._environment.parse(template)
        names = (*(meta.find_undeclared_variables(tree) - {"row"}), *_row_accesses(tree))
        read = {fold_header(name) for name in names}
        return [header for header in headers if fold_header(header) in read]

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[ExpressionResult]:
        """Return the template's result for each row of header → text."""
        compiled = self._environment.from_string(template)
        return [self._evaluate_row(compiled, row) for row in rows]

    def _evaluate_row(self, compiled: Any, row: Mapping[str, str]) -> ExpressionResult:
        folded = {fold_header(header): text for header, text in row.items()}
        self._environment.numbers.clear()
        try:
            with localcontext(prec=60):
                text = compiled.render({**folded, "row": _Row(folded)}).strip()
        except Exception as error:  # noqa: BLE001 - whatever an expression raises becomes a finding at its row
            return ExpressionResult(None, _reason(error))
        if len(text) > EXCEL_MAX_CELL_CHARS:
            return ExpressionResult(None, _("the text is longer than a cell can be"))
        return ExpressionResult(text or None, is_number=text in self._environment.numbers)


class _Sandbox(SandboxedEnvironment):
    """Jinja2's sandbox with an allow-list of filters and methods."""

    intercepted_binops = frozenset({"+", "-", "*", "**", "/", "//", "%"})

    def __init__(self) -> None:
        """Remove whatever loops, rounds, guesses or multiplies text."""
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=self._write)
        self.numbers: set[str] = set()  # the numbers written for the current row: a text that is one is not ambiguous
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"decimal": _decimal, "int": _integer, "replace": _replace, "join": _join}

    def is_safe_callable(self, obj: Any) -> bool:
        """Return whether a call is a method of a text that is allowed."""
        return isinstance(getattr(obj, "__self__", None), str) and getattr(obj, "__name__", "") in _METHODS

    def call(self, context: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a text, unless its result could be too long."""
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str):
            _refuse_long(owner, (*args, *kwargs.values()))
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with exact numbers only; + also joins two texts."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return str(left) + str(right)
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            raise TemplateRuntimeError(_('"{operator}" needs numbers. Use | decimal or | int.', operator=operator))
        if operator == "/":
            left = Decimal(left)
        return super().call_binop(context, operator, left, right)

    def _write(self, value: Any) -> Any:
        """Return a value as it is written: a number with its exact digits, None as no text."""
        if value is None:
            return ""
        if _is_number(value) or isinstance(value, NumberText):
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            self.numbers.add(text)
            return text
        if isinstance(value, str | bool | StrictUndefined):
            return value
        raise TemplateRuntimeError(_("the result is a list. Use | first for one value, or | join for all."))


class _Row(dict[str, str]):
    """A row's cells by folded header."""

    def __getitem__(self, header: str) -> str:
        """Return the text of a cell; TemplateRuntimeError if there is no such column."""
        if fold_header(str(header)) not in self:
            raise TemplateRuntimeError(_NO_COLUMN.fill(header=header))
        return super().__getitem__(fold_header(header))


def _refuse(tree: nodes.Template) -> None:
    """Refuse statements other than `if`, float literals, and `row` without a header."""
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Stmt) and not isinstance(node, _STATEMENTS):
            statement = type(node).__name__.lower()
            message = _('the statement "{statement}" cannot be used, only "if"', statement=statement)
            raise TemplateAssertionError(message, node.lineno)
        if isinstance(node, nodes.Const) and isinstance(node.value, float):
            message = _("use ('{number}' | decimal) instead of {number}, so that it is exact", number=node.value)
            raise TemplateAssertionError(message, node.lineno)
    uses_of_row = sum(node.name == "row" for node in tree.find_all(nodes.Name))
    if uses_of_row != len(_row_accesses(tree)):
        raise TemplateAssertionError(_("row is used without a header. Use row['Header']."), 1)


def _row_accesses(tree: nodes.Template) -> list[str]:
    """Return the headers in row["Header"] and row.header."""
    items = [
        str(node.arg.value)
        for node in tree.find_all(nodes.Getitem)
        if _is_row(node.node) and isinstance(node.arg, nodes.Const)
    ]
    return items + [node.attr for node in tree.find_all(nodes.Getattr) if _is_row(node.node)]


def _is_row(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "row"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _decimal(value: Any, separator: str | None = None) -> Decimal:
    """Filter: return an exact number; a text that may be read in two ways needs its decimal separator."""
    if _is_number(value):
        return Decimal(value)
    text = str(value).strip().replace("\u2212", "-")
    if isinstance(value, NumberText):
        return Decimal(text)
    if separator is None and _AMBIGUOUS_NUMBER.fullmatch(text):
        raise TemplateRuntimeError(
            _("the number can be read in two ways (thousands or decimals). Use decimal(',') or decimal('.').")
        )
    if separator in _GROUPED_NUMBER and _GROUPED_NUMBER[separator].fullmatch(text):
        text = text.replace("." if separator == "," else ",", "")
    other_separator = {",": ".", ".": ","}.get(separator or "", "")
    if not _NUMBER.fullmatch(text) or (other_separator and other_separator in text):
        raise TemplateRuntimeError(_("the text is not a number"))
    return Decimal(re.sub(_SPACE, "", text).replace(",", "."))


def _integer(value: Any) -> int:
    """Filter: return an integer; a number with decimals is an error, never rounded."""
    number = _decimal(value)
    if number != number.to_integral_value():
        raise TemplateRuntimeError(_("the number is not a whole number"))
    return int(number)


def _replace(value: Any, old: str, new: str) -> str:
    """Filter: return a text with every `old` replaced by `new`."""
    text = str(value)
    _refuse_long(text, (new,))
    return text.replace(old, new)


def _join(values: Sequence[Any], separator: str = "") -> str:
    """Filter: return texts joined by a separator, without the blank ones."""
    texts = [str(value) for value in values if value is not None and str(value)]
    _refuse_long(separator, ("".join(texts),))
    return separator.join(texts)


def _refuse_long(text: str, arguments: Sequence[Any]) -> None:
    """Refuse a call on a text whose result could be too long."""
    sized = [argument for argument in arguments if isinstance(argument, int | str | list | tuple)]
    sizes = [argument if isinstance(argument, int) else len(argument) for argument in sized]
    largest = max(sizes, default=0)
    if largest > EXCEL_MAX_CELL_CHARS or (len(text) + 1) * (largest + 1) > _MAX_CALL_CHARS:
        raise TemplateRuntimeError(_("the text gets too long"))


def _reason(error: Exception) -> Text:
    """Return the reason of an error, without the cell's value."""
    if isinstance(error, TemplateError) and isinstance(error.message, Text):
        return error.message
    name = re.match(r"'(.+?)' is undefined|No (?:filter|test) named '(.+?)'", getattr(error, "message", None) or "")
    if name and isinstance(error, UndefinedError):
        return _NO_COLUMN.fill(header=name[1])
    if name and name[2]:
        return _('there is no filter "{name}"', name=name[2])
    if isinstance(error, TemplateSyntaxError):
        return _("it is incomplete, or has a character in the wrong place")
    if isinstance(error, TemplateError):
        return _("it uses something that expressions may not use")
    if isinstance(error, ZeroDivisionError | ArithmeticError):
        return _("the calculation has no result")
    return _("it cannot be used with this text ({error})", error=type(error).__name__)
