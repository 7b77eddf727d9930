"""Hides hypothesis: Pandera loads it where it is installed, and only developers of armbulk have it."""

raise ImportError("hypothesis is hidden: an installed armbulk has none")
