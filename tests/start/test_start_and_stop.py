"""`make run` starts everything and Ctrl-C stops everything, however it is pressed and whenever."""

import random
import signal
import socket
import time
from itertools import chain
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from services import embedded
from services.embedded import Servers
from services.embedded.program import free_port
from tests.conftest import beside
from tests.start.person import Started, soon_gone, started


def answers(one: Started) -> bool:
    return httpx.get(f"http://localhost:{one.port}/").status_code < 500


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_what_has_started_stops_in_order(tmp_path: Path, how: signal.Signals) -> None:
    with started(tmp_path) as one:
        assert one.reads("ready:").strip().endswith(f"http://localhost:{one.port}")
        assert answers(one)
        assert {"postgres", "redis-server"} <= {server.info["name"] for server in one.servers()}

        one.process.send_signal(how)

        assert one.ended_well()
        assert one.servers() == []

    with embedded.start_in(tmp_path) as servers, psycopg.connect(servers.database_url) as db:
        assert db.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]


def test_in_production_there_is_no_demo_shop(tmp_path: Path) -> None:
    with started(tmp_path, BROADCASTER_ENV="production", SECRET_KEY="tulsi and turmeric " * 2) as one:
        one.reads("ready:")
        assert "demo@" not in httpx.get(f"http://localhost:{one.port}/login").text
        one.process.terminate()

        assert one.ended_well()

    with embedded.start_in(tmp_path) as servers, psycopg.connect(servers.database_url) as db:
        assert db.execute("SELECT count(*) FROM workspace").fetchall() == [(0,)]


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    with started(tmp_path) as one:
        one.reads("ready:")
        one.presses_ctrl_c()
        time.sleep(0.3)  # a hand is no faster
        one.presses_ctrl_c()

        assert one.ended_well()
        assert one.servers() == []


def test_ctrl_c_while_it_is_starting_leaves_nothing_behind(tmp_path: Path) -> None:
    with started(tmp_path) as one:
        while not one.servers():
            assert one.process.poll() is None
        one.presses_ctrl_c()

        assert one.ended_well()
        assert one.servers() == []

    with started(tmp_path) as again:
        assert again.reads("ready:")


def test_its_servers_end_when_it_is_killed(tmp_path: Path) -> None:
    with started(tmp_path) as one:
        one.reads("ready:")
        one.process.kill()

        assert soon_gone(one)

    with started(tmp_path) as again:
        assert again.reads("ready:")


def test_servers_that_outlive_a_killed_one_are_ended_by_the_next(tmp_path: Path) -> None:
    with started(tmp_path) as one:
        one.reads("ready:")
        stop_their_guards(one)
        one.process.kill()
        one.process.wait()
        left = {server.pid for server in one.servers() if server.info["name"] != "sh"}
        assert len(left) > 1

        with started(tmp_path) as again:
            assert again.reads("ready:")
            assert not left & {server.pid for server in again.servers()}


def test_a_number_left_in_a_file_does_not_stop_it(tmp_path: Path) -> None:
    """After a reboot the number of the old PostgreSQL may be anybody's: process 1's, for one."""
    with embedded.start_in(tmp_path):
        pass
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"1\n{tmp_path}/postgres\n0\n5432\n\nlocalhost\n")

    with embedded.start_in(tmp_path) as servers, psycopg.connect(servers.database_url) as db:
        assert db.execute("SELECT 1").fetchall() == [(1,)]


def test_a_port_is_kept_for_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds may pass until it listens; and somebody else was given the same one meanwhile."""
    port, anywhere = free_port(), random.randint
    lots = chain([port, port], iter(lambda: anywhere(15_000, 31_999), None))
    monkeypatch.setattr(random, "randint", lambda *_: next(lots))

    assert free_port() != port
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)):
            assert free_port() != port


def test_servers_keep_their_addresses_through_accidents(tmp_path: Path) -> None:
    with embedded.start_in(tmp_path) as servers:
        assert servers.postgres
        assert servers.redis
        with psycopg.connect(servers.database_url, autocommit=True) as db:
            db.execute("CREATE TABLE kept AS SELECT 7 AS number")

        servers.postgres.stop("immediate")
        servers.postgres.start()
        servers.postgres.kill()
        servers.redis.kill()
        servers.redis.start()
        servers.postgres.start()

        with psycopg.connect(servers.database_url) as db:
            assert db.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_servers_of_somebody_else_are_used_and_left_alone(tmp_path: Path, servers: Servers) -> None:
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")
        db.execute("CREATE DATABASE elsewhere")
    urls = {"DATABASE_URL": beside(servers.database_url, "elsewhere"), "REDIS_URL": servers.redis_url}
    with (
        started(tmp_path, "--role", "web", **urls) as web,
        started(tmp_path, "--role", "worker", **urls) as worker,
    ):
        web.reads("ready:")
        worker.reads("worker is ready")
        assert answers(web)
        assert web.servers() == []

        for one in (web, worker):
            one.process.terminate()
            assert one.ended_well()

    with psycopg.connect(urls["DATABASE_URL"]) as db:
        assert db.execute("SELECT count(*) FROM alembic_version").fetchall() == [(1,)]


def stop_their_guards(one: Started) -> None:
    """A guard ends a server whose Broadcaster was killed. Here all are killed, as when memory runs out."""
    for child in psutil.Process(one.process.pid).children():
        if child.name() == "sh":
            child.kill()
