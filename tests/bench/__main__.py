"""Measure: `make bench`, or one thing: `make bench ONLY=engine`.

One line a figure goes into build/bench.jsonl. An aim that is missed is told in the table, and is no error.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench import (
    engine_bench,
    fleet_bench,
    forecast_bench,
    import_bench,
    launch_bench,
    linked_bench,
    pacing_bench,
    screen_bench,
    table_bench,
)
from tests.bench.figure import Figure

# What matters most comes first, should somebody not have the time for all of them.
BENCHES: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "engine": engine_bench.measure,
    "launch": launch_bench.measure,
    "pacing": pacing_bench.measure,
    "screen": screen_bench.measure,
    "fleet": fleet_bench.measure,
    "table": table_bench.measure,
    "import": import_bench.measure,
    "forecast": forecast_bench.measure,
    "linked": linked_bench.measure,
}
OUT = Path("build/bench.jsonl")
LINE = "{:<64} {:>10} {:>10} {:>7}  {:<16} {}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("only", nargs="*", choices=[*BENCHES, []], help="which; all of them by default")
    asked: list[str] = parser.parse_args().only
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w") as out:
        print(LINE.format("", "ours", "peer", "ratio", "aim", ""), flush=True)
        for name in asked or BENCHES:
            begun = time.monotonic()
            for figure in asyncio.run(_measured(name)):
                print(_line(figure), flush=True)
                out.write(json.dumps(asdict(figure)) + "\n")
                out.flush()
            print(f"# {name} took {time.monotonic() - begun:.0f} s", flush=True)
    return 0


async def _measured(name: str) -> list[Figure]:
    return await BENCHES[name]()


def _line(figure: Figure) -> str:
    peer, ratio = (f"{figure.peer:,.4g}", f"{figure.ratio:.3g}") if figure.peer else ("", "")
    verdict = "holds" if figure.holds else "MISSED"
    return LINE.format(figure.name, f"{figure.ours:,.4g}", peer, ratio, figure.aim, verdict)


if __name__ == "__main__":
    sys.exit(main())
