"""The properties of a file by which armbulk knows its own workbooks, and the store that one comes from."""

import re
from functools import cache

from armbulk.model.result_columns import CHANGES, CUSTOMER_OUTCOMES, PROBLEMS, SIGN_OFF, SUMMARY, with_prefix
from armbulk.writers.provenance import PROPERTY
from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def read_own_sheets(package: Package, category: str) -> tuple[str, ...]:
    """Return the names of the sheets that armbulk added to its own workbook (by its category)."""
    values = _read_core(package)
    if values.get("category") != category:
        return ()
    return find_own_titles(values.get("keywords", ""))


def find_own_titles(keywords: str) -> tuple[str, ...]:
    """Return the names of result sheets in keywords: programs that save them again separate them as they like."""
    return tuple(match[0] for match in _own_title().finditer(keywords))


@cache
def _own_title() -> re.Pattern[str]:
    """A pattern for a name that `user_workbook` gives a sheet: the whole of it, and not a part of a longer one."""
    sheets = (SUMMARY, PROBLEMS, CUSTOMER_OUTCOMES, CHANGES, SIGN_OFF)
    names = sorted({name for words in sheets for name in words.all()}, key=len, reverse=True)
    plain = "|".join(map(re.escape, names))
    prefixed = "|".join(re.escape(with_prefix(name)) for name in names)
    return re.compile(rf"(?:{prefixed})(?: [0-9]+)?|{plain}")


def is_template(package: Package, title: str) -> bool:
    """Return whether a workbook was made of armbulk's own template (by its title)."""
    return _read_core(package).get("title") == title


def _read_core(package: Package) -> dict[str, str]:
    part = _find(package, "metadata/core-properties")
    if part is None:
        return {}
    return {child.name: _unescape(package.xml(part).text(child).decode()) for child in package.xml(part).root.children}


def write_core(package: Package, category: str, keywords: str) -> None:
    """Set the category and the keywords of a workbook."""
    part = _find(package, "metadata/core-properties")
    if part is None:
        name = "docProps/core.xml"
        values = f"<cp:keywords>{escape_attribute(keywords)}</cp:keywords><cp:category>{category}</cp:category>"
        package.put(name, f'{_HEAD}<cp:coreProperties xmlns:cp="{_CORE}">{values}</cp:coreProperties>'.encode())
        package.content_types.set(name, _CORE_TYPE)
        package.relations("").add_other(_CORE_RELATION, name)
        return
    xml = package.xml(part)
    prefix = xml.prefix(xml.root)
    for name, value in (("category", category), ("keywords", keywords)):
        element = xml.root.find(name)
        if element is not None:
            xml.replace_content(element, escape_attribute(value).encode())
        else:
            xml.insert(xml.root, f"<{prefix}{name}>{escape_attribute(value)}</{prefix}{name}>")


def write_property(package: Package, text: str, *, is_strict: bool) -> None:
    """Set the custom property with the store that a workbook comes from."""
    part = _find(package, "custom-properties")
    if part is None:
        name = "docProps/custom.xml"
        xml = f'{_HEAD}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}">{_property("", 2, text)}</Properties>'
        package.put(name, xml.encode())
        package.content_types.set(name, _CUSTOM_TYPE)
        package.relations("").add("custom-properties", name, is_strict=is_strict)
        return
    properties = package.xml(part)
    elements = list(properties.root.find_all("property"))
    for element in elements:
        if element.attributes.get("name") == PROPERTY:
            properties.remove(element)
    number = max((int(element.attributes.get("pid", "1")) for element in elements), default=1) + 1
    properties.insert(properties.root, _property(properties.prefix(properties.root), number, text))


def _property(prefix: str, number: int, text: str) -> str:
    attributes = f'fmtid="{_FORMAT_ID}" pid="{number}" name="{PROPERTY}"'
    value = f'<vt:lpwstr xmlns:vt="{_VALUES}">{escape_attribute(text)}</vt:lpwstr>'
    return f"<{prefix}property {attributes}>{value}</{prefix}property>"


def forget_titles(package: Package) -> None:
    """Remove the list of sheets from the properties of the program; programs write it again when they save."""
    part = _find(package, "extended-properties")
    if part is None:
        return
    xml: XmlPart = package.xml(part)
    for name in ("HeadingPairs", "TitlesOfParts"):
        element: XmlElement | None = xml.root.find(name)
        if element is not None:
            xml.remove(element)


def _find(package: Package, kind: str) -> str | None:
    return next((part for part in package.relations("").targets(kind) if package.has(part)), None)


def _unescape(text: str) -> str:
    for written, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(written, character)
    return text
