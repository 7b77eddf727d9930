"""Since last time: which records are new, changed or gone, by the memory of the export before.

ARM documents no list that tells what has changed since a moment, so all of it is read, proven as ever, and compared
here by fingerprints. Only a complete export is remembered, and only when its file is whole: a change is told twice
rather than never.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import polars as pl

from armbulk.arm.decode import PARENT_INDEX, RAW_JSON, RECORD_KEY, ROW_INDEX, SEPARATOR
from armbulk.clock import iso
from armbulk.errors import StoreError
from armbulk.export.fingerprint import (
    BEHIND,
    BETWEEN,
    BOX,
    CHANGE,
    CHANGED,
    DIFFERENT,
    NEW,
    ROW,
    RecordHasher,
    compare_fingerprints,
    hash_column,
)
from armbulk.export.snapshot import ENDING, UNFINISHED, Snapshot
from armbulk.i18n import Words
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.writers.table_stream import Page, TableStream

OVERLAP = 86_400.0
"""Seconds by which ARM is asked for more than what changed since: clocks differ, and what has not changed falls out."""

VERSION = 2
"""Of how fingerprints are made: those of another cannot be compared."""

AT_ONCE = 50_000
"""Fingerprints that are put into boxes together: a few large pieces are faster than many small ones."""

CHUNK_ROWS = 16_384
"""Rows whose marks lie in one box."""

GONE = Words("Gone", "Borte")
GONE_FILE = ".gone"  # NAME.gone.csv
WORDS = {NEW: Words("new", "ny"), DIFFERENT: Words("changed", "endret")}

_RECORDS, _MARKS, _GONE, _AT = "records", "marks", "gone", "\x00block"
_NOTHING = Words("", "")
_COLUMNS = (
    ExportColumn(
        CHANGE, Field("change", Words("Change", "Endring"), CHANGE, FieldType.TEXT, _NOTHING, NEW), max_chars=8
    ),
    ExportColumn(
        CHANGED,
        Field("changed_fields", Words("Changed fields", "Endrede felt"), CHANGED, FieldType.TEXT, _NOTHING, ""),
        max_chars=24,
    ),
)  # fmt: skip

Pages = Callable[[], Iterable[Page]]


@dataclass(slots=True)
class Counts:
    """How many records are what; `lines`: those of the new and changed."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    lines: int = 0


