"""The main part of a workbook: its sheets, their order, and the names that belong to one sheet."""

import re
from dataclasses import dataclass

from armbulk.readers.xlsx_parts import find_main_part
from armbulk.readers.xlsx_shared import SPREADSHEET
from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.relations import OFFICE, STRICT_OFFICE
from armbulk.writers.xlsx_patch.xml_part import XmlElement, escape_attribute

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STRICT = SPREADSHEET[1]

_ID_NAMES = (f"{OFFICE} id", f"{STRICT_OFFICE} id")
_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")
_MAIN = "application/vnd.{}.main+xml"
_AS_WORKBOOK = {
    _MAIN.format("openxmlformats-officedocument.spreadsheetml.template"): _MAIN.format(
        "openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    _MAIN.format("ms-excel.template.macroEnabled"): _MAIN.format("ms-excel.sheet.macroEnabled"),
}
_FILTER_NAME = "_xlnm._FilterDatabase"
_TITLES_NAME = "_xlnm.Print_Titles"
_ROWS_ALONE = re.compile(rb"(.+)!\$[0-9]+:\$[0-9]+")


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of the user's workbook.

    Attributes:
        name: Its name.
        kind: The type of its relation: `worksheet`, `chartsheet` …
        part: Its part.
        element: Its place in the list of sheets.
        relation_id: The id of its relation.
    """

    name: str
    kind: str
    part: str
    element: XmlElement
    relation_id: str


class WorkbookPart:
    """The main part, and the changes to it."""

    def __init__(self, package: Package) -> None:
        """Read the list of sheets; PatchRefusedError when there is none."""
        self._package = package
        self.name = find_main_part(package.archive, "xl/workbook.xml")
        self.part = package.xml(self.name)
        self.relations = package.relations(self.name)
        root = self.part.root
        self.is_strict = root.namespace == STRICT
        self.namespace = STRICT if self.is_strict else SPREADSHEET[0]
        sheets = root.find("sheets")
        if sheets is None:
            message = "it has no list of sheets"
            raise PatchRefusedError(message)
        self._sheets = sheets
        self._prefix = self.part.prefix(sheets)
        self._removed: set[int] = set()
        self._new: list[str] = []
        self._new_names: list[str] = []
        self.sheets = [self._read(element) for element in sheets.find_all("sheet")]
        self._filters: dict[str, str] = {}
        self._repeated: dict[str, str] = {}
        content_type = package.content_types.find(self.name)
        if content_type in _AS_WORKBOOK:
            package.content_types.set(self.name, _AS_WORKBOOK[content_type])

    def _read(self, element: XmlElement) -> SheetEntry:
        relation_id = next((element.attributes[name] for name in _ID_NAMES if name in element.attributes), "")
        relation = self.relations.find(relation_id)
        name = element.attributes.get("name", "")
        return SheetEntry(
            name, relation.type if relation else "", relation.target if relation else "", element, relation_id
        )

    @property
    def names(self) -> list[str]:
        """The names of the sheets that stay."""
        return [entry.name for index, entry in enumerate(self.sheets) if index not in self._removed]

    def remove_sheet(self, name: str) -> None:
        """Remove a worksheet and the parts that only it has."""
        for index, entry in enumerate(self.sheets):
            if entry.name == name and entry.kind == "worksheet":
                self._removed.add(index)
                self.part.remove(entry.element)
                relations = self._package.relations(entry.part)
                for kind in ("comments", "vmlDrawing"):
                    for target in relations.targets(kind):
                        self._package.drop(target)
                self._package.drop(entry.part)
                self.relations.remove(entry.relation_id)

    def add_sheet(self, name: str) -> str:
        """Add a worksheet after those added before, in front of the user's; return the name of its part."""
        folder = self.name.rpartition("/")[0]
        part = self._package.new_name(f"{folder}/worksheets/sheet{{}}.xml".lstrip("/"))
        self._package.put(part, b"")
        self._package.content_types.set(part, SHEET_TYPE)
        relation_id = self.relations.add("worksheet", part, is_strict=self.is_strict)
        self._new_names.append(name)
        used = [int(entry.element.attributes.get("sheetId", "0")) for entry in self.sheets]
        sheet_id = max(used, default=0) + len(self._new) + 1
        office = STRICT_OFFICE if self.is_strict else OFFICE
        self._new.append(
            f'<{self._prefix}sheet name="{escape_attribute(name)}" sheetId="{sheet_id}" xmlns:ab="{office}" '
            f'ab:id="{relation_id}"/>'
        )
        return part

    def set_filter(self, name: str, reference: str) -> None:
        """Note the range of a sheet's filter, such as `A1:F9`, for the hidden name that Excel keeps of it."""
        self._filters[name] = reference

    def repeat_columns(self, name: str, last: str) -> None:
        """Print the columns up to `last` on each page of a sheet that repeats rows alone."""
        self._repeated[name] = last

    @property
    def shows_removed_sheet(self) -> bool:
        """Whether a sheet that is removed is the one that is shown when the file is opened."""
        views = self.part.root.find("bookViews")
        elements = list(views.find_all("workbookView")) if views else []
        active = [int(element.attributes.get("activeTab", "0")) for element in elements] or [0]
        return bool(self._removed & set(active))

    def finish(self) -> bytes:
        """Return the part with all changes."""
        first = self._sheets.children[0] if self._sheets.children else None
        self.part.insert(self._sheets, "".join(self._new), first)
        kept = [index for index in range(len(self.sheets)) if index not in self._removed]
        positions = {old: len(self._new) + new for new, old in enumerate(kept)}
        self._shift_names(positions)
        self._shift_views(positions)
        return self.part.render()

    def _shift_views(self, positions: dict[int, int]) -> None:
        """The sheet that is shown when the file is opened stays the same; it is named by its position."""
        views = self.part.root.find("bookViews")
        elements = list(views.find_all("workbookView")) if views else []
        for element in elements:
            active = int(element.attributes.get("activeTab", "0"))
            self.part.set(element, "activeTab", str(positions.get(active, 0)))
            if "firstSheet" in element.attributes:
                self.part.set(element, "firstSheet", None)  # so that the added sheets are seen
        if elements:
            return
        view = f'<{self._prefix}workbookView activeTab="{positions.get(0, 0)}"/>'
        if views is None:
            xml = f"<{self._prefix}bookViews>{view}</{self._prefix}bookViews>"
            self.part.insert(self.part.root, xml, self._sheets)
        else:
            self.part.insert(views, view)

    def _shift_names(self, positions: dict[int, int]) -> None:
        """Names of a sheet say which by its position; the names of removed sheets are removed."""
        names = self.part.root.find("definedNames")
        wanted = {
            positions[index]: (entry.name, self._filters[entry.name])
            for index, entry in enumerate(self.sheets)
            if entry.name in self._filters and index in positions
        } | {
            position: (name, self._filters[name])
            for position, name in enumerate(self._new_names)
            if name in self._filters
        }
        for element in names.find_all("definedName") if names else ():
            if "localSheetId" not in element.attributes:
                continue
            index = int(element.attributes["localSheetId"])
            position = positions.get(index)
            if position is None:
                self.part.remove(element)
                continue
            last = self._repeated.get(self.sheets[index].name)
            rows = _ROWS_ALONE.fullmatch(self.part.text(element)) if last else None
            if rows and element.attributes.get("name") == _TITLES_NAME:
                columns = b"%s!$A:$%s," % (rows[1], str(last).encode())
                self.part.replace_content(element, columns + rows[0])
            self.part.set(element, "localSheetId", str(position))
            if element.attributes.get("name") == _FILTER_NAME and position in wanted:
                self.part.replace_content(element, _absolute_range(*wanted.pop(position)).encode())
        new = "".join(
            f'<{self._prefix}definedName name="{_FILTER_NAME}" localSheetId="{position}" hidden="1">'
            f"{_absolute_range(*filtered)}</{self._prefix}definedName>"
            for position, filtered in wanted.items()
        ) + "".join(
            f'<{self._prefix}definedName name="{_TITLES_NAME}" localSheetId="{position}">'
            f"{_quote(name)}!$1:$1</{self._prefix}definedName>"
            for position, name in enumerate(self._new_names)
            if name in self._filters
        )
        if new and names is not None:
            self.part.insert(names, new, names.children[0] if names.children else None)
        elif new:
            xml = f"<{self._prefix}definedNames>{new}</{self._prefix}definedNames>"
            self.part.insert(self.part.root, xml, self._find_after_names())

    def _find_after_names(self) -> XmlElement | None:
        """Return the element before which new names belong."""
        children = self.part.root.children
        last = max(index for index, child in enumerate(children) if child.name in _BEFORE_NAMES)
        return children[last + 1] if last + 1 < len(children) else None


def _absolute_range(name: str, reference: str) -> str:
    corners = []
    for corner in reference.split(":"):
        letters = corner.rstrip("0123456789")
        corners.append(f"${letters}${corner[len(letters) :]}")
    return f"{_quote(name)}!{':'.join(corners)}"


def _quote(name: str) -> str:
    """Return the name of a sheet as it is in a formula, as XML."""
    quoted = name.replace("'", "''")
    return escape_attribute(f"'{quoted}'")
