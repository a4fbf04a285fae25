"""Looking into a file that a customer chose: a child does it, bounded, with no environment and no secret.

It is told its task as JSON on its standard input. Why a file is refused it says as one line of JSON on its
standard error, with the exit code REFUSED; what its death tells, whoever waits for it says.
"""

import asyncio
import json
import logging
import os
import resource
import signal
import sys
from pathlib import Path

from services.errors import Invalid

REFUSED = 3
ROOT = Path(__file__).parents[1]
TOO_SLOW = (-signal.SIGXCPU, -signal.SIGKILL)
log = logging.getLogger(__name__)

# --- in the child ---


def confine(memory: int, cpu_s: int) -> None:
    """Be nice to all others. `memory` is bytes of address space."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))


def refuse(why: Invalid) -> int:
    """Say it; the exit code."""
    json.dump({"sentence": why.sentence, "facts": why.facts}, sys.stderr)
    return REFUSED


# --- whoever waits for it ---


async def start(module: str, limit: int = 1 << 16) -> asyncio.subprocess.Process:
    """`limit`: the longest line that it answers, in bytes."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        cwd=ROOT, env={"LC_ALL": "C.UTF-8"}, stdin=pipe, stdout=pipe, stderr=pipe, limit=limit,
    )  # fmt: skip


def check(code: int, said: bytes, refusal: type[Invalid], *, slow: str, broken: str) -> None:
    """Raises `refusal` with what the child said; or with `slow` or `broken`, as its death tells."""
    if code == REFUSED:
        why = json.loads(said)
        raise refusal(why["sentence"], **why["facts"])
    if code != 0:
        log.warning("a file could not be read (%d): %s", code, said.decode(errors="replace")[-2000:])
        raise refusal(slow if code in TOO_SLOW else broken)
