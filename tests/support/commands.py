"""Commands as a script calls them, run in this process."""

import json
from typing import Any

from click.testing import CliRunner

from armbulk.cli import cli


def call(*words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run a command: exit code, stdout, stderr."""
    result = CliRunner().invoke(cli, list(words), env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def called(*words: str, env: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Run a command with --json: exit code and its one object."""
    code, out, _ = call(*words, "--json", env=env)
    return code, json.loads(out)
