"""The encoding of an XML file: a byte order mark or its declaration, else UTF-8. Nothing is guessed."""

import codecs
import re

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.readers.saft.refusals import EXPORT_AGAIN, quote_value

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF_32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]{1,60})["']""")
_EXPAT_NAMES = {"utf-8": "utf-8", "ascii": "us-ascii", "iso8859-1": "iso-8859-1"}
_ONE_BYTE = re.compile(r"iso8859-([2-9]|1[03456])|cp125[0-8]|cp(437|850|858|865)|mac-roman|koi8-[ru]")


def find_xml_encoding(head: bytes, file: str) -> str | None:
    """Return the encoding for the parser; None if it finds UTF-16 on its own.

    Args:
        head: The first bytes of the file, at least its XML declaration.
        file: Its name in messages.

    Raises:
        FileError: The encoding is unknown, or the first bytes contradict it.
    """
    if head.startswith(_UTF_32_MARKS):
        raise encoding_error(_("{file} is written in UTF-32, which armbulk does not read", file=file))
    if head.startswith(_UTF_16_MARKS) or b"\x00" in head[:4]:
        return None
    has_mark = head.startswith(_UTF_8_MARK)
    declared = _DECLARATION.match(head.removeprefix(_UTF_8_MARK))
    name = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    codec = _normalise_name(name)
    if codec is None:
        what = _('The encoding "{encoding}" that {file} names is not supported', encoding=quote_value(name), file=file)
        raise encoding_error(what)
    if codec == "utf-16" or (has_mark and codec != "utf-8"):
        what = _(
            '{file} names the encoding "{encoding}", but its first bytes (offset 0) are UTF-8',
            file=file,
            encoding=quote_value(name),
        )
        raise encoding_error(what)
    return codec


def _normalise_name(name: str) -> str | None:
    """Return the parser's name of an encoding; None for those that are not read."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if codec.startswith("utf-16"):
        return "utf-16"
    return _EXPAT_NAMES.get(codec) or (codec if _ONE_BYTE.fullmatch(codec) else None)


def encoding_error(what: Text) -> FileError:
    """Return the error for a file whose characters cannot be read for certain."""
    return FileError("wrong-encoding", what, EXPORT_AGAIN)
