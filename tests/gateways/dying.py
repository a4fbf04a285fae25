"""python -m tests.gateways.dying MODULE [WORDS]: a child that is killed at the moment DIES_AT.

It dies as often as there are files in DIES_IN: each death takes one away.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.gateways.linked import journal
from tests.gateways import hasty

MESSAGE = 17  # as neonize numbers it


def dies(act: Callable[..., Any], when: Callable[..., bool], *, first: bool) -> Callable[..., Any]:
    """`first`: before it acts."""

    def acts(*words: Any, **more: Any) -> Any:
        if first and when(*words):
            die()
        done = act(*words, **more)
        if not first and when(*words):
            die()
        return done

    return acts


def die() -> None:
    for life in Path(os.environ["DIES_IN"]).iterdir():
        life.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def a_message(_journal: Any, came: Any) -> bool:
    return bool(came.tag == "message")


def an_opened_message(_journal: Any, _key: str, code: int, _data: bytes) -> bool:
    return code == MESSAGE


if __name__ == "__main__":
    ours: Any = journal.Journal
    match os.environ["DIES_AT"]:
        case "came":  # noted, not yet opened nor acknowledged
            ours.note = dies(ours.note, a_message, first=False)
        case "opened":  # its keys are used up and it may be acknowledged; nobody of us has seen its words
            ours.take = dies(ours.take, an_opened_message, first=True)
        case "written":  # and our parent has not heard of it
            ours.take = dies(ours.take, an_opened_message, first=False)
    hasty.run()
