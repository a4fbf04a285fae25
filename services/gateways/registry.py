"""Which gateway serves which channel: the only list of them. Filled by main.py."""

from models.states import Channel
from services.gateways.protocol import Gateway


class Gateways:
    """The doors that are open in this process."""

    def __init__(self, *gateways: Gateway) -> None:
        self._by_channel = {gateway.channel: gateway for gateway in gateways}

    def of(self, channel: str) -> Gateway | None:
        """The channel's gateway, or None where this process has no such door."""
        return self._by_channel.get(Channel(channel))

    async def aclose(self) -> None:
        for gateway in self._by_channel.values():
            await gateway.aclose()
