"""Log lines: their form, what they never contain, and who can read the file."""

import ast
import io
import logging
import stat
import sys
from pathlib import Path

import pytest
from support.syntax import parse_module, walk

from armbulk import log

PACKAGE = Path(log.__file__).parent
METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def test_a_record_is_one_line_with_its_fields() -> None:
    """Time, level, logger and sentence come first, then the fields in their order."""
    stream = io.StringIO()
    with log.open_log(1, stream=stream):
        logging.getLogger("armbulk.sending").info("Batch sent", extra={"batch": 3, "run": 12, "seconds": 0.25})
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.endswith("Z INFO armbulk.sending: Batch sent run=12 batch=3 seconds=0.250\n")


def test_it_is_silent_until_it_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a handler of its own nothing is written, not even a warning, and nothing stays behind."""
    log.keep_silent()  # as `armbulk.connect` does
    before = list(logging.getLogger("armbulk").handlers)
    with log.open_log(2, stream=io.StringIO()):
        pass
    logging.getLogger("armbulk.sending").warning("Batch sent")
    assert capsys.readouterr() == ("", "")
    assert logging.getLogger("armbulk").handlers == before


@pytest.mark.parametrize(("verbosity", "lines"), [(0, 1), (1, 2), (2, 3)])
def test_each_v_says_more(verbosity: int, lines: int) -> None:
    """Warnings always, what is done with -v, each call with -vv."""
    stream = io.StringIO()
    with log.open_log(verbosity, stream=stream):
        logger = logging.getLogger("armbulk.arm")
        logger.warning("Slow answer")
        logger.info("Batch sent")
        logger.debug("Call made")
    assert stream.getvalue().count("\n") == lines


def test_fields_that_are_not_known_are_not_written() -> None:
    """What somebody adds by mistake stays out of the log, and so does text that is no word of the code."""
    stream = io.StringIO()
    with log.open_log(1, stream=stream):
        logging.getLogger("armbulk").info("Sheet read", extra={"customer": "Kari Nordmann", "state": "Kari Nordmann"})
    assert "Kari" not in stream.getvalue()
    assert "state=(left out)" in stream.getvalue()


def test_an_exception_leaves_its_class_and_place_but_not_its_text() -> None:
    """Texts of exceptions quote data; the log has none of them."""
    stream = io.StringIO()
    with log.open_log(1, stream=stream):
        try:
            int("Kari Nordmann")
        except ValueError:
            logging.getLogger("armbulk").exception("A bug")
    assert "Kari" not in stream.getvalue()
    assert "ValueError test_log.py:" in stream.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Also one that stood there before with wider rights, and those it is renamed to."""
    path = tmp_path / "armbulk.log"
    path.touch(mode=0o644)
    with log.open_log(file=path):
        logger = logging.getLogger("armbulk")
        logger.debug("Call made", extra={"status": 200})
        logger.handlers[-1].doRollover()  # type: ignore[attr-defined]
        logger.debug("Call made")
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["armbulk.log", "armbulk.log.1"]
    assert "status=200" in (tmp_path / "armbulk.log.1").read_text(encoding="utf-8")


def _calls(module: Path) -> list[tuple[str, ast.Call]]:
    """Every call of a method of a logger in a module: its place and itself."""
    tree = parse_module(module)
    return [
        (f"{module.relative_to(PACKAGE)}:{node.lineno}", node)
        for node in walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in METHODS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
    ]


def _is_fixed(call: ast.Call) -> bool:
    """Whether a call writes a constant sentence and fields of FIELDS alone."""
    first, *rest = call.args
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str) and not rest):
        return False
    extras = [keyword.value for keyword in call.keywords if keyword.arg == "extra"]
    if len(extras) != len(call.keywords) or not all(isinstance(extra, ast.Dict) for extra in extras):
        return False
    keys = [key for extra in extras if isinstance(extra, ast.Dict) for key in extra.keys]
    return all(isinstance(key, ast.Constant) and key.value in log.FIELDS for key in keys)


def test_every_record_is_a_fixed_sentence_with_known_fields() -> None:
    """No sentence is put together from values, so no value of a cell can get into the log that way."""
    calls = [pair for module in sorted(PACKAGE.rglob("*.py")) for pair in _calls(module)]
    assert [place for place, call in calls if not _is_fixed(call)] == []


def test_loggers_are_named_by_their_module() -> None:
    """Each module that logs has one logger, `_log`, with its own name; no other way to log is used."""
    for module in sorted(PACKAGE.rglob("*.py")):
        source = module.read_text(encoding="utf-8")
        if module != PACKAGE / "log.py" and "import logging" in source:
            assert "_log = logging.getLogger(__name__)" in source, module.name
            assert "logging.info(" not in source, module.name


def test_a_log_that_cannot_be_rotated_or_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows renames no file that another process has open, and disks are full: the work continues."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    file, logger = tmp_path / "armbulk.log", logging.getLogger("armbulk.sending")
    monkeypatch.setattr(log, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr("os.rename", refuse)
    with log.open_log(file=file):
        for _ in range(3):
            logger.info("Batch sent", extra={"batch": 3})
        with monkeypatch.context() as full_disk:
            full_disk.setattr(log.FieldFormatter, "format", refuse)
            logger.info("Batch sent")
    assert file.read_text(encoding="utf-8").count("Batch sent batch=3") == 3
    assert capsys.readouterr() == ("", "")
