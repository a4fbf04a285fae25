"""A linked device sends, the phone really reads it, and its ticks come back; and the other way round."""

from tests.peers.whatsapp.conftest import World

DELIVERED, READ = 1, 4


def test_a_text_arrives_and_is_read(world: World) -> None:
    asha = world.links()

    id = world.sends("Hello Ravi")

    world.devices.hears_receipt(asha, id, DELIVERED)
    world.devices.hears_receipt(asha, id, READ)
    entry = world.entry(id)
    assert (entry.text, entry.to, entry.copies, entry.error) == ("Hello Ravi", world.ravi, 1, None)
    assert entry.delivered
    assert entry.read
