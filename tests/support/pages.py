"""Reading pages as a person would: signing in as somebody, tables by their captions."""

import json
import re
from html import escape, unescape
from typing import Any

from fastapi.testclient import TestClient

from interfaces.bootstrap import Program
from tests.support.browsing import send
from tests.support.visitors import PASSWORD, Visitor, client_of, newcomer, work_off


def enter(browser: TestClient, visitor: Visitor) -> None:
    """Sign a visitor in who has registered."""
    answer = send(browser, "/login", "/login", email=visitor.email, password=PASSWORD)
    assert answer.status_code == 303, answer.text


def owner(program: Program, browser: TestClient) -> tuple[Visitor, str]:
    """Somebody who is signed in at the browser, with a valued account of GOOG and SPY."""
    visitor = newcomer(program, client_of(program))
    portfolio_id = visitor.open_sample()
    work_off(program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    return visitor, portfolio_id


def wrong_fields(page: str) -> list[str]:
    """The fields that something is said to be wrong with."""
    return re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', page)


def rows_of(page: str, caption: str) -> list[list[str]]:
    """The texts of the cells of the table whose caption begins so, row by row."""
    tables = re.findall(r"<table[^>]*>(.*?)</table>", page, re.DOTALL)
    found = [
        table
        for table in tables
        if re.search(rf"<caption[^>]*>{re.escape(escape(caption))}", table)
    ]
    assert len(found) == 1, f"{len(found)} tables begin with {caption}"
    body = found[0].partition("<tbody>")[2]
    return [
        [_text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    ]


def tiles_of(page: str) -> dict[str, str]:
    """The texts of the tiles by their names."""
    found = re.findall(r'<div class="tile"><dt>(.*?)</dt><dd>(.*?)</dd>', page, re.DOTALL)
    return {unescape(name): _text(figure) for name, figure in found}


def figures_of(page: str) -> dict[str, Any]:
    """The figures of the charts by their names."""
    found = re.findall(
        r'data-chart="([^"]*)".*?<script type="application/json">(.*?)</script>', page, re.DOTALL
    )
    return {name: json.loads(figure) for name, figure in found}


def _text(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup)).strip()
