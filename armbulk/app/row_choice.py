"""Which rows of checked files a person looks at, as the address of the page says it. Pure."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

ALL, ERRORS, WARNINGS, GROUP = SHOWN_ROWS = ("all", "errors", "warnings", "group")
"""Every row; those with errors; with warnings; with the problems of one group."""

_MAX_SEARCH_CHARS = 100


@dataclass(frozen=True, slots=True)
class RowChoice:
    """A choice of rows.

    Attributes:
        show: One of SHOWN_ROWS; "" = the first of errors, warnings and all that there are.
        group: The group that is shown, as `name_group` names it.
        search: A part of the number of a customer or a document; "" = any.
        sheet: The index of a sheet; -1 = the first with such rows.
        page: The page, from 1.
        edited: The row in which every cell can be changed; 0 = none.
    """

    show: str = ""
    group: str = ""
    search: str = ""
    sheet: int = -1
    page: int = 1
    edited: int = 0

    @classmethod
    def read(cls, text: Callable[[str], str]) -> Self:
        """Return the choice of an address; what it does not have, or has wrongly, is as if it were not there.

        Args:
            text: Returns a value of the address, "" where there is none.
        """
        show = text("show") if text("show") in SHOWN_ROWS else ""
        if show == GROUP and text("group").count(".") < 2:
            show = ""
        return cls(
            show=show,
            group=text("group") if show == GROUP else "",
            search=text("search")[:_MAX_SEARCH_CHARS].strip(),
            sheet=_read_number(text("sheet"), -1),
            page=max(_read_number(text("page"), 1), 1),
            edited=_read_number(text("edited"), 0),
        )

    def decide(self, errors: int, warnings: int) -> Self:
        """Return the choice with what is shown first where a person has chosen nothing."""
        return self if self.show else replace(self, show=ERRORS if errors else WARNINGS if warnings else ALL)

    def change(self, **values: Any) -> Self:
        """Return it with other values."""
        return replace(self, **values)

    def to_query(self, **values: Any) -> dict[str, str]:
        """Return the values of its address, without those that are as in an address without any.

        Args:
            values: Other values; another filter begins at its first page.
        """
        other = replace(self, **({"page": 1, "edited": 0} | values if values else {}))
        usual = asdict(RowChoice())
        return {name: str(value) for name, value in asdict(other).items() if value != usual[name]}


def name_group(severity: str, code: str, field: str | None) -> str:
    """Return the name of a group of findings in an address."""
    return f"{severity}.{code}.{field or ''}"


def split_group(name: str) -> tuple[str, str, str]:
    """Return severity, code and field ("" = none) of a group's name."""
    severity, code, field = (*name.split(".", 2), "", "")[:3]
    return severity, code, field


def _read_number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise
