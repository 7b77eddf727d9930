"""Export GL items with armbulk: read within the limits, kept on disk, proven complete, written, remembered."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import armbulk
import armbulk.arm  # before httpx, which would load its own command line
from benchmarks.data.postings import PostingServer

_LIMITS = "\n".join(f"[{window}]\nrequests=99999999\nreads=999999999\nwrites=1" for window in ("hour", "month"))


def main() -> None:
    """Export `rows` records of a file, in pages of at most `page_size`."""
    source, rows, target, page_size = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    server = PostingServer(Path(source), rows, page_size)
    with TemporaryDirectory() as folder:
        limits = Path(folder) / "limits.toml"
        limits.write_text(_LIMITS, encoding="utf-8")
        settings = {
            "ARMBULK_HOME": f"{folder}/home",
            "ARMBULK_GUARD_FOLDER": f"{folder}/guard",
            "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1",
            "ARMBULK_TOKEN": "t",
            "ARMBULK_CLIENT_NO": "2218",
        }
        with armbulk.connect(settings=settings, aup_file=limits, transport=server) as session:
            export = session.export_file("gl-items", target=target)
            report = export.to_json()
    assert report["complete"], report
    assert report["tie_out"]["difference"] == "0.00", report
    print(json.dumps({"rows": report["rows"], "calls": server.calls}))


if __name__ == "__main__":
    main()
