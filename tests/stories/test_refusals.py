"""A no in somebody's own words is shown to a human, who decides; nothing is decided for them."""

import pytest

from services.consent.refusals import may_be_a_no
from services.consent.stop_words import Wish, wish

NO = [
    *("don't message me again", "Dont msg me", "do not send me messages", "Please don't send any more ads"),
    *(
        "stop sending me messages",
        "please stop messaging!!",
        "Kindly stop these messages",
        "No more messages pls",
    ),
    *("remove my number from your list", "Please remove me", "delete my number", "take me off this list"),
    *("not interested", "I am not interested, thank you", "I will block you", "this is spam", "wrong number"),
    *(
        "who gave you my number?",
        "leave me alone",
        "I want to unsubscribe from this",
        "never message me again",
    ),
    *("mat bhejo", "Mat bhejo bhai", "mujhe mat bhejo ye sab", "msg mat karo", "message mat kijiye please"),
    *("nahi chahiye", "mujhe nahi chahiye ye offer", "ye message band karo yaar", "bhejna band karo"),
    *("pareshan mat karo", "mera number hata do", "block kar dunga", "ab mat bhejna", "aage se mat bhejo"),
    *("nako aata", "mala nako", "message pathvu naka", "msg nako", "naka pathvu", "tras deu naka"),
    *("मत भेजो", "मुझे मत भेजो", "कृपया मत भेजिए", "मैसेज मत करो", "नहीं चाहिए", "मुझे नहीं चाहिये", "परेशान मत करो"),
    *("मेरा नंबर हटा दीजिए", "ये मैसेज बंद करो", "भेजना बंद करें", "ब्लॉक कर दूँगा", "अब से न भेजें", "दोबारा मत भेजना"),
    *("नको आता", "मला नको आहे हे", "पाठवू नका", "पुन्हा मेसेज पाठवू नका", "मेसेज नको", "त्रास देऊ नका"),
    *("माझा नंबर काढून टाका", "हे मेसेज बंद करा ना", "गरज नाही", "काही नको", "मला हे मेसेज नकोत"),
]
NOT_A_NO = [
    *("please don't stop sending", "Don't stop!", "do not stop sending me offers", "never stop messaging us"),
    *("बंद मत करो", "मैसेज बंद मत करना", "मेसेज बंद करू नका", "band mat karo, message band mat karo"),
    *("when does the bus stop", "bus stop", "बंद कब होता है दुकान", "दुकान बंद है क्या?", "आज बंद आहे का?"),
    *("Price?", "send me the price list", "message me when it comes", "can you send it to my number?"),
    *("kitne ka hai", "bhejo", "list bhejo", "मुझे भेजो", "मला पाठवा", "पाठवा", "चाहिए", "मुझे 2 किलो चाहिए"),
    *("Ok", "thanks", "👍", "", "   ", "नहीं", "nahi", "no", "नाही", "no problem", "not today", "kal aata hu"),
    *(
        "I am interested",
        "interested",
        "my number is 9876543210",
        "नंबर भेजो",
        "block B, flat 4",
        "spam folder?",
    ),
    *("don't forget my order", "do not add sugar please", "dont send before 5 pm", "end of the month"),
    *("I don't want sugar in it", "no more sugar", "टाइम क्या है", "वेळ काय आहे", "नको तेवढे तेल", "मत भूलना"),
]


@pytest.mark.parametrize("text", NO)
def test_a_human_is_asked(text: str) -> None:
    assert wish(text) is not Wish.STOP, "a sentence opts nobody out by itself"
    assert may_be_a_no(text)


@pytest.mark.parametrize("text", NOT_A_NO)
def test_nobody_is_bothered(text: str) -> None:
    assert not may_be_a_no(text)


def test_a_letter_is_left_alone() -> None:
    assert not may_be_a_no("not interested " + "in the blue one but tell me of the red " * 40)
