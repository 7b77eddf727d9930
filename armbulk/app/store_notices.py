"""What a person has to know about the store before documents are sent: reported once."""

from armbulk.app.dialog import Dialog
from armbulk.i18n import _
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.copies import CopyNotice

_NOTICES = {
    CopyNotice.OLDER: _(
        "armbulk's store on this machine is an older copy: it does not know everything that was "
        "sent. armbulk asks ARM about each document before it sends it, and looks at the "
        "customers anew."
    ),
    CopyNotice.UNPROVEN: _(
        "armbulk cannot tell whether its store on this machine is an older copy: the file with "
        "the number of the last sending is gone (another machine, or a cleared cache). To be "
        "safe, armbulk asks ARM about each document before it sends it, and looks at the "
        "customers anew."
    ),
}
_UNGUARDED = _(
    "armbulk cannot write to {folder}, so it would not notice an older copy of its store. It "
    "ignores sole_sender = true and asks ARM about each document. Make the folder writable, "
    "or set ARMBULK_GUARD_FOLDER to another folder."
)


def report_store_notices(store: Store, profile: Profile, dialog: Dialog) -> None:
    """Report that the store is an older copy, or that nobody would notice if it were."""
    notice = store.take_copy_notice()
    if notice is not None:
        dialog.note(_NOTICES[notice])
    if profile.sole_sender and not store.is_guarded():
        dialog.note(_UNGUARDED.fill(folder=profile.guard_folder))
