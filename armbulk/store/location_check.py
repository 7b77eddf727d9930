"""Refuse a database on another machine, or in a folder that a program synchronises with others.

SQLite's locks do not work across machines, and of two copies of the store neither knows what the other has sent.
"""

import ctypes
import platform
import re
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import platformdirs

from armbulk.errors import StoreError
from armbulk.i18n import _

_REMOTE = re.compile(
    r"nfs4?|cifs|smb2|smb3|smbfs|afs|afpfs|davfs|webdav|ncpfs|coda|ceph|lustre|glusterfs|vboxsf|prl_fs"
    r"|fuse\.(sshfs|rclone|davfs2?|glusterfs|ceph|s3fs|gcsfuse|smbnetfs|gvfsd-fuse|vmhgfs-fuse|onedriver|pcloud"
    r"|google-drive-ocamlfuse)"
)
_SYNCED = re.compile(
    r"(onedrive|dropbox|google ?drive|icloud ?drive|nextcloud|owncloud|pcloud ?drive|box sync|creative cloud files)"
    r"([ (-].*)?|cloudstorage|mobile documents|com~apple~clouddocs"
)
_DRIVE_REMOTE = 4  # GetDriveTypeW, Windows API
_MOUNTED = re.compile(r"^(?P<what>.+?) on (?P<point>/.*) \((?P<kind>[\w.]+)", re.MULTILINE)


def describe_sharing(path: Path, mounts: str, roots: Sequence[str] = ()) -> str:
    """Return why other machines see a database at `path`; "" when they do not.

    Args:
        path: where it would be.
        mounts: the text of /proc/self/mounts; "" without one.
        roots: folders known to be synchronised.
    """
    if str(path).startswith(("\\\\", "//")):
        return _("it is on another computer")
    if any(path.is_relative_to(root) for root in roots if root):
        return _("OneDrive synchronises that folder")
    synced = next((part for part in path.parts if _SYNCED.fullmatch(part.casefold())), "")
    if synced:
        return _("{folder} is a synchronised folder", folder=synced)
    folders = {str(folder) for folder in (path, *path.parents)}
    parents = [(len(point), kind) for point, kind in _mount_points(mounts) if point in folders]
    kind = max(parents, key=lambda parent: parent[0])[1] if parents else ""
    return _("the folder is on another computer ({kind})", kind=kind) if _REMOTE.fullmatch(kind) else ""


def convert_mounts(output: str) -> str:
    """Return the output of `mount` on a Mac in the form of /proc/self/mounts."""
    mounts = (
        (match["what"].replace(" ", "\\040"), match["point"].replace(" ", "\\040"), match["kind"])
        for match in _MOUNTED.finditer(output)
    )
    return "".join(f"{what} {point} {kind} - 0 0\n" for what, point, kind in mounts)


def find_sharing(path: Path, roots: Sequence[str]) -> str:
    """Return why other machines see `path` of this machine, as named or behind its links; "" when they do not."""
    mounts = _read_mounts()
    for location in dict.fromkeys((path.absolute(), path.resolve())):
        if why := describe_sharing(location, mounts, roots):
            return why
    return _("the drive is on another computer") if _is_remote_drive(path) else ""


def sharing_error(path: Path, why: str) -> StoreError:
    """Return the error for a store that other machines see, with a folder to use instead."""
    local = platformdirs.user_data_dir("armbulk", appauthor=False)
    return StoreError(
        "store-shared",
        _(
            "armbulk's database cannot be in {parent}: {why}. Two copies of it could send invoices twice",
            parent=path.parent,
            why=why,
        ),
        _(
            "Set ARMBULK_HOME to a local folder, for example {local}. If no other computer ever uses "
            "armbulk for this client, set ARMBULK_SHARED_STORE=yes instead",
            local=local,
        ),
    )


@lru_cache(maxsize=1)
def _mount_points(mounts: str) -> list[tuple[str, str]]:
    """(folder, kind of file system) of everything that is mounted."""
    lines = (line.split() for line in mounts.splitlines())
    return [
        (re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), fields[1]), fields[2])
        for fields in lines
        if len(fields) > 2
    ]


def _read_mounts() -> str:
    proc = Path("/proc/self/mounts")
    if proc.exists():
        return proc.read_text(encoding="utf-8", errors="replace")
    if platform.system() != "Darwin":
        return ""
    process = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=False)
    return convert_mounts(process.stdout)


def _is_remote_drive(path: Path) -> bool:
    """Whether Windows has mapped the path's drive to another machine."""
    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(path.absolute().anchor) == _DRIVE_REMOTE
