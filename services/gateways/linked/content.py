"""What goes into a message, and what comes out of one. Imported in children only: it knows neonize."""

import asyncio
import hashlib
import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import (
    DocumentMessage,
    FutureProofMessage,
    ImageMessage,
    Message,
    VideoMessage,
)
from neonize.utils.enum import MediaType
from PIL import Image

UPLOAD_LASTS_S = 12 * 3600.0  # WhatsApp keeps a file for weeks; after this long it is put there anew
THUMBNAIL = (96, 96)  # pixels at most; it travels within the message
KINDS = {
    "image": MediaType.MediaImage,
    "document": MediaType.MediaDocument,
    "video": MediaType.MediaVideo,
}
# What somebody sent instead of words, so that an answer is never invisible.
WORDLESS = {
    "audioMessage": "🎤",
    "imageMessage": "📷",
    "videoMessage": "🎥",
    "documentMessage": "📄",
    "stickerMessage": "🙂",
    "locationMessage": "📍",
    "liveLocationMessage": "📍",
    "contactMessage": "👤",
    "contactsArrayMessage": "👤",
}
WRAPPERS = ("ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "documentWithCaptionMessage")


class FileGone(Exception):
    """The file is not there any more, or is another one."""


@dataclass(frozen=True, slots=True)
class File:
    """As wire.Send carries it; sha256 in hex."""

    kind: str
    path: str
    name: str
    mime: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Uploaded:
    """Where WhatsApp keeps a file for this sender, with what is needed to open it."""

    place: Any
    thumbnail: bytes
    size: tuple[int, int]
    until: float


class Uploads:
    """One sender's files at WhatsApp: each is put there once and then named in every message."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Uploaded] = {}

    async def message(self, client: Any, file: File, caption: str) -> Message:
        """Raises FileGone, OSError, or neonize's UploadError: nothing has left then."""
        known = self._known.get((file.kind, file.sha256))
        if known is None or known.until < time.time():
            known = await self._upload(client, file)
            self._known[file.kind, file.sha256] = known
        return _with_file(known, file, caption)

    async def _upload(self, client: Any, file: File) -> _Uploaded:
        content = await asyncio.to_thread(_content, file)
        thumbnail, size = b"", (0, 0)
        if file.kind == "image":
            thumbnail, size = await asyncio.to_thread(_thumbnail, content)
        place = await client.upload(content, KINDS[file.kind])
        return _Uploaded(place, thumbnail, size, time.time() + UPLOAD_LASTS_S)


def text_message(text: str) -> Message:
    """Never neonize's own str form, which turns "@9876543210" into a mention."""
    return Message(conversation=text)


def words_of(message: Message) -> str:
    """What a person sees of it; empty where there is nothing to see (a reaction, a key, a poll's vote)."""
    for wrapper in WRAPPERS:
        if message.HasField(wrapper):
            return words_of(getattr(message, wrapper).message)
    said = (
        message.conversation
        or message.extendedTextMessage.text
        or message.imageMessage.caption
        or message.videoMessage.caption
        or message.documentMessage.caption
        or message.buttonsResponseMessage.selectedDisplayText
        or message.listResponseMessage.title
        or message.templateButtonReplyMessage.selectedDisplayText
    )
    return said or next((sign for name, sign in WORDLESS.items() if message.HasField(name)), "")


def _with_file(known: _Uploaded, file: File, caption: str) -> Message:
    place = known.place
    common = {
        "URL": place.url,
        "directPath": place.DirectPath,
        "mediaKey": place.MediaKey,
        "fileEncSHA256": place.FileEncSHA256,
        "fileSHA256": place.FileSHA256,
        "fileLength": place.FileLength,
        "mimetype": file.mime,
        "caption": caption,
    }
    if file.kind == "image":
        width, height = known.size
        seen = {"JPEGThumbnail": known.thumbnail, "width": width, "height": height}
        return Message(imageMessage=ImageMessage(**common, **seen))
    if file.kind == "video":
        return Message(videoMessage=VideoMessage(**common))
    document = Message(documentMessage=DocumentMessage(**common, title=file.name, fileName=file.name))
    wrapped = FutureProofMessage(message=document)
    return Message(documentWithCaptionMessage=wrapped) if caption else document


def _content(file: File) -> bytes:
    try:
        content = Path(file.path).read_bytes()
    except OSError as e:
        raise FileGone(f"{file.name} cannot be read: {e.strerror}") from e
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise FileGone(f"{file.name} is another file than when the campaign was made")
    return content


def _thumbnail(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """A small JPEG, so that the chat is not grey until somebody taps; none where it cannot be read."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            size = picture.size
            picture.thumbnail(THUMBNAIL)
            small = io.BytesIO()
            picture.convert("RGB").save(small, "JPEG", quality=60)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b"", (0, 0)
    return small.getvalue(), size
