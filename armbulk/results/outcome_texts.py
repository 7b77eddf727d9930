"""Outcomes, states of runs and armbulk's own messages in the user's language."""

import re

from armbulk.i18n import ENGLISH, NORWEGIAN
from armbulk.model.outcome import (
    BEYOND_LIMIT,
    CHANGED_AT_ARM,
    CUSTOMER_IN_CONFLICT,
    DIFFERENT_AT_ARM,
    ERRORS_FIRST,
    EXISTS_AT_ARM,
    HELD_ALREADY,
    HIDDEN_ROW,
    NOT_AT_ARM,
    REJECTED_WITHOUT_NAME,
    UNKNOWN_AT_ARM,
)
from armbulk.resources import RESOURCES

_OUTCOMES_NO = {
    "created": "opprettet",
    "created_with_warnings": "opprettet med varsler",
    "updated": "oppdatert",
    "updated_with_warnings": "oppdatert med varsler",
    "unchanged": "uendret",
    "rejected": "avvist av ARM",
    "held_back": "holdt tilbake",
    "not_sent": "ikke sendt",
    "already_sent": "sendt før",
    "in_doubt": "uavklart",
    "conflict": "konflikt",
}

_STATES_NO = {
    "running": "i gang, eller avbrutt uten varsel",
    "finished": "ferdig",
    "paused": "satt på pause",
    "in_doubt": "uavklart",
    "interrupted": "avbrutt",
}

_MESSAGES_NO = {
    "its customer is held back": "kunden er holdt tilbake",
    CUSTOMER_IN_CONFLICT: "kunden er i konflikt med ARM: avgjør kunden først (--overwrite, eller rett raden, eller "
    "fjern raden for å beholde det ARM har), og importer på nytt",
    HELD_ALREADY: "ARM har dette fra før",
    "its customer was not accepted by ARM": "kunden ble ikke godtatt av ARM",
    ERRORS_FIRST: "ikke sendt: feil må rettes først",
    HIDDEN_ROW: "en skjult rad, utelatt slik du ba om",
    BEYOND_LIMIT: "utenfor --limit",
    "not sent yet": "ikke sendt ennå",
    "its document is not in the files": "bilaget finnes ikke i filene",
    "ARM has it; its answer has not been fetched yet": "ARM har den; svaret er ikke hentet ennå",
    "the answer was lost; ARM must be asked": "svaret gikk tapt; ARM må spørres",
    "found at ARM after the answer was lost": "funnet hos ARM etter at svaret gikk tapt",
    "if it must go after all, give it another number": "hvis den likevel må sendes, gi den et annet nummer",
    "the same customer, date, currency, amount incl. VAT, but other lines, texts or dates": (
        "samme kunde, dato, valuta og beløp inkl. mva, men andre linjer, tekster eller datoer"
    ),
    "the document as this file has it, as far as ARM shows it": "bilaget slik filen har det, så langt ARM viser det",
    "only leading zeros or blanks differ": "bare innledende nuller eller mellomrom er forskjellige",
    "no document with this number": "ikke noe bilag med dette nummeret",
    "nothing was changed": "ingenting er endret",
    "nothing was sent: ARM holds this document already": "ingenting ble sendt: ARM har dette bilaget fra før",
    NOT_AT_ARM: ("ikke sendt: ARM har ingen kunde med dette nummeret (lenger)"),
    "ARM holds the values that were sent": "ARM har verdiene som ble sendt",
    "ARM holds other values than were sent": "ARM har andre verdier enn de som ble sendt",
    UNKNOWN_AT_ARM: "ARM kjenner ikke bilaget (ennå)",
    "not found at ARM after time to settle; a person must decide: `armbulk resolve`": (
        "ikke funnet hos ARM etter ventetiden; du må avgjøre det selv: `armbulk resolve`"
    ),
    "sent several times without an outcome, and ARM does not have these values": (
        "sendt flere ganger uten utfall, og ARM har ikke disse verdiene"
    ),
    "but the answer names a batch by a number that cannot be used": "men svaret har et batchnummer som ikke kan brukes",
    "but the answer names several batches": "men svaret nevner flere batcher",
    "but the answer states that a record was taken that was not sent in this batch": (
        "men svaret sier at en post er mottatt som ikke var med i batchen"
    ),
    "but the answer lists records without a certain word on each": "men svaret nevner poster uten sikkert utfall",
    "but the answer says in words that records were taken": "men svaret sier at poster er mottatt",
    "but the answer counts records that were taken": "men svaret teller poster som er mottatt",
    "but the answer names records that were taken": "men svaret nevner poster som er mottatt",
    "but the answer is compressed and cannot be read": "men svaret er komprimert og kan ikke leses",
    "but the answer is too long": "men svaret er for langt",
    "but the answer is damaged JSON": "men svaret er ødelagt JSON",
    "but the answer has a number that may be that of a batch": "men svaret har et nummer som kan være et batchnummer",
    "but the answer mentions a batch number": "men svaret nevner et batchnummer",
    "but the answer is damaged XML": "men svaret er ødelagt XML",
    "but the answer is not text": "men svaret er ikke tekst",
}
"""Messages saved with records, in English → in Norwegian."""

_BEGINNINGS_NO = {
    "ARM says that the batch failed as a whole: ": "ARM sier at hele batchen feilet: ",
    EXISTS_AT_ARM: "ARM sier at bilaget finnes fra før",
    REJECTED_WITHOUT_NAME: "ARM avviste poster uten å si hvilke",
}
"""How messages begin that go on in ARM's words."""

