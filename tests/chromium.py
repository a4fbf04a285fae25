"""Find the Chromium for the browser tests, or install Debian's; `python -m tests.chromium` prints its path.

Exit code 2 and one sentence when there is none to be had: a browser test is never left out silently.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium"
# Hindi and Marathi are shown in it; without such a font every letter is a box, and too wide or too narrow.
FONT_PACKAGE = "fonts-lohit-deva"
FONT_NAMES = ("deva", "mangal", "nirmala", "lohit", "mukta", "hind-")


class NoChromium(Exception):
    """Its text says what to do."""


def chromium() -> str:
    """The path of a Chromium that runs, with letters for Hindi. Installs what is missing if it may.

    Raises NoChromium.
    """
    named = os.environ.get("CHROMIUM")
    if named and not _runs(named):
        raise NoChromium(f"CHROMIUM is {named!r}, and that does not run: correct it, or unset it.")
    found = named or _on_the_machine()
    missing = [*([] if found else [PACKAGE]), *([] if _has_letters() else [FONT_PACKAGE])]
    if missing:
        _install(missing)
        found = found or _on_the_machine()
    if not found:
        raise NoChromium(
            "The browser tests need Chromium, and it could not be installed here: run"
            f" 'apt-get install {' '.join(missing)}' as root, or name a browser with CHROMIUM=/path/to/it."
        )
    if not _has_letters():
        raise NoChromium(
            "The browser tests need a font for Hindi and Marathi, and it could not be installed here: run"
            f" 'apt-get install {FONT_PACKAGE}' as root."
        )
    return found


def _has_letters() -> bool:
    """Whether there is a font for Devanagari."""
    asked = shutil.which("fc-list")
    if asked:
        listed = subprocess.run([asked, ":lang=hi", "family"], capture_output=True, check=False)
        return bool(listed.stdout.strip())
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
    files = (file.name.casefold() for folder in folders for file in folder.rglob("*.[to]tf"))
    return any(name in file for file in files for name in FONT_NAMES)


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


def _install(packages: Sequence[str]) -> None:
    """With Debian's packages, where we are root or may become it without being asked for a password."""
    rise = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (rise and not shutil.which("sudo")):
        return
    print(f"Installing {' and '.join(packages)} for the browser tests …", file=sys.stderr)
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
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
