"""The child processes: each runs up to twenty senders, and none takes another down with it.

A child that ends, hangs or refuses to start is replaced. One that has grown old or big is retired: its
senders move to a younger one, between two messages. What a child prints goes to our log.
"""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from services.gateways.linked import wire

SENDERS = 20  # in one child at most
STARTS_S = 60.0  # loading the library takes two seconds on a quiet machine
GOES_S = 5.0  # for its messages to finish and its stores to be closed
QUIET_S = 20.0  # without a heartbeat it hangs
OLD_S = 24 * 3600.0
BIG_MB = 700.0
MANY_FILES = 800
ENVIRONMENT = {
    "NEONIZE_BOT_TAG": "off",  # real clients do not mark their messages as a bot's
    "MALLOC_ARENA_MAX": "2",  # or each thread of each session keeps memory of its own
    "PYTHONUNBUFFERED": "1",
}
BAD_NEWS = ("ERROR", "CRITICAL", "fatal error", "panic", "SIG", "Traceback")
log = logging.getLogger(__name__)
neonize_log = logging.getLogger("neonize")


class CannotHost(OSError):
    """No child could be started: `args[0]` says why, for whoever runs the server."""


@dataclass(frozen=True, slots=True)
class Launcher:
    """How a child is started. Tests put a world of their own in front; the product never does."""

    command: Sequence[str] = (sys.executable, "-m")
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self, module: str, *words: str) -> "tuple[asyncio.subprocess.Process, wire.Wire]":
        """A child that runs `services.gateways.linked.<module>`, and our end of the wire to it."""
        ours, theirs = socket.socketpair()
        with ExitStack() as undo:  # no such program, or cut short: a child that is there hears this, and ends
            undo.callback(ours.close)
            with theirs:
                process = await self._run(module, theirs.fileno(), words)
            reader, writer = await asyncio.open_unix_connection(sock=ours)
            undo.pop_all()
        return process, wire.Wire(reader, writer)

    async def _run(self, module: str, number: int, words: Sequence[str]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.command,
            f"services.gateways.linked.{module}",
            str(number),
            *words,
            pass_fds=[number],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Go reads the environment that a process was started with
            env={**os.environ, **ENVIRONMENT, **self.environment},
            cwd=Path(__file__).parents[3],
            start_new_session=True,
        )


