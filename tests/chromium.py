"""Find the Chromium for the browser tests, or install Debian's; `python -m tests.chromium` prints its path.

Exit code 2 and one sentence when there is none to be had: a browser test is never left out silently.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The font that Hindi and Marathi are shown in; without one every letter is a box.
PACKAGES = ("chromium", "fonts-lohit-deva")


class NoChromium(Exception):
    """Its text says what to do."""


def chromium() -> str:
    """The path of a Chromium that runs. Installs one if that is allowed. Raises NoChromium."""
    named = os.environ.get("CHROMIUM")
    if named and not _runs(named):
        raise NoChromium(f"CHROMIUM is {named!r}, and that does not run: correct it, or unset it.")
    found = named or _on_the_machine()
    if not found:
        _install()
        found = _on_the_machine()
    if not found:
        raise NoChromium(
            "The browser tests need Chromium, and it could not be installed here: run"
            f" 'apt-get install {' '.join(PACKAGES)}' as root, or name a browser with CHROMIUM=/path/to/it."
        )
    return found


def _on_the_machine() -> str | None:
    found = [path for name in NAMES if (path := shutil.which(name))]
    return next(filter(_runs, [*found, *_playwrights()]), None)


def _playwrights() -> list[str]:
    """Those that `playwright install` has put aside, the newest first."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return sorted(map(str, cache.glob("chromium-*/chrome-linux*/chrome")), reverse=True)


def _runs(path: str) -> bool:
    """A stub that only says how to install the real one exists under these names, too."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _install() -> None:
    """With Debian's packages, where we are root or may become it without being asked for a password."""
    rise = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (rise and not shutil.which("sudo")):
        return
    print(f"Installing {' and '.join(PACKAGES)} for the browser tests …", file=sys.stderr)
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        command = [
            *rise,
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-o",
            "DPkg::Lock::Timeout=120",
            *step,
        ]
        if subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        ).returncode:
            return


if __name__ == "__main__":
    try:
        print(chromium())
    except NoChromium as e:
        print(e, file=sys.stderr)
        sys.exit(2)
