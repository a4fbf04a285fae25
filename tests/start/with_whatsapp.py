"""python -m tests.start.with_whatsapp [WORDS]: `python main.py WORDS`, with the peer in WhatsApp's place.

PEER says where it is (peer.Address as JSON). Only what its child processes are started with is different.
"""

import json
import os
import sys
from functools import partial

import main
from services.gateways.linked import Linked
from services.gateways.linked.hosts import Launcher
from tests.peers.whatsapp.peer import Address
from tests.peers.whatsapp.process import leading_to


def launcher(address: Address) -> Launcher:
    """Starts children that find the peer where WhatsApp would be, and trust its key."""
    return Launcher((sys.executable, "-m", "tests.peers.whatsapp.trusting"), leading_to(address))


if __name__ == "__main__":
    peer = Address(**json.loads(os.environ["PEER"]))
    setattr(main, "Linked", partial(Linked, launcher=launcher(peer)))  # noqa: B010 - a name of its own
    sys.exit(main.main(sys.argv[1:]))
