"""The relations of a part: which other parts it uses."""

import posixpath
from dataclasses import dataclass
from urllib.parse import quote, unquote

from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute

NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_BLANK = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{NAMESPACE}"></Relationships>'


def relations_part(part: str) -> str:
    """Return the name of the part with the relations of a part ("" for those of the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation.

    Attributes:
        id: Its id in the part.
        type: The end of its type, such as `worksheet`.
        target: The part it leads to.
        element: Its place in the relations; None for a new one.
    """

    id: str
    type: str
    target: str
    element: XmlElement | None = None


class Relations:
    """The relations of one part, and the changes to them."""

    def __init__(self, part: str, content: XmlPart | None) -> None:
        """Read the relations; `content` is None where the part has none yet."""
        self.name = relations_part(part)
        self._folder = posixpath.dirname(part)
        self._content = content or XmlPart(_BLANK.encode())
        root = self._content.root
        self._elements = list(root.find_all("Relationship"))
        self._prefix = self._content.prefix(root)
        self._ids = {element.attributes.get("Id", "") for element in self._elements}
        types = [element.attributes.get("Type", "") for element in self._elements]
        self.is_strict = any(kind.startswith(STRICT_OFFICE) for kind in types)
        self._all = [
            self._read(element) for element in self._elements if element.attributes.get("TargetMode") != "External"
        ]

    def _read(self, element: XmlElement) -> Relation:
        target = unquote(element.attributes.get("Target", "")).replace("\\", "/")
        path = target[1:] if target.startswith("/") else posixpath.join(self._folder, target)
        kind = element.attributes.get("Type", "")
        for prefix in (OFFICE, STRICT_OFFICE, PACKAGE):
            kind = kind.removeprefix(f"{prefix}/")
        return Relation(element.attributes.get("Id", ""), kind, posixpath.normpath(path).lstrip("./"), element)

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed."""
        return self._content.is_changed

    def render(self) -> bytes:
        """Return the part with all changes."""
        return self._content.render()

    def targets(self, kind: str) -> list[str]:
        """Return the parts of a type."""
        return [relation.target for relation in self._all if relation.type == kind]

    def find(self, relation_id: str) -> Relation | None:
        """Return the relation with an id; None if there is none within the package."""
        return next((relation for relation in self._all if relation.id == relation_id), None)

    def add(self, kind: str, target: str, *, is_strict: bool = False) -> str:
        """Add a relation of an Office type to a part; return its id."""
        prefix = STRICT_OFFICE if is_strict or self.is_strict else OFFICE
        return self._add(kind, f"{prefix}/{kind}", target)

    def add_other(self, full_type: str, target: str) -> str:
        """Add a relation of any type to a part; return its id."""
        return self._add(full_type, full_type, target)

    def _add(self, kind: str, full_type: str, target: str) -> str:
        number = len(self._ids) + 1
        while (relation_id := f"rId{number}") in self._ids:
            number += 1
        self._ids.add(relation_id)
        path = quote(posixpath.relpath(target, self._folder or "."))
        attributes = f'Id="{relation_id}" Type="{full_type}" Target="{escape_attribute(path)}"'
        self._content.insert(self._content.root, f"<{self._prefix}Relationship {attributes}/>")
        self._all.append(Relation(relation_id, kind, target))
        return relation_id

    def remove(self, relation_id: str) -> None:
        """Remove the relation with an id."""
        for relation in [relation for relation in self._all if relation.id == relation_id]:
            self._all.remove(relation)
            if relation.element is not None:
                self._content.remove(relation.element)

    def remove_type(self, kind: str) -> None:
        """Remove all relations of a type."""
        for relation in [relation for relation in self._all if relation.type == kind]:
            self.remove(relation.id)
