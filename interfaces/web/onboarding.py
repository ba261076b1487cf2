"""The way in on pages: a form, a look at what the file holds, and only then the import (spec 8).

Between the look and the confirmation the file is kept for an hour: a hidden field could not hold
10 MB, and a page that is reloaded, or come back to, would have lost it.
"""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from application.commands import OpenPortfolio, RequestRun
from application.uploads import KeptUpload
from domain.errors import DomainError
from domain.money import ZERO
from domain.run_slot import RunAlreadyLive
from interfaces.account_types import ACCOUNT_TYPES
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import ERRORS_LISTED
from interfaces.files.recognition import BROKERS, GUIDES
from interfaces.files.writing import csv_text
from interfaces.importing import FileToImport, cost_of
from interfaces.web.forms import told_to_wait
from interfaces.web.import_grid import HEADINGS, NUMBERS, count_rows, grid
from interfaces.web.replacing import replace
from interfaces.web.upload_form import (
    ACCOUNT,
    CHOICES,
    FIELDS,
    REPLACES,
    Sent,
    read_file,
    said,
    texts_of,
    typed,
    upload_of,
    values_of,
    wrong_fields,
)
from interfaces.web.visits import COUNTED, OURS, PageRoute, Visit, WriterVisit, go_to

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_NO_FILE = "Choose the file with your positions."
_ERROR_COLUMNS = ("row", "symbol", "field", "value", "message", "code")
_BLANK = dict.fromkeys((*ACCOUNT, *CHOICES), "")


@router.get("/onboarding/upload")
def upload(at: WriterVisit, again: UUID | None = None, gone: str = "") -> Response:
    """The form for a new account; `again` is the upload whose fields it keeps."""
    kept = at.program.uploads.of(at.user.user_id, again) if again else None
    return _form(at, dict(kept.form) if kept else {}, {}, is_gone=bool(gone))


@router.post("/onboarding/upload", dependencies=[OURS, COUNTED])
def look_at(at: WriterVisit, sent: Sent) -> Response:
    """Keep the file for an hour, and show what importing it would bring."""
    return _look_at(at, sent, typed(sent, (*ACCOUNT, *CHOICES)))


@router.get("/onboarding/{portfolio_id}/upload")
def change(at: WriterVisit, portfolio_id: UUID, again: UUID | None = None) -> Response:
    """The form for another upload in the place of the portfolio's latest, with all its fields.

    `again` is the upload whose fields it keeps.
    """
    kept = at.program.uploads.of(at.user.user_id, again) if again else None
    return _form(at, values_of(at.portfolio(portfolio_id), kept.form if kept else {}), {})


@router.post("/onboarding/{portfolio_id}/upload", dependencies=[OURS, COUNTED])
def look_at_change(at: WriterVisit, portfolio_id: UUID, sent: Sent) -> Response:
    """Keep the other file for an hour, and show what it would bring."""
    portfolio = at.portfolio(portfolio_id)
    values = values_of(portfolio, typed(sent, CHOICES) | said(sent, ACCOUNT))
    return _look_at(at, sent, values)


@router.get("/onboarding/uploads/{upload_id}")
def preview(at: WriterVisit, upload_id: UUID) -> Response:
    """What the file would bring: every position, every error beside its cell, what is assumed."""
    kept = at.program.uploads.of(at.user.user_id, upload_id)
    if kept is None:
        return _gone()
    file = read_file(at.program, kept)
    if _is_hopeless(file):
        return go_to(f"{_url(kept)}/errors")
    return at.page(
        "upload_preview.html",
        upload=kept,
        file=file,
        parsed=file.parsed,
        format=_guide(file),
        is_brokers=_is_brokers(file),
        accounts=[account for account in file.parsed.accounts if account],
        headings=HEADINGS,
        numbers=NUMBERS,
        total_cost=sum(map(cost_of, file.parsed.positions), ZERO),
        again=_again(kept),
        rows=grid(file.parsed),
        row_count=count_rows(file.parsed),
    )


@router.post("/onboarding/uploads/{upload_id}/choices", dependencies=[OURS])
def choose(at: WriterVisit, upload_id: UUID, sent: Sent) -> Response:
    """Read the file anew, by what is said now of what it leaves open."""
    kept = at.program.uploads.of(at.user.user_id, upload_id)
    if kept is None:
        return _gone()
    form = {**kept.form, **typed(sent, CHOICES)}
    at.program.uploads.keep(
        KeptUpload(
            upload_id=kept.upload_id,
            owner_id=kept.owner_id,
            file_name=kept.file_name,
            content=kept.content,
            form=form,
        )
    )
    return go_to(_url(kept))


@router.get("/onboarding/uploads/{upload_id}/errors")
def errors(at: WriterVisit, upload_id: UUID) -> Response:
    """Everything that is wrong with the file, and nothing else."""
    kept = at.program.uploads.of(at.user.user_id, upload_id)
    if kept is None:
        return _gone()
    parsed = read_file(at.program, kept).parsed
    return at.page(
        "upload_errors.html",
        upload=kept,
        again=_again(kept),
        errors=parsed.errors[:ERRORS_LISTED],
        total=parsed.total_errors,
    )


