"""Where a database must not lie: on another machine, or in a folder that a program copies to others.

SQLite's locks do not hold across machines, and of two copies of the store neither knows what the other has sent.
"""

import ctypes
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from armbulk.errors import StoreError

_REMOTE = re.compile(
    r"nfs4?|cifs|smb2|smb3|smbfs|afs|afpfs|davfs|webdav|ncpfs|coda|ceph|lustre|glusterfs|vboxsf|prl_fs"
    r"|fuse\.(sshfs|rclone|davfs2?|glusterfs|ceph|s3fs|gcsfuse|smbnetfs|gvfsd-fuse|vmhgfs-fuse|onedriver|pcloud"
    r"|google-drive-ocamlfuse)"
)
_SYNCED = re.compile(
    r"(onedrive|dropbox|google ?drive|icloud ?drive|nextcloud|owncloud|pcloud ?drive|box sync|creative cloud files)"
    r"([ (-].*)?|cloudstorage|mobile documents|com~apple~clouddocs"
)
_DRIVE_REMOTE = 4  # as GetDriveTypeW says it
_MOUNTED = re.compile(r"^(?P<what>.+?) on (?P<point>/.*) \((?P<kind>[\w.]+)", re.MULTILINE)


def is_shared(path: Path, mounts: str, roots: Sequence[str] = ()) -> str:
    """Say why a database must not lie at `path`; "" if it may.

    `mounts` is what /proc/self/mounts holds ("" where there is none), `roots` are folders known to be synchronised.
    """
    if str(path).startswith(("\\\\", "//")):
        return "it is on another machine"
    if any(path.is_relative_to(root) for root in roots if root):
        return "OneDrive synchronises that folder"
    synced = next((part for part in path.parts if _SYNCED.fullmatch(part.casefold())), "")
    if synced:
        return f"{synced} is a folder that is synchronised"
    under = [(point, kind) for point, kind in _points(mounts) if path.is_relative_to(point)]
    kind = max(under, key=lambda one: len(one[0]))[1] if under else ""
    return f"the folder is on another machine ({kind})" if _REMOTE.fullmatch(kind) else ""


def like_proc(mounted: str) -> str:
    """What `mount` says on a Mac, in the form of /proc/self/mounts."""
    found = (
        (one["what"].replace(" ", "\\040"), one["point"].replace(" ", "\\040"), one["kind"])
        for one in _MOUNTED.finditer(mounted)
    )
    return "".join(f"{what} {point} {kind} - 0 0\n" for what, point, kind in found)


def why_not(path: Path, roots: Sequence[str]) -> str:
    """Say why the store must not lie at `path` on this machine, as named and as its links lead; "" if it may."""
    mounts = _mounts()
    found = (is_shared(one, mounts, roots) for one in (path.absolute(), path.resolve()))
    return next((why for why in found if why), "") or ("the drive is on another machine" if _mapped(path) else "")


def refusal(path: Path, why: str) -> StoreError:
    """The refusal, with a folder to take instead."""
    local = platformdirs.user_data_dir("armbulk", appauthor=False)
    return StoreError(
        "store-shared",
        f"The store cannot lie in {path.parent}: {why}, and two copies of it would send invoices twice",
        f"Set ARMBULK_HOME to a local folder, such as {local}; or ARMBULK_SHARED_STORE=yes if no other machine, "
        "ever, uses armbulk for this client",
    )


def _points(mounts: str) -> list[tuple[str, str]]:
    """Where something is mounted, and of what kind it is."""
    fields = (line.split() for line in mounts.splitlines())
    return [(re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), one[1]), one[2]) for one in fields if len(one) > 2]


def _mounts() -> str:
    proc = Path("/proc/self/mounts")
    if proc.exists():
        return proc.read_text(encoding="utf-8", errors="replace")
    if platform.system() != "Darwin":
        return ""
    told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=False)
    return like_proc(told.stdout)


def _mapped(path: Path) -> bool:
    """Whether Windows knows the path's drive as one of another machine."""
    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(path.absolute().anchor) == _DRIVE_REMOTE
