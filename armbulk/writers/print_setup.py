"""How a sheet prints (xlsxwriter): on A4, with its name and what it is about, and the page numbers below."""

from typing import Any

from armbulk.i18n import _

_A4 = 9
_MAX_SUBJECT = 150
"""Characters; Excel keeps 255 of a whole header."""

_PAGE = _("Page {page} of {pages}")
_SIDES, _TOP, _TOP_WITH_HEADER, _BOTTOM = 0.5, 0.6, 0.8, 0.7  # inches


def set_up_page(
    page: Any, lang: str, subject: str = "", *, is_landscape: bool = True, pages_across: int = 1, pages_down: int = 0
) -> None:
    """Set up the print of a worksheet.

    Args:
        page: the worksheet.
        lang: language of the page number.
        subject: what the workbook is about; "" for no header.
        is_landscape: whether it is printed across.
        pages_across: how many pages wide it may be; 0 for any number.
        pages_down: the same for its height.
    """
    page.set_paper(_A4)
    if is_landscape:
        page.set_landscape()
    else:
        page.set_portrait()
    page.set_margins(left=_SIDES, right=_SIDES, top=_TOP_WITH_HEADER if subject else _TOP, bottom=_BOTTOM)
    if pages_across or pages_down:
        page.fit_to_pages(pages_across, pages_down)
    if subject:
        page.set_header(f"&L&9 {subject[:_MAX_SUBJECT].replace('&', '&&')}&R&9 &A")
    name = "" if subject else "&L&9 &A"
    page.set_footer(f"{name}&R&9 {_PAGE.fill(page='&P', pages='&N').text(lang)}")
