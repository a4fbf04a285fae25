"""The linked channel: a shop's own WhatsApp number, through neonize, as one of its linked devices.

    gateway.py   what the engine sees                    \
    hosts.py     the child processes and who sits where   | in our process
    pairing.py   linking a number, as a stream of events  |
    outcome.py   what an answer of neonize means          /
    wire.py      what both sides say to each other
    store.py     one number's store;  memory.py  what all remember;  owner.py  who may use one
    host.py      a child that runs up to twenty numbers  \
    session.py   one number: connected, or coming back    |
    line.py      how it stands;  signs.py  what WhatsApp says of that
    voice.py     what we ask: send, who is there, unlink  | in a child: only here is neonize loaded
    porter.py, stanzas.py  what comes, before all else    |
    journal.py   where that stands until it is stored     |
    hearing.py   what it means;  content.py, adapter.py   |
    pairer.py, leaver.py   a child that makes or ends one link, and ends itself

neonize is fast and bites: a crash of its Go half cannot be caught, a call can hang for ever, and starting or
stopping one session can kill all. So it lives in child processes that may be killed at any moment, and what
they were doing is found out from the store: a message's token is its `messageSecret`, which the library
writes down together with the message's id before the message leaves.
"""

from services.gateways.linked.gateway import Linked

__all__ = ["Linked"]
