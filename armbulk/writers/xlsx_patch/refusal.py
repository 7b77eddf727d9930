"""The error for a workbook that is not changed in its XML: a new workbook is written then."""


class PatchRefusedError(Exception):
    """A workbook has something that the patcher does not change; the message says what, for the log."""
