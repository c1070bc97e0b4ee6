"""JSON over HTTP with a deadline, retries and secrets that stay out of every message."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from evals.errors import EvalError
from evals.systems.config import SystemConfigError

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
MAX_BYTES = 32 * 1024 * 1024
MAX_WAIT_S = 60.0
_EXCERPT = 300  # characters of a refused answer in a message
_MIN_SECRET = 4  # shorter values would blot out ordinary text
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class SystemCallError(EvalError):
    """A system under test gave no usable answer: counted as an error of the run, never as a wrong answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``latency_ms``: of the request that was answered, without waits before retries."""

    status: int
    document: Any
    n_retries: int
    waited_ms: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after how many seconds a request is tried again."""

    timeout_s: float
    retries: int
    backoff_s: float


class JsonClient:
    """Sends requests to one system; may be used by several threads.

    Args:
        address: of the system; only for messages and to leave out a proxy on this machine.
        headers: with ``${NAME}`` where a value comes from the environment.
        policy: deadline and retries.
        where: how messages call the system.
        sleep: waits so many seconds; replaced in tests.

    Raises:
        SystemConfigError: an environment variable is not set.
    """

    def __init__(
        self,
        address: str,
        headers: Mapping[str, str],
        policy: RetryPolicy,
        where: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy, self._where, self._sleep = policy, where, sleep
        self._secrets: list[str] = []
        filled = {name: self._fill(name, value) for name, value in headers.items()}
        host = urlsplit(address).netloc.rsplit(":", 1)[0]
        self._client = httpx.Client(
            headers=filled, timeout=policy.timeout_s, follow_redirects=False, trust_env=host not in _LOOPBACK
        )

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        accepted: frozenset[int] = frozenset({200}),
    ) -> Reply:
        """Send a request until it is answered.

        Args:
            method: HTTP method.
            url: absolute.
            body: sent as JSON; None sends none.
            query: added to the address.
            accepted: the statuses that are answers.

        Raises:
            SystemCallError: no connection, no answer in time, another status,
                or no JSON; the message holds no secret.
        """
        waited = 0.0
        for n_retries in range(self._policy.retries + 1):
            begun = time.perf_counter()
            status, text, wait = self._once(method, url, body, query)
            if status in accepted:
                latency_ms = (time.perf_counter() - begun) * 1000
                return Reply(
                    status,
                    self._parse(text, url),
                    n_retries,
                    round(waited * 1000, 3),
                    round(latency_ms, 3),
                )
            if n_retries == self._policy.retries or (status is not None and status not in RETRIED_STATUSES):
                break
            pause = self._pause(n_retries, wait)
            waited += pause
            self._sleep(pause)
        tries = f" ({n_retries + 1} tries)" if n_retries else ""
        told = f"answered {status}: {_excerpt(text)}" if status is not None else text
        raise SystemCallError(f"{self._where} at {plain(url)} {told}{tries}{_advice(status)}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _once(
        self, method: str, url: str, body: Any, query: Mapping[str, str] | None
    ) -> tuple[int | None, str, str | None]:
        """Return status, text and Retry-After; status None and the reason where the connection failed."""
        deadline = time.monotonic() + self._policy.timeout_s
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._client.stream(
                method, url, content=content, params=query or None, headers=headers
            ) as response:
                data = bytearray()
                for part in response.iter_bytes():
                    data += part
                    if len(data) > MAX_BYTES:
                        raise SystemCallError(
                            f"{self._where} at {plain(url)} sent more than {MAX_BYTES} bytes"
                        )
                    if time.monotonic() > deadline:
                        raise self._too_slow(url)
                text = self._clean(data.decode("utf-8", errors="replace"))
                return response.status_code, text, response.headers.get("retry-after")
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.RemoteProtocolError,
            httpx.ReadError,
        ) as error:
            return None, f"cannot be reached: {self._clean(str(error)) or type(error).__name__}", None
        except httpx.TimeoutException as error:
            raise self._too_slow(url) from error
        except httpx.HTTPError as error:
            message = self._clean(str(error)) or type(error).__name__
            raise SystemCallError(f"{self._where} at {plain(url)}: {message}") from error

    def _too_slow(self, url: str) -> SystemCallError:
        # Not tried again: a system that is slow once is slow again, and has the work of both.
        seconds = self._policy.timeout_s
        return SystemCallError(
            f"{self._where} at {plain(url)} gave no answer in {seconds:g} s (timeout_s allows more)"
        )

    def _pause(self, n_retries: int, wait: str | None) -> float:
        told = _retry_after(wait)
        if told is not None:
            return min(told, MAX_WAIT_S)
        # Spread, so that the threads of a run do not come back all at once.
        spread = random.uniform(0.75, 1.25)  # noqa: S311  (no secret)
        pause: float = self._policy.backoff_s * 2**n_retries * spread
        return min(pause, MAX_WAIT_S)

    def _parse(self, text: str, url: str) -> Any:
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            raise SystemCallError(
                f"{self._where} at {plain(url)} sent no JSON ({error}): {_excerpt(text)}"
            ) from error

    def _fill(self, header: str, value: str) -> str:
        def variable(match: re.Match[str]) -> str:
            found = os.environ.get(match[1], "").strip()
            if not found:
                raise SystemConfigError(
                    self._where, f"headers.{header}", f"set the environment variable {match[1]}"
                )
            if len(found) >= _MIN_SECRET:
                self._secrets.append(found)
            return found

        return _VARIABLE.sub(variable, value)

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


def plain(url: str) -> str:
    """Return an address without query and fragment, where keys may stand."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _excerpt(text: str) -> str:
    squashed = " ".join(text.split())
    return squashed if len(squashed) <= _EXCERPT else squashed[:_EXCERPT] + " ..."


def _advice(status: int | None) -> str:
    if status is None:
        return "; check that it runs and that the address is right"
    if status in (401, 403):
        return "; check the key that the headers of the configuration name"
    if status in (404, 405) or 300 <= status < 400:
        return "; check the address in the configuration"
    return ""
