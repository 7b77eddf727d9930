"""The computer and the versions that were measured; no name, path or address."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("polars", "fastexcel", "xlsxwriter", "openpyxl", "pydantic", "sqlalchemy")


def describe() -> Mapping[str, str]:
    """Return what matters for the figures, by name."""
    described = {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _find_processor(),
        "cores": str(os.cpu_count() or "unknown"),
        "memory": _find_memory(),
        "Python": platform.python_version(),
        **{name: _find_version(name) for name in _PACKAGES},
    }
    return {name: text for name, text in described.items() if text}


def _find_processor() -> str:
    lines = _read_lines(Path("/proc/cpuinfo"))
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _find_memory() -> str:
    lines = _read_lines(Path("/proc/meminfo"))
    return next((f"{round(int(line.split()[1]) / 1024**2)} GiB" for line in lines if line.startswith("MemTotal")), "")


def _find_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
