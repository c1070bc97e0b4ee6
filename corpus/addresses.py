"""Guarded connections: only to public addresses, and never past a deadline.

A name is resolved once, every address of the answer is checked, and the
connection goes to a checked address, so a name that changes its answer
between check and use gains nothing. Proxies of the environment are not used:
a proxy would do the resolving, and the check with it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable
from typing import Any

import httpcore

from corpus.errors import PermanentError, TransientError

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Private, loopback, link-local (cloud metadata), shared, multicast and
    reserved ones do not; nor do IPv6 addresses that carry such an IPv4
    address inside (mapped, 6to4, Teredo, NAT64).
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = _embedded(ip)
    return all(_is_public(each) for each in inside) if inside else _is_public(ip)


def _is_public(ip: _IPAddress) -> bool:
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or site_local)


def _embedded(ip: _IPAddress) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 addresses where packets for an IPv6 address really go."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ()
    if ip.ipv4_mapped is not None:
        return (ip.ipv4_mapped,)
    if ip.sixtofour is not None:
        return (ip.sixtofour,)
    if ip.teredo is not None:
        return ip.teredo
    return (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF),) if ip in _NAT64 else ()


def resolve(host: str, port: int, private_hosts: Collection[str] = ()) -> tuple[str, ...]:
    """Return the addresses of a host, all of them checked.

    Args:
        host: a name or an IP address, in any spelling that the system resolves.
        port: 1..65535.
        private_hosts: ``host:port`` pairs that may have private addresses.

    Raises:
        PermanentError: the host has a private address, or no address.
        TransientError: the name service does not answer.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise TransientError(f"The name {host} cannot be looked up now ({error.strerror}).") from error
        raise PermanentError(f"The name {host} is not known ({error.strerror}); check it.") from error
    except (UnicodeError, OverflowError) as error:
        raise PermanentError(f"{host[:80]!r} is not a host name; check the address.") from error
    addresses = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if f"{host}:{port}" not in private_hosts:
        for address in addresses:
            if not is_public(address):
                raise PermanentError(
                    f"{host} has the private address {address}, and private addresses are refused; "
                    "to read an intranet, list its host and port as allowed."
                )
    return addresses


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections for httpcore: to checked addresses, until a deadline.

    ``deadline`` is a reading of `time.monotonic`; every wait ends there.
    """

    def __init__(self, private_hosts: Collection[str], deadline: float) -> None:
        self._inner = httpcore.SyncBackend()
        self._private_hosts = private_hosts
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in resolve(host, port, self._private_hosts):
            try:
                stream = self._inner.connect_tcp(
                    address, port, remaining(self._deadline, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure


class _DeadlineStream(httpcore.NetworkStream):
    """A connection that a slow server cannot hold open: each wait ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, remaining(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, remaining(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, remaining(self._deadline, timeout))
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def remaining(deadline: float, timeout: float | None) -> float:
    """Return the seconds left, at most ``timeout``.

    Raises:
        httpcore.ReadTimeout: the deadline has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this page is over")
    return left if timeout is None else min(left, timeout)
