"""Break things on purpose: `make chaos SEEDS=20`, or one seed again: `python -m tests.chaos --seed 7`.

One line a seed goes into build/chaos.jsonl. Stops by itself; exit code 1 where a promise was broken.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from dataclasses import asdict, fields
from pathlib import Path

from models import migrate
from services import embedded
from tests.chaos.judge import Verdict
from tests.chaos.run import run

COLUMNS = [field.name for field in fields(Verdict) if field.name != "diary"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("seeds", nargs="?", type=int, default=3, help="how many seeds")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--messages", type=int, default=5000)
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else [secrets.randbelow(10**6) for _ in range(asked.seeds)]
    out = Path("build/chaos.jsonl")
    out.parent.mkdir(exist_ok=True)
    print("  ".join(f"{name:>11}" for name in COLUMNS), flush=True)
    clean = True
    for seed in seeds:
        verdict = one(seed, asked.messages)
        clean &= verdict.clean
        print("  ".join(f"{getattr(verdict, name):>11}" for name in COLUMNS), flush=True)
        with out.open("a") as file:
            file.write(json.dumps(asdict(verdict) | {"clean": verdict.clean}) + "\n")
    return 0 if clean else 1


def one(seed: int, messages: int) -> Verdict:
    with tempfile.TemporaryDirectory() as folder, embedded.start_in(Path(folder) / "servers") as servers:
        migrate.upgrade(servers.database_url)
        return asyncio.run(run(servers, servers.database_url, Path(folder), seed, messages=messages))


if __name__ == "__main__":
    sys.exit(main())
