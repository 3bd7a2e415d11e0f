"""One HTTP request as it arrives: whether all of it is there, without blocking for the rest."""

import re
from enum import Enum

from core.kit.bodies import MAX_BODY_BYTES, MAX_DRAIN_BYTES

MAX_HEAD_BYTES = 16 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_ANY_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_ENCODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})(?:[ \t]*;[^\r\n]*)?\r\n")
MAX_SIZE_LINE = 256


class State(Enum):
    HEAD = "head"
    BODY = "body"
    COMPLETE = "complete"
    CUT_OFF = "cut off"
    """Too long or malformed: the application refuses it, and nothing more is read."""
    HEAD_TOO_LONG = "head too long"


class IncomingRequest:
    """`raw` is what was received of it and `rest` what came after it."""

    def __init__(self) -> None:
        self.state = State.HEAD
        self.raw = bytearray()
        self.rest = b""
        self._dropping = False
        self._dropped_bytes = 0
        self._body_at = 0
        self._end: int | None = None  # of the body in `raw`, unless it is chunked
        self._next_chunk = 0
        self._decoded = 0

    def feed(self, data: bytes) -> None:
        if self._dropping:
            self._drop(data)
            return
        self.raw += data
        if self.state is State.HEAD:
            self._read_head()
        if self.state is State.BODY:
            self._read_body()

    @property
    def waits_for_continue(self) -> bool:
        """Whether the client sends the body only after `100 Continue`."""
        return self.state is State.BODY and _CONTINUE.search(self.raw, 0, self._body_at) is not None

    def _read_head(self) -> None:
        found = self.raw.find(_END)
        if found > MAX_HEAD_BYTES or (found < 0 and len(self.raw) > MAX_HEAD_BYTES):
            self.state = State.HEAD_TOO_LONG
        elif found >= 0:
            self.state = State.BODY
            self._body_at = self._next_chunk = found + len(_END)
            if _CHUNKED.search(self.raw, 0, self._body_at) is None:
                length = _LENGTH.search(self.raw, 0, self._body_at)
                self._end = self._body_at + (int(length[1]) if length else 0)
                malformed = length is None and _ANY_LENGTH.search(self.raw, 0, self._body_at)
                if malformed or _ENCODED.search(self.raw, 0, self._body_at):
                    self.state = State.CUT_OFF

    def _read_body(self) -> None:
        if self._end is None:
            self._read_chunks()
        elif len(self.raw) >= self._end:
            self._complete(self._end)
        elif len(self.raw) - self._body_at > MAX_BODY_BYTES:
            self._dropping = True

    def _read_chunks(self) -> None:
        while self.state is State.BODY and self._next_chunk < len(self.raw):
            line = _CHUNK_SIZE.match(self.raw, self._next_chunk)
            if line is None:
                if b"\n" in self.raw[self._next_chunk :] or self._line_is_too_long():
                    self.state = State.CUT_OFF
                return
            size = int(line[1], 16)
            if size == 0:
                self._read_trailer(line.end())
                return
            self._next_chunk = line.end() + size + 2
            self._decoded += size
            if self._decoded > MAX_BODY_BYTES and len(self.raw) >= self._next_chunk - 2:
                self.state = State.CUT_OFF

    def _line_is_too_long(self) -> bool:
        return len(self.raw) - self._next_chunk > MAX_SIZE_LINE

    def _read_trailer(self, start: int) -> None:
        if self.raw[start : start + 2] == b"\r\n":
            self._complete(start + 2)
        elif (end := self.raw.find(_END, start)) >= 0:
            self._complete(end + len(_END))
        elif len(self.raw) - start > MAX_HEAD_BYTES:
            self.state = State.CUT_OFF

    def _complete(self, end: int) -> None:
        self.state = State.COMPLETE
        self.rest = bytes(self.raw[end:])
        del self.raw[end:]

    def _drop(self, data: bytes) -> None:
        """A client that still sends when the connection closes never sees the refusal."""
        self._dropped_bytes += len(data)
        if len(self.raw) + self._dropped_bytes >= min(self._end or 0, MAX_DRAIN_BYTES):
            self.state = State.CUT_OFF
