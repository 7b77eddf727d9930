"""The demo in the browser: a sandbox in this process, sample files, and a folder that is deleted at the end."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from armbulk.app.demo.ledger_list import write_ledger_list
from armbulk.app.demo.sample import DemoSample
from armbulk.app.demo.steps import name_files
from armbulk.app.demo.tour import INVOICES
from armbulk.clock import Clock
from armbulk.i18n import Text, _
from armbulk.package_data import data_path
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists

_DELAY = 1.0
"""Seconds until the sandbox has processed a batch: long enough to see how sending progresses."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to try.

    Attributes:
        path: Where it is.
        description: What is in it, in a sentence.
    """

    path: Path
    description: Text


@dataclass(frozen=True, slots=True)
class WebDemo:
    """What the demo in the browser works with.

    Attributes:
        home: armbulk's folder, for this demo only.
        settings: The settings of its sandbox, by their environment names.
        samples: Files to try.
    """

    home: Path
    settings: Mapping[str, str]
    samples: Sequence[SampleFile]


@contextmanager
def run_web_demo(clock: Clock, lang: str, *, faults: Sequence[str] = ()) -> Iterator[WebDemo]:
    """Start the sandbox and write the sample files; at the end everything is deleted.

    Args:
        clock: The sandbox's.
        lang: The language of the sample files.
        faults: What fails on purpose, as `armbulk sandbox --fault` has it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="armbulk-demo-", ignore_cleanup_errors=True) as name,
        Sandbox(size="S", delay=_DELAY, clock=clock.now, lists=build_lists(CLIENT_NO, INVOICES), faults=faults) as arm,
    ):
        own = Path(name)
        settings = {
            **arm.settings,
            "ARMBULK_HOME": str(own / "home"),
            "ARMBULK_GUARD_FOLDER": str(own / "guard"),
            "ARMBULK_POLL_SECONDS": "0.3",
        }
        yield WebDemo(own / "home", settings, _write_samples(own / "samples", clock, lang))


def _write_samples(folder: Path, clock: Clock, lang: str) -> list[SampleFile]:
    """Write the files to try; return them."""
    folder.mkdir()
    workbook = DemoSample(lang).write(folder / name_files(lang).workbook, corrected=False)
    today = datetime.fromtimestamp(clock.now(), UTC).date()
    ledger_list = write_ledger_list(folder / _("invoice-list.csv").text(lang), today)
    wrong = copyfile(data_path("samples") / "with-errors.xlsx", folder / "with-errors.xlsx")
    return [
        SampleFile(workbook, _("Start with this one: customers and invoices, one with an error, one that ARM rejects")),
        SampleFile(ledger_list, _("A list from another ledger, with other headers: you match its columns once")),
        SampleFile(wrong, _("A workbook with every kind of error, to see how they are shown")),
    ]
