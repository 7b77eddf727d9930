"""Which country the text of a country means: its name, or its code."""

from armbulk.resources.code_lists import COUNTRIES, NORWAY_NAMES
from armbulk.resources.code_names import COUNTRY_NAMES

COUNTRY_WORDS = {
    **{code.lower(): code for code in COUNTRIES},
    **COUNTRY_NAMES,
    **dict.fromkeys(NORWAY_NAMES, "NO"),
}
"""Text in small letters → ISO 3166 code."""
