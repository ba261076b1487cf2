"""The frame of every page: one stylesheet of our own, nothing from outside (spec 8)."""

from html import escape

from fastapi.responses import HTMLResponse

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">SigmaSight</a>
<nav><a href="/docs">API</a> <a href="/errors">Errors</a></nav></header>
<main>
{body}
</main>
</body>
</html>
"""


def page(title: str, body: str) -> HTMLResponse:
    """A page; `body` is HTML whose texts are escaped already."""
    return HTMLResponse(_FRAME.format(title=escape(title), body=body))
