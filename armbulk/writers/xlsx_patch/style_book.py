"""The cell styles of a workbook: those of the user stay, new ones are appended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from armbulk.readers.symbol_format import add_symbol, remove_symbol
from armbulk.writers import style
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute, set_attributes

_MAX_STYLES = 65_000  # Excel keeps 65,490
_FIRST_OWN_FORMAT = 164
_BUILT_IN_CODES = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@",
}  # fmt: skip
"""Built-in formats whose code is the same in every language."""

_CONTAINERS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
_DEFAULTS = {
    "fonts": '<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>',
    "fills": '<{p}fill><{p}patternFill patternType="none"/></{p}fill><{p}fill><{p}patternFill patternType="gray125"/>'
    "</{p}fill>",
    "borders": "<{p}border><{p}left/><{p}right/><{p}top/><{p}bottom/><{p}diagonal/></{p}border>",
    "cellStyleXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"{x}/>',
}
_FONTS = {
    "head": f'<{{p}}b/><{{p}}sz val="11"/><{{p}}color rgb="FF{style.INK}"/>',
    "title": f'<{{p}}b/><{{p}}sz val="16"/><{{p}}color rgb="FF{style.HEAD}"/>',
    "section": f'<{{p}}b/><{{p}}sz val="12"/><{{p}}color rgb="FF{style.HEAD}"/>',
    "band": f'<{{p}}b/><{{p}}sz val="13"/><{{p}}color rgb="FF{style.HEAD}"/>',
    "bold": f'<{{p}}b/><{{p}}sz val="11"/><{{p}}color rgb="FF{style.HEAD}"/>',
    "small": f'<{{p}}sz val="9"/><{{p}}color rgb="FF{style.MUTED}"/>',
    "linked": f'<{{p}}u/><{{p}}sz val="11"/><{{p}}color rgb="FF{style.HEAD}"/>',
    "link": '<{p}u/><{p}sz val="11"/><{p}color rgb="FF0B5CAD"/>',
}
_TOP = '<{p}alignment vertical="top" wrapText="1"/>'
_HIGH = '<{p}alignment vertical="top"/>'
_RIGHT = '<{p}alignment horizontal="right"/>'
_HEAD_RIGHT = '<{p}alignment horizontal="right" vertical="center"/>'
_CENTRED = '<{p}alignment vertical="center" indent="1" horizontal="left"/>'
_TOP_LEFT = '<{p}alignment horizontal="left" vertical="top" wrapText="1"/>'
_MARK_FILL = re.compile(f'rgb="FF(?:{style.RED}|{style.YELLOW})"'.encode())
_ROW_TAG = re.compile(rb"""^<[^\s/>]+[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """How a cell's style is changed; everything else of it stays. `vary_style` returns it.

    Attributes:
        fill: Its colour; "" keeps it.
        symbol: The symbol shown before its value; "" for none.
        is_text: Whether it is shown as text.
    """

    fill: str = ""
    symbol: str = ""
    is_text: bool = False


@cache
def vary_style(fill: str = "", symbol: str = "", *, is_text: bool = False) -> Variant:
    """Return the variant: always the same for the same values, so that it is found fast."""
    return Variant(fill, symbol, is_text)


@dataclass(frozen=True, slots=True)
class OwnStyle:
    """A style of armbulk's own cells.

    Attributes:
        fill: Its colour; "" for none.
        font: A name of _FONTS; "" is the workbook's first font.
        number_format: Its number format.
        is_wrapped: Whether lines are wrapped, at the top of the cell.
        is_left: Whether it is left-aligned (and wrapped).
        is_right: Whether it is right-aligned.
        is_centred: Whether it is in the middle of its height.
        has_line: Whether it has a line at the bottom.
    """

    fill: str = ""
    font: str = ""
    number_format: str = "@"
    is_wrapped: bool = False
    is_left: bool = False
    is_right: bool = False
    is_centred: bool = False
    has_line: bool = False


class StyleBook:
    """The part with the styles, and what is appended to it."""

    def __init__(self, part: XmlPart) -> None:
        """Read the styles."""
        self._part = part
        root = part.root
        self._prefix = part.prefix(root)
        self._containers: dict[str, XmlElement | None] = {name: root.find(name) for name in _CONTAINERS}
        self._counts = {
            name: len(container.children) if container else 0 for name, container in self._containers.items()
        }
        self._new: dict[str, list[str]] = {name: [] for name in _CONTAINERS}
        for name in _DEFAULTS:
            if not self._counts[name]:
                self._add_default(name)
        formats = self._containers["cellXfs"]
        self._xfs = list(formats.children) if formats else []
        codes = self._containers["numFmts"]
        self._codes = {
            int(child.attributes.get("numFmtId", "0")): child.attributes.get("formatCode", "")
            for child in (codes.children if codes else ())
        }
        self._format_ids: dict[str, int] = {}
        self._known: dict[tuple[str, str], int] = {}
        for name, container in self._containers.items():  # the styles of an earlier result are used again
            for index, child in enumerate(container.children if container else ()):
                self._known.setdefault((name, part.content[child.start : child.end].decode()), index)
        self._variants: dict[tuple[int, Variant], int] = {}
        self._unmarked: dict[int, int] = {}

    def _add_default(self, name: str) -> None:
        reference = ' xfId="0"' if self._counts["cellStyleXfs"] else ""
        self._new[name].append(_DEFAULTS[name].format(p=self._prefix, x=reference))
        self._counts[name] += 2 if name == "fills" else 1

    def vary(self, old: int, variant: Variant) -> int:
        """Return the style of a cell that has the style `old` now."""
        key = old, variant
        if key not in self._variants:
            self._variants[key] = self._build_variant(old, variant)
        return self._variants[key]

    def _build_variant(self, old: int, variant: Variant) -> int:
        if self._xfs:
            base = self._xfs[old if 0 <= old < len(self._xfs) else 0]
            xml = self._part.content[base.start : base.end]
            number = int(base.attributes.get("numFmtId", "0") or 0)
        else:
            xml, number = self._new["cellXfs"][0].encode(), 0
        changed: dict[str, str | None] = {}
        if variant.fill:
            changed |= {"fillId": str(self._add_fill(variant.fill)), "applyFill": "1"}
        new_number = self._vary_format(number, variant)
        if new_number != number:
            changed |= {"numFmtId": str(new_number), "applyNumberFormat": "1"}
        match = _ROW_TAG.match(xml)
        if match is None:
            message = "a cell style is written in a way that is not known"
            raise PatchRefusedError(message)
        return self._append("cellXfs", (set_attributes(match[0], changed) + xml[match.end() :]).decode())

    def list_marked(self) -> frozenset[int]:
        """Return the styles with the colour of an error or a warning: those of the cells that an earlier result marked.

        Those of key cells, with a symbol, are not among them: each result gives them a new colour.
        """
        fills = self._containers["fills"]
        marks = {
            str(number)
            for number, child in enumerate(fills.children if fills else ())
            if _MARK_FILL.search(self._part.content, child.start, child.end)
        }
        return frozenset(
            number
            for number, xf in enumerate(self._xfs)
            if xf.attributes.get("fillId") in marks and not self._has_symbol(xf)
        )

    def _has_symbol(self, xf: XmlElement) -> bool:
        code = self._codes.get(int(xf.attributes.get("numFmtId", "0") or 0), "")
        return remove_symbol(code) != code

    def unmark(self, old: int) -> int:
        """Return the style that is like a marked one but for the colour; one without a colour if there is none."""
        if old not in self._unmarked:
            marked = self.list_marked()
            wanted = self._without_fill(self._xfs[old])
            like = (number for number, xf in enumerate(self._xfs) if number not in marked)
            known = next((number for number in like if self._without_fill(self._xfs[number]) == wanted), None)
            self._unmarked[old] = self._remove_fill(old) if known is None else known
        return self._unmarked[old]

    def _without_fill(self, xf: XmlElement) -> tuple[object, bytes]:
        attributes = {name: value for name, value in xf.attributes.items() if name not in {"fillId", "applyFill"}}
        return attributes, self._part.content[xf.open_end : xf.close_start]

    def _remove_fill(self, old: int) -> int:
        xml = self._part.content[self._xfs[old].start : self._xfs[old].end]
        tag = self._part.content[self._xfs[old].start : self._xfs[old].open_end]
        return self._append("cellXfs", (set_attributes(tag, {"fillId": "0"}) + xml[len(tag) :]).decode())

    def _vary_format(self, number: int, variant: Variant) -> int:
        code = self._codes.get(number) or _BUILT_IN_CODES.get(number, "")
        plain = "@" if variant.is_text else remove_symbol(code)
        if variant.symbol and plain:
            return self._format_id(add_symbol(plain, variant.symbol) or plain)
        return self._format_id(plain) if plain != code else number

    def _format_id(self, code: str) -> int:
        """Return the number of a format; a new one if no other has this code."""
        known = next((number for number, built_in in _BUILT_IN_CODES.items() if built_in == code), None)
        if known is not None:
            return known
        if code not in self._format_ids:
            self._format_ids |= {text: number for number, text in self._codes.items() if text == code}
        if code not in self._format_ids:
            number = max([_FIRST_OWN_FORMAT - 1, *self._codes]) + 1
            self._codes[number] = code
            self._format_ids[code] = number
            xml = f'<{self._prefix}numFmt numFmtId="{number}" formatCode="{escape_attribute(code)}"/>'
            self._append("numFmts", xml)
        return self._format_ids[code]

    def add(self, own: OwnStyle) -> int:
        """Return the number of a style of armbulk's own cells."""
        number = self._format_id(own.number_format)
        fill = self._add_fill(own.fill) if own.fill else 0
        font = self._add_font(own.font) if own.font else 0
        border = self._add_line() if own.has_line else 0
        alignment = self._align(own)
        attributes = f'numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
        applied = {"NumberFormat": number, "Font": font, "Fill": fill, "Border": border, "Alignment": alignment}
        attributes += "".join(f' apply{name}="1"' for name, value in applied.items() if value)
        return self._append("cellXfs", f"<{{p}}xf {attributes}>{alignment}</{{p}}xf>".format(p=self._prefix))

    @staticmethod
    def _align(own: OwnStyle) -> str:
        if own.font == "head":
            return _HEAD_RIGHT if own.is_right else '<{p}alignment vertical="center"/>'
        if own.is_centred:
            return _CENTRED
        if own.is_right:
            return _RIGHT
        return _TOP_LEFT if own.is_left else _TOP if own.is_wrapped else _HIGH if own.has_line else ""

    def _add_fill(self, colour: str) -> int:
        pattern = (
            f'<{{p}}fill><{{p}}patternFill patternType="solid"><{{p}}fgColor rgb="FF{colour}"/>'
            '<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'
        )
        return self._append("fills", pattern.format(p=self._prefix))

    def _add_font(self, name: str) -> int:
        font = f'<{{p}}font>{_FONTS[name]}<{{p}}name val="{style.FONT}"/><{{p}}family val="2"/></{{p}}font>'
        return self._append("fonts", font.format(p=self._prefix))

    def _add_line(self) -> int:
        line = (
            '<{p}border><{p}left/><{p}right/><{p}top/><{p}bottom style="thin">'
            f'<{{p}}color rgb="FF{style.RULE}"/></{{p}}bottom><{{p}}diagonal/></{{p}}border>'
        )
        return self._append("borders", line.format(p=self._prefix))

    def _append(self, container: str, xml: str) -> int:
        key = container, xml
        if key not in self._known:
            self._known[key] = self._counts[container]
            self._counts[container] += 1
            self._new[container].append(xml)
            if self._counts[container] > _MAX_STYLES:
                message = "it has too many cell styles"
                raise PatchRefusedError(message)
        return self._known[key]

    def render(self) -> bytes:
        """Return the part with all styles."""
        for index, name in enumerate(_CONTAINERS):
            if not self._new[name]:
                continue
            xml, container = "".join(self._new[name]), self._containers[name]
            if container is not None:
                self._part.set(container, "count", str(self._counts[name]))
                self._part.insert(container, xml)
            else:
                whole = f'<{self._prefix}{name} count="{self._counts[name]}">{xml}</{self._prefix}{name}>'
                self._part.insert(self._part.root, whole, self._find_next(_CONTAINERS[index + 1 :]))
        return self._part.render()

    def _find_next(self, names: tuple[str, ...]) -> XmlElement | None:
        """Return the first element that comes after a missing container."""
        before = set(_CONTAINERS) - set(names)
        return next((child for child in self._part.root.children if child.name not in before), None)


def outcome_styles(book: StyleBook, colours: Iterable[str]) -> dict[str, int]:
    """Return the styles of outcome cells by their colour, with + for those with a link; "" is the plain one."""
    plain = {colour: book.add(OwnStyle(fill=colour)) for colour in ("", *colours)}
    return plain | {f"{colour}+": book.add(OwnStyle(fill=colour, font="linked")) for colour in ("", *colours)}
