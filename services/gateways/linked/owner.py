"""Who may use a sender's store: one session at a time, of the newest epoch, in all processes of this machine.

`<sender>.lock` is held (flock) by the child that runs the session, and says {"epoch", "pid", "doubt"}.
Whoever has a newer epoch asks for it in `wanted/<sender>`; the holder looks there many times a second, lets
its message finish and goes. One that does not go is killed, with its child. So once a newer owner has the
lock, nothing of an older epoch can leave.

"doubt": the store may not know what an earlier owner sent: it was linked anew, or an owner in between was
not here. Nothing may be called "never left" then. It ends with the first message of a later owner, who has
dealt with what was open.
"""

import asyncio
import fcntl
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

GOES_BY_ITSELF_S = 4.0  # a holder has this long to let its message finish
DIES_S = 2.0
LOOK_S = 0.03
HOLDER = "services.gateways.linked"  # in the command of a process that may be killed


class Fenced(OSError):
    """A newer owner is there already."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What a lock file says."""

    epoch: int = 0
    pid: int = 0
    doubt: bool = False


class Hold:
    """A store in our hands. Closing it, or our death, lets it go."""

    def __init__(self, file: int, owner: Owner) -> None:
        self._file = file
        self.owner = owner

    def trust(self) -> None:
        """What was open has been dealt with: from here on the store knows everything."""
        if self.owner.doubt:
            self.write(replace(self.owner, doubt=False))

    def write(self, owner: Owner) -> None:
        said = json.dumps({"epoch": owner.epoch, "pid": owner.pid, "doubt": owner.doubt}).encode()
        os.pwrite(self._file, said.ljust(80), 0)  # one length, so that nothing older shows
        self.owner = owner

    def close(self) -> None:
        os.close(self._file)


async def take(folder: Path, sender_id: int, epoch: int) -> Hold:
    """Become the store's only user, whoever has it now.

    Raises:
        Fenced: a newer owner is there already.
        OSError: whoever has it does not let go.
    """
    hold = await _alone(folder, sender_id, epoch)
    before = hold.owner
    gap = epoch > before.epoch + 1
    hold.write(Owner(epoch, os.getpid(), doubt=gap or before.doubt))
    return hold


async def borrow(folder: Path, sender_id: int) -> Hold:
    """The same for a while and under nobody's epoch, to put another store in its place. Raises OSError."""
    there = read_owner(folder, sender_id) or Owner()
    hold = await _alone(folder, sender_id, there.epoch + 1)
    hold.write(replace(hold.owner, pid=os.getpid(), doubt=hold.owner.epoch > 0))
    return hold


async def _alone(folder: Path, sender_id: int, epoch: int) -> Hold:
    """The lock in our hands, with what it said before."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    file = os.open(_lock(folder, sender_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _locked(file, folder, sender_id, epoch)
        before = read_owner(folder, sender_id)
        _check(before, epoch)
    except BaseException:
        os.close(file)
        raise
    return Hold(file, before or Owner())


def read_owner(folder: Path, sender_id: int) -> Owner | None:
    """What the lock file says; None where nobody ever had it."""
    try:
        return Owner(**json.loads(_lock(folder, sender_id).read_bytes()))
    except (FileNotFoundError, ValueError):
        return None


def wanted(folder: Path) -> dict[int, int]:
    """Who is asked for: sender → epoch of the one who asks."""
    try:
        names = os.listdir(folder / "wanted")
    except FileNotFoundError:
        return {}
    return {int(name): epoch for name in names if name.isdigit() and (epoch := _wish(folder, name))}


def _wish(folder: Path, name: str) -> int:
    try:
        return int((folder / "wanted" / name).read_text() or 0)
    except (FileNotFoundError, ValueError):
        return 0  # withdrawn, or being written


async def _locked(file: int, folder: Path, sender_id: int, epoch: int) -> None:
    wish = folder / "wanted" / str(sender_id)
    asked_at = time.monotonic()
    killed = False
    try:
        while not _try_lock(file):
            _check(read_owner(folder, sender_id), epoch)
            waited = time.monotonic() - asked_at
            if not wish.exists():
                wish.parent.mkdir(mode=0o700, exist_ok=True)
                wish.write_text(str(epoch))
            if waited > GOES_BY_ITSELF_S and not killed:
                killed = _kill(read_owner(folder, sender_id))
            if waited > GOES_BY_ITSELF_S + DIES_S:
                raise OSError(f"sender {sender_id} is in use by a process that does not let go")
            await asyncio.sleep(LOOK_S)
    finally:
        wish.unlink(missing_ok=True)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check(there: Owner | None, epoch: int) -> None:
    if there is not None and there.epoch > epoch:
        raise Fenced(f"the sender belongs to epoch {there.epoch}, we are {epoch}")


def _kill(holder: Owner | None) -> bool:
    """End a child that hangs; only ever one of ours."""
    if holder is None or holder.pid == os.getpid():
        return True
    with suppress(OSError):
        if HOLDER in Path(f"/proc/{holder.pid}/cmdline").read_text():
            os.kill(holder.pid, signal.SIGKILL)
    return True


def _lock(folder: Path, sender_id: int) -> Path:
    return folder / f"{sender_id}.lock"
