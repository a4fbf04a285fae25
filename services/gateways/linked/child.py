"""How a child process of ours begins: quiet, private, and unable to outlive its parent."""

import asyncio
import importlib
import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from services.gateways.linked.wire import Wire

LOOK_S = 1.0
GRACE_S = 8.0  # for letting messages finish and stores be closed after the parent is gone


def prepare() -> None:
    """Before anything else in a child's main module."""
    os.umask(0o077)  # what neonize writes is a login
    # Ctrl-C and SIGTERM reach the whole terminal's group: the parent decides when we go.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    threading.Thread(target=_follow_parent, args=(os.getppid(),), daemon=True).start()


def load_library() -> str:
    """Import neonize; why that is not possible here, or nothing.

    Its import wants libmagic, which many machines lack: pylibmagic brings it.
    """
    found = importlib.util.find_spec("neonize")
    where = (found and found.submodule_search_locations) or []
    if not any(list(Path(folder).glob("neonize-*.so")) for folder in where):
        return "neonize has no library for this machine"  # its import would try to download one
    try:
        importlib.import_module("pylibmagic")
        importlib.import_module("neonize.aioze.client")
    except (ImportError, OSError, RuntimeError) as e:
        return f"{type(e).__name__}: {e}"
    return ""


async def wire_to_parent(number: int) -> Wire:
    """The socket that was handed to us, by its file number."""
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=number))
    return Wire(reader, writer)


def _follow_parent(parent: int) -> None:
    """Even if the event loop hangs."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    time.sleep(GRACE_S)
    os._exit(1)
