"""A server program of ours: started in a session of its own, found again after a crash, ended in order."""

import os
import pwd
import random
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

from services.settings import CannotStart

LOG_LIMIT_BYTES = 10_000_000
STOPS = (signal.SIGINT, signal.SIGTERM)


class Program:
    """One running server. It works in its own folder, which is also how it is recognised later."""

    def __init__(self, name: str, folder: Path, log: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(
        self, command: list[str], *, user: pwd.struct_passwd | None = None, stdin: bytes = b""
    ) -> None:
        """Start `command` in the folder, as `user` if given (only root may). Its words go to the log."""
        self._release_guard()
        with _opened(self.log) as log, _unbroken():
            # A session of its own: Ctrl-C in the terminal is for us, and we stop the servers last.
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"LC_ALL": "C"},
                **as_user(user),
            )
        self._guard = _guard(self._process.pid, user)
        assert self._process.stdin
        with self._process.stdin as pipe:
            pipe.write(stdin)

    def wait_until(self, answers: Callable[[], bool], *, timeout_s: float) -> None:
        """Raises CannotStart when the program ends, or does not answer in time; it is stopped then."""
        deadline = time.monotonic() + timeout_s
        try:
            while not answers():
                if not self.running:
                    raise CannotStart(f"{self.name} did not start: its reason is at the end of {self.log}.")
                if time.monotonic() > deadline:
                    raise CannotStart(
                        f"{self.name} gave no answer for {timeout_s:.0f} seconds: see the end of {self.log}."
                    )
                time.sleep(0.03)
        except BaseException:  # Ctrl-C too: nothing is left half-started
            self.signal(signal.SIGKILL)
            self.wait()
            raise

    def signal(self, number: signal.Signals) -> None:
        """Safe in a signal handler: it does not wait."""
        if self._process is not None:
            self._process.send_signal(number)

    def wait(self, timeout_s: float | None = None) -> bool:
        """True when the program has ended."""
        try:
            if self._process is not None:
                self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._release_guard()
        return True

    def _release_guard(self) -> None:
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None


@contextmanager
def _unbroken() -> Iterator[None]:
    """A Ctrl-C inside is heard after it: between a program's birth and our knowing it, it would be nobody's.

    Not by blocking the signals: the program would inherit that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are heard in the main thread alone
        return
    heard: list[int] = []
    before = {number: signal.signal(number, lambda n, _: heard.append(n)) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in heard:
        signal.raise_signal(one)


def _guard(pid: int, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    """Ends the server when we are gone without having done so: killed, or a test cut short.

    Its input ends when we do. The kernel's own parent-death signal would come too early: it is sent when
    the *thread* that started the server ends.
    """
    command = ["sh", "-c", 'read -r _; kill -INT "$0"', str(pid)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
        **as_user(user),
    )


def _opened(log: Path) -> IO[bytes]:
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """What subprocess needs to run something as another user, with none of root's groups."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def end_leftovers(folder: Path, names: Collection[str]) -> None:
    """End the servers that still work in `folder`, because the process that ruled them was killed.

    The caller holds the lock of the data folder, so nobody else can be using them. They are known by
    their working folder, never by a number in an old file: that may be somebody else's by now.
    """
    # SIGINT: PostgreSQL ends its sessions and leaves a clean folder. SIGTERM would wait for them.
    for number in (signal.SIGINT, signal.SIGKILL):
        left = _working_in(folder, names)
        pids = {process.pid for process in left}
        for process in left:
            if process.info["ppid"] not in pids:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
        deadline = time.monotonic() + 10
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = _working_in(folder, names)


def _working_in(folder: Path, names: Collection[str]) -> list[psutil.Process]:
    """Those that have ended but are not yet collected have no working folder, so they do not count."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd", "ppid"])
        if process.info["name"] in names and process.info["cwd"] == str(folder.resolve())
    ]


def free_port() -> int:
    """A port on loopback that nobody listens on, kept until this process ends.

    Kept by a socket that never listens: whoever else looks for a port passes it by, while our server, which
    may share an address (SO_REUSEADDR, as servers do on Linux), gets it even after it was away for a while.

    Taken from below the range that Linux gives to outgoing connections: a client that keeps knocking
    while our server restarts could otherwise be given the server's own port, and keep it.
    """
    while True:
        port = random.randint(15_000, 31_999)
        with socket.socket() as keeper, suppress(OSError):
            keeper.bind(("127.0.0.1", port))
            keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            keeper.detach()
            return port


def new_password() -> str:
    return secrets.token_urlsafe(24)
