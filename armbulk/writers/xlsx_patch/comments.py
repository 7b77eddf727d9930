"""Comments of cells: added to those of the user, in the part with the texts and in the drawing with their boxes."""

import re
from collections.abc import Mapping

from armbulk.readers.cell_buffer import to_index
from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.texts import escape_cell_text
from armbulk.writers.xlsx_patch.workbook_part import STRICT
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart

MAX_COMMENTS = 10_000
"""Comments that a sheet gets; Excel becomes slow with more."""

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AUTHOR = "armbulk"
_THREAD = "tc={"  # the author of a threaded comment, as programs without threads show it
_MARK = "\n\n— armbulk —\n"  # what follows it in a user's comment is armbulk's
_ADVICE = re.compile("(?:\n|&#(?:10|x0?[Aa]);)→ ".encode())  # what to do, in a comment about a problem
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHAPE = re.compile(rb"<v:shape(?=[\s>]).*?</v:shape>", re.DOTALL)
_POSITION = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_SHAPE_NUMBER = re.compile(rb'_x0000_s(\d+)"')
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout></xml>'
)
_NOTE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:240pt;height:90pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 9</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_BLOCKS = re.compile(rb"""<o:idmap\b[^>]*\bdata=["']([0-9,]+)["']""")
_LEGACY_DRAWING = re.compile(rb"""<(?:[\w.-]+:)?legacyDrawing\s[^>]*?:id\s*=\s*["']([^"']*)["']""")
_TAG_BYTES = 4096
_BLOCK = 1024  # the numbers of shapes that one block of a drawing has


def add_comments(
    package: Package,
    part: str,
    namespace: str,
    comments: Mapping[tuple[int, str], str],
    drawing: str,
    block: int,
    *,
    is_result: bool = False,
) -> str:
    """Replace armbulk's comments of a worksheet.

    Args:
        package: The workbook.
        part: The part of the worksheet.
        namespace: The namespace of the workbook's elements.
        comments: (row, letter) → text.
        drawing: The part with the boxes of its comments; "" if there is none.
        block: The number of a new drawing's block of shapes, that no other drawing of the workbook has.
        is_result: Whether the workbook is an earlier result: a program that saved it may have dropped the authors.

    Returns:
        The id of the relation to a new drawing; "" if the worksheet has one, or needs none.
    """
    relations = package.relations(part)
    existing = relations.targets("comments")
    if not comments and not existing:
        return ""
    wanted = dict(list(comments.items())[:MAX_COMMENTS])
    if existing:
        texts = package.xml(existing[0])
        removed, added = _change_texts(texts, wanted, is_result=is_result)
    else:
        name = package.new_name("xl/comments{}.xml")
        package.put(name, _create_texts(namespace, wanted))
        package.content_types.set(name, _TYPE)
        relations.add("comments", name, is_strict=namespace == STRICT)
        removed, added = set(), set(wanted)
    if not removed and not added:
        return ""
    own_drawing = _change_drawing(package, drawing, removed, added, block)
    is_strict = namespace == STRICT
    return relations.add("vmlDrawing", own_drawing, is_strict=is_strict) if own_drawing else ""


def _create_texts(namespace: str, comments: Mapping[tuple[int, str], str]) -> bytes:
    xml = "".join(_create_comment("", cell, text, 0) for cell, text in _in_order(comments))
    authors = f"<authors><author>{_AUTHOR}</author></authors>"
    return f'{_HEAD}<comments xmlns="{namespace}">{authors}<commentList>{xml}</commentList></comments>'.encode()


def _in_order(comments: Mapping[tuple[int, str], str]) -> list[tuple[tuple[int, str], str]]:
    return sorted(comments.items(), key=lambda item: (item[0][0], to_index(item[0][1])))


def _create_comment(prefix: str, cell: tuple[int, str], text: str, author: int) -> str:
    run = _create_run(prefix, text)
    name = f"{prefix}comment"
    return f'<{name} ref="{cell[1]}{cell[0]}" authorId="{author}"><{prefix}text>{run}</{prefix}text></{name}>'


def _create_run(prefix: str, text: str) -> str:
    font = f'<{prefix}rPr><{prefix}sz val="9"/><{prefix}rFont val="Tahoma"/></{prefix}rPr>'
    return f'<{prefix}r>{font}<{prefix}t xml:space="preserve">{escape_cell_text(text)}</{prefix}t></{prefix}r>'


