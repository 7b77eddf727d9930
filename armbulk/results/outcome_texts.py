"""Outcomes, states of runs and armbulk's own messages in the user's language."""

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
    "its customer was not accepted by ARM": "kunden ble ikke godtatt av ARM",
    "not sent: errors must be corrected first": "ikke sendt: feil må rettes først",
    "a hidden row, left out as you asked": "en skjult rad, utelatt slik du ba om",
    "beyond --limit": "utenfor --limit",
    "not sent yet": "ikke sendt ennå",
    "its document is not in the files": "bilaget finnes ikke i filene",
    "ARM has it; its answer has not been fetched yet": "ARM har den; svaret er ikke hentet ennå",
    "the answer was lost; ARM must be asked": "svaret gikk tapt; ARM må spørres",
    "found at ARM after the answer was lost": "funnet hos ARM etter at svaret gikk tapt",
    "nothing was sent: ARM holds this document already": "ingenting ble sendt: ARM har dette bilaget fra før",
    "not sent: ARM has no customer with this number (any more)": (
        "ikke sendt: ARM har ingen kunde med dette nummeret (lenger)"
    ),
    "ARM holds the values that were sent": "ARM har verdiene som ble sendt",
    "ARM does not know the document (yet)": "ARM kjenner ikke bilaget (ennå)",
    "not found at ARM after time to settle; a person must decide: `armbulk resolve`": (
        "ikke funnet hos ARM etter ventetiden; du må avgjøre det selv: `armbulk resolve`"
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
    "but the answer is damaged JSON": "men svaret er ødelagt JSON",
    "but the answer mentions a batch number": "men svaret nevner et batchnummer",
    "but the answer is damaged XML": "men svaret er ødelagt XML",
    "but the answer is not text": "men svaret er ikke tekst",
}
"""Messages saved with records, in English → in Norwegian."""

_BEGINNINGS_NO = {"ARM says that the batch failed as a whole: ": "ARM sier at hele batchen feilet: "}
"""How messages begin that go on in ARM's words."""


def translate_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as a text."""
    return _OUTCOMES_NO[outcome] if lang == "no" else outcome.replace("_", " ")


def translate_state(state: str, lang: str) -> str:
    """Return the state of a run as a text."""
    return _STATES_NO[state] if lang == "no" else state.replace("_", " ")


def translate_message(message: str, lang: str) -> str:
    """Return a message in a language, part by part; ARM's own words in it stay as they are."""
    if lang != "no":
        return message
    if message in _MESSAGES_NO:
        return _MESSAGES_NO[message]
    return "; ".join(_translate_part(part) for part in message.split("; "))


def _translate_part(part: str) -> str:
    for beginning, norwegian in _BEGINNINGS_NO.items():
        if part.startswith(beginning):
            return norwegian + part.removeprefix(beginning)
    return _MESSAGES_NO.get(part, part)
