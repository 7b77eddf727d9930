"""Elements of XML parts, each known by its own path and namespace; everything else in a part is ignored.

An element of an extension (`extLst`, a foreign namespace) never counts, whatever its local name is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from armbulk.i18n import _
from armbulk.readers.damage import DamageError

NAMESPACE_SEPARATOR = " "
"""Separates the namespace and the local name in the tags of the parser."""

_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_ALTERNATIVES = f"{_COMPATIBILITY} AlternateContent"
_FALLBACK = f"{_COMPATIBILITY} Fallback"

Start = Callable[[dict[str, str]], object]
End = Callable[[], object]
Text = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Element:
    """An element that is read.

    Attributes:
        start: Called with the attributes when the element begins.
        end: Called when the element ends.
        text: Called with the characters directly inside it.
        children: An element inside this one, by its local name if it has the same namespace, else by its full tag.
        refused: Local names of elements that must not be inside this one.
    """

    start: Start | None = None
    end: End | None = None
    text: Text | None = None
    children: "dict[str, Element]" = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


class _Node:
    """An element with the full tags of its children."""

    __slots__ = ("children", "end", "refused", "start", "text")

    def __init__(self, element: Element, namespace: str, known: "dict[int, _Node] | None" = None) -> None:
        known = {} if known is None else known  # an element in several places has one node
        known[id(element)] = self
        prefix = f"{namespace}{NAMESPACE_SEPARATOR}" if namespace else ""
        self.start, self.end, self.text = element.start, element.end, element.text
        self.children = {
            name if NAMESPACE_SEPARATOR in name else f"{prefix}{name}": known.get(id(child))
            or _Node(child, namespace, known)
            for name, child in element.children.items()
        }
        self.refused = frozenset(f"{prefix}{name}" for name in element.refused)


Handlers = tuple[Callable[[str, dict[str, str]], None], Callable[[str], None], Callable[[str], None]]
"""What an expat parser calls: at the begin of an element, at its end, and for characters."""


def build_handlers(  # noqa: C901 - three handlers with one state, in one place for speed
    roots: dict[str, Element], namespaces: Iterable[str], max_depth: int
) -> Handlers:
    """Return the handlers of a parser that call those of the elements that are read.

    They are closures, because they are called several times for each cell. They raise DamageError.

    Args:
        roots: Local name → the root element of the part.
        namespaces: The namespaces that the root may have; its children have the same.
        max_depth: How deep elements may be nested.
    """
    outside = _Node(Element(), "")
    for namespace in namespaces:
        outside.children |= _Node(Element(children=roots), namespace).children
    node = outside
    stack: list[_Node] = []
    skipped = 0  # how many elements are open inside the outermost one that is not read

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal node, skipped
        if skipped:
            skipped += 1
            if len(stack) + skipped > max_depth:
                raise DamageError(_("its elements are nested too deep"))
            return
        child = node.children.get(tag)
        if child is None:
            child = _find_alternative(node, tag, is_root=node is outside)
            if child is None:
                skipped = 1
                return
        if len(stack) > max_depth:
            raise DamageError(_("its elements are nested too deep"))
        stack.append(node)
        node = child
        if child.start is not None:
            child.start(attributes)

    def end(_: str) -> None:
        nonlocal node, skipped
        if skipped:
            skipped -= 1
            return
        finished, node = node, stack.pop()
        if finished.end is not None:
            finished.end()

    def text(piece: str) -> None:
        if node.text is not None and not skipped:
            node.text(piece)

    return start, end, text


def _find_alternative(node: _Node, tag: str, *, is_root: bool) -> _Node | None:
    """Return the node of content for readers without extensions; None for an element that is not read.

    `mc:AlternateContent` is read as its `mc:Fallback`, and that as its content.
    """
    name = tag.rpartition(NAMESPACE_SEPARATOR)[2]
    if is_root:
        raise DamageError(_("it begins with the element '{name}', which is not expected there", name=name[:30]))
    if tag in node.refused:
        raise DamageError(_("it has the element '{name}' out of place", name=name))
    if tag != _ALTERNATIVES:
        return None
    fallback, alternatives = _Node(Element(text=node.text), ""), _Node(Element(), "")
    fallback.children, fallback.refused = node.children, node.refused
    alternatives.children = {_FALLBACK: fallback}
    return alternatives