def _change_texts(
    part: XmlPart, wanted: Mapping[tuple[int, str], str], *, is_result: bool
) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """Change the texts; return the cells whose boxes are to be removed, and those that need one."""
    root = part.root
    authors, comments = root.find("authors"), root.find("commentList")
    if authors is None or comments is None:
        message = "it has comments without a list"
        raise PatchRefusedError(message)
    names = [part.text(child).decode() for child in authors.find_all("author")]
    prefix = part.prefix(comments)
    own = names.index(_AUTHOR) if _AUTHOR in names else len(names)
    removed: set[tuple[int, str]] = set()
    left = dict(wanted)
    for element in list(comments.find_all("comment")):
        cell = _cell_of(element)
        author = int(element.attributes.get("authorId", "0"))
        has_no_author = is_result and not "".join(names[author : author + 1]).strip()
        if author == own or (has_no_author and _ADVICE.search(part.content, element.start, element.end)):
            part.remove(element)
            removed.add(cell)
        elif cell in left or _has_mark(part, element):
            text = left.pop(cell, None)
            if author >= len(names) or not names[author].startswith(_THREAD):
                _set_own_text(part, element, text)
    if left and own == len(names):
        part.insert(authors, f"<{prefix}author>{_AUTHOR}</{prefix}author>")
    for cell, text in _in_order(left):
        part.insert(comments, _create_comment(prefix, cell, text, own))
    added = set(left)
    return removed - added, added - removed


def _cell_of(element: XmlElement) -> tuple[int, str]:
    reference = element.attributes.get("ref", "A1").replace("$", "").upper()
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :] or 1), letters or "A"


def _has_mark(part: XmlPart, element: XmlElement) -> bool:
    return _MARK.strip().encode() in part.content[element.start : element.end]


def _set_own_text(part: XmlPart, element: XmlElement, text: str | None) -> None:
    """Put armbulk's text after the user's, in place of an earlier one."""
    container = element.find("text")
    if container is None:
        return
    for run in container.find_all("r"):
        if _MARK.strip().encode() in part.content[run.start : run.end]:
            part.remove(run)
    if text is not None:
        others = ("rPh", "phoneticPr")
        before = next((child for child in container.children if child.name in others), None)
        part.insert(container, _create_run(part.prefix(container), f"{_MARK}{text}"), before)


def _change_drawing(
    package: Package,
    drawing: str,
    removed: set[tuple[int, str]],
    added: set[tuple[int, str]],
    block: int,
) -> str:
    """Change the boxes of a worksheet's comments; return the part of a new drawing, "" for none."""
    is_new = not drawing
    if drawing:
        content = package.read(drawing)
    else:
        blocks = ",".join(str(block + offset) for offset in range(count_blocks(len(added))))
        content = _DRAWING.format(blocks=blocks).encode()
        drawing = package.new_name("xl/drawings/vmlDrawing{}.vml")
        package.content_types.add_default("vml", _VML_TYPE)
    gone = {(row - 1, to_index(letters)) for row, letters in removed}
    content = _SHAPE.sub(lambda match: b"" if _cell_of_shape(match[0]) in gone else match[0], content)
    end = content.rfind(b"</xml>")
    if end < 0:
        message = "it has a drawing of comments that is not known"
        raise PatchRefusedError(message)
    numbers = [int(number) for number in _SHAPE_NUMBER.findall(content)]
    first = max(numbers, default=block * _BLOCK) + 1
    shapes = "" if b'id="_x0000_t202"' in content else _SHAPE_TYPE
    cells = sorted((row, to_index(letters)) for row, letters in added)
    shapes += "".join(
        _NOTE.format(
            number=first + order, order=order + 1, row=row - 1, column=column, left=column + 1,
            top=max(row - 2, 0), right=column + 5, bottom=max(row - 2, 0) + 6,
        )
        for order, (row, column) in enumerate(cells)
    )  # fmt: skip
    package.put(drawing, content[:end] + shapes.encode() + content[end:])
    return drawing if is_new else ""


def count_blocks(shapes: int) -> int:
    """Return how many blocks of numbers the shapes of a drawing need."""
    return shapes // _BLOCK + 1


def find_last_block(package: Package) -> int:
    """Return the highest number of a block of shapes in the drawings of a workbook."""
    names = [name for name in package.archive.names if name.lower().endswith(".vml")]
    blocks = [
        int(number) for name in names for data in _BLOCKS.findall(package.read(name)) for number in data.split(b",")
    ]
    return max(blocks, default=0)


def find_drawing(package: Package, part: str) -> str:
    """Return the part with the boxes of a worksheet's comments and its form controls; "" if there is none."""
    relations = package.relations(part)
    if not relations.targets("vmlDrawing"):
        return ""
    before = b""
    for piece in package.stream(part):  # the worksheet says it after its rows: headers have such drawings, too
        match = _LEGACY_DRAWING.search(before + piece)
        if match is not None:
            relation = relations.find(match[1].decode())
            return relation.target if relation else ""
        before = piece[-_TAG_BYTES:]
    return ""


def _cell_of_shape(shape: bytes) -> tuple[int, int] | None:
    match = _POSITION.search(shape) if b'ObjectType="Note"' in shape else None
    return (int(match[1]), int(match[2])) if match else None
