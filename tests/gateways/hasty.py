"""python -m tests.gateways.hasty MODULE [WORDS]: a child in front of the peer that waits less than in life.

Tests of what happens when somebody never answers would take minutes otherwise.
"""

import importlib
import os
import sys

from tests.peers.whatsapp.trust import trust


def run() -> None:
    trust(bytes.fromhex(os.environ["PEER_ROOT"]))
    from services.gateways.linked import hearing, host, owner, pairer, voice

    voice.SEND_S = 2.0
    hearing.ASKS_AGAIN_S = 1.0
    pairer.SETTLES_S = 0.2
    host.BEAT_S = 0.5
    owner.GOES_BY_ITSELF_S = 1.5
    pairer.LASTS_S = float(os.environ.get("PAIRING_LASTS_S", "20"))
    importlib.import_module(sys.argv[1]).run(sys.argv[2:])


if __name__ == "__main__":
    run()
