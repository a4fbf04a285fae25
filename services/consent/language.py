"""Which of our languages somebody writes in, as far as a few words tell."""

from services.consent.stop_words import plain

# Words that Hindi does not have, in both scripts.
MARATHI = {
    plain(word)
    for word in (
        *(
            "नको",
            "नकोय",
            "करा",
            "थांबवा",
            "थांबा",
            "सुरू",
            "आहे",
            "नाही",
            "काय",
            "मला",
            "हवे",
            "पाठवा",
            "आणि",
            "होय",
        ),
        *("nako", "kara", "thambva", "thamba", "suru", "aahe", "ahe", "mala", "pathva", "kay"),
    )
}
HINDI = {
    plain(word) for word in ("karo", "kro", "band", "bandh", "roko", "shuru", "chalu", "kripya", "kijiye")
}


def language_heard(text: str) -> str:
    """The code of the language: mr, hi, or en where nothing speaks for another."""
    words = set(plain(text).split())
    if words & MARATHI:
        return "mr"
    devanagari = any("\u0900" <= letter <= "\u097f" for letter in text)
    return "hi" if devanagari or words & HINDI else "en"
