"""The environment is made by whatever Python there is, once; and when it cannot be, that is said."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.start.person import CHECKOUT

TOOLS = ("sh", "dirname", "cmp", "cp", "rm", "touch", "id", "flock")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone that needs no packages, on a machine with hardly any programs."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(CHECKOUT / ".ci" / "environment", tmp_path / ".ci")
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "/nowhere")
    return tmp_path


def program(clone: Path, name: str, does: str) -> None:
    file = clone / "bin" / name
    file.write_text(f"#!/bin/sh\n{does}\n")
    file.chmod(0o755)


def environment(clone: Path) -> tuple[int, str]:
    """The exit code and what was said."""
    done = subprocess.run(
        [".ci/environment", "requirements.txt"],
        cwd=clone,
        env=os.environ | {"PATH": str(clone / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_a_python_that_only_seems_to_be_there_is_passed_over(clone: Path) -> None:
    program(clone, "python3.12", "echo 'command not found; it exists in these versions: none' >&2; exit 127")
    program(clone, "python3", f'exec "{Path(sys.executable).resolve()}" "$@"')

    assert environment(clone) == (0, "Installing requirements.txt into .venv (once; a minute or so) …\n")
    assert environment(clone) == (0, "")


def test_no_python(clone: Path) -> None:
    code, said = environment(clone)

    assert code == 2
    assert said.startswith("Broadcaster needs Python 3.11 or newer: install it (Debian: apt-get install")
    assert said.count("\n") == 1


def test_debians_python_without_its_other_half(clone: Path) -> None:
    program(
        clone,
        "python3",
        'case "$*" in *ensurepip*|*pip*) exit 1;; *version_info\\[*) echo python3.11-venv;; esac',
    )

    code, said = environment(clone)

    assert code == 2
    assert "'apt-get install python3.11-venv'" in said
    assert said.count("\n") == 1
