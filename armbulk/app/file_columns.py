"""How the columns of files are matched, sheet by sheet, and what may be decided about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from armbulk.app.check import CheckResult
from armbulk.app.column_fields import reads_customers
from armbulk.app.column_starter import CONTENTS
from armbulk.app.columns import complete_decision, list_proposals, propose_columns, save_columns
from armbulk.app.session import Session
from armbulk.findings.frame import mask_value
from armbulk.i18n import Text, Words, _
from armbulk.mapping.entries import SheetMapping
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch
from armbulk.matching.codes import index_fields
from armbulk.model.column_proposal import SheetDecision, SheetProposal
from armbulk.model.fields import Field
from armbulk.settings.saved_mappings import SavedMappings
from armbulk.validation.check import Checked

BOTH = "both"
"""A list of documents that is read with its customers."""

_BOTH = _("documents and their customers")
_SAMPLES = 3
_SAMPLED_ROWS = 2000
_NOT_RECOGNISED = ("sheet-not-recognised", "no-known-header")


@dataclass(frozen=True, slots=True)
class MatchedColumn:
    """A column of a sheet as it is read.

    Attributes:
        letter: Its Excel letter.
        header: Its header.
        samples: Its first different values; sensitive ones by their last two characters.
        titles: The fields that it is, or that are made of it; empty: it is not read.
        is_customer: Whether these are fields of the customer beside the document.
    """

    letter: str
    header: str
    samples: tuple[str, ...]
    titles: tuple[Words, ...]
    is_customer: bool = False


@dataclass(frozen=True, slots=True)
class MatchedSheet:
    """A sheet, and how its columns are matched.

    Attributes:
        index: Its index among the sheets of the files.
        file: The file's name.
        sheet: The sheet's name.
        state: `recognised` by armbulk's own headers, `saved`: as a person decided for such a file, `mapping`: by a
            mapping file, `open`: a person has to decide, `other`: nothing of it is read.
        contents: What it contains; None: not known.
        header_row: The row of its headers; None: not known.
        columns: Its columns.
        constants: Title of a field → the value of every row.
    """

    index: int
    file: str
    sheet: str
    state: str
    contents: Text | None
    header_row: int | None
    columns: Sequence[MatchedColumn]
    constants: Sequence[tuple[Words, str]]


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What a sheet contains, as a person says or as it is likely.

    Attributes:
        proposal: What its columns may be.
        contents: The name of what it contains.
        names: What it may contain: name → words.
    """

    proposal: SheetProposal
    contents: str
    names: Mapping[str, Text]


