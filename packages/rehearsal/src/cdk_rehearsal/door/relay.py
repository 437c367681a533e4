"""Bytes passed on untouched between two connections."""

import asyncio
import contextlib

from cdk_rehearsal.door.exchange import CHUNK, Stream


async def relay(here: Stream, there: Stream) -> None:
    """Pass bytes on in both directions until both ends have closed theirs."""
    try:
        await asyncio.gather(_pump(here[0], there[1]), _pump(there[0], here[1]))
    finally:
        for _, writer in (here, there):
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
