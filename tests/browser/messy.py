"""A list of customers as shops really have them: typed by three people over ten years."""

import csv
import io
from collections.abc import Sequence

DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
NAMES = ("Ravi", "मीना", "Asha Patil", "  Sunil   Rao ", "प्रकाश जाधव", "FATIMA", "राधिका", "")
CITIES = ("Pune", "नाशिक", "Mumbai", "")
SPELLINGS = (
    lambda n: n,
    lambda n: f"+91 {n[:5]} {n[5:]}",
    lambda n: f"0{n}",
    lambda n: f"91{n}",
    lambda n: n.translate(DEVANAGARI),
    lambda n: f"+91-{n[:4]}-{n[4:7]}-{n[7:]}",
    lambda n: f" {n[:3]} {n[3:6]} {n[6:]} ",
    lambda n: f"'{n}",
    lambda n: f"{n}.0",
)


def numbers(how_many: int) -> list[str]:
    """As many people as that, by number; among each thousand every ending of the sandbox is there once."""
    return [f"+9198{730_00000 + n * 1001 % 1_000_000 + n // 1000:08}" for n in range(how_many)]


def messy_file(people: Sequence[str]) -> bytes:
    """These people, each once right; and rows that are doubles, that lost digits, that hold no number."""
    rows: list[list[str]] = [
        ["ग्राहक सूची — Diwali", "", "", ""],
        [],
        ["क्र.", "शहर", "ग्राहक का नाम", "मोबाइल नंबर"],
    ]
    for place, phone in enumerate(people):
        spelled = SPELLINGS[place % len(SPELLINGS)](phone.removeprefix("+91"))
        rows.append([str(place + 1), CITIES[place % 4], NAMES[place % len(NAMES)], spelled])
    for place in (3, 77, 500):  # once more, spelled differently
        rows.insert(300 + place, ["", "Pune", "Again", f"0{people[place].removeprefix('+91')}"])
    rows += [
        ["", "", "Excel", "9.19877E+11"],
        ["", "", "Nobody", "घर पर"],
        ["", "", "Short", "98765"],
        [],
        [""],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-16")  # with its mark, as Excel saves "Unicode text"
