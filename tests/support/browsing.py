"""What somebody does at pages with a browser without scripts."""

import re
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from httpx import Client, Response

from interfaces.bootstrap import Program
from tests.support.visitors import PASSWORD, Visitor


def send(browser: Client, page: str, action: str, files: Any = None, **fields: str) -> Response:
    """Open a page and send the form on it that has this action, with some fields filled in."""
    text = browser.get(page).text
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    assert form, f"{page} has no form for {action}"
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    known = {name: unescape(value) for name, value in hidden}
    answer: Response = browser.post(action, data=known | fields, files=files)
    return answer


def signed_in(program: Program, browser: TestClient) -> str:
    """Let somebody new sign in; returns the e-mail address."""
    visitor = Visitor(browser)
    assert visitor.register(program).status_code == 201
    answer = send(browser, "/login", "/login", email=visitor.email, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/command-center")
    return visitor.email
