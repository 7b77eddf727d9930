"""Parts in other encodings than UTF-8, written in UTF-8; parts in UTF-8 stay as they are."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator

_DECLARATION = re.compile(rb"<\?xml\b[^>]*\?>")
_PLAIN = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PIECE_BYTES = 1 << 17

FindEncoding = Callable[[bytes], str | None]
"""Returns the encoding of a part from its first bytes; None for UTF-16 with its mark."""


def to_utf8(content: bytes, find_encoding: FindEncoding) -> bytes:
    """Return a part in UTF-8."""
    encoding = find_encoding(content[:1024]) or "utf-16"
    if encoding in {"utf-8", "us-ascii"}:
        return content
    return _DECLARATION.sub(_PLAIN, content.decode(encoding, "replace").encode(), count=1)


def decode_pieces(chunks: Iterable[bytes], find_encoding: FindEncoding) -> Iterator[bytes]:
    """Yield a part in UTF-8 in pieces of about 128 KiB."""
    decoder: codecs.IncrementalDecoder | None = None
    is_first = True
    for piece in _join(chunks):
        if is_first:
            encoding = find_encoding(piece[:1024]) or "utf-16"
            if encoding not in {"utf-8", "us-ascii"}:
                decoder = codecs.getincrementaldecoder(encoding)("replace")
        if decoder is None:
            yield piece
        else:
            decoded = decoder.decode(piece).encode()
            yield _DECLARATION.sub(_PLAIN, decoded, count=1) if is_first else decoded
        is_first = False


def _join(chunks: Iterable[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= _PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
