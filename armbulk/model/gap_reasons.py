"""Why records of an export may be missing. Checkpoints keep it in English, and `stored_messages` translates it."""

from armbulk.i18n import Text, _

OTHER_PAGE = _("ARM returned page {page} instead of page {expected}")
LIST_CHANGED = _("The list changed during the export: {before} records, then {after}")
NO_TOTAL = _("ARM gives no total above its maximum, so it is unknown whether this is all")
OTHER_SUM = _("ARM counts {total} records, but its parts have {received}")
OTHER_COUNT = _("ARM counts {total} records, but returned {received} different ones")
REPEATED = _("ARM returned the same records again and gives no total")
NO_FILTER_LEFT = _("ARM returns {maximum} of {total} records or more, and no filter divides this part further")
ROUND_COUNT = _("ARM returned exactly {total} records and gives no total, so there may be more")
NO_FILTER_VALUE = _("{received} records have no value for the filter {filter}")
NO_DATE = _("{received} AR items have no date")
NO_AMOUNT = _("{received} AR items have no readable amount")

GAP_REASONS = tuple(value for value in globals().values() if isinstance(value, Text))
