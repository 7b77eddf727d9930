"""What an HTML report shows: its text, its elements with attributes, and the texts of its cells."""

from html.parser import HTMLParser


class HtmlPage(HTMLParser):
    """A page that was parsed.

    Attributes:
        elements: (tag, attributes) of every element.
        text: all text, without the style sheet.
        rows: problem group → its rows, as texts of their cells.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.rows: dict[str, list[list[str]]] = {}
        self._group = ""
        self._tag = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self._tag = tag
        if tag == "table":
            self._group = attributes.get("data-problems", "")
            self.rows.setdefault(self._group, [])
        elif tag == "tr":
            self.rows[self._group].append([])
        elif tag == "td":
            self.rows[self._group][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """Note that text is no longer that of a cell or of the style sheet."""
        if tag in {"td", "style"}:
            self._tag = ""

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._tag != "style":
            self.text += data
        if self._tag == "td":
            self.rows[self._group][-1][-1] += data

    def with_attribute(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of the elements that have one of this name."""
        return [attributes for _, attributes in self.elements if name in attributes]

    def problems(self, group: str) -> list[list[str]]:
        """Return the problems of a group: number, cell, message and what to do."""
        return [row for row in self.rows.get(group, []) if row]
