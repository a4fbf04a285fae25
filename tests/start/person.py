"""A person at a terminal: starts Broadcaster, reads what it says, presses Ctrl-C, pulls the plug."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import psutil

from services.embedded.program import free_port

CHECKOUT = Path(__file__).parents[2]
OURS = ("BROADCASTER_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PYTEST", "NICEGUI")


class Started:
    """One `python main.py`, in a session of its own as a terminal gives it."""

    def __init__(
        self, folder: Path, *words: str, program: Sequence[str] = ("main.py",), **environment: str
    ) -> None:
        self.folder = folder
        self.port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self._errors = NamedTemporaryFile()  # noqa: SIM115 - open as long as this is; a pipe would fill up
        mine = {"BROADCASTER_DATA": str(folder), "BROADCASTER_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, *program, *words],
            cwd=CHECKOUT,
            env=clean | mine | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )

    def reads(self, words: str) -> str:
        """The line of its output that has `words` in it; waits for it."""
        assert self.process.stdout
        for line in self.process.stdout:
            if words in line:
                return line
        raise AssertionError(f"it ended without saying {words!r}: {self.ended()}")

    def presses_ctrl_c(self) -> None:
        """As the terminal does it: every process in the foreground hears it."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote to stderr, once it has ended."""
        self.process.communicate(timeout=30)
        return self.process.returncode, self.complaints()

    def complaints(self) -> str:
        """What it wrote to stderr so far."""
        return Path(self._errors.name).read_text()

    def ended_well(self) -> bool:
        """It stopped because it was told to, and nothing went wrong on the way."""
        code, errors = self.ended()
        assert "Traceback" not in errors, errors
        return code == 0

    def forget(self) -> None:
        self._errors.close()

    def family(self) -> list[psutil.Process]:
        """It and its children, while it runs."""
        try:
            itself = psutil.Process(self.process.pid)
            return [itself, *itself.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def servers(self) -> list[psutil.Process]:
        """The programs that work somewhere under its data folder; `info` tells a name even once gone."""
        return [
            process
            for process in psutil.process_iter(["cwd", "name"])
            if (process.info["cwd"] or "").startswith(f"{self.folder.resolve()}/")
        ]


@contextmanager
def started(
    folder: Path, *words: str, program: Sequence[str] = ("main.py",), **environment: str
) -> Iterator[Started]:
    """Broadcaster on `folder`; whatever is left of it is gone after the block."""
    one = Started(folder, *words, program=program, **environment)
    try:
        yield one
    finally:
        # Waited for, or they would still write while the folder is being removed.
        psutil.wait_procs(killed([*one.family(), *one.servers()]), timeout=10)
        one.process.communicate()
        one.forget()


def killed(processes: list[psutil.Process]) -> list[psutil.Process]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # its guard was faster
            process.kill()
    return processes


def soon_gone(one: Started) -> bool:
    """Whether its servers end by themselves within ten seconds."""
    deadline = time.monotonic() + 10
    while one.servers() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not one.servers()
