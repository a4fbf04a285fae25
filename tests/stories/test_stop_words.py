"""STOP is understood in English, Hindi, Marathi and Hinglish; a sentence that merely contains it is not."""

import pytest

from services.consent.stop_words import ShopWords, Wish, our_stop_phrases, wish

STOP = [
    *(
        "STOP",
        "stop",
        "Stop",
        "sToP",
        " stop ",
        "STOP.",
        "Stop!",
        "stop!!!",
        "STOP…",
        "stop,",
        '"STOP"',
        "'stop'",
    ),
    *(
        "*STOP*",
        "_stop_",
        "~stop~",
        "(stop)",
        "<STOP>",
        "-stop-",
        "STOP\n",
        "\tSTOP",
        "ＳＴＯＰ",
        "STOPPPP",
        "stop\u200b",
    ),
    *(
        "STOP 🛑",
        "🛑STOP🛑",
        "stop 🙏🏽",
        "Stop ✋🏾",
        "STOP ❌❌",
        "stop\u200d",
        "\ufeffSTOP",
        "st\u00adop",
        "stóp",
    ),
    *(
        "stop stop",
        "STOP STOP STOP",
        "STOP / बंद",
        "बंद / STOP",
        "please stop",
        "Pls stop",
        "plz STOP",
        "Stop please",
    ),
    *(
        "kindly stop",
        "ok stop",
        "Ok, stop.",
        "stop, thank you",
        "Stop sir",
        "stop ji",
        "Stop it",
        "stop this",
    ),
    *("stop all", "STOPALL", "stop messages", "Stop SMS", "stop karo", "stop kar do", "Stop kara"),
    *(
        "UNSUBSCRIBE",
        "Unsubscribe",
        "unsubscribe me",
        "un-subscribe",
        "please unsubscribe",
        "CANCEL",
        "cancel.",
    ),
    *("END", "end", "QUIT", "Quit!", "opt out", "Opt-out", "OPTOUT", "बंद", "बंद.", "बंद।", "बंद॥"),
    *(" बंद ", "*बंद*", "बन्द", "बँद", "बंद 🙏", "बंद बंद", "बंद करो", "बंद करो!", "बन्द करो"),
    *("बंद करो जी", "कृपया बंद करो", "प्लीज़ बंद करो", "बंद करो प्लीज", "बंद कर दो", "बंद कर दीजिए"),
    *("बंद कर दीजिये", "बंद करें", "बंद कीजिए", "कृपया बंद करें", "रोको", "रोक दो", "रोकें", "रोकिए"),
    *("रोक दीजिए", "रुको", "स्टॉप", "स्टाप", "बंद करा", "बंद करा.", "कृपया बंद करा", "बंद कर"),
    *("बंद करावे", "नको", "नको!", "नको 🙏", "नकोय", "थांबवा", "थांबवा.", "कृपया थांबवा", "थांबा"),
    *("band karo", "Band karo", "BAND KARO", "band kro", "band kar do", "please band karo"),
    *("band karo bhai",),
    *(
        "band karo please",
        "bandh karo",
        "bandh karo.",
        "band kara",
        "Band kara",
        "krupaya band kara",
        "band",
        "ruko",
    ),
    *("roko", "rok do", "nako", "thambva", "thambwa", "kripya band kijiye", "स्टॉप 🛑", "अनसब्सक्राइब"),
]

START = [
    *(
        "START",
        "start",
        "Start.",
        "*START*",
        "start 🙏",
        "please start",
        "START START",
        "Start again",
        "UNSTOP",
    ),
    *("subscribe", "start karo", "शुरू", "शुरु", "शुरू करो", "शुरु करें", "कृपया शुरू करें"),
    *("शुरू कर दीजिए", "सुरू", "सुरु", "सुरू करा", "सुरु करा.", "कृपया सुरू करा", "चालू", "चालू करो"),
    *("चालू करा", "shuru karo", "suru kara", "chalu karo", "Chalu kara 🙏", "स्टार्ट"),
]

