"""What keeps the program from starting, in production and elsewhere (spec 4.11)."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from application.prerequisites import REQUIRED, prerequisites, reference_data
from infrastructure.settings import Settings
from interfaces.starting import PrerequisitesMissing, check_prerequisites

NOTHING = prerequisites({})
MISSING = ["factor definitions 0 of 8", "stress scenarios 0 of 18"]


def settings(**changes: Any) -> Settings:
    """Settings of development, but for what is given."""
    return Settings.model_validate({"secret_key": "s" * 32, "beta_invite_code": "OWN", **changes})


def test_development_starts_without_what_calculations_rest_on_and_warns() -> None:
    with capture_logs() as logs:
        check_prerequisites(settings(), NOTHING)
    assert [(line["event"], line["missing"]) for line in logs] == [
        ("prerequisites_missing", MISSING)
    ]


def test_the_look_can_be_skipped_outside_production() -> None:
    with capture_logs() as logs:
        check_prerequisites(settings(skip_startup_validation=True), NOTHING)
    assert logs == []


@pytest.mark.parametrize("skip", ["true", "false"])
def test_production_does_not_start_without(skip: str) -> None:
    production = settings(sigmasight_env="production", skip_startup_validation=skip)
    with pytest.raises(PrerequisitesMissing, match="factor definitions 0 of 8"):
        check_prerequisites(production, NOTHING)


def test_what_is_required_is_met_by_as_many_or_more() -> None:
    found = prerequisites({"factor_definitions": 8, "stress_scenarios": 17})
    assert [(one.name, one.is_met) for one in found] == [
        ("factor_definitions", True),
        ("stress_scenarios", False),
    ]
    assert {one.name for one in found} == set(REQUIRED)


def test_this_version_brings_along_all_that_is_required() -> None:
    assert all(one.is_met for one in reference_data())
    with capture_logs() as logs:
        check_prerequisites(settings(sigmasight_env="production"), reference_data())
    assert logs == []
