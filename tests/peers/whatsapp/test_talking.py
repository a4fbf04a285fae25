"""A linked device sends, the phone really reads it, and its ticks come back; and the other way round."""

from pathlib import Path

import pytest

from tests.peers.whatsapp.conftest import World

DELIVERED, RETRY, READ = 1, 3, 4


def test_a_text_arrives_and_is_read(world: World) -> None:
    asha = world.links()

    id = world.sends("Hello Ravi, नमस्ते")

    world.devices.hears_receipt(asha, id, DELIVERED)
    world.devices.hears_receipt(asha, id, READ)
    entry = world.entry(id)
    assert (entry.text, entry.to, entry.copies, entry.error) == ("Hello Ravi, नमस्ते", world.ravi, 1, None)
    assert entry.delivered
    assert entry.read


def test_many_texts_to_the_same_person_arrive_each_once(world: World) -> None:
    world.links()
    texts = [f"text {n}" for n in range(20)]
    for text in texts:
        world.sends(text)
    assert [(entry.text, entry.copies) for entry in world.ledger()] == [(text, 1) for text in texts]


def test_a_picture_is_downloaded_and_is_the_same(world: World, picture: Path) -> None:
    world.links()
    id = world.devices.do("image", world.asha, to=world.ravi, file=str(picture), caption="Fresh today")
    entry = world.entry(id)
    assert (entry.caption, entry.error) == ("Fresh today", None)
    assert entry.media
    assert (entry.media["kind"], entry.media["ok"], entry.media["size"]) == (
        "image",
        True,
        picture.stat().st_size,
    )


def test_somebody_writes_to_the_shop(world: World) -> None:
    asha = world.links()
    world.ask("say", sender=world.ravi, to=asha, text="STOP")
    world.devices.hears(asha, "Message", **{"text": "STOP", "from": world.ravi})


def test_what_was_said_while_nobody_listened_is_told_at_the_next_login(world: World) -> None:
    asha = world.links()
    id = world.sends("one")
    world.devices.hears_receipt(asha, id, READ)
    world.devices.do("stop", asha)
    for text in ("Thank you", "Tomorrow?"):
        world.ask("say", sender=world.ravi, to=asha, text=text)

    world.opens(asha)

    for text in ("Thank you", "Tomorrow?"):
        world.devices.hears(asha, "Message", **{"text": text, "from": world.ravi})


def test_a_phone_without_network_has_it_when_it_comes_back(world: World) -> None:
    asha = world.links()
    world.ask("online", phone=world.ravi, online=False)
    id = world.sends("later")
    assert not world.entry(id).delivered
    world.ask("online", phone=world.ravi, online=True)
    world.devices.hears_receipt(asha, id, DELIVERED)


def test_a_phone_that_was_set_up_anew_asks_again_and_then_reads(world: World) -> None:
    asha = world.links()
    world.sends("one")
    world.ask("reinstall", person=world.ravi)

    id = world.sends("two")

    world.devices.hears_receipt(asha, id, DELIVERED)
    entry = world.entry(id)
    assert (entry.text, entry.error, entry.copies) == ("two", None, 2)


def test_who_is_on_whatsapp(world: World) -> None:
    asha = world.links()
    nobody = world.ravi.replace("9198", "9197")
    world.ask("account", phone=nobody, on_whatsapp=False)
    known = world.devices.do("known", asha, phones=[f"+{world.ravi}", f"+{nobody}"])
    assert sorted(known.values()) == [False, True]
    with pytest.raises(RuntimeError, match="no LID found"):
        world.sends("hello?", to=nobody)


def test_who_trusts_the_shop_hears_from_it_even_if_it_may_not_write_to_strangers(world: World) -> None:
    asha = world.links()
    world.ask("account", phone=asha, restricted=True)
    with pytest.raises(RuntimeError, match="463"):
        world.sends("a stranger")

    world.ask("say", sender=world.ravi, to=asha, text="Hi")
    world.devices.hears(asha, "Message", text="Hi")

    entry = world.entry(world.sends("an acquaintance"))
    assert entry.trusted
    assert entry.arrived


def test_reading_later(world: World) -> None:
    asha = world.links()
    world.ask("manners", read_after_s=None)
    try:
        id = world.sends("one")
        world.devices.hears_receipt(asha, id, DELIVERED)
        assert not world.entry(id).read
        world.ask("read_all", person=world.ravi)
        world.devices.hears_receipt(asha, id, READ)
    finally:
        world.ask("manners", read_after_s=0.02)


def test_nothing_was_asked_that_the_peer_does_not_understand(world: World) -> None:
    world.links()
    world.sends("one")
    assert world.ask("facts")["unknown"] == []
