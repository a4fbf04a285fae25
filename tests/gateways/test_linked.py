"""The linked channel keeps the gateways' contract: the shipped neonize, against WhatsApp's own protocol."""

from tests.gateways.contract import GatewayContract


class TestLinked(GatewayContract):
    """The contract, word for word."""