@dataclass(slots=True)
class FileColumns:
    """The columns of checked files.

    Attributes:
        checked: The files.
        saved: What was decided about earlier files.
        lang: The language of comments in saved mappings.
        uses_saved: Whether decisions are saved: not where a mapping file was named.
    """

    checked: Checked
    saved: SavedMappings
    lang: str
    uses_saved: bool
    _proposals: dict[tuple[int, str | None], SheetProposal | None] = field(default_factory=dict)
    _open: frozenset[int] | None = None

    @property
    def open_sheets(self) -> frozenset[int]:
        """The indexes of sheets about whose columns a person has to decide."""
        if self._open is None:
            proposals = list_proposals(self.checked, self.saved) if self.uses_saved else []
            self._open = frozenset(proposal.index for proposal in proposals)
        return self._open

    @property
    def count(self) -> int:
        """How many sheets the files have."""
        return len(self.checked.used_sheets)

    def list_sheets(self) -> list[MatchedSheet]:
        """Return the sheets that have a table; those that armbulk writes itself are left out."""
        sheets = (self._describe(index) for index in range(len(self.checked.used_sheets)))
        return [sheet for sheet in sheets if sheet is not None]

    def propose(self, index: int, resource: str | None = None) -> SheetProposal | None:
        """Return what the columns of a sheet may be, beginning with what was decided; None where it has no table.

        Args:
            index: The sheet.
            resource: What a person says that it contains; None: what is likely.
        """
        key = (index, resource)
        if key not in self._proposals:
            self._proposals[key] = propose_columns(self.checked, index, self.saved, resource)
        return self._proposals[key]

    def choose(self, index: int, contents: str) -> "SheetChoice | None":
        """Return what a person says that a sheet contains, or what is likely; None where it has no table.

        Args:
            index: The sheet.
            contents: The name of a resource, `both` (documents and their customers), or another word for what is
                likely.
        """
        documents = self.propose(index, "documents")
        names = dict(CONTENTS)
        if documents is not None and documents.customers is not None:
            names[BOTH] = _BOTH
        likely = self.propose(index)
        if likely is None:
            return None
        chosen = contents if contents in names else BOTH if reads_customers(likely) else likely.resource
        resource = "documents" if chosen == BOTH else chosen
        proposal = likely if resource == likely.resource else self.propose(index, resource)
        if proposal is None:
            return None
        return SheetChoice(proposal if chosen == BOTH else replace(proposal, customers=None), chosen, names)

    def save(self, proposal: SheetProposal, decision: SheetDecision) -> None:
        """Save what a person decided about a sheet, for this file and the next with the same headers.

        Raises:
            FileError: It cannot be written.
        """
        complete = complete_decision(decision, proposal)
        save_columns(self.checked.used_sheets, proposal.index, complete, self.saved, self.lang)

    def _describe(self, index: int) -> MatchedSheet | None:
        sheet, match = self.checked.used_sheets[index], self.checked.header_matches[index]
        entry = self.checked.mapped_sheets[index].entry
        state = self._find_state(index, entry)
        if state is None:
            return None
        resource = match.resource
        columns = () if match.header_row is None else tuple(self._list_columns(index, match.header_row))
        return MatchedSheet(
            index,
            sheet.file,
            sheet.name,
            state,
            CONTENTS[resource.name] if resource is not None and state != "open" else None,
            match.header_row,
            columns,
            list(_list_constants(entry)) if entry is not None else [],
        )

    def _find_state(self, index: int, entry: SheetMapping | None) -> str | None:
        if index in self.open_sheets:
            return "open"
        if entry is not None:
            return "saved" if entry.headers else "mapping"
        if self.checked.header_matches[index].resource is not None:
            return "recognised"
        of_sheet = self.checked.findings.filter(pl.col("sheet") == index)["code"]
        return "other" if of_sheet.is_in(_NOT_RECOGNISED).any() else None

    def _list_columns(self, index: int, header_row: int) -> Iterator[MatchedColumn]:
        sheet = self.checked.used_sheets[index]
        own = self._find_titles(index)
        beside = {}
        for other, source in self.checked.sources.items():
            beside.update(self._find_titles(other) if source == index else {})
        header = sheet.frame.filter(pl.col("row") == header_row)
        rows = sheet.frame.filter(pl.col("row") > header_row).head(_SAMPLED_ROWS)
        for letter in sheet.letters:
            text = header[letter][0] if header.height else None
            samples = rows[letter].drop_nulls().unique(maintain_order=True).head(_SAMPLES).to_list()
            if text is None and not samples:
                continue
            fields = own.get(letter) or beside.get(letter) or []
            shown = [mask_value(each) if any(field.sensitive for field in fields) else each for each in samples]
            titles = tuple(dict.fromkeys(field.header for field in fields))
            yield MatchedColumn(letter, text or "", tuple(shown), titles, letter not in own and letter in beside)

    def _find_titles(self, index: int) -> dict[str, list[Field]]:
        """Return letter of a column in the file → the fields that it is, or that are made of it."""
        match, mapped = self.checked.header_matches[index], self.checked.mapped_sheets[index]
        titles: dict[str, list[Field]] = {}
        for part in (match, match.lines):
            if part is None or part.resource is None:
                continue
            for name, letter in part.columns.items():
                source = mapped.source_columns.get(letter, letter)
                if source is not None:
                    titles.setdefault(source, []).append(_find_field(part, name))
        return titles


def _find_field(match: HeaderMatch, name: str) -> Field:
    return next(each for each in match.recognised_resource.fields if each.name == name)


def _list_constants(entry: SheetMapping) -> Iterator[tuple[Words, str]]:
    """Yield the title of each field that has the same value in every row, and this value."""
    fields = index_fields(entry.resource)
    for target, text in entry.constant.items():
        if fold_header(target) in fields:
            yield fields[fold_header(target)].header, text


def read_columns(session: Session, result: CheckResult) -> FileColumns:
    """Return how the columns of checked files are matched."""
    home = session.profile.home
    return FileColumns(result.checked, SavedMappings(home), session.profile.lang, result.inputs.options.mapping is None)
