"""Each refusal of domain and use cases has its published code (spec 3.5, 4.1, 4.3)."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from inspect import signature

import application
import domain
from domain.errors import DomainError

PUBLISHED = {
    "AccountNameBlank": "ERR_PORT_011",
    "AccountNameTaken": "ERR_PORT_001",
    "AccountNameTooLong": "ERR_PORT_010",
    "AccountTypeUnknown": "ERR_PORT_009",
    "ActionDateRefused": "ERR_ACTION_002",
    "ActionValueRefused": "ERR_ACTION_001",
    "AuditorOnly": "ERR_AUDIT_001",
    "AuditorsOnlyRead": "ERR_AUDIT_403",
    "BrokenIdentity": "ERR_VAL_002",
    "ClosedOverHeld": "ERR_POS_028",
    "ClosingDateRefused": "ERR_POS_016",
    "ClosingPriceMissing": "ERR_PORT_016",
    "ClosingPriceRefused": "ERR_POS_023",
    "CorrectionContradicted": "ERR_POS_030",
    "CredentialsRefused": "ERR_AUTH_001",
    "DescriptionRefused": "ERR_REQUEST_001",
    "EmailAddressRefused": "ERR_USER_002",
    "EmailTaken": "ERR_USER_001",
    "EquityMissing": "ERR_PORT_004",
    "EquityNotPositive": "ERR_PORT_005",
    "EquityTooLarge": "ERR_PORT_006",
    "FactorUnknown": "ERR_RISK_001",
    "FileImportedBefore": "ERR_PORT_014",
    "FlowAmountRefused": "ERR_EQUITY_001",
    "FlowBeforeOpening": "ERR_EQUITY_004",
    "FlowDateRefused": "ERR_EQUITY_002",
    "FlowUnknown": "ERR_EQUITY_404",
    "FullNameRefused": "ERR_USER_004",
    "HeldAlready": "ERR_POS_022",
    "ImpersonatingOneself": "ERR_ADMIN_003",
    "ImpersonationTargetUnknown": "ERR_ADMIN_002",
    "ImportBuiltUpon": "ERR_PORT_013",
    "ImportUnknown": "ERR_IMPORT_404",
    "InviteExpired": "ERR_INVITE_002",
    "InviteRefused": "ERR_INVITE_001",
    "InviteRevoked": "ERR_INVITE_004",
    "InviteTermsRefused": "ERR_INVITE_005",
    "InviteUnknown": "ERR_INVITE_404",
    "InviteUsedUp": "ERR_INVITE_003",
    "KeyUsedOtherwise": "ERR_IDEM_001",
    "LastSuperuser": "ERR_ADMIN_006",
    "NotImpersonating": "ERR_ADMIN_004",
    "NotRevaluable": "ERR_POS_029",
    "NotWhileImpersonating": "ERR_ADMIN_007",
    "NothingClosed": "ERR_POS_005",
    "OpeningDateRefused": "ERR_PORT_012",
    "PasswordTooWeak": "ERR_USER_003",
    "PortfolioArchived": "ERR_PORT_015",
    "NoRoom": "ERR_BUSY_003",
    "PortfolioForbidden": "ERR_PORT_403",
    "PortfolioNameBlank": "ERR_PORT_002",
    "PortfolioNameTooLong": "ERR_PORT_003",
    "PortfolioUnknown": "ERR_PORT_404",
    "PositionUnknown": "ERR_POS_404",
    "PrerequisitesLacking": "ERR_BATCH_002",
    "RevaluationRefused": "ERR_POS_031",
    "ReadModelBehind": "ERR_READ_001",
    "RoomBusy": "ERR_ROOM_001",
    "RoomStopped": "ERR_ROOM_002",
    "RoomUnknown": "ERR_ROOM_404",
    "RunAlreadyLive": "ERR_BATCH_005",
    "RunOver": "ERR_BATCH_007",
    "RunUnknown": "ERR_BATCH_404",
    "SessionNotCompleted": "ERR_VAL_001",
    "ShockNotPossible": "ERR_RISK_002",
    "ShocksContradict": "ERR_RISK_003",
    "StoreUnavailable": "ERR_BUSY_001",
    "SuperuserOnly": "ERR_ADMIN_001",
    "TokenRefused": "ERR_AUTH_002",
    "TooManyFailures": "ERR_AUTH_003",
    "UserUnknown": "ERR_USER_404",
    "VersionMovedOn": "ERR_VERSION_001",
    "WithdrawalOverNav": "ERR_EQUITY_003",
}


def test_every_refusal_has_its_published_code() -> None:
    assert {kind.__name__: kind.code for kind in _refusals()} == PUBLISHED


def test_no_two_refusals_share_a_code() -> None:
    assert len(set(PUBLISHED.values())) == len(PUBLISHED)


def _refusals() -> set[type[DomainError]]:
    """The leaves of the tree, found by importing all of both layers."""
    for package in (domain, application):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    return {
        kind
        for kind in _descendants(DomainError)
        if kind.__module__.partition(".")[0] in ("domain", "application") and "code" in vars(kind)
    }


def _descendants(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_each_refusal_that_is_always_the_same_is_a_sentence() -> None:
    always_the_same: list[Callable[[], DomainError]] = [
        kind for kind in _refusals() if not signature(kind).parameters
    ]

    assert always_the_same
    assert [kind for kind in always_the_same if not str(kind()).endswith(".")] == []
