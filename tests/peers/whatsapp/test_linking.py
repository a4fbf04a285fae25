"""A device is linked by the code that a phone scans, or by the code that is typed into it; and unlinked."""

from collections.abc import Callable

import pytest

from tests.peers.whatsapp.conftest import World
from tests.peers.whatsapp.pairing import CannotLink


@pytest.fixture
def code(world: World) -> Callable[[], str]:
    """A new device asks for a code to type."""

    def ask() -> str:
        world.opens(world.asha)
        world.devices.hears(world.asha, "QR")
        shown: str = world.devices.do("code", world.asha, phone=f"+{world.asha}")
        return shown

    return ask


def linked(world: World) -> bool:
    return world.asha in world.ask("facts")["linked"]


def test_by_qr(world: World) -> None:
    world.links()
    assert linked(world)


def test_by_code(world: World, code: Callable[[], str]) -> None:
    shown = code()
    assert world.ask("facts")["offered"][world.asha] == "Chrome (Linux)"
    world.ask("enter_code", phone=world.asha, code=shown)
    world.devices.hears(world.asha, "Connected")
    assert linked(world)


def test_a_wrong_code_links_nothing_and_the_right_one_still_does(
    world: World, code: Callable[[], str]
) -> None:
    code()
    world.ask("enter_code", phone=world.asha, code="AAAA-AAAA")
    right = world.devices.do("code", world.asha, phone=world.asha)
    assert not linked(world)
    world.ask("enter_code", phone=world.asha, code=right)
    world.devices.hears(world.asha, "Connected")


def test_a_number_that_is_not_on_whatsapp_gets_no_code(world: World, code: Callable[[], str]) -> None:
    world.ask("account", phone=world.asha, on_whatsapp=False)
    with pytest.raises(RuntimeError, match="400"):
        code()


def test_a_code_of_a_device_that_went_away_is_worth_nothing(world: World) -> None:
    world.opens(world.asha)
    qr = world.devices.hears(world.asha, "QR")["data"]
    world.devices.do("stop", world.asha)
    with pytest.raises(CannotLink, match="expired"):
        world.ask("scan", phone=world.asha, qr=qr)


def test_a_phone_without_network_links_nothing(world: World) -> None:
    world.ask("online", phone=world.asha, online=False)
    with pytest.raises(CannotLink, match="network"):
        world.links()
    world.ask("online", phone=world.asha, online=True)
    world.links()


def test_an_account_with_a_passkey_asks_the_device_for_it(world: World, code: Callable[[], str]) -> None:
    world.ask("account", phone=world.asha, passkey=True)
    shown = code()
    world.ask("enter_code", phone=world.asha, code=shown)
    world.devices.prints("passkey-request")
    assert not linked(world)


def test_unlinked_on_the_phone(world: World) -> None:
    world.links()
    world.ask("unlink", phone=world.asha)
    world.devices.hears(world.asha, "LoggedOut")
    assert not linked(world)


def test_unlinked_by_the_device(world: World) -> None:
    world.links()
    world.devices.do("logout", world.asha)
    assert not linked(world)


def test_unlinked_while_nobody_was_there(world: World) -> None:
    world.links()
    world.devices.do("stop", world.asha)
    world.ask("unlink", phone=world.asha, told=False)
    world.opens(world.asha)
    world.devices.hears(world.asha, "LoggedOut")


def test_a_device_logs_in_again_without_its_phone(world: World) -> None:
    world.links()
    world.devices.do("stop", world.asha)
    world.ask("online", phone=world.asha, online=False)
    world.opens(world.asha)
    world.devices.hears(world.asha, "Connected")
