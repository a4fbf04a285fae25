"""The templates that the demo shop has ready, each in three languages."""

from collections.abc import Mapping

SAMPLE_TEMPLATES: Mapping[str, Mapping[str, str]] = {
    "Festival offer": {
        "en": "Happy Diwali, {name|dear friend}! 🪔 Asha's Sweets gives you *20% off* all gift boxes till"
        " Sunday. Show this message at the counter.",
        "hi": "दिवाली की शुभकामनाएँ, {name|प्रिय ग्राहक}! 🪔 आशा स्वीट्स में रविवार तक सभी गिफ़्ट बॉक्स पर *20% की छूट*।"
        " दुकान पर यह संदेश दिखाएँ।",
        "mr": "दिवाळीच्या शुभेच्छा, {name|प्रिय ग्राहक}! 🪔 आशा स्वीट्समध्ये रविवारपर्यंत सर्व गिफ्ट बॉक्सवर *20% सूट*."
        " दुकानात हा मेसेज दाखवा.",
    },
    "New stock": {
        "en": "Hello {name|friend}! Fresh today at Asha's Sweets: *kaju katli, motichoor laddu and anjeer"
        " barfi*. We deliver in {city|your area} till 8 pm. Reply with what we should keep for you.",
        "hi": "नमस्ते {name|जी}! आशा स्वीट्स में आज ताज़ा: *काजू कतली, मोतीचूर लड्डू और अंजीर बर्फ़ी*।"
        " {city|आपके इलाके} में रात 8 बजे तक घर पहुँचाते हैं। क्या रख दें, जवाब में लिखें।",
        "mr": "नमस्कार {name|मंडळी}! आशा स्वीट्समध्ये आज ताजे: *काजू कतली, मोतीचूर लाडू आणि अंजीर बर्फी*."
        " {city|तुमचा भाग}: रात्री 8 पर्यंत घरपोच. काय ठेवू ते कळवा.",
    },
    "Payment reminder": {
        "en": "Namaste {name|friend}, a gentle reminder from Asha's Sweets: *{due|a small amount}* is still"
        " open for your last order. UPI or cash at the counter, as you like. If you have paid, thank you!",
        "hi": "नमस्ते {name|जी}, आशा स्वीट्स की ओर से याद दिलाना था: पिछले ऑर्डर के *{due|कुछ पैसे}* बाकी हैं।"
        " UPI या दुकान पर नकद, जैसा आपको ठीक लगे। दे चुके हों तो धन्यवाद!",
        "mr": "नमस्कार {name|मंडळी}, आशा स्वीट्सकडून आठवण: मागच्या ऑर्डरचे *{due|थोडे पैसे}* बाकी आहेत."
        " UPI किंवा दुकानात रोख, जसे सोयीचे असेल तसे. आधीच दिले असल्यास धन्यवाद!",
    },
    "Appointment": {
        "en": "Hello {name|there}, this is Asha's Sweets. Your tasting for the wedding order is fixed for"
        " *{day|tomorrow} at {time|11 am}*. If another time suits you better, just reply here.",
        "hi": "नमस्ते {name|जी}, आशा स्वीट्स से बोल रहे हैं। शादी के ऑर्डर के लिए मिठाई चखने का समय"
        " *{day|कल}, {time|सुबह 11 बजे}* तय हुआ है। कोई और समय ठीक हो तो यहीं जवाब दें।",
        "mr": "नमस्कार {name|मंडळी}, आशा स्वीट्समधून. लग्नाच्या ऑर्डरसाठी मिठाई चाखण्याची वेळ"
        " *{day|उद्या}, {time|सकाळी 11 वाजता}* ठरली आहे. दुसरी वेळ सोयीची असल्यास इथेच कळवा.",
    },
}
