"""Where the files are: media/<workspace>/<sha256>, and for a picture a small one beside it."""

import asyncio
from pathlib import Path

AT_ONCE = 1  # children of this process; a large photo keeps one busy for a second, and needs memory


class Store:
    """The media folder. One content is there once per workspace, whatever it was called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.incoming = folder / "incoming"
        self.turns = asyncio.Semaphore(AT_ONCE)  # to look at what came

    def place(self, workspace_id: int, sha256: bytes) -> Path:
        return self._folder / str(workspace_id) / sha256.hex()

    def small(self, workspace_id: int, sha256: bytes) -> Path:
        """A picture's small one, for our own pages."""
        return self._folder / str(workspace_id) / f"{sha256.hex()}.small"

    async def has(self, workspace_id: int, sha256: bytes) -> bool:
        return await asyncio.to_thread(self.place(workspace_id, sha256).is_file)


_store: Store | None = None


def open_store(folder: Path) -> None:
    """Keep files in `folder`; once per process."""
    global _store
    store = Store(folder)
    store.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    _store = store


def store() -> Store:
    if _store is None:
        raise RuntimeError("open_store() comes first")
    return _store
