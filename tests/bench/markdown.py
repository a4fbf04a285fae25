"""The table of docs/bench.md, from the last run's lines: `python -m tests.bench.markdown`."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.bench.figure import Figure

LINES = Path("build/bench.jsonl")
NO_AIM = ("", "-", "told")
HEAD = ("| figure | ours | peer | ratio | aim | |", "|---|---|---|---|---|---|")


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Markdown, a line a figure, in their order."""
    yield from HEAD
    for figure in figures:
        peer, ratio = (_told(figure.peer), f"{figure.ratio:.3g}") if figure.peer else ("", "")
        verdict = "holds" if figure.holds else "**missed**"
        aim, verdict = ("", "") if figure.aim in NO_AIM else (figure.aim, verdict)
        yield f"| {figure.name} | {_told(figure.ours)} | {peer} | {ratio} | {aim} | {verdict} |"


def _told(value: float) -> str:
    """Three digits that matter, and none behind the point where there are three before it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> int:
    if not LINES.exists():
        print("Measure first: make bench", file=sys.stderr)
        return 1
    for line in table(Figure(**json.loads(line)) for line in LINES.read_text().splitlines()):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
