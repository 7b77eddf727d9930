"""Random worksheets as several programs write them, and damage to them."""

from dataclasses import dataclass

from hypothesis import strategies as st

from support.damaged_files import MAIN, letters

EXTENSION = ' xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
FORMATS = ["General", "0.00", "#,##0", "dd.mm.yyyy", "0.0%", "0000", '"K-"0', "0,", '0.00" kr"', "hh:mm"]
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts>'
    + "".join(
        f'<numFmt numFmtId="{170 + i}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for i, code in enumerate(FORMATS)
    )
    + "</numFmts><cellXfs>"
    + "".join(f'<xf numFmtId="{170 + i}"/>' for i in range(len(FORMATS)))
    + '<xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="12"/></cellXfs></styleSheet>'
)
NUMBERS = [
    "0", "7", "-3", "150", "1234567", "45715", "45715.5", "60", "0.055", "12.5", "12.50", "5001.0", "-0.0", ".5", "5.",
    "1E3", "1.5e-7", "2.0000000000000001E-2", "0.30000000000000004", "9" * 61, "1e99", "+4", " 8 ", "", " ", "x",
    "1_0", "1,5", "--1", "99999999999999999999.25", "&#55;", "12345678.125",
]  # fmt: skip
TEXTS = [
    "", " ", "x", "Kari", "007", " kant ", "\u00a0hard\u00a0", "Åse Øie", "&lt;b&gt; &amp; &quot;&apos;", "a&#10;b",
    "&#x41;", "&#128;", "a_x000D_b", "_x0041_", "_x005F_x0041_", "_xD800_", "_x001F_", "_x00", "a\nb", "a\r\nb", "\tt",
    "=1+1", "\u2028u", "\U0001f600", "a>b", "&nbsp;", "&", "&#0;", "&#xD800;", "&#xFFFE;", "&lt", "x" * 300, "]]&gt;",
    "\u001d", "\ufffe", "\x85n",
]  # fmt: skip
VALUES = {
    "n": st.sampled_from(NUMBERS),
    "s": st.sampled_from(["0", "1", "2", "5", "7", "99", "", " 1", "-1", "x", "00"]),
    "str": st.sampled_from(TEXTS),
    "inlineStr": st.sampled_from(TEXTS),
    "b": st.sampled_from(["0", "1", "true", "false", "", " 1", "2"]),
    "e": st.sampled_from(["#N/A", "#DIV/0!", "", " ", "e" * 50]),
    "d": st.sampled_from(["2025-02-27", "2025-02-27T12:30:00Z", "", "soon", " 2025-02-27"]),
    "q": st.just("1"),
}
SOUND_VALUES = {
    "n": st.sampled_from(NUMBERS[:18]),
    "s": st.sampled_from(["0", "1", "2", "5"]),
    "str": st.sampled_from(TEXTS[:18]),
    "inlineStr": st.sampled_from(TEXTS[:18]),
    "b": st.sampled_from(["0", "1"]),
    "e": st.sampled_from(["#N/A", "#DIV/0!"]),
    "d": st.sampled_from(["2025-02-27"]),
}
ROW_ATTRIBUTES = [
    "", ' spans="1:4"', ' hidden="1"', ' hidden="true" ht="15"', ' ht="1.5" customHeight="1"', ' ht="20"',
    ' spans="1:9" x14ac:dyDescent="0.25"', ' customFormat="false" ht="12.8" hidden="false" customHeight="false"',
    ' s="3"',
]  # fmt: skip
FORMULAS = [
    "<f>1+1</f>", "<f/>", '<f t="shared" ref="A1:A9" si="0">A1&amp;"x"</f>', '<f t="shared" si="0"/>', "<f></f>",
    '<f t="array" ref="A1:B2">SUM(B1:B9)</f>', '<f ca="1">NOW()</f>',
]  # fmt: skip
HOSTILE = [
    "", "<!--x-->", '<!-- <row r="1"> -->', "<![CDATA[x]]>", "<?pi x?>", "<sheetData>", "</sheetData>", "<sheetData/>",
    "<row>", "</row>", '<row r="2"/>', '<row r="3"><c r="A3"><v>1</v></c></row>', '<c r="A1"/>', "<c>",
    "<c><v>4</v></c>", "</c>", "<v>1</v>", "<v/>", "<f>1</f>", "<is><t>i</t></is>",
    "<is><r><t>a</t></r><r><t> b</t></r></is>", "<si/>", "<si><t>n</t></si>", "<si><r><t>a</t></r></si>", "</si>",
    "<rPh><t>z</t></rPh>", "</t>", "<t>", "<x/>", "<x:c/>", "&x;", "&#0;", "&", "<", ">", '"', "'", "/", " ", "\n",
    "\r", "\t", "\0", "\x0b", "é", "\udcff", 'r="B1"', ' r="A1"', ' xmlns="x"', ' xmlns:x14ac="y"',
    ' xml:space="preserve"', ' hidden="1"', ' t="s"', ' s="1"', "0", "_x0041_", "<!DOCTYPE x>", "]]>",
    '<mergeCell ref="A1:B1"/>',
]  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """The XML of a worksheet and of the shared texts, and what else a workbook says."""

    worksheet: bytes
    strings: bytes
    workbook: str


