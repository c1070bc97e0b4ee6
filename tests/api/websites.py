"""Websites on origins of their own that embed the widget, under a strict policy or a lax one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STYLE = """
html { font-size: 62.5%; } * { letter-spacing: .02em; } button { background: red !important; font-size: 3px; }
main { font: 16px/1.5 Georgia, serif; padding: 1em; max-width: 60em; }
body { margin: 0; color: #222; background: #fffdf5; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #221d16; } a { color: #9cf; } }
.themed helpdesk-widget { --helpdesk-accent: #7a1f5c; --helpdesk-on-accent: #fff; --helpdesk-radius: 4px; }
"""

PAGE = """<!DOCTYPE html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Kommunen</title>
<link rel="stylesheet" href="/style.css"></head><body class="{theme}"><main><h1>Kommunen</h1>
<p><a id="before" href="#before">En länk</a> på en helt vanlig webbplats, med text runt omkring.</p></main>
<script src="{home}/widget.js" data-language="{widget}" async></script>{more}</body></html>"""

POLICY = (
    "default-src 'none'; script-src {home}; connect-src {home}; frame-src {home}; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)


@contextmanager
def website(
    home: str, *, more: str = "", policy: str = POLICY, host: str = "localhost", **page: str
) -> Iterator[str]:
    """Serve a page that embeds the widget of ``home``; gives its origin.

    Args:
        home: the helpdesk's address.
        more: further HTML of the page.
        policy: its content security policy; ``{home}`` stands for the helpdesk.
        host: the name it is called by.
        page: ``lang``, ``dir``, ``theme`` of the page; ``widget``: the language of the widget.
    """
    values = {"lang": "sv", "dir": "ltr", "theme": "", "widget": "sv", "home": home, "more": more} | page
    html, rule = PAGE.format_map(values), policy.format(home=home)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            style = self.path == "/style.css"
            body = (STYLE if style else html).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if style else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", rule)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
