"""Notes about the local store before documents are sent, each shown once."""

from armbulk.app.dialog import Dialog
from armbulk.i18n import _
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.copies import CopyNotice

_NOTICES = {
    CopyNotice.OLDER: _(
        "armbulk's database is an older copy. It does not contain everything that was sent. "
        "armbulk therefore looks up each document in ARM before it sends it, and compares the "
        "customers again."
    ),
    CopyNotice.UNPROVEN: _(
        "armbulk cannot tell whether its database is an older copy, because the file with the "
        "number of the last sending is missing (another computer, or a cleared cache). To be safe, "
        "armbulk looks up each document in ARM before it sends it, and compares the customers again."
    ),
}
_UNGUARDED = _(
    "armbulk cannot write to {folder}, so it cannot detect an older copy of its database. It "
    "ignores sole_sender = true and looks up each document in ARM. Make the folder writable, or "
    "set ARMBULK_GUARD_FOLDER to another folder."
)


def report_store_notices(store: Store, profile: Profile, dialog: Dialog) -> None:
    """Report that the store is an older copy, or that armbulk cannot detect one."""
    notice = store.take_copy_notice()
    if notice is not None:
        dialog.note(_NOTICES[notice])
    if profile.sole_sender and not store.is_guarded():
        dialog.note(_UNGUARDED.fill(folder=profile.guard_folder))
