"""The people of the demo shop: 120 names in three scripts, and numbers that are nobody's.

Numbers that begin with 61 belong to no Indian operator, so even a demo that somebody links to a real
WhatsApp by mistake writes to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

ENGLISH = """
Aarti Deshmukh, Abdul Rahman, Ajay Verma, Amrita Kaur, Anil Kapoor Stores, Anjali Nair, Arjun Reddy,
Ayesha Shaikh, Bhavna Patel, Chetan Shah, Deepak Joshi, Divya Menon, Esha Gupta, Farhan Qureshi, Gaurav Jain,
Geeta Rao, Harpreet Singh, Imran Khan, Isha Kulkarni, Jyoti Mishra, Karan Malhotra, Kavita Iyer,
Lakshmi Narayan, Mahesh Pillai, Manish Agarwal, Meera Chavan, Mohammed Ali, Neha Bansal, Nikhil Sawant,
Pooja Thakur, Prakash D'Souza, Rahul Mehta, Ritu Saxena, Sameer Ansari, Shalini Ghosh, Sunita Yadav,
Thomas Mathew, Urvashi Trivedi, Vikram Chauhan, Zoya Merchant
"""
HINDI = """
अजय वर्मा, अंजलि गुप्ता, अनिल शर्मा, आरती सिंह, उमेश यादव, कमला देवी, कविता मिश्रा, किशोर अग्रवाल, गीता
तिवारी, गोपाल दास, चंद्रेश पांडे, जगदीश प्रसाद, ज्योति चौहान, दीपक सक्सेना, नीलम त्रिपाठी, पंकज दुबे,
पूजा राजपूत, प्रमोद जैन, फ़रहान ख़ान, बबीता कुमारी, भारती सोलंकी, मनोज ठाकुर, ममता बंसल, मीना कश्यप,
मोहन लाल, रंजना श्रीवास्तव, रवि शंकर, राकेश चौधरी, राधा रानी, रेखा मौर्य, ललित मेहरा, विजय राठौर, शबनम
बेगम, शांति देवी, संजय गर्ग, सविता भट्ट, सीमा अरोड़ा, सुरेश कुमार, हरीश रावत, हिना अंसारी
"""
MARATHI = """
अमोल पाटील, अर्चना जाधव, अविनाश कदम, आनंदी देशपांडे, उज्ज्वला शिंदे, ऋतुजा मोरे, कल्पना भोसले, किरण
गायकवाड, गणेश पवार, गौरी कुलकर्णी, चंद्रकांत साळुंखे, छाया ढोले, जयश्री निकम, ज्ञानेश्वर माने, तुषार
बोरसे, दत्तात्रय कांबळे, नंदा वाघमारे, नितीन घाडगे, पल्लवी सावंत, प्रशांत लोखंडे, प्राजक्ता खरे,
बाळासाहेब थोरात, भाग्यश्री राणे, मंगल काळे, माधुरी फडके, मिलिंद जोशी, यशवंत नाईक, रुपाली बागवे, रोहित
चव्हाण, लता सुतार, वर्षा आपटे, विठ्ठल गावडे, वैशाली ताम्हणकर, शरद रानडे, शुभांगी परब, संतोष मांजरेकर,
सुनंदा इनामदार, सुहास गोखले, स्वप्नील शेळके, हेमंत दळवी
"""
CITIES = {
    "en": ("Pune", "Mumbai", "Nashik", "Indore", "Surat"),
    "hi": ("इंदौर", "भोपाल", "मुंबई", "नागपुर"),
    "mr": ("पुणे", "नाशिक", "सातारा", "कोल्हापूर", "ठाणे"),
}
DUES = ("₹250", "₹480", "₹1,200", "₹3,650")
# Each of the sandbox's special ends once, so that a first campaign shows every status.
SPECIAL_ENDS = ("404", "463", "503", "502", "500", "501", "400", "111", "222")
FIRST_NUMBER = 61_040_20_010  # without +91
ORDINARY_END = 10  # …010 to …099 mean nothing to the sandbox


@dataclass(frozen=True, slots=True)
class Sample:
    """One person as the demo writes them."""

    name: str
    phone: str  # E.164
    language: str
    tags: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    agreed: bool = True


def sample_people() -> list[Sample]:
    """Always the same 120, languages mixed; a few without a name or a city, a few who did not agree."""
    spoken = [(name, code) for trio in zip(*map(_names, _SCRIPTS), strict=True) for name, code in trio]
    phones, cities = _phones(), {code: cycle(names) for code, names in CITIES.items()}
    dues = cycle(DUES)
    people = []
    for place, (name, code) in enumerate(spoken):
        tags = _tags(place)
        fields = {} if place % 19 == 8 else {"city": next(cities[code])}
        if "wholesale" in tags:
            fields["due"] = next(dues)
        shown = "" if place % 37 == 15 else name
        people.append(Sample(shown, next(phones), code, tags, fields, agreed=place % 17 != 3))
    return people


_SCRIPTS = (("en", ENGLISH), ("hi", HINDI), ("mr", MARATHI))


def _names(script: tuple[str, str]) -> list[tuple[str, str]]:
    code, names = script
    return [(" ".join(name.split()), code) for name in names.split(",")]


def _tags(place: int) -> list[str]:
    """60 are regulars, 24 are new, 20 buy wholesale; some are two of these, some nothing."""
    tags = ["regulars"] if place % 2 == 0 else []
    tags += ["new"] if place % 10 in (1, 5) else []
    tags += ["wholesale"] if place % 6 == 3 else []
    return tags


def _phones() -> Iterator[str]:
    """Every thirteenth number has a special end, until each was there."""
    ends = list(SPECIAL_ENDS)
    for place in range(1_000):
        number = FIRST_NUMBER + place * 1_000 + place % (100 - ORDINARY_END)
        if place % 13 == 5 and ends:
            number = number // 1_000 * 1_000 + int(ends.pop(0))
        yield f"+91{number}"
