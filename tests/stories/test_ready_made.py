"""A ready message can be taken by any shop and sent to anybody: in three languages, with no hole in it."""

import pytest

from services.i18n import LANGUAGES
from services.templates.formatting import html_of
from services.templates.ready_made import OCCASIONS, ReadyMade, ready_made
from services.templates.render import needed, problems_of, render

ALL = [one for ones in OCCASIONS.values() for one in ones]


@pytest.mark.parametrize("one", ALL, ids=[one.key for one in ALL])
def test_it_is_whole_in_every_language_for_somebody_of_whom_nothing_is_known(one: ReadyMade) -> None:
    texts = one.of("Asha's {Sweets}")

    assert set(texts) == set(LANGUAGES)
    assert needed(texts.values()) == []
    for text in texts.values():
        assert problems_of(text) == []
        read = render(text, {})
        assert "Asha's Sweets" in read
        assert not {"{", "}", "|"} & set(read)
        assert not {"*", "~"} & set(html_of(read)), "a mark that WhatsApp does not close"


def test_each_has_an_address_of_its_own() -> None:
    assert len({one.key for one in ALL}) == len(ALL)
    assert [ready_made(one.key) for one in ALL] == ALL
    assert ready_made("nonsense") is None
