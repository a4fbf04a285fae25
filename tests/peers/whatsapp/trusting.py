"""python -m tests.peers.whatsapp.trusting MODULE [WORDS]: a program of the product that talks to the peer.

It is what `python -m MODULE [WORDS]` would be, except that the neonize in its memory trusts the peer's root
key (PEER_ROOT, in hex). HTTPS_PROXY and SSL_CERT_FILE lead it there; see environment() in process.py.
"""

import os
import runpy
import sys

from tests.peers.whatsapp.trust import trust

if __name__ == "__main__":
    trust(bytes.fromhex(os.environ["PEER_ROOT"]))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