@st.composite
def worksheets(draw: st.DrawFn, *, sound: bool = False) -> Parts:
    """A workbook's parts as one program writes them; `sound` ones have only what every program writes."""
    gap = draw(st.sampled_from(["", "", "", "\n", "\r\n  "]))
    blank = draw(st.sampled_from(["/>", " />", "></c>"]))
    before = draw(
        st.sampled_from(
            [
                "",
                '<sheetFormatPr defaultRowHeight="0" customHeight="1"/>',
                '<cols><col min="2" max="3" hidden="1"/></cols>',
            ]
        )
    )
    after = draw(st.sampled_from(["", '<mergeCells count="1"><mergeCell ref="a1:B2"/></mergeCells>']))
    rows = draw(st.lists(_rows(blank, gap, sound=sound), max_size=6))
    number, body = 0, ""
    for step, content in rows:
        number += step
        body += content.replace("{row}", str(number)) + gap
    texts = draw(st.lists(_items(sound=sound), min_size=6 if sound else 0, max_size=8))
    head = f'<?xml version="1.0" encoding="UTF-8"?>{gap}<worksheet xmlns="{MAIN}"{EXTENSION}>'
    return Parts(
        f"{head}{before}<sheetData>{gap}{body}</sheetData>{after}</worksheet>".encode(),
        f'<sst xmlns="{MAIN}" count="9">{gap}{gap.join(texts)}{gap}</sst>'.encode(),
        draw(st.sampled_from(["", '<calcPr fullCalcOnLoad="1"/>', '<workbookPr date1904="1"/>'])),
    )


@st.composite
def damaged_worksheets(draw: st.DrawFn) -> Parts:
    """A workbook's parts with other characters in some places."""
    parts = draw(worksheets())
    return Parts(_damage(draw, parts.worksheet), _damage(draw, parts.strings), parts.workbook)


def _damage(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(content)))
        piece = draw(st.sampled_from(HOSTILE)).encode("utf-8", "surrogateescape")
        content = content[:start] + piece + content[start + draw(st.sampled_from([0, 0, 0, 1, 2, 9])) :]
    return content


@st.composite
def _rows(draw: st.DrawFn, blank: str, gap: str, *, sound: bool) -> tuple[int, str]:
    """How far a row is below the one before it, and its XML."""
    step = draw(st.sampled_from([1, 1, 1, 2, 7] if sound else [1, 1, 1, 1, 2, 7, 0, 2_000_000]))
    attributes = draw(st.sampled_from(ROW_ATTRIBUTES))
    if draw(st.integers(0, 5)) == 0:
        return step, f'<row r="{{row}}"{attributes}/>'
    cells = draw(st.lists(_cells(blank, sound=sound), max_size=5))
    column, body = 0, ""
    for distance, content in cells:
        column += distance
        body += gap + content.replace("{cell}", f"{letters(max(column, 1))}{{row}}")
    return step, f'<row r="{{row}}"{attributes}>{body}{gap}</row>'


@st.composite
def _cells(draw: st.DrawFn, blank: str, *, sound: bool) -> tuple[int, str]:
    """How far a cell is right of the one before it, and its XML."""
    step = draw(st.sampled_from([1, 1, 1, 2, 30] if sound else [1, 1, 1, 1, 2, 30, 0, 17_000]))
    values = SOUND_VALUES if sound else VALUES
    kind = draw(st.sampled_from(list(values)))
    style = draw(st.sampled_from(["", *(f' s="{index}"' for index in range(len(FORMATS) + 4))]))
    attributes = style + ("" if kind == "n" and draw(st.booleans()) else f' t="{kind}"')
    if draw(st.integers(0, 6)) == 0:
        attributes = draw(st.sampled_from([attributes, style])) if not sound else style
        return step, f'<c r="{{cell}}"{attributes}{blank}'
    formula = draw(st.sampled_from(["", "", "", *(FORMULAS[:5] if sound else FORMULAS)]))
    value = draw(values[kind])
    space = draw(st.sampled_from(["", ' xml:space="preserve"']))
    inline = f"<is><t{space}>{value}</t></is>"
    plain = draw(st.sampled_from([f"<v>{value}</v>", f"<v>{value}</v>", f"<v{space}>{value}</v>", "<v/>", "<v />", ""]))
    content = inline if kind == "inlineStr" and (sound or draw(st.booleans())) else plain
    return step, f'<c r="{{cell}}"{attributes}>{formula}{content}</c>'


@st.composite
def _items(draw: st.DrawFn, *, sound: bool) -> str:
    text = draw(st.sampled_from(TEXTS[:18] if sound else TEXTS[:-10] + draw(st.sampled_from([TEXTS[-10:], []]))))
    forms = [f"<si><t>{text}</t></si>", f'<si><t xml:space="preserve">{text}</t></si>']
    rich = f"<si><r><rPr><b/></rPr><t>{text}</t></r><r><t> b</t></r><rPh><t>z</t></rPh></si>"
    return draw(st.sampled_from([*forms, *forms, rich, *([] if sound else ["<si/>", "<si></si>", "<si><t/></si>"])]))
