"""The sandbox channel: a WhatsApp that lives in this computer. Nothing leaves it; the rest is as in life.

It accepts messages, its people receive, read and answer them after a while, and it keeps a ledger on disk
(data/sandbox/<sender>.jsonl) that says what "really" went out, across processes and crashes. For rehearsals,
demos, a new shop's first hour, and our own tests. A rehearsal may run faster than life (`Outgoing.speedup`).

How ordinary people behave is drawn from the message's token, so it is the same whenever it is asked:
96 in 100 phones receive it after 1–20 s, 62 of 100 owners then read it after 10 s–30 min, and 4 in 100
answer ("Ok", "धन्यवाद", "Price?"). Nobody says STOP by chance: a rehearsal's numbers may be real people's.

Seven in ten know the shop, so that WhatsApp would not call it a new chat; so do …111 and …222, not …463.

The last three digits of a number choose a special end, like a payment provider's test cards:

    …404   refused: not on WhatsApp
    …463   refused: WhatsApp refuses new chats
    …464   refused like that from the tenth of them on; the first nine get it
    …503   never sent: every attempt fails before it leaves
    …502   not sent at the first attempt, accepted at the second
    …500   the line breaks after the message left: unknown, and the receipts come late
    …501   the line breaks before the message left: unknown, and recover() says it never left
    …400   accepted, but the phone cannot read it
    …111   reads it and answers STOP
    …222   reads it and answers "Thank you"
"""

from services.gateways.sandbox.gateway import Sandbox

__all__ = ["Sandbox"]
