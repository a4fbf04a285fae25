"""Messages that every shop sends, ready in three languages: festivals, fees, appointments, stock.

{shop} is filled in when one is taken; what else stands in braces is a blank for each person. They are
beginnings: whoever takes one changes the offer, the days and the hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.states import Kind
from services.i18n import N_


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """`key` stands in addresses; `name` is a msgid; `texts` by language."""

    key: str
    name: str
    texts: Mapping[str, str]
    kind: Kind = Kind.PROMOTIONAL

    def of(self, shop: str) -> dict[str, str]:
        """Its texts in the name of this shop."""
        plain = shop.translate(_NO_BRACES)  # a name is no blank
        return {language: text.replace("{shop}", plain) for language, text in self.texts.items()}


_NO_BRACES = str.maketrans("", "", "{}|")

FESTIVALS = (
    ReadyMade(
        "diwali",
        N_("Diwali wishes and an offer"),
        {
            "en": "Happy Diwali, {name|dear friend}! 🪔\n\nMay this year bring light to your home. From"
            " all of us at {shop}: *10% off* on everything till Sunday. Just show this message at the"
            " counter.",
            "hi": "{name|प्रिय ग्राहक}, आपको और आपके परिवार को दिवाली की ढेर सारी शुभकामनाएँ! 🪔\n\n"
            "{shop} की ओर से रविवार तक हर चीज़ पर *10% की छूट*। बस दुकान पर यह संदेश दिखा दीजिए।",
            "mr": "{name|प्रिय ग्राहक}, तुम्हाला आणि तुमच्या कुटुंबाला दिवाळीच्या हार्दिक शुभेच्छा!"
            " 🪔\n\n{shop} कडून रविवारपर्यंत सगळ्या वस्तूंवर *10% सूट*. दुकानात हा मेसेज दाखवा, एवढंच.",
        },
    ),
    ReadyMade(
        "ganesh",
        N_("Ganesh Chaturthi wishes"),
        {
            "en": "Ganpati Bappa Morya! 🌺\n\n{name|Dear friend}, {shop} wishes you a happy Ganesh"
            " Chaturthi. Special festival stock is in, and orders for home are taken till 8 pm.",
            "hi": "गणपति बप्पा मोरया! 🌺\n\n{name|प्रिय ग्राहक}, {shop} की ओर से गणेश चतुर्थी की"
            " शुभकामनाएँ। त्योहार का ख़ास सामान आ गया है। घर पहुँचाने के ऑर्डर रात 8 बजे तक लेते हैं।",
            "mr": "गणपती बाप्पा मोरया! 🌺\n\n{name|प्रिय ग्राहक}, {shop} कडून गणेश चतुर्थीच्या हार्दिक"
            " शुभेच्छा. सणाचं खास सामान आलं आहे. घरपोच ऑर्डर रात्री 8 पर्यंत घेतो.",
        },
    ),
    ReadyMade(
        "eid",
        N_("Eid wishes"),
        {
            "en": "Eid Mubarak, {name|dear friend}! 🌙\n\n{shop} wishes you and your family joy and"
            " peace. We are open on Eid from 11 am to 9 pm.",
            "hi": "ईद मुबारक, {name|प्रिय ग्राहक}! 🌙\n\n{shop} की ओर से आपको और आपके परिवार को ढेर"
            " सारी ख़ुशियाँ। ईद के दिन दुकान सुबह 11 से रात 9 बजे तक खुली रहेगी।",
            "mr": "ईद मुबारक, {name|प्रिय ग्राहक}! 🌙\n\n{shop} कडून तुम्हाला आणि तुमच्या कुटुंबाला खूप"
            " शुभेच्छा. ईदच्या दिवशी दुकान सकाळी 11 ते रात्री 9 पर्यंत उघडं असेल.",
        },
    ),
    ReadyMade(
        "holi",
        N_("Holi wishes"),
        {
            "en": "Happy Holi, {name|dear friend}! 🎨\n\nA colourful day to you and your family from"
            " {shop}. We are closed on Holi and open again the next morning at 10.",
            "hi": "होली की रंगभरी शुभकामनाएँ, {name|प्रिय ग्राहक}! 🎨\n\nआपको और आपके परिवार को {shop}"
            " की ओर से बधाई। होली के दिन दुकान बंद रहेगी, अगले दिन सुबह 10 बजे फिर खुलेगी।",
            "mr": "होळीच्या रंगीबेरंगी शुभेच्छा, {name|प्रिय ग्राहक}! 🎨\n\n{shop} कडून तुम्हाला आणि"
            " तुमच्या कुटुंबाला शुभेच्छा. होळीच्या दिवशी दुकान बंद राहील, दुसऱ्या दिवशी सकाळी 10 वाजता"
            " उघडेल.",
        },
    ),
    ReadyMade(
        "newyear",
        N_("New Year wishes"),
        {
            "en": "Happy New Year, {name|dear friend}! ✨\n\nThank you for coming to {shop} all year."
            " We look forward to seeing you again.",
            "hi": "नया साल मुबारक, {name|प्रिय ग्राहक}! ✨\n\nपूरे साल {shop} पर भरोसा रखने के लिए"
            " धन्यवाद। आपसे फिर मिलने का इंतज़ार रहेगा।",
            "mr": "नवीन वर्षाच्या शुभेच्छा, {name|प्रिय ग्राहक}! ✨\n\nवर्षभर {shop} वर विश्वास"
            " ठेवल्याबद्दल धन्यवाद. पुन्हा भेटूया!",
        },
    ),
)
FEES = (
    ReadyMade(
        "fee",
        N_("Fee reminder"),
        {
            "en": "Namaste {name|ji}, this is {shop}. The fee of *{amount|this month}* is due by"
            " *{date|the 10th}*. You can pay by UPI or at the office. If you have paid already, please"
            " ignore this. Thank you!",
            "hi": "नमस्ते {name|जी}, {shop} से। *{amount|इस महीने}* की फ़ीस *{date|10 तारीख़}* तक जमा"
            " करनी है। UPI से या दफ़्तर में दे सकते हैं। दे चुके हों तो इस संदेश पर ध्यान न दें। धन्यवाद!",
            "mr": "नमस्कार {name|मंडळी}, {shop} कडून. *{amount|या महिन्याची}* फी *{date|10 तारीख}*"
            " पर्यंत भरायची आहे. UPI ने किंवा ऑफिसमध्ये भरू शकता. आधीच भरली असल्यास हा मेसेज सोडून द्या."
            " धन्यवाद!",
        },
        Kind.SERVICE,
    ),
    ReadyMade(
        "due",
        N_("A payment is open"),
        {
            "en": "Namaste {name|ji}, a gentle reminder from {shop}: *{due|a small amount}* is still"
            " open on your account. UPI or cash, as you like. If you have paid, thank you!",
            "hi": "नमस्ते {name|जी}, {shop} की ओर से याद दिलाना था: आपके खाते में *{due|कुछ रक़म}*"
            " बाक़ी है। UPI या नकद, जैसा आपको ठीक लगे। दे चुके हों तो धन्यवाद!",
            "mr": "नमस्कार {name|मंडळी}, {shop} कडून आठवण: तुमच्या खात्यात *{due|थोडी रक्कम}* बाकी"
            " आहे. UPI किंवा रोख, जसं सोयीचं असेल तसं. आधीच दिली असल्यास धन्यवाद!",
        },
        Kind.SERVICE,
    ),
)
APPOINTMENTS = (
    ReadyMade(
        "appointment",
        N_("Appointment reminder"),
        {
            "en": "Hello {name|there}, your appointment at {shop} is on *{day|tomorrow} at {time|11"
            " am}*. If another time suits you better, just reply here.",
            "hi": "नमस्ते {name|जी}, {shop} में आपका अपॉइंटमेंट *{day|कल}, {time|सुबह 11 बजे}* है। कोई"
            " और समय ठीक हो तो यहीं जवाब दें।",
            "mr": "नमस्कार {name|मंडळी}, {shop} मध्ये तुमची अपॉइंटमेंट *{day|उद्या}, {time|सकाळी 11"
            " वाजता}* आहे. दुसरी वेळ सोयीची असल्यास इथेच कळवा.",
        },
        Kind.SERVICE,
    ),
    ReadyMade(
        "order",
        N_("Your order is ready"),
        {
            "en": "Hello {name|there}, your order is ready at {shop}. You can fetch it any day from 10"
            " am to 8 pm. Shall we bring it? Reply *HOME*.",
            "hi": "नमस्ते {name|जी}, {shop} में आपका ऑर्डर तैयार है। किसी भी दिन सुबह 10 से रात 8 बजे"
            " तक ले जा सकते हैं। घर मँगवाना हो तो *घर* लिखकर भेजें।",
            "mr": "नमस्कार {name|मंडळी}, {shop} मध्ये तुमची ऑर्डर तयार आहे. कोणत्याही दिवशी सकाळी 10"
            " ते रात्री 8 पर्यंत घेऊन जा. घरपोच हवी असल्यास *घर* असं लिहून पाठवा.",
        },
        Kind.SERVICE,
    ),
)
STOCK = (
    ReadyMade(
        "stock",
        N_("New stock has come"),
        {
            "en": "Hello {name|friend}! New stock has just come to {shop}. 🛍️ Regular customers see it"
            " first: come by this week, or reply and we send photos.",
            "hi": "नमस्ते {name|जी}! {shop} में नया माल आ गया है। 🛍️ पुराने ग्राहकों के लिए सबसे पहले:"
            " इस हफ़्ते आइए, या जवाब दीजिए, हम फ़ोटो भेज देंगे।",
            "mr": "नमस्कार {name|मंडळी}! {shop} मध्ये नवीन माल आला आहे. 🛍️ नेहमीच्या ग्राहकांना"
            " सगळ्यात आधी: या आठवड्यात या, किंवा उत्तर द्या, आम्ही फोटो पाठवू.",
        },
    ),
    ReadyMade(
        "sale",
        N_("A sale for a few days"),
        {
            "en": "{name|Dear friend}, the sale at {shop} is on: *up to 30% off* from Friday to"
            " Sunday. ~Old price~ is crossed out on every tag. Come early for the best choice.",
            "hi": "{name|प्रिय ग्राहक}, {shop} में सेल शुरू: शुक्रवार से रविवार *30% तक की छूट*। हर"
            " चीज़ पर ~पुराना दाम~ काटकर नया लिखा है। अच्छी पसंद के लिए जल्दी आइए।",
            "mr": "{name|प्रिय ग्राहक}, {shop} मध्ये सेल सुरू: शुक्रवार ते रविवार *30% पर्यंत सूट*."
            " प्रत्येक वस्तूवर ~जुनी किंमत~ खोडून नवीन लिहिली आहे. चांगली निवड हवी असेल तर लवकर या.",
        },
    ),
    ReadyMade(
        "hours",
        N_("Shop hours or a holiday"),
        {
            "en": "Hello {name|friend}, {shop} is closed on *Monday* and open again on *Tuesday from"
            " 10 am*. For anything urgent, reply here.",
            "hi": "नमस्ते {name|जी}, {shop} *सोमवार* को बंद है और *मंगलवार सुबह 10 बजे* से फिर खुली"
            " है। कुछ ज़रूरी हो तो यहीं लिखें।",
            "mr": "नमस्कार {name|मंडळी}, {shop} *सोमवारी* बंद राहील आणि *मंगळवारी सकाळी 10 पासून*"
            " पुन्हा सुरू. काही तातडीचं असेल तर इथेच लिहा.",
        },
        Kind.SERVICE,
    ),
)

OCCASIONS: Mapping[str, tuple[ReadyMade, ...]] = {
    N_("Festivals"): FESTIVALS,
    N_("Fees and payments"): FEES,
    N_("Appointments and orders"): APPOINTMENTS,
    N_("Stock and offers"): STOCK,
}


def ready_made(key: str) -> ReadyMade | None:
    """The one that an address names; None for what we do not know."""
    found = [one for ones in OCCASIONS.values() for one in ones if one.key == key]
    return found[0] if found else None
