"""The linked channel broken on purpose: the shipped neonize against the peer, judged by the peer's ledger."""
