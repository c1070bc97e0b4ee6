"""A real local web server whose answers each test writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from corpus.web import WebRules

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})


class WebServer:
    """Answers from ``pages`` (path to an answer, a list of answers in turn, or a handler)."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | list[Answer] | Handler] = {}
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.release = threading.Event()
        server = self

        class RequestHandler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests.append(self.path)
                server.headers.append(dict(self.headers.items()))
                page = server.pages.get(self.path, Answer(b"no such page", 404))
                if isinstance(page, list):
                    page = page.pop(0) if len(page) > 1 else page[0]
                if isinstance(page, Answer):
                    self.send_response(page.status)
                    for name, value in page.headers.items():
                        self.send_header(name, value)
                    if "Content-Length" not in page.headers:
                        self.send_header("Content-Length", str(len(page.body)))
                    self.end_headers()
                    self.wfile.write(page.body)
                else:
                    page(self)

            def log_message(self, *arguments: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # the client hangs up on purpose in some tests

        self._server = Quiet(("127.0.0.1", 0), RequestHandler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rules(self, **changed: object) -> WebRules:
        """Quick rules under which this server, and no other private address, may be read."""
        values = {
            "backoff_s": 0.001,
            "timeout_s": 10.0,
            "private_hosts": frozenset({f"127.0.0.1:{self.port}"}),
        }
        return WebRules(**{**values, **changed})

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.pages[path] = Answer(b"", status, {"Location": target})

    def __enter__(self) -> WebServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
