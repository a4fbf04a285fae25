"""PostgreSQL refuses to run as root. When we are root, it runs as a user that owns nothing else."""

import logging
import os
import pwd
import stat
import subprocess
import time
from pathlib import Path

from services.settings import CannotStart

NAME = "broadcaster-db"

log = logging.getLogger(__name__)


def owner_for(folder: Path) -> pwd.struct_passwd | None:
    """Who has to run PostgreSQL on `folder`; None: whoever we are.

    A cluster that an ordinary user has made stays his, also when root starts it.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (uid := folder.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(uid)
        except KeyError:
            raise CannotStart(
                f"{folder} belongs to user {uid}, whom this machine does not know: chown it to one it knows."
            ) from None
    return _existing() or _created()


def _existing() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _created() -> pwd.struct_passwd:
    why = "there is no useradd"
    for _attempt in range(20):  # another start may be doing the same: useradd locks its files, and gives up
        try:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
            why = subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()
        except FileNotFoundError:
            break
        if user := _existing():
            return user
        time.sleep(0.1)
    raise CannotStart(
        f"PostgreSQL does not run as root, and no user could be made for it ({why}): start Broadcaster as an"
        " ordinary user, or set DATABASE_URL."
    )


def let_through(user: pwd.struct_passwd, *folders: Path) -> None:
    """Let `user` pass the folders above its own, without letting anybody list them."""
    for folder in folders:
        for step in (folder, *folder.parents):
            mode = step.stat().st_mode
            if mode & stat.S_IXOTH or step.stat().st_uid == user.pw_uid:
                continue
            log.debug("PostgreSQL runs as %s: chmod o+x %s lets it pass", user.pw_name, step)
            try:
                step.chmod(mode | stat.S_IXOTH)
            except OSError as e:
                raise CannotStart(
                    f"PostgreSQL runs as {user.pw_name} and may not pass {step} ({e.strerror}):"
                    f" run chmod o+x {step}, or set BROADCASTER_DATA to another folder."
                ) from None
