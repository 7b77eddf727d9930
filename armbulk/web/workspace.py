"""What the pages work with: settings, drafts, jobs, and the checked files that were used last."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.app.connect import connect
from armbulk.app.login_form import LoginForms
from armbulk.errors import SettingsError
from armbulk.web.jobs import Jobs

if TYPE_CHECKING:
    from armbulk.app.drafts import Drafts
    from armbulk.app.saved_exports import SavedExports
    from armbulk.app.session import Session
    from armbulk.app.web_demo import SampleFile

_MAX_KEPT = 2


class RecentResults:
    """The last results of checks and plans: a page shows a part of them without reading the files again.

    Only a few are kept: each may have a hundred thousand rows.
    """

    def __init__(self) -> None:
        self._results: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, *key: str) -> Any:
        """Return the result with this key; None: it is not kept."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def keep(self, result: Any, *key: str) -> None:
        """Keep a result; the oldest is forgotten."""
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > _MAX_KEPT:
                self._results.popitem(last=False)

    def forget(self, *start: str) -> None:
        """Forget the results whose key begins so."""
        with self._lock:
            for key in [key for key in self._results if key[: len(start)] == start]:
                self._results.pop(key)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the page was started.

    Attributes:
        settings: Settings of the command line, by their environment names.
        aup_file: A file with limits that replace the built-in ones.
        profile: The profile that is chosen first; None: the default.
        lang: The language until a person chooses another.
        samples: Sample files of the demo, in which ARM is the sandbox in this process; empty: it is no demo.
    """

    settings: Mapping[str, str]
    aup_file: Path | None
    profile: str | None
    lang: str
    samples: "Sequence[SampleFile]" = ()

    @property
    def is_demo(self) -> bool:
        """Whether ARM is the sandbox in this process."""
        return bool(self.samples)


class Workspace:
    """What the pages work with.

    Attributes:
        started: How the page was started.
        drafts: Files that are prepared for an import.
        exports: Lists that are exported, with their files.
        jobs: What works in the background.
        recent: The checks and plans that were used last.
        logins: Logins that are being filled in, with their secrets.
    """

    def __init__(self, started: WebSettings, drafts: "Drafts", exports: "SavedExports") -> None:
        self.started, self.drafts, self.exports = started, drafts, exports
        self.jobs = Jobs()
        self.recent = RecentResults()
        self.logins = LoginForms()

    def connect(self, profile: str | None, lang: str, *, new: bool = False) -> "Session":
        """Return a session of a profile, whose texts are in a language; close it.

        Args:
            profile: Its name; None: the one that the page was started with.
            lang: The language.
            new: Whether it need not exist yet.

        Raises:
            SettingsError: There is no such profile, or a setting is wrong.
        """
        name = None if self.started.is_demo else profile or self.started.profile
        settings = {**self.started.settings, "ARMBULK_LANG": lang}
        try:
            return connect(name, settings=settings, aup_file=self.started.aup_file, new_profile=new)
        except SettingsError:
            unnamed = connect(None, settings=settings, aup_file=self.started.aup_file) if name else None
            if unnamed is None or unnamed.profile.name != name:  # never another client in place of the named one
                raise
            return unnamed  # settings of the environment alone: no profile is stored