class Host:
    """One child. `tell` is given its news; `ended` is called once, when it is gone."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        wired: wire.Wire,
        tell: Callable[["Host", wire.News], None],
        ended: Callable[["Host"], None],
    ) -> None:
        self.pid = process.pid
        self.senders: set[int] = set()
        self.born_at = time.monotonic()
        self.alive = wire.Alive(0.0, 0, 0)
        self.alive_at = time.monotonic()
        self.gone = False
        self._process = process
        self._wire = wired
        self._tell = tell
        self._ended = ended
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[wire.Answer]] = {}
        self._ready: asyncio.Future[wire.Ready] = asyncio.get_running_loop().create_future()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(relay(process))]

    async def ready(self) -> None:
        """Raises CannotHost."""
        try:
            async with asyncio.timeout(STARTS_S):
                said = await asyncio.shield(self._ready)  # others may wait for the same child
        except TimeoutError:
            self.kill()
            raise CannotHost("the child process for WhatsApp does not start") from None
        if said.trouble:
            raise CannotHost(said.trouble)

    async def ask(self, question: Callable[[int], wire.Question]) -> wire.Answer:
        """Ask, and wait for the answer. Raises ConnectionError where the child ends before."""
        if self.gone:
            raise ConnectionError("the child is gone")
        call = next(self._numbers)
        answer = self._asked[call] = asyncio.get_running_loop().create_future()
        try:
            self._wire.send(question(call))
            said: wire.Answer = await answer
            return said
        finally:
            del self._asked[call]

    def say_kept(self, sender_id: int, number: int) -> None:
        """What was told under this number is written down for good. A child that is gone need not know."""
        if number and not self.gone:
            self._wire.send(wire.Kept(sender_id, number))

    @property
    def worn(self) -> bool:
        """Time for a younger one: each connection that ended has left a little behind."""
        too_old = time.monotonic() - self.born_at > OLD_S
        return too_old or self.alive.memory_mb > BIG_MB or self.alive.files > MANY_FILES

    @property
    def hangs(self) -> bool:
        """Not while it starts: that may take a slow machine longer, and ready() watches it."""
        return self._ready.done() and time.monotonic() - self.alive_at > QUIET_S

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def leave(self) -> None:
        """Let it finish what is on its way, and end."""
        self._wire.say_goodbye()
        try:
            async with asyncio.timeout(GOES_S):
                await self._process.wait()
        except TimeoutError:
            log.warning("child %s of WhatsApp did not end and is killed", self.pid)
            self.kill()
        await asyncio.wait(self._tasks)

    async def _listen(self) -> None:
        try:
            await self._take_in()
        finally:  # even where that broke: nobody would hear anything of this child any more
            await self._over()

    async def _take_in(self) -> None:
        async for message in self._wire.messages():
            self.alive_at = time.monotonic()
            match message:
                case wire.Done() | wire.Sent() | wire.Failed() | wire.There():
                    if (waiting := self._asked.get(message.call)) and not waiting.done():
                        waiting.set_result(message)
                case wire.Ready():
                    self._ready.set_result(message)
                case wire.Alive():
                    self.alive = message
                case wire.Receipt() | wire.Reply() | wire.Link() | wire.Taken():
                    self._tell(self, message)

    async def _over(self) -> None:
        """Only when it is really dead nothing of it can leave any more."""
        self.kill()
        code = await self._process.wait()
        self.gone = True
        self._wire.close()
        if not self._ready.done():
            self._ready.set_result(wire.Ready(f"it ended with code {code} while starting"))
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"the child ended with code {code}"))
        self._ended(self)


async def relay(process: asyncio.subprocess.Process) -> None:
    """A child's words into our log: its complaints as warnings, the rest for who looks for trouble."""
    assert process.stdout is not None
    async for line in lines(process.stdout):
        level = logging.WARNING if line.startswith(BAD_NEWS) else logging.DEBUG
        neonize_log.log(level, "%s: %s", process.pid, line)


async def end(process: asyncio.subprocess.Process, wired: wire.Wire, talking: asyncio.Task[None]) -> None:
    """Nothing of a child is left when this returns: neither its process nor our ends of its pipes."""
    with suppress(ProcessLookupError):
        process.kill()
    wired.close()
    await asyncio.shield(asyncio.wait([talking, asyncio.create_task(process.wait())]))


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Until it ends. A line that is too long (a QR code, a dump) is left out."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue
        if not line:
            return
        yield line.decode(errors="replace").rstrip()


class Hosts:
    """All children of this process, and who sits where."""

    def __init__(
        self,
        launcher: Launcher,
        folder: Path,
        tell: Callable[[Host, wire.News], None],
        ended: Callable[[Host], None],
    ) -> None:
        self._launcher = launcher
        self._folder = folder
        self._tell = tell
        self._ended = ended
        self._starting = asyncio.Lock()
        self.all: list[Host] = []

    async def seat(self, sender_id: int) -> Host:
        """A child with room, started if need be; the sender sits there now. Raises CannotHost."""
        async with self._starting:
            for host in self.all:
                if not host.gone and not host.worn and len(host.senders) < SENDERS:
                    host.senders.add(sender_id)
                    return host
            host = await self._start()
            host.senders.add(sender_id)
            return host

    async def _start(self) -> Host:
        process, wired = await self._launcher.start("host", str(self._folder))
        host = Host(process, wired, self._tell, self._gone)
        self.all.append(host)
        await host.ready()
        return host

    def _gone(self, host: Host) -> None:
        self.all.remove(host)
        self._ended(host)

    async def aclose(self) -> None:
        await asyncio.gather(*(host.leave() for host in list(self.all)))
