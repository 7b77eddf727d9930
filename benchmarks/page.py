"""Write docs/benchmarks.md from what was measured."""

from collections.abc import Iterator

from benchmarks.goals import list_goals
from benchmarks.jobs import exports, imports, migration, pages, results, sandbox, sending, start
from benchmarks.processes import ROOT
from benchmarks.results import Results
from benchmarks.table import (
    GOAL_HEADERS,
    HEADERS,
    SCRIPT_HEADERS,
    build_goal_rows,
    build_rows,
    build_script_rows,
    to_markdown,
)

PAGE = ROOT / "docs" / "benchmarks.md"

_INTRODUCTION = """\
# Benchmarks

`make bench` measures on your computer, and writes this page. `make bench SIZE=full` measures larger data too, and
`make bench-compare OLD.json NEW.json` compares two runs.

Each command runs in a fresh process, several times by turns with those it is compared with. The lowest figure counts:
other programs can only make a run slower. A run of more than two minutes is not repeated. CPU is the seconds of all
threads, memory the highest memory of the process (VmHWM).

- **armbulk** is the whole command, its start included. It checks every value, names the cell of each error, keeps what
  it needs to continue after a stop, and counts its use of ARM's limits. What only developers install is hidden from it.
- **limit** is the fastest exact way we know with polars and fastexcel: read, convert, apply the rules, build the JSON,
  write. It finds out whether there is an error, not where. For a start it is `python -c pass`.
- **naive** is a short script: openpyxl or csv, pydantic, json. It keeps and proves nothing. For a result workbook it is
  a plain dump of the same cells with xlsxwriter.
- **naive, read-only** is the same script with another way to read a workbook, see below.
- **growth** is the exponent with which CPU grows from the second largest data to the largest: 1 is linear. On little
  data it is lower, because the start is a large part of it.
"""

_COMPARED = """
**naive** reads a workbook as openpyxl's tutorial shows it: `load_workbook(path, data_only=True)` keeps every cell as an
object. Someone who knows openpyxl well adds `read_only=True`, which streams the rows: that is **naive, read-only**. The
goals are compared with the first, because naive means what the tutorial shows; the second is shown beside it without a
goal. Nothing else differs between the two. Both apply about the same rules as the limit, without the check digits of
organisation numbers and without unlikely dates and signs; they count bad rows, and their JSON has amounts as floats.

**The limit** applies the rules that armbulk has for these columns: what is required, lengths, codes, patterns, check
digits of KID and organisation numbers, dates, signs, sums, the number of decimals, what is there twice, and what is
missing in another sheet. Where it can do less than armbulk, it does, so the distance is not only a matter of speed:

- It knows the separator, the encoding, the decimal sign, the order of day and month, and every header. armbulk finds
  them out, and looks for formulas, hidden rows, totals, continued rows and columns with several kinds of dates.
- Its KID have ten digits and one kind of check digit. Countries are a pattern, currencies and languages short lists.
- Of a bad file it says that there is an error; at the first value that is no date or no number it stops.
- It keeps nothing. `armbulk plan` also compares with what was sent before, cuts batches, and calculates what they cost
  and when ARM's limits allow them.
- It loads polars and nothing else: no command line, no languages, no settings, no store.
"""

_JOBS = {
    start.START: "`armbulk --version` and `armbulk --help`",
    start.SMALL_CHECK: "`armbulk check` of a workbook with 20 rows",
    f"{imports.WORKBOOKS}, {imports.CSV}": (
        "`armbulk check` and `armbulk plan`. Records are documents (25 columns); each has three lines (17 columns), "
        "and five share a customer (12 columns)"
    ),
    imports.BAD_ROWS: (
        "`armbulk check` of a clean file, of one with an error in every twentieth row, and of one with an error in "
        "every row"
    ),
    ", ".join(exports.FORMATS.values()): (
        "`armbulk export gl-items` (22 columns), reconciled with the movements. The pages are prepared in advance and "
        "served inside the process"
    ),
    exports.LIST_CALLS: "the same records in few pages and in many: the difference is what a call takes",
    results.RESULTS: "a copy of a workbook (30 columns) with an outcome beside each row: only the writing",
    migration.MIGRATION: (
        "`armbulk migrate` of a SAF-T file: it is read, each customer is proved, the workbook is written. Records are "
        "invoices; most of them are paid, and ten share a customer"
    ),
    sending.SENDING: (
        "planning, sending and reconciling in batches of 50, to a sandbox in another process that answers at once"
    ),
    sending.RESUMING: "a run that was stopped after half of its batches: until the first call",
    sending.UPDATE: "`armbulk import --update` of an exported workbook in which three customers were edited",
    pages.PAGES: (
        "`armbulk web` with the files of the job before: the first page, choosing the files until their problems are "
        "shown, the page of the check, and that of the run; `armbulk check` of the same files beside it"
    ),
    sandbox.CALLS: "batches and pages of lists, without armbulk",
    sandbox.GENERATOR: "a ledger with its GL items; records are invoices",
}


def write_page(measured: Results) -> None:
    """Write the page."""
    PAGE.write_text("\n".join(_build_lines(measured)) + "\n", encoding="utf-8")


def _build_lines(measured: Results) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Figures\n"
    yield f"{measured.rounds} rounds. {'; '.join(f'{name} {text}' for name, text in measured.machine.items())}.\n"
    yield from to_markdown(HEADERS, build_rows(measured))
    yield "\n## What armbulk is compared with\n"
    yield from to_markdown(SCRIPT_HEADERS, build_script_rows(measured))
    yield _COMPARED
    yield "## Goals\n"
    yield "Each on the largest data that was measured.\n"
    yield from to_markdown(GOAL_HEADERS, build_goal_rows(list_goals(measured)))
    yield "\n## The jobs\n"
    yield from to_markdown(("job", "what is measured"), list(_JOBS.items()), has_numbers=False)