@router.get("/onboarding/uploads/{upload_id}/errors.csv")
def errors_as_csv(at: WriterVisit, upload_id: UUID) -> Response:
    """The same as a file; nothing in it runs as a formula."""
    kept = at.program.uploads.of(at.user.user_id, upload_id)
    if kept is None:
        return _gone()
    found = read_file(at.program, kept).parsed.errors
    rows = [[str(getattr(error, name) or "") for name in _ERROR_COLUMNS] for error in found]
    attachment = {"Content-Disposition": 'attachment; filename="sigmasight_import_errors.csv"'}
    text = csv_text([_ERROR_COLUMNS, *rows])
    return Response(text, media_type="text/csv; charset=utf-8", headers=attachment)


@router.post("/onboarding/uploads/{upload_id}/confirm", dependencies=[OURS])
def confirm(at: WriterVisit, upload_id: UUID, sent: Sent) -> Response:
    """Open the account with the file, all of it or its valid rows, and start its calculation."""
    kept = at.program.uploads.of(at.user.user_id, upload_id)
    if kept is None:
        return _gone()
    file = read_file(at.program, kept, accepts_valid=bool(sent.get("accept_valid")))
    if file.is_refused:
        return go_to(f"{_url(kept)}/errors")
    try:
        portfolio_id = _take_in(at, kept, file)
    except DomainError as refusal:
        wrong = {FIELDS.get(refusal.code, "form"): refusal.message}
        return told_to_wait(_form(at, dict(kept.form), wrong), refusal)
    at.program.uploads.forget(kept.upload_id)
    return start_run(at, portfolio_id)


def start_run(at: Visit, portfolio_id: UUID) -> Response:
    """Start a calculation, or go to the one that is under way."""
    try:
        run = at.program.runs.request(RequestRun(portfolio_id=portfolio_id), at.cause)
    except RunAlreadyLive as live:
        return go_to(f"/onboarding/{portfolio_id}/runs/{live.details['batch_run_id']}")
    at.program.rooms.catch_up(run.position)
    return go_to(f"/onboarding/{portfolio_id}/runs/{run.run_id}")


def _look_at(at: Visit, sent: FormData, values: dict[str, str]) -> Response:
    """Keep the file for an hour, where there is one and nothing beside it is wrong."""
    wrong = wrong_fields(at.program, values)
    kept = upload_of(sent, at.user.user_id, values)
    if kept is None:
        wrong["csv_file"] = _NO_FILE
    if kept is None or wrong:
        return _form(at, values, wrong)
    at.program.uploads.keep(kept)
    return go_to(_url(kept))


def _take_in(at: Visit, kept: KeptUpload, file: FileToImport) -> UUID:
    """The portfolio that holds the file's positions now."""
    return replace(at, kept, file) if kept.form.get(REPLACES) else _open(at, kept, file)


def _open(at: Visit, kept: KeptUpload, file: FileToImport) -> UUID:
    account = at.program.portfolios.read_account(texts_of(kept.form))
    command = OpenPortfolio(
        owner_id=at.user.user_id,
        account=account,
        intake=file.intake(),
        rejected_rows=file.rejected_rows,
    )
    opened = at.program.portfolios.open(command, at.cause)
    at.program.rooms.catch_up(opened.position)
    return opened.portfolio_id


def _form(
    at: Visit, values: dict[str, str], wrong: dict[str, str], *, is_gone: bool = False
) -> HTMLResponse:
    return at.page(
        "upload.html",
        422 if wrong else 200,
        values=_BLANK | values,
        wrong=wrong,
        is_gone=is_gone,
        account_types=ACCOUNT_TYPES,
        guides=GUIDES,
        action=_form_url(values),
        portfolio=at.portfolio(UUID(values[REPLACES])) if values.get(REPLACES) else None,
    )


def _is_hopeless(file: FileToImport) -> bool:
    """Whether no row may come in, and nothing that could be said on the preview changes that."""
    parsed = file.parsed
    return not _is_brokers(file) and (parsed.refuses_file or not parsed.positions)


def _is_brokers(file: FileToImport) -> bool:
    return file.parsed.source_format in {broker.guide.name for broker in BROKERS}


def _guide(file: FileToImport) -> Guide | None:
    known = {guide.name: guide for guide in GUIDES}
    return known.get(file.parsed.source_format or "")


def _url(kept: KeptUpload) -> str:
    return f"/onboarding/uploads/{kept.upload_id}"


def _again(kept: KeptUpload) -> str:
    """The form that keeps everything but the file."""
    return f"{_form_url(kept.form)}?again={kept.upload_id}"


def _form_url(values: Mapping[str, str]) -> str:
    replaced = values.get(REPLACES)
    return f"/onboarding/{replaced}/upload" if replaced else "/onboarding/upload"


def _gone() -> Response:
    return go_to("/onboarding/upload?gone=1")
