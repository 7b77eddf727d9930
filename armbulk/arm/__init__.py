"""ARM: its client (`client`, over `http`), and its wire format in both directions, as pure functions."""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# httpx loads its own command line, with rich and pygments, wherever these are installed: this is as if they were not