NEITHER = [
    # refusals in a sentence, or the contrary of one: a human reads them
    *("please don't stop sending", "don't stop", "dont stop", "Don’t STOP!", "do not stop", "never stop"),
    *(
        "mat bhejo",
        "मत भेजो",
        "नको आता",
        "मला नको आहे हे",
        "बंद मत करो",
        "बंद मत करना",
        "बंद नका करू",
        "band mat karo",
    ),
    *(
        "band mat karo please",
        "stop mat karo",
        "मुझे मत भेजो",
        "why did you stop?",
        "when will you stop",
        "I will stop by",
    ),
    # other meanings
    *("when does the bus stop", "बंद कब होता है दुकान", "दुकान कधी बंद होते", "बंद दुकान", "is the shop band today"),
    *("stop at the corner", "Stop by at 5?", "can I cancel?", "cancel my booking", "मेरा ऑर्डर रद्द करो"),
    *("end date?", "quit?? why", "नको ते", "मला नको साखर", "थांबा मी येतो", "रुको अभी आया", "चालू है क्या"),
    *("opt out of what", "unsubscribe kya hota hai", "STOP-and-go", "1 stop", "stop 2"),
    *(
        "bus stop",
        "Which stop?",
        "one stop shop",
        "stop the bus",
        "non-stop",
        "nonstop",
        "stopped",
        "stopping by",
    ),
    *(
        "stopwatch",
        "the end",
        "weekend",
        "end of month?",
        "cancel my order",
        "cancellation policy?",
        "quit smoking",
    ),
    *("दुकान बंद है क्या?", "दुकान बंद आहे का?", "आज बंद", "बंद आहे का", "रविवार बंद", "बंदर", "बंदूक"),
    *("बंदी", "संबंध"),
    *(
        "band baja",
        "wedding band",
        "bandage",
        "husband",
        "bandra",
        "rubber band",
        "kal band hai?",
        "रोकड",
        "रोको मत",
    ),
    *("नकोसे", "थांबवू नका", "नको म्हणू नका", "रुको मत", "ruko zara, aata hu", "रुकिए मत"),
    *(
        "start date?",
        "when do you start",
        "starter pack",
        "शुरू हो गया?",
        "सुरू झाले का",
        "kab shuru hoga",
        "restart phone",
    ),
    *("stop start", "START STOP", "बंद शुरू"),
    # ordinary answers
    *(
        "",
        " ",
        "👍",
        "🙏🙏",
        "…",
        "Ok",
        "okay thanks",
        "Thank you",
        "धन्यवाद",
        "ठीक है",
        "ठीक आहे",
        "Yes",
        "हाँ",
        "हो",
    ),
    *(
        "Price?",
        "किंमत काय?",
        "Kitne ka hai?",
        "hi",
        "नमस्ते",
        "S T O P light",
        "top",
        "sto",
        "1",
        "please",
        "ji",
    ),
    *("कृपया", "stop " + "and tell me more " * 20, "not interested", "no", "नहीं"),
]


@pytest.mark.parametrize("text", STOP)
def test_this_is_a_stop(text: str) -> None:
    assert wish(text) is Wish.STOP


@pytest.mark.parametrize("text", START)
def test_this_is_a_start(text: str) -> None:
    assert wish(text) is Wish.START


@pytest.mark.parametrize("text", NEITHER)
def test_this_is_neither(text: str) -> None:
    assert wish(text) is None


def test_a_shop_has_words_of_its_own() -> None:
    shop = ShopWords(more=("bas", "Bas karo", "पुरे"))

    assert wish("BAS!!", shop) is Wish.STOP
    assert wish("bas karo please 🙏", shop) is Wish.STOP
    assert wish("पुरे.", shop) is Wish.STOP
    assert wish("bas stand kahan hai", shop) is None
    assert wish("STOP", shop) is Wish.STOP
    assert wish("bas") is None


def test_a_word_of_ours_can_mean_something_else_in_a_shop() -> None:
    clinic = ShopWords(off=("cancel", "End"))

    assert wish("Cancel", clinic) is None
    assert wish("end.", clinic) is None
    assert wish("quit", clinic) is Wish.STOP
    assert wish("CANCEL") is Wish.STOP


def test_what_every_footer_names_always_counts() -> None:
    assert wish("STOP", ShopWords(off=tuple(our_stop_phrases()))) is Wish.STOP
    assert wish("बंद", ShopWords(off=tuple(our_stop_phrases()))) is Wish.STOP


def test_each_of_our_phrases_is_a_stop() -> None:
    assert [phrase for phrase in our_stop_phrases() if wish(phrase) is not Wish.STOP] == []


def test_many_phrases_were_tried() -> None:
    assert len({*STOP, *START, *NEITHER}) >= 200
