"""Draws the layers of armbulk as an SVG: the contract that import-linter checks, and the packages' own first lines."""

import ast
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parent.parent
WIDTH, MARGIN, GAP, LINE = 1040, 40, 12, 17
PADDING = 12
CHARACTER = 7.1  # pixels of one character of the small type
MAX_BOXES = 4  # in one row: a layer with more takes two
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2933; }
  .name { font: 600 14px ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
  .note { fill: #52606d; }
  rect { fill: #f5f7fa; stroke: #9aa5b1; rx: 6; }
  .entry { fill: #e3f0ff; stroke: #4a90d9; }
  .sandbox { fill: #fff7e0; stroke: #d9a520; }
  .paper { fill: #ffffff; stroke: none; }
  path { stroke: #9aa5b1; stroke-width: 1.5; fill: none; }
"""


@dataclass(frozen=True)
class Box:
    """One package or module: its name, what it is for, and how it looks."""

    name: str
    text: str
    look: str


def layers() -> list[list[Box]]:
    """The rows of boxes from top to bottom: the layers as the import-linter contract lists them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in config["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    rows: list[list[Box]] = []
    for layer in contract["layers"]:
        boxes = [box(name.strip()) for name in layer.split("|") if name != "__main__"]
        rows += [boxes[start : start + MAX_BOXES] for start in range(0, len(boxes), MAX_BOXES)]
    return rows


def box(name: str) -> Box:
    """A module's name and the first sentence of its docstring."""
    folder = ROOT / "armbulk" / name
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = docstring.partition("\n\n")[0].replace("\n", " ").replace("`", "")
    look = {"cli": "entry", "web": "entry", "sandbox": "sandbox"}.get(name, "plain")
    return Box(f"{name}/" if folder.is_dir() else path.name, sentence, look)


def svg() -> str:
    """The drawing."""
    parts: list[str] = []
    top = MARGIN + 24
    for boxes in layers():
        width = (WIDTH - 2 * MARGIN - GAP * (len(boxes) - 1)) / len(boxes)
        texts = [wrap(each.text, int((width - 2 * PADDING) / CHARACTER)) for each in boxes]
        height = PADDING * 2 + 18 + LINE * max(len(lines) for lines in texts)
        for position, (each, lines) in enumerate(zip(boxes, texts, strict=True)):
            parts += draw(each, lines, (MARGIN + position * (width + GAP), top, width, height))
        top += height + GAP
    arrow = f'<path d="M {MARGIN / 2} {MARGIN + 24} V {top - 24} m -5 -8 l 5 8 l 5 -8"/>'
    title = f'<text class="note" x="{MARGIN}" y="{MARGIN}">An import points down, never up and never sideways.</text>'
    size = f'width="{WIDTH}" height="{top:.0f}" viewBox="0 0 {WIDTH} {top:.0f}"'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<style>{STYLE}</style>",
             f'<rect class="paper" width="{WIDTH}" height="{top:.0f}"/>', title, arrow, *parts, "</svg>"]  # fmt: skip
    return "\n".join(lines) + "\n"


def draw(each: Box, lines: list[str], place: tuple[float, float, float, float]) -> list[str]:
    """One box with its name and text."""
    x, y, width, height = place
    parts = [
        f'<rect class="{each.look}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>',
        f'<text class="name" x="{x + PADDING:.1f}" y="{y + PADDING + 12:.1f}">{escape(each.name)}</text>',
    ]
    for number, line in enumerate(lines, start=1):
        parts.append(
            f'<text class="note" x="{x + PADDING:.1f}" y="{y + PADDING + 13 + number * LINE:.1f}">{escape(line)}</text>'
        )
    return parts


if __name__ == "__main__":
    target = ROOT / "docs" / "architecture.svg"
    target.write_text(svg(), encoding="utf-8", newline="\n")
    print(target)
