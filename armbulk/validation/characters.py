"""Characters that do not belong in values, as patterns."""

DASHES = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{FFFE}\x{FFFF}]"
LINE_BREAK = r"[\t\r\n]"
INVISIBLE = r"[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}\x{FFFD}]"
FOREIGN_DIGIT = r"[\p{Nd}&&[^0-9]]"
ERROR_TEXT = (
    r"^(?:#(?:N/A|I/T|REF!|REFERANSE!|VALUE!|VERDI!|DIV/0!|NAME\?|NAVN\?|NUM!|NULL!|TOM!|SPILL!|OVERFLYT!|CALC!|"
    r"GETTING_DATA)|Err:[0-9]{3}|#{3,})$"
)
"""A text that a spreadsheet shows in place of a value; programs write it into CSV files."""
BLANK_WORD = r"^(?:nan|NaN|NaT|NA|None|NULL|null|\(null\)|<NA>|<null>|undefined)$"
"""A word that programs write for a blank cell."""
ODD_WORD = rf"{ERROR_TEXT}|{BLANK_WORD}|^(?:N/A|n/a)$"
"""A word that programs and people write for an error or a blank cell."""
LOST_LETTER = r"^[^/=@]*\p{L}\?\p{Ll}[^/=@]*$"
"""A question mark inside a word, which is not part of an address on the web."""
HTML_CODE = r"&(?:[A-Za-z]{2,8}|#[0-9]{2,5}|#x[0-9A-Fa-f]{2,4});"
"""A character as web pages write it, such as &amp; or &oslash;."""
NOT_ASCII = r"[^\x00-\x7F]"

CHARACTER_CODES = {"control-character", "invisible-character", "unusable-character", "not-ascii"}
"""Codes whose detail is a character."""
