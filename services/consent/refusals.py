"""A no in somebody's own words: "mat bhejo", "नको आता", "don't message me again". Only a suggestion.

Nobody is opted out by it: a human reads the message and decides with one tap. So it may be wrong now and
then, but what asks for the contrary ("please don't stop sending") is left alone.
"""

from services.consent.stop_words import plain

LONGEST = 600  # characters; who writes more writes a letter

# With a star the word may go on: "block kar*" is said in "block karunga" too.
REFUSED = """
    stop sending | stop messaging | stop texting | stop spamming | stop bothering | stop disturbing
    stop calling | stop forwarding | stop all these | stop these | stop your | stop the messages
    stop the msgs | stop whatsapp* | stop promotional | stop sms to | stop contacting | stop msging
    dont send me | dont send any* | dont send this | dont send these | dont send such | dont send msg*
    dont send message* | dont send more | dont send again | dont send it | dont send sms | dont send to me
    dont send promo* | dont send ads | dont send offers | dont send your | dont message* | dont msg*
    dont text | dont contact | dont disturb | dont spam | dont whatsapp | dont bother | dont forward
    dont want* to receive | dont want your | dont want these | dont want this | dont want any message*
    dont want messages | dont want msg* | dont want to get | dont need these | dont need your | never message*
    never send | never contact | never text | no more messages | no more msg* | no more sms | no more ads
    no more promo* | no more offers please | no need to send | no need to message | remove me
    remove my number | remove my no | remove my contact | remove number | remove from your list
    remove this number | delete my number | delete my no | delete my contact | take me off | unsubscribe
    unsubscribe* me | opt me out | opt out | not interested | leave me alone | will block | blocking you
    block you | going to block | report you | report this number | reporting | this is spam | spamming
    who gave you my number | where did you get my number | how did you get my number | got my number
    wrong number | lose my number | not your customer

    mat bhejo | mat bhejna | mat bhejiye | mat bhejiyega | mat bheja karo | mat bhej | mat bhejen | na bheje
    na bhejen | na bhejo | na bhejiye | msg mat* | message mat* | massage mat* | messages mat* | sms mat*
    mat karo message* | mat karo msg* | mat kijiye message* | nahi chahiye | nahin chahiye | nahi chaiye
    nhi chahiye | nahi chaheye | nai chahiye | pareshan mat | paresan mat | pareshan na | tang mat
    number hata* | number delete | no delete karo | list se hata* | list se nikal* | msg band | message band
    messages band | massage band | bhejna band | bhejna bandh | msg bandh | message bandh | ye sab band
    yeh sab band | block kar* | blok kar* | mujhe nahi chahiye | msg na kare | message na kare
    message na karen | msg na karo | dobara mat | aage se mat | ab mat bhej* | interest nahi | interested nahi

    naka pathvu | pathvu naka | pathavu naka | pathau naka | pathvu nakos | pathavu nakos | message naka
    msg naka | message nako | msg nako | messages nako | nako aata | nako ata | aata nako | ata nako
    mala nako | nako ahe | nako aahe | nakoy mala | tras deu naka | tras nako | number kadha | number kadhun
    pathavne band | pathvane band | garaj nahi | band kara message* | karu naka message* | message karu naka

    मत भेजो | मत भेजना | मत भेजिए | मत भेजिये | मत भेजिएगा | मत भेजें | मत भेजा करो | मत भेज | न भेजें | ना भेजें
    न भेजो | ना भेजो | न भेजिए | ना भेजिए | मत करो मैसेज | मैसेज मत | मेसेज मत | मैसेज ना करें | मैसेज न करें
    एसएमएस मत | नहीं चाहिए | नही चाहिए | नहीं चाहिये | परेशान मत | परेशान ना | परेशान न करें | तंग मत | नंबर हटा*
    नम्बर हटा* | नंबर डिलीट | नंबर निकाल* | लिस्ट से हटा* | मैसेज बंद | मेसेज बंद | भेजना बंद | ये सब बंद | यह सब बंद
    ब्लॉक कर* | रिपोर्ट कर दूंगा | दोबारा मत | आगे से मत | जरूरत नहीं | इंटरेस्ट नहीं | मैसेज भेजना बंद | मेरा नंबर किसने

    नको आता | आता नको | मला नको | नको मला | नको आहेत | नकोत | पाठवू नका | पाठवु नका | पाठवू नकोस | पाठवत जाऊ नका
    मेसेज नको | मेसेज नका | मॅसेज नको | मेसेज करू नका | मेसेज करु नका | संदेश नको | संदेश पाठवू नका | त्रास देऊ नका
    त्रास नको | नंबर काढ* | नंबर डिलीट | यादीतून काढ* | मेसेज बंद | मॅसेज बंद | पाठवणे बंद | पाठवणं बंद | संदेश बंद
    हे सगळं बंद | हे सर्व बंद | गरज नाही | ब्लॉक कर* | काही नको | परत पाठवू नका | नंबर कुठून | इच्छा नाही
"""
CONTRARY = """
    dont stop | do not stop | never stop | not stop | dont ever stop | dont unsubscribe | not unsubscribe
    stop mat | band mat | bandh mat | band nako | band naka | band na karo | band na kare | roko mat
    mat roko | बंद मत | बंद ना कर | बंद न कर | मत रोको | रोकना मत | बंद नका | बंद नको | बंद करू नका | बंद करु नका
    थांबवू नका | थांबवु नका | स्टॉप मत | स्टॉप नका
"""


def may_be_a_no(text: str) -> bool:
    """Whether a human should look at `text`, because its writer may not want to hear from the shop."""
    if len(text) > LONGEST:
        return False
    said = f" {plain(text)} ".replace(" do not ", " dont ").replace(" pls ", " ").replace(" please ", " ")
    return any(no in said for no in REFUSALS) and not any(contrary in said for contrary in CONTRARIES)


def _listed(phrases: str) -> tuple[str, ...]:
    """Each phrase as it stands in a padded message."""
    listed = (phrase.strip() for line in phrases.splitlines() for phrase in line.split("|"))
    return tuple(f" {plain(phrase)}" + ("" if phrase.endswith("*") else " ") for phrase in listed if phrase)


REFUSALS = _listed(REFUSED)
CONTRARIES = _listed(CONTRARY)
