"""HTTP as bytes on a socket, for requests that no client would send."""

import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse

import httpx
from hypothesis import strategies as st

from tests.support.mutant_uploads import Upload, uploads

_CHUNK = 64 * 1024
_ANSWERS_WITHIN_S = 20
_Framing = Callable[[bytes], tuple[bytes, bytes]]


def chunked(body: bytes) -> bytes:
    """The body in chunks, with the one of no bytes that ends it."""
    parts = [body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _announced(size: Callable[[int], bytes]) -> _Framing:
    return lambda body: (b"Content-Length: " + size(len(body)) + b"\r\n", body)


FRAMINGS: Mapping[str, _Framing] = {
    "right": _announced(lambda size: b"%d" % size),
    "too long": _announced(lambda size: b"%d" % (size + 1_000)),
    "too short": _announced(lambda size: b"%d" % (size * 9 // 10)),
    "nothing": _announced(lambda _: b"0"),
    "below nothing": _announced(lambda size: b"-%d" % size),
    "no number": _announced(lambda _: b"\xb2\xb3"),
    "a huge number": _announced(lambda _: b"9" * 30),
    "over the limit": _announced(lambda _: b"%d" % (12 * 1024 * 1024)),
    "twice": _announced(lambda size: b"%d\r\nContent-Length: %d" % (size, size)),
    "twice, differing": _announced(lambda size: b"%d\r\nContent-Length: %d" % (size, size + 5)),
    "none": lambda body: (b"", body),
    "chunked": lambda body: (b"Transfer-Encoding: chunked\r\n", chunked(body)),
    "chunked without an end": lambda body: (
        *(b"Transfer-Encoding: chunked\r\n", chunked(body).removesuffix(b"0\r\n\r\n")),
    ),
    "chunks of no size": lambda body: (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + body),
    "chunked and announced": lambda body: (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        chunked(body),
    ),
    "gzip as transfer": lambda body: (b"Transfer-Encoding: gzip\r\n", body),
}
"""How a request may say where its body ends, and what it then sends."""

_MORE_LINES: Mapping[str, bytes] = {
    "nothing": b"",
    "another host": b"Host: another\r\n",
    "a long line": b"X: " + b"y" * 70_000 + b"\r\n",
    "many lines": b"X: y\r\n" * 300,
    "a folded line": b" folded\r\n",
    "no colon": b"no colon\r\n",
    "no name": b": no name\r\n",
    "a NUL in a name": b"X\0: y\r\n",
    "a NUL in a value": b"X: \0\r\n",
    "no ASCII": b"\xff: \xff\r\n",
    "an early end": b"\r\n",
    "half a line end": b"X: y\n",
    "an expectation": b"Expect: nonsense\r\n",
    "an upgrade": b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
}
"""What a head may have beside its own lines."""


@dataclass(frozen=True)
class WireUpload:
    """An upload, how it is framed, and what its head has beside its own lines."""

    upload: Upload
    framing: str
    more: str

    @property
    def is_http(self) -> bool:
        """Whether it is a request that every server answers, whatever it holds."""
        return self.framing in ("right", "chunked") and self.more == "nothing"

    @property
    def hangs_up(self) -> bool:
        """Whether the server would wait for more of it: the sender says that no more will come."""
        return self.framing in ("too long", "chunked without an end", "a huge number")

    def written(self, path: str, token: str, body: bytes) -> bytes:
        """All bytes of the request."""
        framing, sent = FRAMINGS[self.framing](body)
        lines = [f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()]
        lines += [f"Authorization: Bearer {token}\r\n".encode()]
        lines += [name + b": " + value + b"\r\n" for name, value in self.upload.headers]
        return b"".join([*lines, framing, _MORE_LINES[self.more], b"\r\n", sent])


@st.composite
def wire_uploads(draw: st.DrawFn, kind: str) -> WireUpload:
    """Uploads of which half say wrongly where they end, and a few have more in their head."""
    usual = draw(st.booleans())
    return WireUpload(
        upload=draw(uploads(kind)),
        framing="right" if usual else draw(st.sampled_from(list(FRAMINGS))),
        more="nothing"
        if usual or draw(st.booleans())
        else draw(st.sampled_from(list(_MORE_LINES))),
    )


def exchange(port: int, sent: bytes, *, hangs_up: bool) -> httpx.Response | None:
    """Send bytes; the answer, None where the server closes without one.

    Sending stops where the server begins to answer. Who `hangs_up` will send no more, whatever
    the server waits for; then it need not answer.

    Raises:
        TimeoutError: it neither answers nor closes.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_ANSWERS_WITHIN_S) as connection:
        with suppress(ConnectionError):
            for at in range(0, len(sent), _CHUNK):
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(sent[at : at + _CHUNK])
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
        return _answer(connection)


def _answer(connection: socket.socket) -> httpx.Response | None:
    answer = HTTPResponse(connection, method="POST")
    try:
        answer.begin()
        content = answer.read()
    except ConnectionError:  # closed without an answer, too
        return None
    headers = [pair for pair in answer.getheaders() if pair[0].lower() != "transfer-encoding"]
    return httpx.Response(answer.status, headers=headers, content=content)
