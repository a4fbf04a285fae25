"""WhatsApp on loopback: a server of its multi-device protocol, and the phones of everybody on it.

The shipped neonize library links with it, logs in and sends, unmodified; the phones really decrypt what they
get. What reached whom is judged by the ledger.
"""
