"""One request of the web and its answer: a GET, its status, its type, its body within limits."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Collection, Iterator
from urllib.parse import urljoin

import httpcore
import httpx

from corpus import robots
from corpus.addresses import GuardedBackend
from corpus.errors import BrokenDocument, LimitExceeded, PermanentError, TransientError
from corpus.inflate import inflate

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PLAIN_TEXT = ("text/plain", "text/markdown", "text/x-markdown")
_REFUSALS = {
    401: "it needs a login",
    403: "it is forbidden",
    404: "there is no such page",
    410: "the page is gone",
}


class BusyError(TransientError):
    """The server asks to come back after ``pause_s`` seconds (0: it does not say)."""

    def __init__(self, message: str, pause_s: float) -> None:
        super().__init__(message)
        self.pause_s = pause_s


@contextlib.contextmanager
def request(url: str, private_hosts: Collection[str], deadline: float) -> Iterator[httpcore.Response]:
    """Send one GET over a connection of its own; what httpcore raises becomes an error of this room.

    Args:
        url: an address that `corpus.web.check_url` has passed.
        private_hosts: see `corpus.addresses.resolve`.
        deadline: a reading of `time.monotonic` at which headers and body have to be here.
    """
    parsed = httpx.URL(url)  # knows how to spell names and paths that are not ASCII
    backend = GuardedBackend(private_hosts, deadline)
    target = httpcore.URL(
        scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
    )
    headers = [
        (b"Host", parsed.netloc),
        (b"User-Agent", robots.AGENT.encode()),
        (b"Accept", b"text/html, application/xhtml+xml, application/pdf, */*;q=0.5"),
        (b"Accept-Encoding", b"gzip, deflate"),
        (b"Connection", b"close"),
    ]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(parsed.scheme), network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers) as response,
        ):
            yield response
    except httpcore.TimeoutException as error:
        raise TransientError(f"{url} took too long; try again later.") from error
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        if "CERTIFICATE_VERIFY" in str(error):
            raise PermanentError(f"The certificate of {url} is not valid ({error}).") from error
        reason = str(error) or type(error).__name__
        raise TransientError(f"{url} cannot be read ({reason}); try again later.") from error
    except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol) as error:
        raise PermanentError(f"{url} cannot be asked for ({error}); check the address.") from error


def _tls(scheme: str) -> ssl.SSLContext | None:
    return httpx.create_ssl_context() if scheme == "https" else None


def _header(response: httpcore.Response, name: bytes) -> str | None:
    values = [value for key, value in response.headers if key.lower() == name]
    return values[0].decode("latin-1").strip() if values else None


def redirect_target(response: httpcore.Response, url: str) -> str | None:
    """Return where an answer sends the reader, as an absolute address, or ``None``."""
    location = _header(response, b"location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise PermanentError(f"{url} redirects to {location[:200]!r}, which is not an address.") from error


def check_status(response: httpcore.Response, url: str) -> None:
    """Raise what any status but 200 means: `BusyError` where a later try may succeed."""
    status = response.status
    if status == 200:
        return
    if status in (408, 425, 429) or status >= 500:
        after = _header(response, b"retry-after") or ""
        pause = float(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0.0
        raise BusyError(f"{url} answers with status {status}; try again later.", pause)
    reason = _REFUSALS.get(status, "no page")
    raise PermanentError(f"{url} answers with status {status} ({reason}); check the address.")


def content_type(response: httpcore.Response) -> tuple[str | None, str | None]:
    """Return media type and charset, in lower case, ``None`` where the server does not say."""
    media_type, *parameters = (_header(response, b"content-type") or "").lower().split(";")
    charset = None
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset":
            charset = value.strip().strip("\"'") or None
    return media_type.strip() or None, charset


def body(response: httpcore.Response, url: str, max_bytes: int) -> bytes:
    """Read and decompress a body, at most ``max_bytes`` of it before and after decompression.

    Raises:
        LimitExceeded: there is more.
        TransientError: it arrived damaged.
        PermanentError: it is compressed in a way that was not asked for.
    """
    announced = _header(response, b"content-length") or ""
    too_long = LimitExceeded(f"{url} is longer than the limit of {max_bytes:,} bytes.")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:
        raise too_long
    encoding = (_header(response, b"content-encoding") or "identity").lower()
    if encoding in ("gzip", "x-gzip", "deflate"):
        try:
            return inflate(response.iter_stream(), max_bytes)
        except BrokenDocument as error:
            raise TransientError(f"{url} was sent damaged: {error}") from error
        except LimitExceeded as error:
            raise too_long from error
    if encoding != "identity":
        raise PermanentError(f"{url} is sent in the encoding {encoding[:40]!r}, which was not asked for.")
    data = bytearray()
    for chunk in response.iter_stream():
        data += chunk
        if len(data) > max_bytes:
            raise too_long
    return bytes(data)


def in_utf8(data: bytes, media_type: str | None, charset: str | None) -> bytes:
    """Recode plain text whose charset only the server knows; HTML and the rest say it themselves."""
    if charset in (None, "utf-8", "utf8") or media_type not in _PLAIN_TEXT:
        return data
    with contextlib.suppress(LookupError, ValueError):
        return data.decode(charset).encode()
    return data
