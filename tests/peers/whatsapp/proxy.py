"""An HTTP proxy that pipes every CONNECT to one local port: nothing leaves the machine."""

import asyncio

CHUNK = 1 << 16


class Proxy:
    """start() opens it; its `port` is known afterwards."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"CONNECT "):
                writer.write(b"HTTP/1.1 405 CONNECT only\r\n\r\n")
                return
            inside, outside = await asyncio.open_connection("127.0.0.1", self._target)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(_pipe(reader, outside), _pipe(inside, writer))
        except (asyncio.IncompleteReadError, OSError):
            pass  # who hangs up in the middle has his reasons
        finally:
            writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
