"""What cannot work is said at once: one sentence that tells what to do, exit code 2, nothing half-started."""

import os
import socket
from pathlib import Path

import pytest

from services.embedded.program import free_port
from services.settings import SettingsError, load
from tests.start.person import OURS, Started, started


def refusal(one: Started) -> str:
    """The one sentence. It is one: a single line that ends in a full stop."""
    code, errors = one.ended()
    assert code == 2
    assert errors.count("\n") == 1
    assert errors.endswith(".\n")
    assert one.servers() == []
    return errors


@pytest.mark.parametrize(
    ("setting", "value", "advice"),
    [
        ("BROADCASTER_PORT", "80 80", "must be a number from 1 to 65535"),
        ("BROADCASTER_PORT", "65536", "must be a number from 1 to 65535"),
        ("BROADCASTER_ROLE", "boss", "must be all (the default), web"),
        ("BROADCASTER_ROLE", "worker", "set DATABASE_URL and REDIS_URL"),
        ("BROADCASTER_LOG", "loud", "must be debug, info, warning or error"),
        ("BROADCASTER_ENV", "staging", "must be development or production"),
        ("BROADCASTER_ENV", "production", "SECRET_KEY must be at least 32 characters"),
        ("SECRET_KEY", "secret", "must be at least 32 characters"),
        ("DATABASE_URL", "mysql://asha:tulsi@localhost/shop", "must be like postgresql://"),
        ("REDIS_URL", "localhost:6379", "must be like redis://"),
        ("BROADCASTER_DATA", "/etc/hostname/data", "choose another with BROADCASTER_DATA="),
    ],
)
def test_nonsense_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, advice: str
) -> None:
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BROADCASTER_DATA", str(tmp_path))
    monkeypatch.setenv(setting, value)

    with pytest.raises(SettingsError) as refused:
        load()

    sentence = str(refused.value)
    assert advice in sentence
    assert sentence.endswith(".")
    assert "tulsi" not in sentence
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    with started(tmp_path, BROADCASTER_HOST="198.51.100.7") as one:
        assert "must be an address of this machine" in refusal(one)


def test_nonsense_on_the_command_line(tmp_path: Path) -> None:
    with started(tmp_path, "--rol", "web", "now") as one:
        assert "--help" in refusal(one)


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path, BROADCASTER_PORT=str(port)) as one:
            assert f"BROADCASTER_PORT={port + 1}" in refusal(one)


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql://asha:tulsi@127.0.0.1:{free_port()}/shop"
    with started(tmp_path, DATABASE_URL=url) as one:
        sentence = refusal(one)

    assert sentence.startswith("The database at DATABASE_URL cannot be reached")
    assert "tulsi" not in sentence


def test_a_redis_that_is_not_there(tmp_path: Path) -> None:
    with started(tmp_path, REDIS_URL=f"redis://:tulsi@127.0.0.1:{free_port()}/0") as one:
        sentence = refusal(one)

    assert sentence.startswith("Redis at REDIS_URL cannot be reached")
    assert "tulsi" not in sentence


def test_a_second_one_on_the_same_folder(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        first.reads("ready:")
        with started(tmp_path) as second:
            code, errors = second.ended()

            assert code == 2
            assert f"(process {first.process.pid})" in errors
            assert errors.count("\n") == 1
        assert first.process.poll() is None
