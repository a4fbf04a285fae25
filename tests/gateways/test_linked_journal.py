"""What WhatsApp told stands on the disk until the parent has it; through torn lines and restarts."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.gateways.linked import journal
from services.gateways.linked.journal import Journal
from services.gateways.linked.stanzas import Came, came, key

LINE = (
    '<message addressing_mode="lid" from="77@lid" id="3A1" sender_pn="919811122233@s.whatsapp.net"'
    ' t="1700000000" type="text"><enc type="msg" v="2"><!-- 200 bytes --></enc></message>'
)


def wrote(id: str = "3A1") -> Came:
    return Came("message", id, "77@lid", "text", 1.0, "+919811122233")


def test_who_wrote_is_read_in_the_librarys_own_line() -> None:
    assert came(LINE) == Came("message", "3A1", "77@lid", "text", 1700000000.0, "+919811122233")


def test_a_receipt_names_all_its_messages() -> None:
    line = (
        '<receipt from="77@lid" id="A" t="5" type="read"><list><item id="B"/><item id="C"/></list></receipt>'
    )
    read = came(line)
    assert read == Came("receipt", "A", "77@lid", "read", 5.0, "", ["A", "B", "C"])
    assert read.key == key("receipt", "A", 4)


@pytest.mark.parametrize(
    "line",
    [
        '<message from="1-2@g.us" id="A" participant="77@lid" t="5" type="text"/>',
        '<message from="77@lid" id="A" recipient="88@lid" t="5" type="text"/>',
        '<message from="77@lid" id="A" t="5" type="reaction"/>',
        '<message from="status@broadcast" id="A" t="5" type="media"/>',
        '<receipt from="77@lid" id="A" t="5" type="sender"/>',
        '<ib from="s.whatsapp.net"><offline count="3"/></ib>',
        '<ack class="message" from="77@lid" id="A" t="5"/>',
    ],
)
def test_what_no_person_did_in_a_chat_of_two_is_passed_over(line: str) -> None:
    assert came(line) is None


def test_what_was_not_kept_is_there_after_a_crash_and_what_was_kept_is_not(tmp_path: Path) -> None:
    first = Journal(tmp_path, 1)
    kept = first.take("message A 0", 17, b"one", surely=True)
    first.take("message B 0", 17, b"two", surely=True)
    first.kept(kept)  # and nobody closes it
    later = Journal(tmp_path, 1)
    assert [(one.key, one.data) for one in later.events().values()] == [("message B 0", b"two")]


def test_what_was_never_opened_is_known_and_what_comes_again_is_no_news(tmp_path: Path) -> None:
    first = Journal(tmp_path, 1)
    first.note(wrote("A"))
    first.note(wrote("B"))
    first.take(wrote("A").key, 17, b"", surely=True)
    later = Journal(tmp_path, 1)
    later.note(wrote("A"))  # WhatsApp brings both again
    later.note(wrote("B"))
    assert [lost.id for lost in later.without_words(float("inf")).values()] == ["B"]


def test_a_line_that_a_crash_cut_short_costs_no_other(tmp_path: Path) -> None:
    first = Journal(tmp_path, 1)
    first.take("message A 0", 17, b"one", surely=True)
    with (tmp_path / "1.heard").open("ab") as file:
        file.write(b'\n{"n": 12, "ca')
    second = Journal(tmp_path, 1)
    second.take("message B 0", 17, b"two", surely=True)
    assert [one.data for one in Journal(tmp_path, 1).events().values()] == [b"one", b"two"]


def test_it_stays_small_and_forgets_nothing_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "BIG", 2000)
    ours = Journal(tmp_path, 1)
    ours.note(wrote("lost"))
    for n in range(200):
        ours.kept(ours.take(f"receipt {n} 1", 18, b"x" * 50, surely=False))
    ours.take("receipt open 1", 18, b"open", surely=False)
    assert (tmp_path / "1.heard").stat().st_size < 10_000
    later = Journal(tmp_path, 1)
    assert [one.data for one in later.events().values()] == [b"open"]
    assert [lost.id for lost in later.without_words(float("inf")).values()] == ["lost"]


def test_a_disk_that_is_full_keeps_nobody_from_hearing(tmp_path: Path) -> None:
    ours = Journal(tmp_path, 1)
    ours.close()  # nothing can be written any more
    number = ours.take("message A 0", 17, b"one", surely=True)
    assert ours.events()[number].data == b"one"


def test_it_is_private(tmp_path: Path) -> None:
    Journal(tmp_path, 1)
    assert (tmp_path / "1.heard").stat().st_mode & 0o777 == 0o600


def test_whose_words_were_lost_is_told_though_the_store_could_not_say_at_first(tmp_path: Path) -> None:
    """Else nothing would be said of any that come after it, and one of them may be a STOP."""
    ear = (sys.executable, "-m", "tests.gateways.wordless", str(tmp_path))
    told = subprocess.run(ear, capture_output=True, text=True, check=False, timeout=60)
    assert told.stdout.startswith("Reply(sender_id=1, phone='+919811122233', text='', wa_id='3A1'"), (
        told.stderr
    )
