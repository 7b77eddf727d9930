"""The parts of an .xlsx workbook that are not sheets: relations, the main part, shared texts, styles."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from armbulk.i18n import _
from armbulk.readers.xlsx_archive import MAX_PARTS, WorkbookArchive
from armbulk.readers.xlsx_shared import SPREADSHEET, SharedParts
from armbulk.readers.xlsx_texts import read_texts
from armbulk.readers.xml_elements import NAMESPACE_SEPARATOR, Element

TRUE = frozenset({"1", "true"})
"""How a part writes a true value."""

_RELATIONS = ("http://schemas.openxmlformats.org/package/2006/relationships", "")
_CONTENT_TYPES = ("http://schemas.openxmlformats.org/package/2006/content-types", "")
_RELATION_TYPES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)
_RELATION_IDS = tuple(f"{prefix.rstrip('/')}{NAMESPACE_SEPARATOR}id" for prefix in _RELATION_TYPES)
_MAIN_TYPE = ".main+xml"  # the end of the content types of a main part: workbook, template, with macros
_DEFAULT_MAIN_PART = "xl/workbook.xml"
_MAX_FORMATS = 100_000  # Excel keeps 65,490
_MAX_FORMAT_CHARS = 1_000  # Excel keeps 255 characters


@dataclass(slots=True)
class OpenWorkbook:
    """A workbook while it is read.

    Attributes:
        archive: The file.
        shared: What its sheets share.
        relations: Relation id → (type, part); the type is "" where it is not one of a workbook's own.
        sheets: (name, relation id, state) of each sheet.
    """

    archive: WorkbookArchive
    shared: SharedParts
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)


def open_workbook(archive: WorkbookArchive) -> OpenWorkbook:
    """Read everything but the sheets; FileError when it cannot be read."""
    workbook = OpenWorkbook(archive, SharedParts(archive))
    main = find_main_part(archive, _DEFAULT_MAIN_PART)
    folder, _slash, file_name = main.rpartition("/")
    workbook.relations = read_relations(archive, f"{folder}/_rels/{file_name}.rels".lstrip("/"), folder)
    _read_main_part(workbook, main)
    for part_type, read_part in (("sharedStrings", read_texts), ("styles", _read_styles)):
        targets = {target.lower() for kind, target in workbook.relations.values() if kind == part_type}
        if len(targets) > 1:
            raise archive.damaged_error(_("it has more than one part of the kind {kind}", kind=part_type))
        for target in targets & archive.parts:  # a cell that refers to a missing part is refused later
            read_part(workbook.shared, target)
    return workbook


def find_main_part(archive: WorkbookArchive, default: str) -> str:
    """Return the part with the list of sheets: as the relations say, else `default`, else as the content types say."""
    main = [target for kind, target in read_relations(archive, "_rels/.rels").values() if kind == "officeDocument"]
    candidates = [*main, default, *_list_main_types(archive)]
    for candidate in candidates:
        if candidate.lower() in archive.parts:
            return candidate
    if main:
        raise archive.damaged_error(_("{part} is missing", part=main[0]))
    raise archive.no_workbook_error(_("{name} is a zip file without a workbook in it"))


def _list_main_types(archive: WorkbookArchive) -> list[str]:
    names: list[str] = []

    def start(attributes: dict[str, str]) -> None:
        if attributes.get("ContentType", "").endswith(_MAIN_TYPE):
            names.append(attributes.get("PartName", "").lstrip("/"))

    part = "[content_types].xml"
    if part in archive.parts:
        roots = {"Types": Element(children={"Override": Element(start)})}
        archive.parse(part, roots, _CONTENT_TYPES)
    return names


def read_relations(archive: WorkbookArchive, part: str, folder: str = "") -> dict[str, tuple[str, str]]:
    """Return relation id → (type, part) of a relations part; {} if there is no such part."""
    relations: dict[str, tuple[str, str]] = {}

    def start(attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") != "External":
            target = unquote(attributes.get("Target", "")).replace("\\", "/")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            kind = attributes.get("Type", "")
            prefix = next((prefix for prefix in _RELATION_TYPES if kind.startswith(prefix)), kind)
            relations[attributes.get("Id", "")] = (kind.removeprefix(prefix), _resolve_path(path))
        if len(relations) > MAX_PARTS:
            raise archive.damaged_error(_("{part} names more than {maximum} parts", part=part, maximum=MAX_PARTS))

    if part.lower() in archive.parts:
        roots = {"Relationships": Element(children={"Relationship": Element(start)})}
        archive.parse(part, roots, _RELATIONS)
    return relations


def _resolve_path(path: str) -> str:
    """Return a path without `.` and `..`."""
    resolved: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            resolved = resolved[:-1]
        elif segment not in {"", "."}:
            resolved.append(segment)
    return "/".join(resolved)


def _read_main_part(workbook: OpenWorkbook, part: str) -> None:
    """Read the names and states of the sheets, the epoch of dates, and whether formulas were calculated."""

    def read_properties(attributes: dict[str, str]) -> None:
        workbook.shared.since_1904 = attributes.get("date1904", "0") in TRUE

    def read_calculation(attributes: dict[str, str]) -> None:
        on_load = attributes.get("fullCalcOnLoad", "0") in TRUE
        workbook.shared.trusts_formulas = not on_load and attributes.get("calcCompleted", "1") in TRUE

    def read_sheet(attributes: dict[str, str]) -> None:
        relation = next((attributes[name] for name in _RELATION_IDS if name in attributes), "")
        if relation:  # some programs name sheets of macros, which have no part
            workbook.sheets.append((attributes.get("name", ""), relation, attributes.get("state", "visible")))
        if len(workbook.sheets) > MAX_PARTS:
            raise workbook.archive.damaged_error(_("it has more than {maximum} sheets", maximum=MAX_PARTS))

    children = {
        "workbookPr": Element(read_properties),
        "calcPr": Element(read_calculation),
        "sheets": Element(children={"sheet": Element(read_sheet)}),
    }
    workbook.archive.parse(part, {"workbook": Element(children=children)}, SPREADSHEET)


def _read_styles(shared: SharedParts, part: str) -> None:
    """Read the cell styles, as far as they change what a number means."""
    codes: dict[int, str] = {}
    formats: list[int] = []

    def check() -> None:
        if len(formats) > _MAX_FORMATS or len(codes) > _MAX_FORMATS:
            raise shared.too_large_error(_("{name} has more than {maximum:number} cell formats", maximum=_MAX_FORMATS))

    def read_code(attributes: dict[str, str]) -> None:
        codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")[:_MAX_FORMAT_CHARS]
        check()

    def read_style(attributes: dict[str, str]) -> None:
        formats.append(int(attributes.get("numFmtId", "0")))
        check()

    children = {
        "numFmts": Element(children={"numFmt": Element(read_code)}),
        "cellXfs": Element(children={"xf": Element(read_style)}),
    }
    shared.archive.parse(part, {"styleSheet": Element(children=children)}, SPREADSHEET)
    for style, number in enumerate(formats):
        shared.formats.add(str(style), number, codes.get(number, ""))
