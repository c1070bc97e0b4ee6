"""A real HTTP server that gives prepared answers and remembers what it was asked."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """``replies``: functions from (path, body) to (status, value or bytes, headers), used in turn; the
    last one stays."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.asked = []
        self.address = ""

    def next(self, path, body, headers):
        self.asked.append({"path": path, "body": body, "headers": headers})
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(path, body) if callable(reply) else reply


@contextmanager
def serve(*replies):
    site = Site(*replies)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, value, *more = site.next(self.path, body, dict(self.headers))
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            for name, text in (more[0] if more else {}).items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET = do_PUT = _answer  # noqa: N815  (the names of the library)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def slowly(seconds, reply):
    """A reply that takes its time."""

    def wait(_path, _body):
        time.sleep(seconds)
        return reply

    return wait
