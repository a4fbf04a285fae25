"""With servers of its own or with those of somebody else: nothing that a customer sees is different."""

import html
import re
from pathlib import Path

import httpx
import psycopg
import pytest

from services.embedded import Servers
from tests.conftest import beside
from tests.start.person import started


@pytest.fixture(params=["its own servers", "servers of somebody else"])
def servers_given(request: pytest.FixtureRequest, servers: Servers) -> dict[str, str]:
    """What the environment says of them."""
    if request.param == "its own servers":
        return {}
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS given WITH (FORCE)")
        db.execute("CREATE DATABASE given")
    return {"DATABASE_URL": beside(servers.database_url, "given"), "REDIS_URL": servers.redis_url}


def test_the_demo_shop_opens_and_all_is_well(tmp_path: Path, servers_given: dict[str, str]) -> None:
    with started(tmp_path, **servers_given) as one:
        one.reads("ready:")
        with httpx.Client(base_url=f"http://localhost:{one.port}", follow_redirects=True) as browser:
            login = dict(
                re.findall(
                    r'type="hidden" name="(login|password)" value="([^"]+)"', browser.get("/login").text
                )
            )
            home = browser.post("/login", data=login, headers={"origin": str(browser.base_url).rstrip("/")})
            contacts = browser.get("/contacts")
            health = browser.get("/healthz")

        assert (home.status_code, contacts.status_code) == (200, 200)
        assert "Asha's Sweets" in html.unescape(home.text)
        assert health.status_code == 200, health.text
        assert health.json()["sending"] == 1
        one.process.terminate()
        assert one.ended_well()
        assert one.servers() == []
