"""A small XML part whose elements are known by their place in its bytes, so that single ones are changed."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from armbulk.readers.xlsx_archive import MAX_DEPTH
from armbulk.readers.xml_elements import NAMESPACE_SEPARATOR
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError

_TAG = re.compile(rb"""<[^\s/>]+[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_NAME = re.compile(rb"<([^\s/>]+)")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


@dataclass(slots=True, eq=False)
class XmlElement:
    """An element and its place in the part.

    Attributes:
        name: Its local name.
        namespace: Its namespace.
        attributes: Name → value; the name of an attribute with a namespace is `namespace name`.
        start: Where its start tag begins.
        open_end: Where its start tag ends.
        close_start: Where its end tag begins; of an empty element tag, `open_end`.
        end: Where it ends.
        children: The elements in it.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    start: int
    open_end: int = 0
    close_start: int = 0
    end: int = 0
    children: "list[XmlElement]" = field(default_factory=list)

    def find(self, name: str) -> "XmlElement | None":
        """Return the first child with this name and the element's own namespace."""
        return next(iter(self.find_all(name)), None)

    def find_all(self, name: str) -> "list[XmlElement]":
        """Return the children with this name and the element's own namespace."""
        return [child for child in self.children if child.name == name and child.namespace == self.namespace]


class XmlPart:
    """A part with its elements, and the changes to it."""

    def __init__(self, content: bytes, *, depth: int = MAX_DEPTH) -> None:
        """Parse a part in UTF-8; elements nested deeper than `depth` are not kept.

        Raises:
            PatchRefusedError: It is not valid, or has a DTD.
        """
        self.content = content
        self._edits: list[tuple[int, int, int, bytes]] = []
        self._attributes: dict[XmlElement, dict[str, str | None]] = {}
        self._added: dict[XmlElement, list[bytes]] = {}
        self._depth = depth
        self._open: list[XmlElement | None] = []
        self._root: XmlElement | None = None
        self._parser = expat.ParserCreate("utf-8", NAMESPACE_SEPARATOR)
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._finish
        self._parser.StartDoctypeDeclHandler = _refuse_dtd
        try:
            self._parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as error:
            message = f"not valid XML: {error}"
            raise PatchRefusedError(message) from None

    @property
    def root(self) -> XmlElement:
        """The outermost element."""
        assert self._root is not None  # noqa: S101 - valid XML has one
        return self._root

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= self._depth:
            self._open.append(None)
            if len(self._open) > MAX_DEPTH:
                message = "its elements are nested too deep"
                raise PatchRefusedError(message)
            return
        namespace, _, name = tag.rpartition(NAMESPACE_SEPARATOR)
        element = XmlElement(name, namespace, attributes, self._parser.CurrentByteIndex)
        match = _TAG.match(self.content, element.start)
        if match is None:
            message = f"the element {name} is written in a way that is not known"
            raise PatchRefusedError(message)
        element.open_end = match.end()
        parent = self._open[-1] if self._open else None
        if parent is not None:
            parent.children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _finish(self, _: str) -> None:
        element = self._open.pop()
        if element is None:
            return
        if self.content[element.open_end - 2 : element.open_end] == b"/>":
            element.close_start = element.end = element.open_end
        else:
            element.close_start = self._parser.CurrentByteIndex
            element.end = self.content.index(b">", element.close_start) + 1

    def raw_name(self, element: XmlElement) -> str:
        """Return the name of an element as it is written, with its prefix."""
        match = _NAME.match(self.content, element.start)
        return match[1].decode() if match else element.name

    def prefix(self, element: XmlElement) -> str:
        """Return the prefix of an element with its colon; "" for none."""
        return self.raw_name(element).removesuffix(element.name)

    def text(self, element: XmlElement) -> bytes:
        """Return the content of an element as it is written."""
        return self.content[element.open_end : element.close_start]

    def set(self, element: XmlElement, name: str, value: str | None) -> None:
        """Set an attribute without a namespace; None removes it."""
        self._attributes.setdefault(element, {})[name] = value

    def insert(self, parent: XmlElement, xml: str | bytes, before: XmlElement | None = None) -> None:
        """Insert a child before another, or as the last."""
        encoded = xml.encode() if isinstance(xml, str) else xml
        if before is not None:
            self._edit(before.start, before.start, encoded)
        elif parent.close_start == parent.open_end == parent.end:
            self._added.setdefault(parent, []).append(encoded)
        else:
            self._edit(parent.close_start, parent.close_start, encoded)

    def remove(self, element: XmlElement) -> None:
        """Remove an element."""
        self._edit(element.start, element.end, b"")

    def replace_content(self, element: XmlElement, xml: bytes) -> None:
        """Replace what is inside an element."""
        if element.end == element.open_end:
            self._added.setdefault(element, []).append(xml)
        else:
            self._edit(element.open_end, element.close_start, xml)

    def _edit(self, start: int, end: int, xml: bytes) -> None:
        self._edits.append((start, end, len(self._edits), xml))

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed."""
        return bool(self._edits or self._attributes or self._added)

    def render(self) -> bytes:
        """Return the part with all changes."""
        edits = list(self._edits)
        for element in {**self._attributes, **self._added}:
            tag = set_attributes(self.content[element.start : element.open_end], self._attributes.get(element, {}))
            if element in self._added:
                closing = f"</{self.raw_name(element)}>".encode()
                tag = tag.removesuffix(b"/>").rstrip() + b">" + b"".join(self._added[element]) + closing
            edits.append((element.start, element.open_end, len(edits), tag))
        pieces, position = [], 0
        for start, end, _, xml in sorted(edits, key=lambda edit: (edit[0], edit[1] > edit[0], edit[2])):
            if start < position:
                continue  # inside an element that is removed
            pieces += [self.content[position:start], xml]
            position = end
        return b"".join([*pieces, self.content[position:]])


def set_attributes(tag: bytes, attributes: "dict[str, str | None]") -> bytes:
    """Return a start tag with attributes set; None removes one."""
    for name, value in attributes.items():
        pattern = re.compile(rb"""(\s%s\s*=\s*)("[^"]*"|'[^']*')""" % name.encode())
        written = b"" if value is None else f' {name}="{escape_attribute(value)}"'.encode()
        if pattern.search(tag):
            tag = pattern.sub(written.replace(b"\\", rb"\\"), tag, count=1)
        elif written:
            end = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:end].rstrip() + written + tag[end:]
    return tag


def escape_attribute(text: str) -> str:
    """Return a text as it is written in an attribute or an element."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def _refuse_dtd(*_: object) -> None:
    message = "it has a DTD"
    raise PatchRefusedError(message)