@dataclass(slots=True)
class PreviousExport:
    """What the last complete export of a question held, and what this one holds, to be remembered in its place.

    `question`: the question's name; `work`: that of the export being made, which nobody else makes meanwhile; `partly`:
    ARM was only asked for what has changed, so that what it does not give is still there.
    """

    folder: Path
    question: str
    work: str
    resource: Resource
    partly: bool = False
    base: Snapshot | None = field(init=False, default=None)
    why: str | None = field(init=False, default="first")  # there is nothing to compare with
    named: bool = field(init=False, default=True)  # whether hashes can tell which columns differ
    counts: Counts = field(init=False, default_factory=Counts)
    _facts: Mapping[str, Any] = field(init=False, default_factory=dict)
    _rows: int = field(init=False, default=0)
    _waiting: list[pl.DataFrame] = field(init=False, default_factory=list)
    _held: int = field(init=False, default=0)  # records of the base
    _marks: Snapshot = field(init=False)
    _next: Snapshot = field(init=False)
    _prints: RecordHasher = field(init=False)

    def __enter__(self) -> Self:
        try:
            self.base = Snapshot.open_existing(self._path)
        except StoreError:
            self.why = "unreadable"
        if self.base:
            self._facts = self.base.read_facts()
            self.why = None if self._facts.get("version") == VERSION else "version"
        if self.base and self.why:
            self.base.close()
            self.base = None
        if self.partly and self.base is None:
            raise StoreError("memory-gone", "What exports are compared with is gone", "Try again")
        self._next, self._marks = (Snapshot.create(self.folder / f"{self.work}{ending}") for ending in UNFINISHED)
        return self

    def __exit__(self, *_: object) -> None:
        for memory in (self._next, self._marks):
            memory.discard()
        if self.base:
            self.base.close()

    @staticmethod
    def begun(folder: Path, question: str) -> float | None:
        """When the export that would be compared with was begun; None where there is none that can be used."""
        try:
            known = Snapshot.open_existing(folder / f"{question}{ENDING}")
        except StoreError:
            return None
        facts = known.read_facts() if known else {}
        if known:
            known.close()
        return float(facts["begun"]) if facts.get("version") == VERSION else None

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.question}{ENDING}"

    # ── making ──────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, columns: Iterable[ExportColumn]) -> None:
        """Make ready to take fingerprints; `columns`: what was found to stand in the records."""
        facts = self._facts if self.base else {}
        salt = bytes.fromhex(facts["salt"]) if facts else secrets.token_bytes(16)
        lines = [self.resource.lines_path] if self.resource.lines else []
        paths = dict.fromkeys([*facts.get("paths", ()), *(one.path for one in columns if one.value_count), *lines])
        self._prints = RecordHasher(self.resource, self._key, tuple(paths), salt)
        self.named = not facts or facts["canary"] == self._prints.canary()

    def see(self, items: pl.DataFrame, lines: pl.DataFrame | None) -> None:
        """Take the fingerprints of some records, in their order."""
        self._waiting.append(self._prints.hash_records(items, lines, self._rows))
        self._rows += items.height
        if sum(one.height for one in self._waiting) >= AT_ONCE:
            self._put()

    def _put(self) -> None:
        """Put what is waiting into its boxes."""
        if self._waiting:
            self._next.add_rows(_RECORDS, pl.concat(self._waiting), BOX)
            self._waiting.clear()

    @property
    def _key(self) -> tuple[str, ...]:
        return self.resource.listing.key if self.resource.listing else ()

    def keep(self, begun: float, now: float) -> None:
        """Remember this export, which was `begun` then, in the other's place: its file is whole."""
        self._put()
        prints = self._prints
        said = {"version": VERSION, "begun": begun, "at": now, "salt": prints.salt.hex(), "paths": prints.paths}
        self._next.save_facts(**said, canary=prints.canary())
        if self.base:
            if self.partly:
                self._carry_over(self.base)
            self.base.close()
        self._next.move_to(self._path)

    def _carry_over(self, base: Snapshot) -> None:
        """What was there and did not come again is there still."""
        for box in base.buckets(_RECORDS):
            old, new = base.read_bucket(_RECORDS, box), self._next.read_bucket(_RECORDS, box)
            if old is not None:
                left = _with(self._prints.paths, old if new is None else old.join(new, on=RECORD_KEY, how="anti"))
                self._next.add_rows(_RECORDS, left.with_columns(pl.lit(box, pl.UInt8).alias(BOX)), BOX)

    # ── comparing ───────────────────────────────────────────────────────────────────────────────────────────────

    def compare(self, pages: Pages, rows: int) -> None:
        """Find out what became of each record."""
        self._put()
        if self.base is None:
            self.counts.new = rows
        else:
            for box in sorted({*self.base.buckets(_RECORDS), *self._next.buckets(_RECORDS)}):
                self._compare_box(self.base.read_bucket(_RECORDS, box), self._next.read_bucket(_RECORDS, box))
            all_there = self._held + self.counts.new if self.partly else rows
            self.counts.unchanged = all_there - self.counts.new - self.counts.changed
        if self.resource.lines:
            self.counts.lines = sum(lines.height for _, lines in self._marked(pages) if lines is not None)

    def _compare_box(self, old: pl.DataFrame | None, new: pl.DataFrame | None) -> None:
        paths = self._prints.paths if self.named else ()
        some = old if new is None else new
        if some is None:
            return
        old, new = (some.clear() if one is None else one for one in (old, new))
        marked, gone = compare_fingerprints(_with(paths, old), _with(paths, new), paths)
        for name, found in ((_MARKS, marked), (_GONE, gone)):
            if found.height and not (self.partly and name == _GONE):
                self._marks.add_rows(name, found.with_columns((pl.col(ROW) // CHUNK_ROWS).alias(_AT)), _AT)
        self.counts.new += marked.filter(pl.col(CHANGE) == NEW).height
        self.counts.changed += marked.filter(pl.col(CHANGE) == DIFFERENT).height
        self.counts.gone += gone.height
        self._held += old.height

    def told(self, *, complete: bool) -> dict[str, Any]:
        """Say it, as the JSON contract of `armbulk export --since` does; of an incomplete list none is called gone."""
        counts = self.counts
        gone = counts.gone if complete and not self.partly else None
        return {
            "at": iso(self._facts["at"]) if self.base else None,
            "new": counts.new,
            "changed": counts.changed,
            "gone": gone,
            "unchanged": counts.unchanged,
            "why": self.why,
            "fields": self.named,
            "by": "filter" if self.partly else "comparison",
        }

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _marked(self, pages: Pages) -> Iterator[Page]:
        """The records that are new or changed, with what they are."""
        row, blocks = 0, _Blocks(self._marks, _MARKS)
        for items, lines in pages():
            numbered = items.with_columns(pl.int_range(row, row + items.height, dtype=pl.UInt32).alias(ROW))
            if self.base is None:
                found = numbered.with_columns(pl.lit(NEW).alias(CHANGE), pl.lit(None, pl.String).alias(CHANGED))
            else:
                found = blocks.join(numbered, row)
            row += items.height
            if found.height:
                kept = None if lines is None else lines.filter(pl.col(PARENT_INDEX).is_in(found[ROW_INDEX].implode()))
                yield found.drop(ROW), kept

    def streams(
        self, streams: Sequence[TableStream], pages: Pages, lang: str, form: str, *, gone: bool
    ) -> list[TableStream]:
        """The tables of an export, with only what is new or changed; then, if `gone`, the keys of what is gone."""
        people = form != "parquet"
        first, *others = streams
        known = {
            one.path: one.header(lang) if people else one.name
            for one in (*(ExportColumn(one.path, one) for one in self.resource.readable), *first.columns)
        }
        if self.resource.lines:
            known[self.resource.lines_path] = self.resource.lines.title.text(lang)
        words = {code: word.text(lang) if people else code for code, word in WORDS.items()}

        def items() -> Iterator[pl.DataFrame]:
            for page, _ in self._marked(pages):
                fields = _each(page[CHANGED], lambda paths: "; ".join(known.get(path, path) for path in paths))
                yield page.with_columns(fields, pl.col(CHANGE).replace_strict(words))

        def lines() -> Iterator[pl.DataFrame]:
            return (found for _, found in self._marked(pages) if found is not None)

        made = [replace(first, columns=(*_COLUMNS, *first.columns), rows=self._written, pages=items)]
        made += [replace(one, rows=self.counts.lines, pages=lines) for one in others]
        return made + ([self._gone_stream(lang)] if gone else [])

    @property
    def _written(self) -> int:
        return self.counts.new + self.counts.changed

    def _gone_stream(self, lang: str) -> TableStream:
        fields = {one.path: one for one in self.resource.readable}
        columns = tuple(ExportColumn(path, _as_text(fields.get(path)), max_chars=20) for path in self._key)
        return TableStream(GONE.text(lang), columns, self.counts.gone, self._gone, ending=GONE_FILE)

    def _gone(self) -> Iterator[pl.DataFrame]:
        """The keys of what is gone, in the order it was listed last; what had no key has none to show.

        Of an identity number there are two digits.
        """
        for block in self._marks.buckets(_GONE):
            found = self._marks.read_bucket(_GONE, block)
            if found is not None:
                keys = (
                    pl.when(~pl.col(RECORD_KEY).str.starts_with("\x00")).then(pl.col(RECORD_KEY)).str.split(SEPARATOR)
                )
                yield found.sort(ROW).select(
                    keys.list.get(at, null_on_oob=True).str.replace(f"{BEHIND}.*", "").replace("", None).alias(path)
                    for at, path in enumerate(self._key)
                )

    def raw(self, pages: Pages) -> Iterator[pl.Series]:
        """What is new or changed, one JSON object each around the record as ARM wrote it."""
        for page, _ in self._marked(pages):
            fields = _each(page[CHANGED], lambda paths: json.dumps(paths, ensure_ascii=False))
            yield (
                page.with_columns(fields)
                .select(
                    pl.concat_str(
                        pl.lit('{"change": "'),
                        pl.col(CHANGE),
                        pl.lit('", "fields": '),
                        pl.col(CHANGED).fill_null("[]"),
                        pl.lit(', "record": '),
                        pl.col(RAW_JSON),
                        pl.lit("}"),
                    )
                )
                .to_series()
            )

    def raw_gone(self) -> Iterator[pl.Series]:
        """What is gone, one JSON object each around its key."""
        for page in self._gone():
            keys = [json.dumps({"change": "gone", "key": one}, ensure_ascii=False) for one in page.to_dicts()]
            yield pl.Series(keys, dtype=pl.String)


@dataclass(slots=True)
class _Blocks:
    """The marks of a list, by turns: no more of them in memory than a page needs."""

    memory: Snapshot
    name: str
    _held: dict[int, pl.DataFrame] = field(default_factory=dict)

    def join(self, page: pl.DataFrame, first: int) -> pl.DataFrame:
        """The rows of a page that have a mark, with it."""
        wanted = range(first // CHUNK_ROWS, (first + max(page.height, 1) - 1) // CHUNK_ROWS + 1)
        self._held = {at: self._held[at] if at in self._held else self._block(at) for at in wanted}
        marks = pl.concat(list(self._held.values()))
        here = marks.filter(pl.col(ROW).is_between(first, first + page.height - 1))
        return page.join(here, on=ROW, how="inner", maintain_order="left")

    def _block(self, at: int) -> pl.DataFrame:
        found = self.memory.read_bucket(self.name, at)
        return pl.DataFrame(schema={ROW: pl.UInt32, CHANGE: pl.String, CHANGED: pl.String}) if found is None else found


def _each(column: pl.Series, shown: Callable[[list[str]], str]) -> pl.Series:
    """Names of columns as they are shown: each combination is made once."""
    texts = {text: shown(text.split(BETWEEN)) for text in column.unique() if text is not None}
    return column.replace_strict(texts, default=None, return_dtype=pl.String)


def _with(paths: Iterable[str], box: pl.DataFrame) -> pl.DataFrame:
    """A box with the hashes of all these columns: one that nobody had heard of then was blank."""
    return box.with_columns(
        pl.lit(0, pl.UInt32).alias(one) for one in map(hash_column, paths) if one not in box.columns
    )


def _as_text(one: Field | None) -> Field | None:
    """A field whose values are not read as more than texts: of a key that is all that is known."""
    return replace(one, type=FieldType.IDENTIFIER) if one else None
