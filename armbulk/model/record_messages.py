"""Messages that are stored with records: why a record was not sent, or what ARM has of it.

The store keeps them in English. `stored_messages` recognises each by its template, and translates it. A message
has several parts where more is known: sentences are joined by ". ", differences by "; ", and what explains a sentence
follows after ": ".
"""

import re

from armbulk.i18n import Text, _

# ── records that are not sent ───────────────────────────────────────────────────────────────────────────────────────

HIDDEN_ROW = _("Hidden row, left out as you chose")
HIDDEN_AND_DONE = _(
    "Not sent: the row is hidden and says that it is done, but armbulk has not sent it as it is now. To send it, show "
    "the row and import the file again"
)
BEYOND_LIMIT = _("Not among the first records that --limit allows")
ERRORS_FIRST = _("Not sent: fix the errors first")
NOT_SENT_YET = _("Not sent yet")
NOTHING_CHANGED = _("Nothing was changed")
UNCHANGED_SINCE = _("Not changed in the file since run {run}")
NO_DOCUMENT = _("Its document is not in the files")

CUSTOMER_HELD_BACK = _("Held back, because the row of its customer has errors")
CUSTOMER_NOT_ACCEPTED = _("Held back, because ARM has not accepted its customer")
CUSTOMER_IN_CONFLICT = _(
    "Held back, because its customer has other values in ARM. Settle the customer first: use --overwrite, correct its "
    "row, or remove its row to keep the values in ARM. Then import again"
)

# ── customers, compared with those in ARM ───────────────────────────────────────────────────────────────────────────

ALREADY_IN_ARM = _("ARM already has this")
NOT_IN_ARM = _("Not sent: ARM has no customer with this number")
HAS_SENT_VALUES = _("ARM has the values that were sent")
HAS_OTHER_VALUES = _("ARM has other values than those that were sent")

CHANGED_IN_ARM = _("Not sent: changed in ARM since the export")
"""How the message of a conflict about a change begins; the fields and their values follow."""

DIFFERENT_IN_ARM = _("Not sent: ARM has this customer with other values")
"""How the message of a conflict about a new customer begins; the fields and their values follow."""

BLANK = _("(blank)")
CHANGED_FIELD = _("{field}: ARM has {current}, the export had {exported}, the file has {new}")
CHANGED_SECRET_FIELD = _("{field}: ARM has another value than the one exported")
DIFFERENT_FIELD = _("{field}: ARM has {current}, the file has {new}")
DIFFERENT_SECRET_FIELD = _("{field}: ARM has another value than the file")
LOST_ZEROS_FIELD = _("{field}: ARM has it with leading zeros, which your file has lost")
MASKED_FIELD = _("{field}: ARM shows it masked and would lose it, so enter it, too")

# ── documents that were sent before ─────────────────────────────────────────────────────────────────────────────────

ALREADY_SENT = _("Not sent: ARM already has this document")
IN_FILES = _("The files have this document with number {number}")
ROW_SAYS_SENT = _("Not sent: the row says that ARM has its document, but no document with this number was sent")
"""A row of a result workbook whose number somebody has changed."""

SENT_IN_RUN = _("Sent in run {run}")
UNSETTLED_IN_RUN = _("Not settled yet in run {run}")
CONFLICT_IN_RUN = _("In conflict since run {run}")
OTHER_SENT_IN_RUN = _("Run {run} sent another document with this number")
SAME_SENT_IN_RUN = _("Run {run} sent this document with number {number}")
GIVEN_UP_IN_RUN = _("Given up in run {run} and not sent again. To send it after all, give it another number")
GIVEN_UP = "Given up"
"""How the message begins of a document that a person has given up."""

GIVEN_UP_BY_PERSON = _("Given up by a person")
MARKED_CREATED = _("Marked as created by a person")

OLD_VALUE = _("{field} was {earlier}, is {now} in this file")
OTHER_VALUE = _("{field} is {there} in ARM, {here} in this file")
OTHER_CONTENT = _("same customer, date, currency and amount incl. VAT, but other lines, texts or dates")
ONLY_BLANKS_DIFFER = _("Only leading zeros or spaces differ")

