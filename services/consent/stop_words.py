"""What a person wishes who writes STOP, "बंद करा" or START to a shop: read from the whole message.

A message counts only when nothing else is in it: words of the lists, said once or more, and courtesy
around them. "Please don't stop sending" is a sentence, so it is for a human to read. Letters' case, spelling
variants of Hindi and Marathi, punctuation, emoji and invisible characters make no difference.

A shop adds words of its own, and switches off those of ours that mean something else to its customers: at
a clinic, "cancel" is about an appointment. The words that every footer names stay (`ALWAYS`).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Wish(StrEnum):
    STOP = "stop"  # never write to me again
    START = "start"  # undo that


@dataclass(frozen=True, slots=True)
class ShopWords:
    """What is different in one shop: its own phrases for STOP, and ours that do not count there."""

    more: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


def wish(text: str, shop: ShopWords = ShopWords()) -> Wish | None:
    """STOP or START where the whole message says so and nothing else; None for all other texts."""
    if len(text) > LONGEST:
        return None
    said = {found for found in _wishes(plain(text).split(), _known(shop)) if found is not None}
    return said.pop() if len(said) == 1 else None


ALWAYS = ("stop", "unsubscribe", "बंद")  # nobody can switch these off
LONGEST = 200  # characters; who writes more writes a sentence

STOP_PHRASES = """
    stop | stop all | stopall | stop it | stop this | stop now | stop sms | stop msg | stop message
    stop messages | stop promotions | stop ads | unsubscribe | un subscribe | unsubscribe me | cancel | end
    quit | opt out | optout | opt me out | stop kro | stop karo | stop kara | stop kar do

    band | bandh | band karo | band kro | band kar | band kar do | band kardo | band kar dijiye | band kijiye
    band karen | band kara | band kar de | bandh karo | bandh kara | bandh kar do | bandh kardo
    roko | rok do | rokdo | rokiye | ruko | rok dijiye
    nako | nko | thambva | thambwa | thambava | thambawa | thamba

    बंद | बंध | बंद करो | बंद कर | बंद कर दो | बंद करदो | बंद कर दीजिए | बंद कर दीजिये | बंद करें | बंद कीजिए
    बंद कीजिये | बंद करिए | बंद करिये | बंद कर दें | बंद करा | बंद कर दे | बंद करावे | बंद करून टाका | बंद करुन टाका
    रोको | रोक | रोक दो | रोकें | रोकिए | रोकिये | रोक दें | रोक दीजिए | रोक दीजिये | रुको | रुकिए
    नको | नको आहे | नकोय | थांबवा | थांबा | थांबव | थांबवावे | स्टॉप | स्टोप | स्टाप | स्टॉप करो | स्टॉप करा
    अनसब्सक्राइब | कैंसल | कैंसिल | कॅन्सल | रद्द | रद्द करो | रद्द करा
"""

START_PHRASES = """
    start | start again | unstop | un stop | restart | resume | subscribe | start karo | start kro
    start kara | shuru | shuru karo | shuru kro | shuru kar do | shuru karen | suru | suru kara | chalu
    chalu karo | chalu kro | chalu kara | chalu kar do

    शुरू | शुरू करो | शुरू कर | शुरू कर दो | शुरू करें | शुरू कीजिए | शुरू कीजिये | शुरू करिए | शुरू कर दीजिए
    सुरू | सुरू करा | सुरू कर | सुरू करावे | चालू | चालू करो | चालू करें | चालू करा | चालू कर | चालू कर दो | चालू कीजिए
    स्टार्ट | स्टार्ट करो | स्टार्ट करा
"""

COURTESY = """
    please | pls | plz | plzz | pl | kindly | sir | madam | mam | maam | ji | bhai | bhau | dada | bhaiya
    bro | kripya | krupaya | krupya | thanks | thank you | thankyou | thx | ok | okay | dhanyavad | dhanyawad
    कृपया | कृपा करके | प्लीज | प्लीझ | जी | भाई | भाऊ | दादा | भैया | सर | मैडम | मॅडम | धन्यवाद | थैंक्स | ओके
"""

# Spellings of one sound: a nasal written in full or as a dot, chandrabindu, long and short u, nukta.
SOUNDS = {"न्द": "ंद", "न्ध": "ंध", "न्स": "ंस", "म्ब": "ंब", "ँ": "ं", "\u093c": "", "ॅ": "ै", "ू": "ु"}
STRETCHED = re.compile(r"(\D)\1{2,}")  # stoppp


def plain(text: str) -> str:
    """How messages are compared: letters, their signs and digits alone, in one case and spelling."""
    known = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(_kept(character) for character in known)
    for written, said in SOUNDS.items():
        kept = kept.replace(written, said)
    return " ".join(STRETCHED.sub(r"\1", kept).split())


def _kept(character: str) -> str:
    if character in "'’":
        return ""  # don't stays one word
    kind = unicodedata.category(character)
    if kind[0] in "LN" or (kind[0] == "M" and "\u0900" <= character <= "\u097f"):
        return character
    return "" if kind in ("Cf", "Mn") else " "  # joiners, accents, the skin of an emoji


def _phrases(listed: str, meaning: Wish | None) -> dict[tuple[str, ...], Wish | None]:
    phrases = (phrase for line in listed.splitlines() for phrase in line.split("|"))
    return {tuple(plain(phrase).split()): meaning for phrase in phrases if phrase.strip()}


PHRASES: Mapping[tuple[str, ...], Wish | None] = {
    **_phrases(STOP_PHRASES, Wish.STOP),
    **_phrases(START_PHRASES, Wish.START),
    **_phrases(COURTESY, None),
}


def our_stop_phrases() -> list[str]:
    """Ours for STOP as people write them, without doubles; for the page where a shop switches them off."""
    written = (phrase.strip() for line in STOP_PHRASES.splitlines() for phrase in line.split("|"))
    return list({plain(phrase): phrase for phrase in reversed([w for w in written if w])}.values())[::-1]


@lru_cache(maxsize=256)
def _known(shop: ShopWords) -> Mapping[tuple[str, ...], Wish | None]:
    """The phrases that count in a shop."""
    if shop == ShopWords():
        return PHRASES
    own = {tuple(plain(phrase).split()): Wish.STOP for phrase in shop.more}
    off = {tuple(plain(phrase).split()) for phrase in shop.off} - {(plain(word),) for word in ALWAYS}
    kept = {phrase: meaning for phrase, meaning in PHRASES.items() if phrase not in off}
    return {**{phrase: meaning for phrase, meaning in own.items() if phrase}, **kept}


def _wishes(words: list[str], known: Mapping[tuple[str, ...], Wish | None]) -> list[Wish | None]:
    """The message cut into known phrases, the longest first; empty where a piece is unknown."""
    longest = max(len(phrase) for phrase in known)
    found: list[Wish | None] = []
    while words:
        for length in range(min(longest, len(words)), 0, -1):
            phrase = tuple(words[:length])
            if phrase in known:
                found.append(known[phrase])
                words = words[length:]
                break
        else:
            return []
    return found
