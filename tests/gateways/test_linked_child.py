"""neonize stays in child processes, and needs nothing that a fresh machine lacks."""

import subprocess
import sys

LOAD = """
from services.gateways.linked import child
assert child.load_library() == "", child.load_library()
print(*{line.split()[-1] for line in open("/proc/self/maps") if "libmagic.so" in line})
"""
LACK = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "neonize" else find(name, *more)
from services.gateways.linked import child
print(child.load_library())
"""
PRODUCT = """
import sys, main, services.senders.linker
print([name for name in sys.modules if name.partition(".")[0] in ("neonize", "magic", "pylibmagic")])
"""


def said(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def test_libmagic_is_the_packaged_one() -> None:
    (used,) = said(LOAD).split()
    assert "pylibmagic" in used


def test_a_machine_without_the_library_is_told_so() -> None:
    assert said(LACK) == "neonize has no library for this machine"


def test_our_own_process_never_loads_it() -> None:
    assert said(PRODUCT) == "[]"
