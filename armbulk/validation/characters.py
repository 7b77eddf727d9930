"""Characters that do not belong in values, as patterns."""

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{FFFE}\x{FFFF}]"
LINE_BREAK = r"[\t\r\n]"
INVISIBLE = r"[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}\x{FFFD}]"
FOREIGN_DIGIT = r"[\p{Nd}&&[^0-9]]"
NOT_ASCII = r"[^\x00-\x7F]"

CHARACTER_CODES = {"control-character", "invisible-character", "unusable-character", "not-ascii"}
"""Codes whose detail is a character."""
