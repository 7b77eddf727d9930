"""The report of a run as one HTML file: no script, nothing from the network, and no text of others is markup."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from armbulk._version import __version__
from armbulk.app.import_result import ImportResult
from armbulk.app.prose import build_message_writers
from armbulk.app.report_page import describe_page
from armbulk.app.runs import list_run_files
from armbulk.app.usage import list_meters
from armbulk.clock import Clock
from armbulk.errors import FileError, UsageError
from armbulk.i18n import _, format_number
from armbulk.model.plain_text import show_safely
from armbulk.package_data import data_path
from armbulk.results.run_result import recheck_files
from armbulk.writers import atomic
from armbulk.writers.inputs import find_input

_SUFFIXES = {".html", ".htm"}
_SIGNS = {"good": "✓", "warning": "!", "bad": "✗", "unsure": "?", "rest": "-"}
_HINT = _("Choose another name or folder with --report")


def verify_report_target(target: Path, files: Sequence[str]) -> None:
    """Make sure, before anything is sent, that a report can be written and replaces none of the files.

    Args:
        target: the report.
        files: the input files, as they are named (`FILE#Sheet`), and the result workbook.

    Raises:
        UsageError: it is one of the files, or its name is not that of an HTML file.
        FileError: nothing can be written in its folder.
    """
    if target.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "no-html-name",
            _("'{target}' is not the name of an HTML file", target=target),
            _("Use a name that ends in .html, for example --report report.html"),
        )
    paths = [Path(path) for name in files for path in (name, name.partition("#")[0])]
    if find_input(target, paths) is not None or target.absolute() in {path.absolute() for path in paths}:
        raise UsageError(
            "replaces-input", _("{target} is a file of this import and would be overwritten", target=target), _HINT
        )
    try:
        atomic.verify_writable(target)
    except FileError as error:
        error.hint = _HINT
        raise


def write_report(result: ImportResult, target: Path) -> Path:
    """Write the report of a run, or of files that were not sent; return the path it got.

    A file that it replaces is kept as .bak, unless it is as armbulk wrote it.

    Args:
        result: the run.
        target: the file. ARM's limits are shown if the run belongs to the client of the profile.

    Raises:
        UsageError: it would replace one of the run's files.
        FileError: it cannot be written.
    """
    run, store, profile = result.result.run, result.store, result.profile
    files = [*(list_run_files(run) if run else ()), str(result.workbook or (run and run.result) or "")]
    verify_report_target(target, [name for name in files if name])
    checked = result.checked or (recheck_files(run) if run else None)
    is_known = run is not None and run.account == profile.account
    limits = list_meters(store, profile, result.clock.now())["meters"] if is_known else []
    text = render_page(describe_page(result, checked, limits, __version__), result.lang)
    try:
        path = write_page(text, target, result.clock, store.written_files.digests())
    except FileError as error:
        error.hint = _HINT
        raise
    store.written_files.record([path])
    return path


def write_page(text: str, target: Path, clock: Clock, own: frozenset[str] = frozenset()) -> Path:
    """Write a page; return the path it got. A file that it replaces is kept as .bak, unless its SHA-256 is in `own`."""
    with atomic.temporary_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        return atomic.replace_atomically(temporary, target, clock, own=own)


def render_page(page: Mapping[str, Any], lang: str, template: str = "run.html.j2") -> str:
    """Return the HTML of a page, such as `report_page.describe_page` describes."""
    number = partial(format_number, lang=lang)
    return _load_template(template).render(page, signs=_SIGNS, number=number, **build_message_writers(lang))


@cache
def _load_template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(data_path("templates") / "report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    return environment.get_template(name)


def _clean(value: object) -> object:
    """Return a text without control characters and marks of direction."""
    return show_safely(value) if isinstance(value, str) else value
