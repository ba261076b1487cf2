"""Specification of the OpenAPI document: complete, and true (spec 4)."""

from collections.abc import Iterator
from typing import Any

import pytest

from interfaces.api import (
    access_shapes,
    admin_projections,
    admin_run_shapes,
    admin_users,
    audit_events,
    calculation_shapes,
    formats,
    import_shapes,
    market_data_shapes,
    onboarding,
    onboarding_status,
    operations,
    portfolio_shapes,
    positions,
    previews,
    sessions,
)
from interfaces.api import valuation_shapes as shapes
from interfaces.error_catalogue import CATALOGUE
from tests.interfaces.conftest import World

Json = dict[str, Any]
ANSWERS = [
    *(
        onboarding.Registered,
        onboarding.Opened,
        onboarding_status.Status,
        access_shapes.GivenAccess,
        sessions.Me,
    ),
    *(portfolio_shapes.Portfolio, portfolio_shapes.PortfolioList, positions.PositionList),
    *(
        admin_run_shapes.StartedByAdmin,
        admin_run_shapes.AdminRunList,
        admin_run_shapes.AdminRunDetail,
        admin_run_shapes.RunSummary,
        admin_run_shapes.CleanedUp,
        calculation_shapes.Started,
        calculation_shapes.BatchStatus,
        calculation_shapes.RunHistory,
        operations.Alive,
        operations.Ready,
    ),
    audit_events.AuditEventList,
    *(sessions.SignedOut, admin_users.UserList, admin_users.RankedUser),
    admin_users.GivenImpersonation,
    *(admin_projections.ProjectionList, admin_projections.RebuildAsked),
    admin_projections.ProjectionReport,
    *(shapes.Overview, shapes.ValuationList, shapes.DayValuation),
    *(shapes.NotAvailable, shapes.NoValuations),
    *(formats.FormatList, previews.Preview, import_shapes.Imported, import_shapes.ImportList),
    *(market_data_shapes.PriceList, market_data_shapes.ShownCoverage),
    *(market_data_shapes.HandedIn, market_data_shapes.ShownSecurity),
    *(import_shapes.ImportDetail, import_shapes.TakenBack, import_shapes.BroughtBack),
]
FILE_FIELDS = [
    *("csv_file", "source_account", "default_entry_date", "default_entry_price", "accept_valid"),
]
ACCOUNT_FIELDS = [
    *("portfolio_name", "account_name", "account_type", "equity_balance"),
    *("description", "equity_as_of", "price_source"),
]
UPLOADS = {
    "/onboarding/create-portfolio": [*ACCOUNT_FIELDS, *FILE_FIELDS],
    "/onboarding/preview-csv": [*ACCOUNT_FIELDS, *FILE_FIELDS, "portfolio_id", "mode"],
    "/portfolios/{portfolio_id}/imports": [*FILE_FIELDS, "mode", "force"],
}

QUERIES_BY_POST = ("/preview-csv", "/stress-test", "/verify", "/recompute")
"""What is sent as a POST, but changes nothing."""


@pytest.fixture(scope="module")
def document(world: World) -> Json:
    """The document as it is served."""
    served: Json = world.client.get("/openapi.json").json()
    return served


def operations_of(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def places_pointed_at(part: object) -> Iterator[str]:
    """Every `$ref` in a part of the document."""
    if isinstance(part, dict):
        if isinstance(place := part.get("$ref"), str):
            yield place
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from places_pointed_at(each)


def test_every_schema_that_is_pointed_at_is_there(document: Json) -> None:
    places = set(places_pointed_at(document))
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert places
    assert places - there == set()


def test_no_two_shapes_share_a_name(document: Json) -> None:
    told_apart = [name for name in document["components"]["schemas"] if "__" in name]
    assert told_apart == [], "clients made from the document leave such shapes out"


def test_every_route_has_a_summary_a_description_and_a_tag(document: Json) -> None:
    for route, operation in operations_of(document):
        assert operation["summary"], route
        assert operation["description"], route
        assert operation["tags"], route


def test_every_answer_has_a_schema_and_an_example(document: Json) -> None:
    for route, operation in operations_of(document):
        assert operation["responses"], route
        for status, response in operation["responses"].items():
            if status in ("204", "304"):
                assert "content" not in response, route
                continue
            assert response["content"], (route, status)
            for content in response["content"].values():
                assert content["schema"], (route, status)
                assert content.get("example") or content.get("examples"), (route, status)


def test_every_refusal_is_in_the_envelope_and_in_the_catalogue(document: Json) -> None:
    for route, operation in operations_of(document):
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}, route
                for code, example in content.get("examples", {}).items():
                    assert example["value"]["error"]["code"] == code
                    assert CATALOGUE[code].status == int(status)


def test_the_frameworks_own_error_shape_is_nowhere(document: Json) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_routes_that_need_a_token_say_so(document: Json) -> None:
    open_to_all = {
        route for route, operation in operations_of(document) if "security" not in operation
    }
    assert open_to_all == {
        "POST /api/v1/onboarding/register",
        "POST /api/v1/auth/login",
        "GET /api/v1/onboarding/csv-template",
        "GET /api/v1/onboarding/formats",
        "GET /health/live",
        "GET /health/ready",
        "GET /metrics",
        "GET /health/prerequisites",
        "GET /errors",
        "GET /errors/{code}",
    }
    for route, operation in operations_of(document):
        assert ("401" in operation["responses"]) or route in open_to_all


def test_commands_about_what_is_owned_are_refused_to_auditors(document: Json) -> None:
    exempt = ("/auth/", "/admin/", *QUERIES_BY_POST)
    for route, operation in operations_of(document):
        if not route.startswith("GET") and "security" in operation:
            documented = "ERR_AUDIT_403" in str(operation["responses"].get("403"))
            assert documented != any(part in route for part in exempt), route


def test_commands_document_the_position_header(document: Json) -> None:
    for route, operation in operations_of(document):
        others = (*QUERIES_BY_POST, "/market-data/prices", "/rebuild")  # stores what is no event
        if route.startswith("POST") and not route.endswith(others):
            [success] = [r for s, r in operation["responses"].items() if s.startswith("2")]
            assert "X-Event-Position" in success["headers"], route


@pytest.mark.parametrize(("path", "expected"), UPLOADS.items())
def test_each_upload_is_documented_as_a_form_with_a_file(
    document: Json, path: str, expected: list[str]
) -> None:
    body = document["paths"][f"/api/v1{path}"]["post"]["requestBody"]
    reference = body["content"]["multipart/form-data"]["schema"]["$ref"]
    fields = document["components"]["schemas"][reference.rpartition("/")[2]]["properties"]
    assert list(fields) == expected


@pytest.mark.parametrize("shape", ANSWERS, ids=lambda shape: shape.__name__)
def test_the_examples_are_what_the_shapes_allow(shape: Any) -> None:
    example = shape.model_json_schema()["examples"][0]
    assert shape.model_validate(example).model_dump(mode="json") == example


def test_reads_document_their_tag_and_changes_of_a_portfolio_what_they_are_meant_for(
    document: Json,
) -> None:
    for route, operation in operations_of(document):
        taken = {each["name"] for each in operation.get("parameters", [])}
        answered = operation["responses"].get("200", {}).get("content", {})
        is_read, is_stream = route.startswith("GET"), "text/event-stream" in answered
        assert ("304" in operation["responses"]) == (is_read and not is_stream), route
        assert ("If-None-Match" in taken) == ("304" in operation["responses"]), route
        assert ("If-Match" in taken) == ("{portfolio_id}" in route and not is_read), route