FIELD_NAMES = {
    "number": _("document no"),
    "type": _("document type"),
    "customer": _("customer"),
    "date": _("date"),
    "currency": _("currency"),
    "amount": _("amount incl. VAT"),
}
"""Names of document fields in a message."""

# ── what ARM has under a document's number ──────────────────────────────────────────────────────────────────────────

IN_ARM = _("In ARM")
SAME_IN_ARM = _("the document as in this file, as far as ARM shows it")
NONE_IN_ARM = _("no document with this number")
OTHER_IN_ARM = _("ARM has another document with this number")
OTHER_NUMBER_IN_ARM = _("ARM has this document with number {number}")
SEVERAL_IN_ARM = _("ARM has {count} documents with number {number}")

# ── documents whose answer was lost, and look-ups ───────────────────────────────────────────────────────────────────

ANSWER_NOT_FETCHED = _("ARM has received it, but its result has not been fetched yet")
ANSWER_LOST = _("ARM's answer was lost, so ARM has to be asked")
FOUND_IN_ARM = _("Found in ARM after the answer was lost")
UNKNOWN_IN_ARM = _("Not found in ARM (it may still be processing)")
NOT_FOUND = _("Not found in ARM after the waiting time")
NO_OUTCOME = _("Sent several times without a result, and ARM does not have these values")
LOOKUP_ANSWERED = _("ARM answered {status} to the look-up")
LOOKUP_OTHERS = _("ARM answered the look-up with other documents")
LOOKUP_UNCLEAR = _("ARM's answer to the look-up is unclear")
NOT_SHOWN = _("ARM does not show its {field}")
CUSTOMER_REMOVED = _("Its customer number is an identity number, which armbulk has removed from the finished run")
NUMBER_REMOVED = _("Its number is an identity number, which armbulk has removed from the finished run")
LOOKUP_EMPTY = _("ARM's answer to the look-up has nothing to compare")

# ── ARM's answers ───────────────────────────────────────────────────────────────────────────────────────────────────

ANSWERED = _("ARM answered {status}")
WITHOUT_BATCH_NUMBER = _("ARM answered {status} without a batch number")
BATCH_FAILED = _("ARM says that the batch failed as a whole")
BATCH_REJECTED = _("ARM rejected the whole batch")
SAME_BATCH_NUMBER = _("ARM gave the same batch number to two batches")
DIFFERENT_ANSWERS = _("ARM gave {count} different answers")
UNKNOWN_WORDS = _("ARM answered with words that armbulk does not know")

EXISTS_IN_ARM = _("ARM says that it has the document already")
"""How ARM's verdict on documents begins that it rejects because of their number; its own words follow."""

REJECTED_WITHOUT_NAME = _("ARM rejected records without naming them")
"""How ARM's verdict on a batch begins when its items differ and name no record; its own words follow."""

# ── why a refused batch may have been accepted after all ────────────────────────────────────────────────────────────

SAYS_ACCEPTED = _("But the answer says that records were accepted")
COUNTS_ACCEPTED = _("But the answer counts accepted records")
NAMES_ACCEPTED = _("But the answer names accepted records")
NAMES_OTHERS = _("But the answer names an accepted record that was not in this batch")
NO_CLEAR_RESULT = _("But the answer lists records without a clear result for each")
BAD_BATCH_NUMBER = _("But the answer has a batch number that cannot be used")
SEVERAL_BATCHES = _("But the answer names several batches")
MAYBE_BATCH_NUMBER = _("But the answer has a number that may be a batch number")
MENTIONS_BATCH_NUMBER = _("But the answer mentions a batch number")
TOO_LONG = _("But the answer is too long to search")
COMPRESSED = _("But the answer is compressed and cannot be read")
DAMAGED_JSON = _("But the answer is damaged JSON")
DAMAGED_XML = _("But the answer is damaged XML")
NOT_TEXT = _("But the answer is not text")

SENT_OTHERWISE = "^" + re.escape(OTHER_SENT_IN_RUN.fill(run="~")).replace(re.escape("~"), r"\d+")
"""A pattern for the messages of documents whose number was sent before, for another document."""

MESSAGES = tuple(value for value in globals().values() if isinstance(value, Text))


def join_sentences(*sentences: str) -> str:
    """Return the sentences of a message as one text, without those that are empty."""
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence)
