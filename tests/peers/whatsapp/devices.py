"""Linked devices in a process of their own, as a test holds them: companion.py from outside."""

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.peers.whatsapp.peer import Address
from tests.peers.whatsapp.process import CHECKOUT, die_with_us, environment

PATIENCE_S = 60.0
Facts = dict[str, Any]


class Devices:
    """start() first. Every wait ends with an AssertionError after a minute."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._news = threading.Condition()
        self._answers: dict[int, Facts] = {}
        self._events: defaultdict[str, list[Facts]] = defaultdict(list)
        self._asked = 0

    def start(self, address: Address) -> None:
        self._folder.mkdir(exist_ok=True)
        module = "tests.peers.whatsapp.companion"
        self._errors = (self._folder / "errors.txt").open("a")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.whatsapp.trusting", module, str(self._folder)],
            cwd=CHECKOUT,
            env=environment(address),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            bufsize=1,
            preexec_fn=die_with_us,
        )
        self._listener = threading.Thread(target=self._listen, args=(self._process,))
        self._listener.start()

    def kill(self) -> None:
        self._process.kill()
        self._listener.join()
        with self._process, self._errors:
            pass  # its pipes are closed

    def begin(self, do: str, who: str, **facts: Any) -> int:
        """Give a command without waiting for what comes of it."""
        with self._news:
            self._asked += 1
            number = self._asked
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"n": number, "do": do, "who": who, **facts}) + "\n")
        return number

    def end(self, number: int) -> Any:
        """What came of it. Raises RuntimeError with neonize's words."""
        with self._news:
            assert self._news.wait_for(lambda: number in self._answers, PATIENCE_S), "no answer"
            answer = self._answers[number]
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer["said"]

    def do(self, what: str, who: str, **facts: Any) -> Any:
        return self.end(self.begin(what, who, **facts))

    def hears(self, who: str, event: str, **facts: Any) -> Facts:
        """Wait for an event of a device with these facts, since it was opened."""

        def found() -> Facts | None:
            alike = (e for e in self._events[who] if e["event"] == event)
            return next((e for e in alike if facts.items() <= e.items()), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, PATIENCE_S), self._events[who]
            heard = found()
        assert heard
        return heard

    def hears_receipt(self, who: str, id: str, type: int) -> None:
        with self._news:
            told = lambda: any(  # noqa: E731
                id in e["ids"] and e["type"] == type for e in self._events[who] if e["event"] == "Receipt"
            )
            assert self._news.wait_for(told, PATIENCE_S), self._events[who]

    def prints(self, words: str) -> None:
        """The library has something to say that it tells nobody else."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in (self._folder / "errors.txt").read_text():
            assert time.monotonic() < deadline, words
            time.sleep(0.02)

    def forget_events(self, who: str) -> None:
        with self._news:
            self._events[who].clear()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        for line in process.stdout:
            facts = json.loads(line)
            with self._news:
                if "event" in facts:
                    self._events[facts["who"]].append(facts)
                else:
                    self._answers[facts["n"]] = facts
                self._news.notify_all()