_SENTENCES_NO = (
    (r"at ARM: (?P<rest>.*)", "hos ARM: "),
    (
        r"run (\d+) sent another document with this number: (?P<rest>.*)",
        r"kjøring \1 sendte et annet bilag med nummeret: ",
    ),
    (r"run (\d+) sent this document with number (.*)", r"kjøring \1 sendte dette bilaget med nummer \2"),
    (r"the files have this document with number (.*)", r"filene har dette bilaget med nummer \1"),
    (r"in conflict in run (\d+): (?P<rest>.*)", r"i konflikt i kjøring \1: "),
    (r"ARM holds another document with this number(: )?(?P<rest>.*)", r"ARM har et annet bilag med dette nummeret\1"),
    (r"ARM holds this document with number (.*)", r"ARM har dette bilaget med nummer \1"),
    (r"ARM holds (\d+) documents with number (.*)", r"ARM har \1 bilag med nummer \2"),
    (r"not yet settled in run (\d+)", r"ikke avklart ennå i kjøring \1"),
    (r"given up in run (\d+): not sent again", r"gitt opp i kjøring \1: sendes ikke på nytt"),
    (r"sent in run (\d+)", r"sendt i kjøring \1"),
    (r"not changed in the file since run (\d+)", r"ikke endret i filen siden kjøring \1"),
    (r"ARM answered (\d+)(.*)", r"ARM svarte \1\2"),
    (r"document type (.*) then, (.*) in this file", r"dokumenttype \1 da, \2 i denne filen"),
    (r"customer (.*) then, (.*) in this file", r"kunde \1 da, \2 i denne filen"),
    (r"date (.*) then, (.*) in this file", r"dato \1 da, \2 i denne filen"),
    (r"currency (.*) then, (.*) in this file", r"valuta \1 da, \2 i denne filen"),
    (r"amount incl\. VAT (.*) then, (.*) in this file", r"beløp inkl. mva \1 da, \2 i denne filen"),
    (r"customer (.*) there, (.*) here", r"kunde \1 der, \2 her"),
    (r"date (.*) there, (.*) here", r"dato \1 der, \2 her"),
    (r"currency (.*) there, (.*) here", r"valuta \1 der, \2 her"),
    (r"amount incl\. VAT (.*) there, (.*) here", r"beløp inkl. mva \1 der, \2 her"),
)
"""Parts of messages with numbers in them → in Norwegian; what follows (`rest`) is translated, too."""


def translate_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as a text."""
    return outcome.replace("_", " ") if lang == ENGLISH else _OUTCOMES_NO[outcome]


def translate_state(state: str, lang: str) -> str:
    """Return the state of a run as a text."""
    return state.replace("_", " ") if lang == ENGLISH else _STATES_NO[state]


_CONFLICTS_NO = (
    (CHANGED_AT_ARM, "ikke sendt: endret hos ARM etter eksporten."),
    (DIFFERENT_AT_ARM, "ikke sendt: ARM har denne kunden med andre verdier."),
)
_CONFLICT_WORDS_NO = (
    (": ARM holds another than was exported", ": ARM har en annen enn den som ble eksportert"),
    (
        ": ARM holds it with leading zeros, which your file has lost",
        ": ARM har den med nuller foran, som filen har mistet",
    ),
    (
        ": ARM shows it masked, and would lose it: enter it, too",
        ": ARM viser den maskert, og den ville gå tapt: oppgi den også",
    ),
    (": ARM holds another than the file", ": ARM har en annen enn filen"),
    (": ARM holds nothing", ": ARM har ingenting"),
    (", exported was nothing", ", eksportert var ingenting"),
    (", yours is nothing", ", din er tom"),
    (": ARM holds ", ": ARM har "),
    (", exported was ", ", eksportert var "),
    (", yours is ", ", din er "),
    (", the file has ", ", filen har "),
)
_FIELDS_NO = {field.header.en: field.header.text(NORWEGIAN) for field in RESOURCES["customers"].fields}
_FIELD = re.compile(rf"(^|; )({'|'.join(map(re.escape, _FIELDS_NO))})(?=: ARM (?:holds|shows) )")


def translate_message(message: str, lang: str) -> str:
    """Return a message in a language, part by part; ARM's own words in it stay as they are."""
    if lang == ENGLISH:
        return message
    if message in _MESSAGES_NO:
        return _MESSAGES_NO[message]
    for beginning, norwegian in _CONFLICTS_NO:
        if message.startswith(beginning):
            return f"{norwegian} {_translate_conflict(message.removeprefix(beginning).strip())}"
    return "; ".join(_translate_part(part) for part in message.split("; "))


def _translate_part(part: str) -> str:
    for beginning, norwegian in _BEGINNINGS_NO.items():
        if part.startswith(beginning):
            return norwegian + part.removeprefix(beginning)
    if part in _MESSAGES_NO:
        return _MESSAGES_NO[part]
    for pattern, norwegian in _SENTENCES_NO:
        match = re.fullmatch(pattern, part)
        if match:
            rest = match.groupdict().get("rest")
            return match.expand(norwegian) + (_translate_part(rest) if rest else "")
    return part


def _translate_conflict(fields: str) -> str:
    """The fields of a conflict: a description of each, or the names alone once a run is finished."""
    if not {": ARM holds ", ": ARM shows "} & set(re.findall(": ARM (?:holds|shows) ", fields)):
        return ", ".join(_FIELDS_NO.get(name, name) for name in fields.split(", "))
    text = _FIELD.sub(lambda match: f"{match[1]}{_FIELDS_NO[match[2]]}", fields)
    for english, norwegian in _CONFLICT_WORDS_NO:
        text = text.replace(english, norwegian)
    return text
