"""What owners do with their accounts: opening, files, positions, flows, corrections."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.commands import (
    AccountTexts,
    ChangePortfolio,
    ClosePosition,
    CorrectOpening,
    CorrectPosition,
    EnterAction,
    ImportPositions,
    NoteFlow,
    OpenPortfolio,
    OpenPositions,
    RemovePosition,
    RestoreImport,
    RevaluePosition,
    RevertFlow,
    RevertImport,
)
from application.portfolios import OpenedPortfolio
from application.ports import Cause
from domain.edit import Correction
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.position import Position, PositionTerms
from domain.position_import import ImportMode, ImportSource, Intake
from domain.user import User
from tests.simulator.acts import Act, Deck, Holds, Stage
from tests.simulator.journal import Journal
from tests.simulator.market import SPLITTING, SYMBOLS, UNKNOWN
from tests.simulator.process import Process
from tests.support.options import contracts

ACCOUNTS = ("IRA", "Roth", "ira ", "Taxable")
HOUSE = "HOUSE"


def terms(stage: Stage, first: date) -> PositionTerms:
    """A position as somebody would state it, entered from `first` on, or some days before."""
    dice, today = stage.dice, stage.time.today()
    span = max((today - first).days, 0)
    entry_on = min(first + timedelta(days=dice.randint(-3, span)), today)
    chance = dice.random()
    if chance < 0.1:
        return _house(dice.amount(1000, 9000), entry_on)
    if chance < 0.2:
        return _option(stage, entry_on)
    symbol = dice.choice([*SYMBOLS, *SYMBOLS, UNKNOWN])
    price = stage.market.close(symbol, entry_on) + dice.amount(-2, 2)
    return PositionTerms(
        symbol=symbol,
        quantity=Decimal(dice.choice([-15, 10, 25, 40])),
        entry_price=price,
        entry_on=entry_on,
        investment_class=InvestmentClass.PUBLIC,
    )


def intake(stage: Stage, first: date) -> Intake:
    """A file of a few positions, beside what is held or in its place."""
    dice = stage.dice
    several = [terms(stage, first) for _ in range(dice.randint(1, 4))]
    digest = f"{dice.randint(1, 40):064x}"
    return Intake(
        source=ImportSource(format="template", file_name="positions.csv", sha256=digest),
        terms=several,
        stated_on=stage.time.latest_session(),
        mode=dice.choice([ImportMode.ADD, ImportMode.ADD, ImportMode.REPLACE]),
        is_forced=dice.happens(0.3),
    )


def open_account(stage: Stage) -> Act | None:
    """Somebody opens an account, empty or with the positions of a file."""
    dice, owner = stage.dice, stage.user()
    if owner is None:
        return None
    opened_on = stage.past_session()
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

    def holds(journal: Journal, answer: Any) -> bool:
        user, portfolio = journal.one(User, owner.id), journal.portfolio(answer.portfolio_id)
        named = user is not None and user.accounts.get(portfolio.id) == texts.account_name.strip()
        return named and len(portfolio.holdings.positions) == answer.positions_imported

    return Act(
        title=f"an account {texts.account_name!r} is opened", ask=ask, holds=holds, actor=owner.id
    )


def rename(stage: Stage) -> Act | None:
    """An owner calls an account otherwise."""
    name, kind = stage.dice.choice(ACCOUNTS), stage.dice.choice([None, "taxable", "ira"])
    return _edit(
        stage,
        f"is called {name!r}",
        lambda one: (
            lambda process, cause: process.portfolios.change(
                ChangePortfolio(
                    portfolio_id=one.id, account_name=name, account_type=kind, description=name
                ),
                cause,
            )
        ),
        lambda one: lambda journal, _: journal.portfolio(one.id).account_name == name.strip(),
    )


def archive(stage: Stage) -> Act | None:
    """An owner puts an account away."""
    return _edit(
        stage,
        "is put away",
        lambda one: lambda process, cause: process.portfolios.archive(one.id, cause),
        lambda one: lambda journal, _: journal.portfolio(one.id).is_archived,
    )


def import_file(stage: Stage) -> Act | None:
    """An owner has a file taken in, now and then instead of one that was."""

    def ask(one: Portfolio) -> Any:
        file = intake(stage, one.opening.equity_as_of)
        known = [*one.holdings.imports]
        instead = stage.dice.one_of(known) if stage.dice.happens(0.2) else None
        command = ImportPositions(portfolio_id=one.id, intake=file, instead_of=instead)
        return lambda process, cause: process.imports.take_in(command, cause)

    return _edit(
        stage,
        "takes in a file",
        ask,
        lambda one: lambda journal, answer: _has_import(journal, one, answer.import_id),
    )


def revert_import(stage: Stage) -> Act | None:
    """An owner takes an import back."""
    return _of_part(
        stage,
        "takes an import back",
        lambda one: [*one.holdings.imports],
        lambda one, import_id: (
            lambda process, cause: process.imports.revert(
                RevertImport(portfolio_id=one.id, import_id=import_id, reason="a mistake"), cause
            )
        ),
        lambda one, import_id: (
            lambda journal, _: import_id in journal.portfolio(one.id).holdings.reverted
        ),
    )


def restore_import(stage: Stage) -> Act | None:
    """An owner brings an import back."""
    return _of_part(
        stage,
        "brings an import back",
        lambda one: [*one.holdings.imports],
        lambda one, import_id: (
            lambda process, cause: process.imports.restore(
                RestoreImport(portfolio_id=one.id, import_id=import_id), cause
            )
        ),
        lambda one, import_id: (
            lambda journal, _: import_id not in journal.portfolio(one.id).holdings.reverted
        ),
    )


def open_positions(stage: Stage) -> Act | None:
    """An owner enters positions by hand."""

    def ask(one: Portfolio) -> Any:
        several = [terms(stage, one.opening.equity_as_of) for _ in range(stage.dice.randint(1, 2))]
        command = OpenPositions(portfolio_id=one.id, terms=several, notes=["" for _ in several])
        return lambda process, cause: process.positions.open(command, cause)

    return _edit(
        stage,
        "has positions entered",
        ask,
        lambda one: (
            lambda journal, answer: (
                {p.position_id for p in answer[0]}
                <= journal.portfolio(one.id).holdings.positions.keys()
            )
        ),
    )


def correct_position(stage: Stage) -> Act | None:
    """An owner corrects what a position was stated as."""
    price = stage.dice.amount(20, 90)
    return _of_position(
        stage,
        "has a position corrected",
        lambda one, held: (
            lambda process, cause: process.positions.correct(
                CorrectPosition(
                    portfolio_id=one.id,
                    position_id=held,
                    correction=lambda _: Correction(entry_price=price),
                ),
                cause,
            )
        ),
        lambda one, held: lambda journal, _: _position(journal, one, held).entry_price == price,
    )


def close_position(stage: Stage) -> Act | None:
    """An owner closes a position, or a part of it."""
    day, price = stage.day(), stage.dice.amount(20, 90)
    part = stage.dice.choice([None, Decimal(5), Decimal(100)])
    return _of_position(
        stage,
        "has a position closed",
        lambda one, held: (
            lambda process, cause: process.positions.close(
                ClosePosition(
                    portfolio_id=one.id, position_id=held, closed_on=day, price=price, quantity=part
                ),
                cause,
            )
        ),
        lambda one, held: (
            lambda journal, answer: answer[1] in _position(journal, one, held).closings
        ),
    )


def remove_position(stage: Stage) -> Act | None:
    """An owner takes a position out."""
    return _of_position(
        stage,
        "has a position removed",
        lambda one, held: (
            lambda process, cause: process.positions.remove(
                RemovePosition(portfolio_id=one.id, position_id=held), cause
            )
        ),
        lambda one, held: lambda journal, _: held in journal.portfolio(one.id).holdings.removed,
    )


def revalue_position(stage: Stage) -> Act | None:
    """An owner puts a price on something private."""
    day, price = stage.day(), stage.dice.amount(1000, 9000)
    return _of_part(
        stage,
        "has a position revalued",
        lambda one: [
            held.position_id
            for held in one.holdings.positions.values()
            if held.symbol == HOUSE or stage.dice.happens(0.1)
        ],
        lambda one, held: (
            lambda process, cause: process.positions.revalue(
                RevaluePosition(
                    portfolio_id=one.id, position_id=held, revalued_on=day, price=price
                ),
                cause,
            )
        ),
        lambda one, held: (
            lambda journal, _: (
                (day, price)
                in [(r.on, r.price) for r in journal.portfolio(one.id).holdings.revaluations[held]]
            )
        ),
    )


def note_flow(stage: Stage) -> Act | None:
    """An owner notes money that came or went."""
    day, amount = stage.day(), stage.dice.amount(1, 5000)
    is_withdrawal = stage.dice.happens(0.4)
    signed = -amount if is_withdrawal else amount

    def holds(one: Portfolio) -> Holds:
        def is_noted(journal: Journal, answer: Any) -> bool:
            flow = journal.portfolio(one.id).flows.get(answer[0])
            return flow is not None and (flow.on, flow.amount) == (day, signed)

        return is_noted

    return _edit(
        stage,
        f"has {signed} noted on {day}",
        lambda one: (
            lambda process, cause: process.cash_flows.note(
                NoteFlow(
                    portfolio_id=one.id, dated_on=day, amount=amount, is_withdrawal=is_withdrawal
                ),
                cause,
            )
        ),
        holds,
    )


def revert_flow(stage: Stage) -> Act | None:
    """An owner takes a flow back."""
    return _of_part(
        stage,
        "has a flow taken back",
        lambda one: [*one.flows, *sorted(one.reverted_flows)],
        lambda one, flow_id: (
            lambda process, cause: process.cash_flows.revert(
                RevertFlow(portfolio_id=one.id, flow_id=flow_id), cause
            )
        ),
        lambda one, flow_id: lambda journal, _: flow_id not in journal.portfolio(one.id).flows,
    )


def correct_opening(stage: Stage) -> Act | None:
    """An owner corrects what an account started from."""
    equity = stage.dice.amount(20_000, 90_000)
    day = stage.past_session().isoformat() if stage.dice.happens(0.4) else ""
    return _edit(
        stage,
        f"started from {equity} {day}",
        lambda one: (
            lambda process, cause: process.accounts.correct_opening(
                CorrectOpening(portfolio_id=one.id, equity_balance=f"{equity}", equity_as_of=day),
                cause,
            )
        ),
        lambda one: lambda journal, answer: journal.portfolio(one.id).opening == answer[0],
    )


def enter_action(stage: Stage) -> Act | None:
    """An owner says what a share did on a day."""
    day, value = stage.day(), stage.dice.choice([Decimal(2), Decimal("0.5")])
    is_split = stage.dice.happens(0.5)
    kind = "split" if is_split else "dividend"
    symbol = stage.dice.choice([SPLITTING, "AAPL"])
    return _edit(
        stage,
        f"has a {kind} of {symbol} entered",
        lambda one: (
            lambda process, cause: process.accounts.enter_action(
                EnterAction(
                    portfolio_id=one.id,
                    symbol=symbol,
                    ex_on=day,
                    kind="split" if is_split else "dividend",
                    value=value,
                ),
                cause,
            )
        ),
        lambda one: (
            lambda journal, _: (
                value
                in [
                    known
                    for (held, ex_on, _), known in journal.portfolio(one.id).actions.items()
                    if (held, ex_on) == (symbol, day)
                ]
            )
        ),
    )


OWNERS: Deck = (
    *((7, open_account), (2, rename), (1, archive), (5, import_file), (3, revert_import)),
    *((2, restore_import), (5, open_positions), (3, correct_position), (5, close_position)),
    *((2, remove_position), (2, revalue_position), (7, note_flow), (3, revert_flow)),
    *((2, correct_opening), (2, enter_action)),
)


def _edit(
    stage: Stage,
    said: str,
    ask: Callable[[Portfolio], Any],
    holds: Callable[[Portfolio], Holds],
) -> Act | None:
    one = stage.account()
    if one is None:
        return None
    return Act(
        title=f"{one.account_name!r} {said}",
        ask=ask(one),
        holds=holds(one),
        actor=stage.owner_of(one),
    )


def _of_part(
    stage: Stage,
    said: str,
    parts: Callable[[Portfolio], list[UUID]],
    ask: Callable[[Portfolio, UUID], Any],
    holds: Callable[[Portfolio, UUID], Holds],
) -> Act | None:
    one = stage.account()
    part = stage.dice.one_of(parts(one)) if one else None
    if one is None or part is None:
        return None
    return Act(
        title=f"{one.account_name!r} {said}",
        ask=ask(one, part),
        holds=holds(one, part),
        actor=stage.owner_of(one),
    )


def _of_position(
    stage: Stage,
    said: str,
    ask: Callable[[Portfolio, UUID], Any],
    holds: Callable[[Portfolio, UUID], Holds],
) -> Act | None:
    return _of_part(stage, said, lambda one: [*one.holdings.positions], ask, holds)


def _position(journal: Journal, one: Portfolio, position_id: UUID) -> Position:
    found = journal.portfolio(one.id).holdings.unsettled(position_id)
    if found is None:
        raise LookupError(f"{position_id} is no position.")
    return found


def _has_import(journal: Journal, one: Portfolio, import_id: UUID) -> bool:
    holdings = journal.portfolio(one.id).holdings
    return import_id in holdings.imports and import_id not in holdings.reverted


def _house(price: Decimal, entry_on: date) -> PositionTerms:
    return PositionTerms(
        symbol=HOUSE,
        quantity=Decimal(1),
        entry_price=price,
        entry_on=entry_on,
        investment_class=InvestmentClass.PRIVATE,
        investment_subtype="REAL_ESTATE",
    )


def _option(stage: Stage, entry_on: date) -> PositionTerms:
    """Calls on a share, which end on one of the next Fridays."""
    friday = entry_on + timedelta(days=(4 - entry_on.weekday()) % 7 + 7 * stage.dice.randint(0, 2))
    strike = int(stage.market.close("AAPL", entry_on))
    symbol = f"AAPL{friday:%y%m%d}C{strike * 1000:08d}"
    return contracts(symbol, stage.dice.choice([-1, 2]), "1.50", entry_on)
