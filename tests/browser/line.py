"""A line between a phone and Broadcaster that can be cut and mended: what is open breaks, nothing passes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Line:
    """`address` is Broadcaster's for whoever stands at this end."""

    def __init__(self, there: str) -> None:
        self._host, _, port = there.removeprefix("http://").partition(":")
        self._port = int(port)
        self._open: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.address = ""

    def cut(self) -> None:
        self._cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._cut = False

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._cut:
            return back.transport.abort()
        try:
            far, there = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return back.transport.abort()
        self._open |= {back, there}
        try:
            await asyncio.gather(_pour(near, there), _pour(far, back))
        finally:
            self._open -= {back, there}


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    sink.close()


@asynccontextmanager
async def line_to(there: str) -> AsyncIterator[Line]:
    line = Line(there)
    server = await asyncio.start_server(line.carry, "localhost", 0)
    line.address = f"http://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        line.cut()
