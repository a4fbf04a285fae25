"""Make the neonize that is loaded in THIS process trust the peer, in memory only.

The product stays as it is.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path

WHATSAPP_ROOT = bytes.fromhex("142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b")


def trust(root: bytes) -> None:
    """Put the peer's root key in the place of WhatsApp's; before the first connection.

    Raises:
        RuntimeError: the key was not found exactly once.
    """
    places = [start + at for start, end in _writable() for at in _all(ctypes.string_at(start, end - start))]
    if len(places) != 1:
        raise RuntimeError(f"WhatsApp's root key is in {len(places)} places of the library")
    ctypes.memmove(places[0], root, len(WHATSAPP_ROOT))


def _writable() -> Iterator[tuple[int, int]]:
    import neonize._binder as binder  # loading it maps the library

    library = binder.generated_name()
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, *rest = line.split()
        if rest and rest[-1].endswith(library) and rights.startswith("rw"):
            start, end = (int(part, 16) for part in span.split("-"))
            yield start, end


def _all(data: bytes) -> Iterator[int]:
    at = data.find(WHATSAPP_ROOT)
    while at >= 0:
        yield at
        at = data.find(WHATSAPP_ROOT, at + 1)
