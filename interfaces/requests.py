"""What a request says of itself: where it came from, and what it causes."""

from ipaddress import IPv6Address, ip_address
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from fastapi import Request
from starlette.types import Scope

from application.ports import Cause


def address_of(scope: Scope) -> str:
    """The caller's address; of IPv6 the network of 64 bits, which one caller has to choose from.

    Behind a proxy, what the server made of its headers, if it is among FORWARDED_ALLOW_IPS.
    """
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if not isinstance(address, IPv6Address):
        return str(host)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def cause_of(request: Request, actor: UUID | None = None) -> Cause:
    """A command of `actor`, correlated with the request: its id, or a digest of a foreign one.

    Whoever acts as that user is named beside.
    """
    request_id: str = request.state.request_id
    try:
        correlation_id = UUID(request_id)
    except ValueError:
        correlation_id = uuid5(NAMESPACE_OID, request_id)
    return Cause(
        command_id=uuid4(),
        correlation_id=correlation_id,
        actor=actor,
        impersonator=getattr(request.state, "impersonator", None),
    )


def template_of(scope: Scope) -> str:
    """The path with its parameters' names for their values, `none` where no route was found.

    An included route knows only its own part of the path, so the template is found backwards.
    """
    if "route" not in scope:
        return "none"
    names = {str(value): f"{{{name}}}" for name, value in scope["path_params"].items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/"))
