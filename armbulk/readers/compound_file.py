"""Streams of a compound file, the container of old Office documents."""

import struct
from collections.abc import Sequence

from armbulk.i18n import _
from armbulk.readers.damage import DamageError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a compound file."""

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_LAST_SECTOR = 0xFFFFFFFA  # sector numbers from here on mean something else
_ROOT, _STREAM = 5, 2  # types of directory entries


class CompoundFile:
    """A compound file; ValueError when it is damaged."""

    def __init__(self, content: bytes) -> None:
        """Read the tables of sectors and the directory."""
        if not content.startswith(SIGNATURE) or len(content) < _HEADER_BYTES:
            raise DamageError(_("it does not begin like an .xls file"))
        self._content = content
        sector_shift: int
        mini_shift: int
        sector_shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if sector_shift not in {9, 12} or mini_shift != 6:
            raise DamageError(_("its blocks have an unusual size"))
        self._sector_size, self._mini_size = 1 << sector_shift, 1 << mini_shift
        directory, _signature, self._mini_cutoff, first_mini, _count, next_table, _count = struct.unpack_from(
            "<7I", content, 48
        )
        self._table = self._read_table(list(struct.unpack_from("<109I", content, 76)), next_table)
        self._mini_table = self._unpack(self._join(first_mini, self._table))
        self._entries = self._read_directory(self._join(directory, self._table))
        root = next((entry for entry in self._entries if entry[1] == _ROOT), None)
        self._mini_stream = self._join(root[2], self._table) if root else b""

    def read(self, *names: str) -> bytes | None:
        """Return the first stream that has one of the names; None if the file has no such stream."""
        stream = self._find_stream(names)
        return self._read_stream(*stream) if stream else None

    def locate(self, position: int, *names: str) -> int:
        """Return where in the file a byte of the first stream that has one of the names is; IndexError if nowhere."""
        start, size = self._find_stream(names) or (_LAST_SECTOR, 0)
        if size >= self._mini_cutoff:
            return self._locate(position, start)
        mini_sector = self._follow(start, self._mini_table)[position // self._mini_size]
        root = [start for _, kind, start, _ in self._entries if kind == _ROOT]
        return self._locate(mini_sector * self._mini_size + position % self._mini_size, root[0])

    def _locate(self, position: int, start: int) -> int:
        sector = self._follow(start, self._table)[position // self._sector_size]
        return (sector + 1) * self._sector_size + position % self._sector_size

    def _find_stream(self, names: Sequence[str]) -> tuple[int, int] | None:
        """Return (first sector, size) of the first stream that has one of the names."""
        for wanted in names:
            for name, kind, start, size in self._entries:
                if kind == _STREAM and name.casefold() == wanted.casefold():
                    return start, size
        return None

    @property
    def names(self) -> list[str]:
        """The names of all entries."""
        return [entry[0] for entry in self._entries]

    def _read_table(self, sectors: list[int], next_sector: int) -> Sequence[int]:
        """Return the table of sectors: for each sector the one that follows it."""
        per_sector = self._sector_size // 4
        for _sector in range(len(self._content) // self._sector_size + 1):
            if next_sector >= _LAST_SECTOR:
                break
            *more, next_sector = self._unpack(self._sector(next_sector))[:per_sector]
            sectors += more
        return self._unpack(b"".join(self._sector(number) for number in sectors if number < _LAST_SECTOR))

    def _read_directory(self, content: bytes) -> list[tuple[str, int, int, int]]:
        entries = []
        for offset in range(0, len(content) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", content, offset + 64)
            name = content[offset : offset + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", content, offset + 116)
            if kind:
                entries.append((name, kind, start, size))
        return entries

    def _read_stream(self, start: int, size: int) -> bytes:
        if size >= self._mini_cutoff:
            return self._join(start, self._table)[:size]
        pieces = []
        for number in self._follow(start, self._mini_table):
            offset = number * self._mini_size
            pieces.append(self._mini_stream[offset : offset + self._mini_size])
        return b"".join(pieces)[:size]

    def _join(self, start: int, table: Sequence[int]) -> bytes:
        return b"".join(self._sector(number) for number in self._follow(start, table))

    @staticmethod
    def _follow(start: int, table: Sequence[int]) -> list[int]:
        """Return a chain of sectors; ValueError when it does not end."""
        chain: list[int] = []
        while start < _LAST_SECTOR:
            if start >= len(table) or len(chain) > len(table):
                raise DamageError(_("a chain of blocks is broken"))
            chain.append(start)
            start = table[start]
        return chain

    def _sector(self, number: int) -> bytes:
        offset = (number + 1) * self._sector_size
        return self._content[offset : offset + self._sector_size]

    @staticmethod
    def _unpack(content: bytes) -> Sequence[int]:
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
