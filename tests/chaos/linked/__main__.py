"""Break linked numbers on purpose: `python -m tests.chaos.linked --seed 7 --senders 20`.

Exit code 1 where a promise was broken.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from models import migrate
from services import embedded
from tests.chaos.linked.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.linked")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--senders", type=int, default=20)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--accidents", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded.start_in(Path(folder) / "servers") as servers:
        migrate.upgrade(servers.database_url)
        verdict = asyncio.run(run(servers, servers.database_url, Path(folder), **vars(asked)))
    for name, value in asdict(verdict).items():
        for line in value if name == "doubts" else [value]:
            print(f"{name:>20}  {line}")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
