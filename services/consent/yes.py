"""Whether an answer to a question of ours is a plain yes. Like with a STOP, the whole message counts."""

from services.consent.stop_words import COURTESY, plain

SAID = """
    yes | yess | yep | yup | yeah | ya | yes i do | yes i want | yes i agree | sure
    of course | i agree | agree
    haan | han | haa | ha | hanji | haanji | ji haan | ji han | haan bhejo | haan chahiye | bilkul | zaroor
    ho | hoy | hoye | ho pathva | ho chalel | ho hava | ho have
    हाँ | हां | हा | हाँ भेजो | हाँ भेजें | हाँ चाहिए | हाँ जी | बिल्कुल | ज़रूर | यस | येस
    हो | होय | हो पाठवा | हो चालेल | हो हवे | हो हवं | नक्की
"""
YES = {plain(phrase) for line in SAID.splitlines() for phrase in line.split("|") if phrase.strip()}
POLITE = {plain(word) for line in COURTESY.splitlines() for word in line.split("|") if word.strip()}


def is_yes(text: str) -> bool:
    """Courtesy around it makes no difference; courtesy alone ("ok", "thanks") is no yes."""
    said = plain(text)
    kept = " ".join(word for word in said.split() if word not in POLITE)
    return said in YES or kept in YES
