"""The content types of a package ([Content_Types].xml)."""

from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute


class ContentTypes:
    """The content types, and the changes to them."""

    def __init__(self, part: XmlPart) -> None:
        """Read the content types."""
        self._part = part
        self._prefix = part.prefix(part.root)
        self._overrides = {
            child.attributes.get("PartName", "").lstrip("/").lower(): child for child in part.root.find_all("Override")
        }
        self._defaults = {
            child.attributes.get("Extension", "").lower(): child for child in part.root.find_all("Default")
        }
        self._added: set[str] = set()

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed."""
        return self._part.is_changed

    def render(self) -> bytes:
        """Return the part with all changes."""
        return self._part.render()

    def find(self, part: str) -> str:
        """Return the content type of a part; "" if there is none."""
        element = self._overrides.get(part.lower()) or self._defaults.get(part.rpartition(".")[2].lower())
        return element.attributes.get("ContentType", "") if element else ""

    def set(self, part: str, content_type: str) -> None:
        """Set the content type of a part."""
        element = self._overrides.get(part.lower())
        if element is not None:
            self._part.set(element, "ContentType", content_type)
        elif part.lower() not in self._added:
            self._added.add(part.lower())
            self._insert("Override", "PartName", f"/{part}", content_type)

    def add_default(self, extension: str, content_type: str) -> None:
        """Set the content type of all parts with an extension, unless there is one."""
        if extension not in self._defaults and f".{extension}" not in self._added:
            self._added.add(f".{extension}")
            self._insert("Default", "Extension", extension, content_type, before=self._first_child())

    def remove(self, part: str) -> None:
        """Remove the content type of a part."""
        element = self._overrides.pop(part.lower(), None)
        if element is not None:
            self._part.remove(element)

    def _insert(
        self, name: str, attribute: str, value: str, content_type: str, before: XmlElement | None = None
    ) -> None:
        xml = f'<{self._prefix}{name} {attribute}="{escape_attribute(value)}" ContentType="{content_type}"/>'
        self._part.insert(self._part.root, xml, before)

    def _first_child(self) -> XmlElement | None:
        return self._part.root.children[0] if self._part.root.children else None
