"""WhatsApp on loopback: a server of its multi-device protocol, and the phones of everybody on it.

The shipped neonize library links with it, logs in and sends, unmodified; the phones really decrypt what they
get. What reached whom is judged by the ledger.

    peer.py        the server put together, in a test's own process      process.py   in a process of its own
    connection.py  a line, over noise.py and nodes.py                    control.py   … spoken to over HTTP
    pairing.py login.py directory.py sending.py receipts.py media.py     answers.py   who answers which stanza
    people.py      everybody: accounts, device.py, ratchet.py            phones.py    what their owners do
    mailbox.py     what waits for a device until it has it               faults.py    what goes wrong
    store.py       what is remembered over a crash                       ledger.py    the judge

The product stays as it is: its children are started through trusting.py, in the environment of process.py.
"""
