"""Reads the elements of an XML file that matter, in one pass and in flat memory; everything else is skipped.

`armbulk/readers/xml_elements.py` does the same for workbooks and calls a function for every element. Here the texts of
elements go into a record on their own, which is about three times faster: a SAF-T file may have 2 GB.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import NoReturn
from xml.parsers import expat

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.readers.saft.refusals import DOWNLOAD_AGAIN, EXPORT_AGAIN, UNSAFE, line_error, quote_value
from armbulk.readers.saft.xml_encoding import encoding_error, find_xml_encoding

NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:NO"
"""The namespace of SAF-T Financial of Norway, in all versions."""

CHUNK_BYTES = 1 << 16
MAX_DEPTH = 64
MAX_ATTRIBUTES = 100
MAX_NAME_CHARS = 200
MAX_TEXT_CHARS = 32_767
MAX_TAG_BYTES = 1 << 20
"""Limits of the XML. A sound file has 10 levels, at most 3 attributes, and texts of at most 256 characters."""

_SEPARATOR = " "
_XINCLUDE = "http://www.w3.org/2001/XInclude "
_MAX_KNOWN_TAGS = 2_000
_INVALID_TOKEN = 4  # codes of expat: https://libexpat.github.io/doc/api/latest/#XML_Error
_INCORRECT_ENCODING = 19
_ENDS_EARLY = frozenset({3, 5, 6, 20})  # no element found, unclosed token, partial character, unclosed CDATA

Record = dict[str, str]


class XmlNode:
    """An element that is read: a text, or a group of elements.

    Args:
        children: Local name → an element inside this one, in the namespace of SAF-T or in none.
        key: The key of the element's text in the record; "" for a group.
        start: Called with the XML line at the start of a group.
        end: Called at the end of a group.
    """

    __slots__ = ("children", "end", "key", "name", "start")

    def __init__(
        self,
        children: "Mapping[str, XmlNode] | None" = None,
        *,
        key: str = "",
        start: Callable[[int], object] | None = None,
        end: Callable[[], object] | None = None,
    ) -> None:
        self.name, self.key, self.start, self.end = "", key, start, end
        self.children: dict[str, XmlNode] = {}
        for name, child in (children or {}).items():
            child.name = name
            self.children[name] = self.children[f"{NAMESPACE}{_SEPARATOR}{name}"] = child

    def note_without_namespace(self, name: str, note: Callable[[int], object]) -> None:
        """Call `note` at the start of a child that is in no namespace."""
        plain = copy(self.children[name])
        plain.start = note
        self.children[name] = plain


def list_texts(keys: Mapping[str, str]) -> dict[str, XmlNode]:
    """Return elements that are texts: local name → its key in the record."""
    return {name: XmlNode(key=key) for name, key in keys.items()}


class SaftXml:
    """Reads an XML file into a record, by a tree of the elements that matter.

    Args:
        root: The group whose child is the root element of the file.
        record: Where the texts of elements go; the functions of the tree empty it.
        file: The file's name in messages.
        refuse_root: Returns the error for another root element, from its namespace and its local name.
    """

    def __init__(self, root: XmlNode, record: Record, file: str, refuse_root: Callable[[str, str], FileError]) -> None:
        self.file = file
        self._record = record
        self._refuse_root = refuse_root
        self._outside = root
        self._stack: list[XmlNode] = []
        self._skipped: list[str] = []
        self._known_tags: set[str] = set()
        self._parser = expat.ParserCreate(None, _SEPARATOR)

    @property
    def line(self) -> int:
        """The line of the XML that is being read."""
        return self._parser.CurrentLineNumber

    def error(self, what: Text, advice: Text = EXPORT_AGAIN, code: str = "damaged") -> FileError:
        """Return the error for something wrong in the line that is being read."""
        return line_error(self.file, self.line, what, advice, code)

    def read(self, chunks: Iterable[bytes]) -> None:
        """Read the file's content, in pieces of `CHUNK_BYTES`.

        Raises:
            FileError: The content is not valid XML, has an unsafe element or exceeds a limit.
        """
        total = 0
        chunk = b""
        for chunk in chunks:
            if not total:
                self._begin(chunk)
            total += len(chunk)
            self._parse(chunk, total - len(chunk))
            if total - self._parser.CurrentByteIndex > MAX_TAG_BYTES:
                raise self.error(_("a tag or comment is longer than 1 MiB"), UNSAFE)
        self._parse(b"", total, is_end=True)

    def _begin(self, head: bytes) -> None:
        parser = self._parser = expat.ParserCreate(find_xml_encoding(head, self.file), _SEPARATOR)
        parser.buffer_text = True
        parser.buffer_size = CHUNK_BYTES
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        parser.EntityDeclHandler = self._refuse_dtd
        parser.ExternalEntityRefHandler = self._refuse_dtd
        self._set_handlers()

    def _parse(self, chunk: bytes, offset: int, *, is_end: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_end)
        except expat.ExpatError as error:
            raise self._explain(error, chunk, offset) from None

    def _explain(self, error: expat.ExpatError, chunk: bytes, offset: int) -> FileError:
        index = self._parser.ErrorByteIndex
        position = index - offset
        if error.code == _INCORRECT_ENCODING:
            return encoding_error(_("{file} is not in the encoding that it names (offset 0)", file=self.file))
        if error.code == _INVALID_TOKEN and 0 <= position < len(chunk) and chunk[position] >= 0x80:
            values = {"file": self.file, "line": error.lineno, "offset": index, "byte": f"0x{chunk[position]:02X}"}
            what = _(
                "{file}, XML line {line}: the byte {byte} at offset {offset} is not allowed in the file's encoding",
                **values,
            )
            return encoding_error(what)
        values = {"file": self.file, "line": error.lineno, "column": error.offset + 1}
        if error.code in _ENDS_EARLY:
            what = _("{file} ends too early (XML line {line}, column {column}): a part of it is missing", **values)
        else:
            what = _("{file} is not valid XML (line {line}, column {column})", **values)
        return FileError("damaged", what, DOWNLOAD_AGAIN)

    def _set_handlers(self) -> None:  # noqa: C901 - three handlers with one state, in one place for speed
        """Set the functions that the parser calls; they are closures, because they are called for each element."""
        parser, record = self._parser, self._record
        node = self._outside
        stack, skipped, known_tags = self._stack, self._skipped, self._known_tags
        parts: list[str] = []
        length = 0  # of the text since the last tag; the parser may divide it

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal node, length
            length = 0
            if attributes:
                self._check_attributes(attributes)
            if not skipped:
                child = node.children.get(tag)
                if child is not None:
                    stack.append(node)
                    node = child
                    parts.clear()
                    if child.start is not None:
                        child.start(parser.CurrentLineNumber)
                    return
                self._check_place(node, tag)
            skipped.append(tag)
            if tag not in known_tags:
                self._check_tag(tag)
            if len(skipped) + len(stack) > MAX_DEPTH:
                raise self.error(_("elements are nested more than {count} levels deep", count=MAX_DEPTH), UNSAFE)

        def end(_tag: str) -> None:
            nonlocal node, length
            length = 0
            if skipped:
                skipped.pop()
                return
            key = node.key
            if key:
                if key in record:
                    raise self._twice_error(node)
                record[key] = parts[0] if len(parts) == 1 else "".join(parts)
            elif node.end is not None:
                node.end()
            node = stack.pop()

        def text(data: str) -> None:
            nonlocal length
            length += len(data)
            if length > MAX_TEXT_CHARS:
                raise self._long_text_error(node)
            if node.key and not skipped:
                parts.append(data)

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text

    def _check_place(self, node: XmlNode, tag: str) -> None:
        """Refuse another root element, and an element inside a text."""
        if not self._stack:
            namespace, _separator, name = tag.rpartition(_SEPARATOR)
            raise self._refuse_root(namespace, name)
        if node.key:
            raise self.error(_("{element} has an element inside its text", element=node.name))

    def _check_tag(self, tag: str) -> None:
        """Refuse an XInclude element and an endless name; a tag that passed is not looked at again."""
        if tag.startswith(_XINCLUDE):
            raise self.error(_("the file asks to include another file (XInclude)"), UNSAFE)
        self._check_name(tag)
        if len(self._known_tags) < _MAX_KNOWN_TAGS:
            self._known_tags.add(tag)

    def _check_attributes(self, attributes: Mapping[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise self.error(_("an element has more than {count} attributes", count=MAX_ATTRIBUTES), UNSAFE)
        for name, value in attributes.items():
            self._check_name(name)
            if len(value) > MAX_TEXT_CHARS:
                what = _("an attribute has more than {count:number} characters", count=MAX_TEXT_CHARS)
                raise self.error(what, UNSAFE)

    def _check_name(self, tag: str) -> None:
        if len(tag.rpartition(_SEPARATOR)[2]) > MAX_NAME_CHARS:
            raise self.error(_("a name has more than {count} characters", count=MAX_NAME_CHARS), UNSAFE)

    def _twice_error(self, node: XmlNode) -> FileError:
        return self.error(_("{element} occurs twice where it may occur once", element=node.name))

    def _long_text_error(self, node: XmlNode) -> FileError:
        names = [each.name for each in (*self._stack, node) if each.name]
        names += [tag.rpartition(_SEPARATOR)[2] for tag in self._skipped]
        path = quote_value("/".join(names)[-60:])
        return self.error(
            _("the text of {path} has more than {count:number} characters", path=path, count=MAX_TEXT_CHARS), UNSAFE
        )

    def _refuse_dtd(self, *_arguments: object) -> NoReturn:
        raise self.error(_("the file contains a DTD (DOCTYPE), which armbulk does not read"), UNSAFE)
