"""What owners do with their accounts: opening, files, flows, corrections."""

from decimal import Decimal

from application.commands import (
    AccountTexts,
    ChangePortfolio,
    CorrectOpening,
    EnterAction,
    ImportPositions,
    NoteFlow,
    OpenPortfolio,
    RestoreImport,
    RevertFlow,
    RevertImport,
)
from application.portfolios import OpenedPortfolio
from application.ports import Cause
from domain.flow import Flow
from tests.simulator.acts import Act, Deck, Stage, of_account
from tests.simulator.acts_on_positions import POSITIONS
from tests.simulator.market import SPLITTING
from tests.simulator.process import Process
from tests.simulator.statements import intake

ACCOUNTS = ("IRA", "Roth", "ira ", "Taxable")


def open_account(stage: Stage) -> Act | None:
    """Somebody opens an account, empty or with the positions of a file."""
    dice, owner = stage.dice, stage.user()
    if owner is None:
        return None
    opened_on = stage.past_session(dice.choice([4, 8, 14]))
    texts = AccountTexts(
        portfolio_name="A portfolio",
        account_name=dice.choice(ACCOUNTS),
        account_type="ira",
        equity_balance=f"{dice.amount(20_000, 90_000)}",
        equity_as_of=opened_on.isoformat() if dice.happens(0.9) else "",
    )
    file = intake(stage, opened_on) if dice.happens(0.8) else None
    rows = "Symbol,Error\n" if dice.happens(0.2) else None

    def ask(process: Process, cause: Cause) -> OpenedPortfolio:
        account = process.portfolios.read_account(texts)
        command = OpenPortfolio(owner_id=owner.id, account=account, intake=file, rejected_rows=rows)
        return process.portfolios.open(command, cause)

    def holds(answer: OpenedPortfolio) -> bool:
        portfolio = stage.journal.portfolio(answer.portfolio_id)
        is_named = owner.accounts.get(portfolio.id) == texts.account_name.strip()
        return is_named and len(portfolio.holdings.positions) == answer.positions_imported

    title = f"an account {texts.account_name!r} is opened"
    return Act(title=title, ask=ask, holds=holds, actor=owner.id)


def rename(stage: Stage) -> Act | None:
    """An owner calls an account otherwise."""
    name, kind = stage.dice.choice(ACCOUNTS), stage.dice.choice([None, "taxable", "ira"])
    one = stage.account()
    if one is None:
        return None
    command = ChangePortfolio(
        portfolio_id=one.id, account_name=name, account_type=kind, description=name
    )
    return of_account(
        stage,
        one,
        f"is called {name!r}",
        ask=lambda process, cause: process.portfolios.change(command, cause),
        holds=lambda _: (one.account_name, one.description) == (name.strip(), name.strip()),
    )


def archive(stage: Stage) -> Act | None:
    """An owner puts an account away."""
    one = stage.account()
    if one is None:
        return None
    return of_account(
        stage,
        one,
        "is put away",
        ask=lambda process, cause: process.portfolios.archive(one.id, cause),
        holds=lambda _: one.is_archived,
    )


def import_file(stage: Stage) -> Act | None:
    """An owner has a file taken in, now and then instead of one that was."""
    one = stage.account()
    if one is None:
        return None
    file = intake(stage, one.opening.equity_as_of)
    known = [*one.holdings.imports]
    instead = stage.dice.one_of(known) if stage.dice.happens(0.2) else None
    command = ImportPositions(portfolio_id=one.id, intake=file, instead_of=instead)
    return of_account(
        stage,
        one,
        "takes in a file",
        ask=lambda process, cause: process.imports.take_in(command, cause),
        holds=lambda answer: (
            answer.import_id in one.holdings.imports
            and answer.import_id not in one.holdings.reverted
        ),
    )


def revert_import(stage: Stage) -> Act | None:
    """An owner takes an import back."""
    one = stage.account()
    import_id = stage.dice.one_of([*one.holdings.imports]) if one else None
    if one is None or import_id is None:
        return None
    command = RevertImport(portfolio_id=one.id, import_id=import_id, reason="a mistake")
    return of_account(
        stage,
        one,
        "takes an import back",
        ask=lambda process, cause: process.imports.revert(command, cause),
        holds=lambda _: import_id in one.holdings.reverted,
    )


def restore_import(stage: Stage) -> Act | None:
    """An owner brings an import back."""
    one = stage.account()
    import_id = stage.dice.one_of([*one.holdings.imports]) if one else None
    if one is None or import_id is None:
        return None
    command = RestoreImport(portfolio_id=one.id, import_id=import_id)
    return of_account(
        stage,
        one,
        "brings an import back",
        ask=lambda process, cause: process.imports.restore(command, cause),
        holds=lambda _: import_id not in one.holdings.reverted,
    )


def note_flow(stage: Stage) -> Act | None:
    """An owner notes money that came or went."""
    day, amount = stage.day(), stage.dice.amount(1, 5000)
    is_withdrawal = stage.dice.happens(0.4)
    one = stage.account()
    if one is None:
        return None
    flow = Flow(day, -amount if is_withdrawal else amount)
    command = NoteFlow(
        portfolio_id=one.id, dated_on=day, amount=amount, is_withdrawal=is_withdrawal
    )
    return of_account(
        stage,
        one,
        f"has {flow.amount} noted on {day}",
        ask=lambda process, cause: process.cash_flows.note(command, cause),
        holds=lambda answer: one.flows.get(answer[0]) == flow,
    )


def revert_flow(stage: Stage) -> Act | None:
    """An owner takes a flow back."""
    one = stage.account()
    flow_id = stage.dice.one_of([*one.flows, *sorted(one.reverted_flows)]) if one else None
    if one is None or flow_id is None:
        return None
    command = RevertFlow(portfolio_id=one.id, flow_id=flow_id)
    return of_account(
        stage,
        one,
        "has a flow taken back",
        ask=lambda process, cause: process.cash_flows.revert(command, cause),
        holds=lambda _: flow_id not in one.flows,
    )


def correct_opening(stage: Stage) -> Act | None:
    """An owner corrects what an account started from."""
    equity = stage.dice.amount(20_000, 90_000)
    day = stage.past_session().isoformat() if stage.dice.happens(0.4) else ""
    one = stage.account()
    if one is None:
        return None
    command = CorrectOpening(portfolio_id=one.id, equity_balance=f"{equity}", equity_as_of=day)
    return of_account(
        stage,
        one,
        f"started from {equity} {day}",
        ask=lambda process, cause: process.accounts.correct_opening(command, cause),
        holds=lambda answer: one.opening == answer[0],
    )


def enter_action(stage: Stage) -> Act | None:
    """An owner says what a share did on a day."""
    day, value = stage.day(), stage.dice.choice([Decimal(2), Decimal("0.5")])
    is_split = stage.dice.happens(0.5)
    symbol = stage.dice.choice([SPLITTING, "AAPL"])
    one = stage.account()
    if one is None:
        return None
    command = EnterAction(
        portfolio_id=one.id,
        symbol=symbol,
        ex_on=day,
        kind="split" if is_split else "dividend",
        value=value,
    )
    return of_account(
        stage,
        one,
        f"has a {command.kind} of {symbol} entered",
        ask=lambda process, cause: process.accounts.enter_action(command, cause),
        holds=lambda _: one.actions[symbol, day, command.kind] == value,
    )


OWNERS: Deck = (
    *((5, open_account), (2, rename), (1, archive), (5, import_file), (3, revert_import)),
    *((2, restore_import), *POSITIONS, (7, note_flow), (3, revert_flow)),
    *((2, correct_opening), (2, enter_action)),
)
