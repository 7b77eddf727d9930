"""Makes the pictures in docs/images/ from what armbulk writes: LibreOffice renders the workbooks, this trims them.

What a command prints on a terminal of 80 columns becomes an SVG, with its colours.

Needs `soffice` (LibreOffice Calc) and `pdftoppm` (poppler-utils). The sandbox has fixed data and a fixed clock.
"""

import contextlib
import io
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import textwrap
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
from console import FOLDER, STEPS, Session, go_to_month_end, invoices_workbook, new_session, run_command
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.properties import PageSetupProperties
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from armbulk.cli import cli

MARGIN = 12
PAPER = bytes([255, 255, 255])
DESK = bytes([232, 236, 240])
LANGUAGES = ("en", "no")
COLUMNS = 80
RESULTS = {"en": "result-workbook", "no": "resultatarbeidsbok"}
CHECKS = {
    "en": ("invoices-with-errors", "invoices.xlsx", "check"),
    "no": ("fakturaer-med-feil", "fakturaer.xlsx", "kontroll"),
}
MONTH_ENDS = {"en": "month-end", "no": "manedsavslutning"}
TEMPLATES = {"en": "template", "no": "mal"}
SHOWN = {
    "en": ("Document no", "Customer no", "Document date", "Due date", "Amount incl. VAT", "Email"),
    "no": ("Fakturanr", "Kundenr", "Fakturadato", "Forfallsdato", "Beløp inkl. mva", "E-post"),
}
WRAPPED = {"ARM message", "ARM warnings", "ARM melding", "ARM varsler"}
A3 = 8
CHARACTERS = 36
LINE = Side(style="thin", color="D0D5DA")
MONTH_END_SHEETS = (0, 3, 4, 5, 6)  # summary, aged balance, aged by customer, by account, by voucher type


@dataclass(frozen=True)
class Picture:
    """Rows of RGB pixels."""

    rows: list[bytes]

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return len(self.rows[0]) // 3

    def trim(self) -> "Picture":
        """Return the picture without its white margins."""
        inked = [number for number, row in enumerate(self.rows) if row.strip(b"\xff")]
        rows = self.rows[inked[0] : inked[-1] + 1]
        left = min((len(row) - len(row.lstrip(b"\xff"))) // 3 for row in rows if row.strip(b"\xff"))
        right = max((len(row.rstrip(b"\xff")) + 2) // 3 for row in rows)
        return Picture([row[3 * left : 3 * right] for row in rows]).frame(PAPER)

    def pad(self, colour: bytes, width: int, height: int) -> "Picture":
        """Return the picture in the upper left corner of a larger one."""
        rows = [row + colour * (width - self.width) for row in self.rows]
        return Picture(rows + [colour * width] * (height - len(rows)))

    def frame(self, colour: bytes) -> "Picture":
        """Return the picture with a margin."""
        side, line = colour * MARGIN, colour * (self.width + 2 * MARGIN)
        return Picture([line] * MARGIN + [side + row + side for row in self.rows] + [line] * MARGIN)

    def write(self, path: Path) -> None:
        """Write a PNG."""
        head = struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 2, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + row for row in self.rows), 9)
        chunks = b"".join(chunk(name, data) for name, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b"")))
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
        print(path)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def read_picture(path: Path) -> Picture:
    """Read a PPM as pdftoppm writes it."""
    _, size, _, pixels = path.read_bytes().split(b"\n", 3)
    width = int(size.split()[0])
    return Picture([pixels[start : start + 3 * width] for start in range(0, len(pixels), 3 * width)])


def render(book: Path, dpi: int) -> list[Picture]:
    """Return a picture of each page of a workbook."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(book)]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603 - our own words
        pages = ["pdftoppm", "-r", str(dpi), str(folder / f"{book.stem}.pdf"), str(folder / "page")]
        subprocess.run(pages, check=True, capture_output=True)  # noqa: S603 - same
        return [read_picture(path).trim() for path in sorted(folder.glob("page*.ppm"))]


def show_sheets(path: Path, kept: Sequence[int]) -> None:
    """Hide all but some sheets of a workbook, and what is printed above and below; the rest stays, charts included."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheets = iter(range(len(re.findall(rb"<sheet ", parts["xl/workbook.xml"]))))

    def hide(part: re.Match[bytes]) -> bytes:
        return part[0] if next(sheets) in kept else b'<sheet state="hidden" '

    text = re.sub(rb' (?:activeTab|firstSheet)="\d+"| state="\w+"', b"", parts["xl/workbook.xml"])
    text = text.replace(b"<workbookView", b'<workbookView activeTab="%d"' % kept[0])
    parts["xl/workbook.xml"] = re.sub(rb"<sheet ", hide, text)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, re.sub(rb"<headerFooter>.*?</headerFooter>", b"", data))


def fit_invoices(path: Path, title: str, lang: str) -> int:
    """Lay the sheet of invoices out on one page, with the columns there is room for; return its place."""
    book = openpyxl.load_workbook(path)
    sheet = book[title]
    for cell in sheet[1]:
        header = str(cell.value)
        is_outcome = header.startswith("ARM ") and not header.endswith((" batch", " tid", " time"))
        sheet.column_dimensions[cell.column_letter].hidden = not (is_outcome or header in SHOWN[lang])
        if header in WRAPPED:
            sheet.column_dimensions[cell.column_letter].width = CHARACTERS
        for (below,) in sheet.iter_rows(min_col=cell.column, max_col=cell.column):
            below.border = Border(bottom=LINE, right=LINE)
            below.alignment = Alignment(
                wrap_text=header in WRAPPED, vertical="center", horizontal=below.alignment.horizontal
            )
            lines = len(textwrap.wrap(str(below.value or ""), CHARACTERS)) if header in WRAPPED else 1
            row = sheet.row_dimensions[below.row]
            row.height = 16.5 * lines if lines > 1 else row.height or 17
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A3
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = None
    book.save(path)
    return book.sheetnames.index(title)


class Terminal(io.StringIO):
    """A terminal that keeps what is printed, colours included."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return that it is one."""
        return True


def picture_of_check(session: Session, lang: str) -> None:
    """Check a workbook with two errors, and draw the terminal."""
    step, book, name = CHECKS[lang]
    STEPS[step](session)
    words, terminal = ["check", book, "--lang", lang], Terminal()
    with (
        contextlib.redirect_stdout(terminal),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        cli(words, prog_name="armbulk", standalone_mode=False)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    console.print(Text.from_ansi(f"> armbulk {' '.join(words)}\n{terminal.getvalue().rstrip()}"))
    path = FOLDER / "images" / f"{name}.svg"
    drawing = console.export_svg(title="armbulk", theme=MONOKAI, unique_id="armbulk")
    drawing = re.sub(r"@font-face \{.*?\}\s*|<circle [^>]*/>", "", drawing, flags=re.DOTALL)  # no web fonts, no buttons
    path.write_text("\n".join(line.rstrip() for line in drawing.splitlines()) + "\n", encoding="utf-8")
    print(path)


def picture_of_results(session: Session, lang: str) -> None:
    """Import invoices, some of them with mistakes, and show their sheet of the result workbook."""
    sheet = {"en": "Documents", "no": "Fakturaer"}[lang]
    changes: dict[str, object] = {"C5": "099999", "E7": datetime(2026, 10, 2)}  # noqa: DTZ001 - cells have no zone
    invoices_workbook("invoices.xlsx", lang, {sheet: changes}, count=12)(session)
    run_command(session, ["import", "invoices.xlsx", "--skip-invalid", "--lang", lang])
    path = session.folder / "invoices.result.xlsx"
    show_sheets(path, [fit_invoices(path, sheet, lang)])
    render(path, 110)[0].write(FOLDER / "images" / f"{RESULTS[lang]}.png")


def picture_of_template(session: Session, lang: str) -> None:
    """Show the first sheet of a template."""
    path = session.folder / {"en": "invoices.xlsx", "no": "fakturaer.xlsx"}[lang]
    run_command(session, ["template", "all", "-o", path.name, "--lang", lang])
    show_sheets(path, [0])
    render(path, 90)[0].write(FOLDER / "images" / f"{TEMPLATES[lang]}.png")


def picture_of_month_end(session: Session, lang: str) -> None:
    """Export the month-end pack, and show some of its sheets in two columns."""
    go_to_month_end(session)
    path = session.folder / "close.xlsx"
    run_command(session, ["export", "close", "--period", "2025-02", "-o", path.name, "--lang", lang])
    show_sheets(path, MONTH_END_SHEETS)
    summary, ageing, customers, accounts, types, *_ = render(path, 80)  # hidden sheets with print areas follow
    left, right = stack(summary, ageing), stack(customers, accounts, types)
    height = max(len(left.rows), len(right.rows))
    left, right = left.pad(DESK, left.width, height), right.pad(DESK, right.width, height)
    both = Picture([one + two for one, two in zip(left.rows, right.rows, strict=True)])
    both.write(FOLDER / "images" / f"{MONTH_ENDS[lang]}.png")


def stack(*pages: Picture) -> Picture:
    """Return pages one above the other on a desk."""
    width = max(page.width for page in pages)
    framed = [page.pad(DESK, width, len(page.rows)).frame(DESK) for page in pages]
    return Picture([row for page in framed for row in page.rows])


def main() -> int:
    """Make every picture."""
    missing = [name for name in ("soffice", "pdftoppm") if not shutil.which(name)]
    if missing:
        print(f"{', '.join(missing)} not found. On Debian and Ubuntu: sudo apt install libreoffice-calc poppler-utils")
        return 1
    for lang in LANGUAGES:
        for make in (picture_of_check, picture_of_template, picture_of_results, picture_of_month_end):
            with new_session() as session:
                make(session, lang)
    return 0


if __name__ == "__main__":
    sys.exit(main())
