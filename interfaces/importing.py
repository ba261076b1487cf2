"""From a file to what the program is asked to take in: the same over HTTP and at the terminal."""

from application.markets import Markets
from application.ports import Market
from domain.position_import import ImportMode, ImportSource, Intake
from interfaces.files.choices import Horizon
from interfaces.files.parsed_file import ParsedFile

_LONGEST_FILE_NAME = 255


def horizon_of(markets: Markets, market: Market) -> Horizon:
    """New York's today, and the last day of a market that has ended."""
    ends = markets[market].today()
    return Horizon(today=markets["live"].today(), market_end=None if market == "live" else ends)


def intake_of(
    parsed: ParsedFile,
    file_name: str,
    horizon: Horizon,
    *,
    mode: ImportMode = ImportMode.ADD,
    is_forced: bool = False,
) -> Intake:
    """What the good rows of a file bring, for the event.

    A file that names no day speaks of the last one of its market. What no screen can show of
    `file_name` becomes blanks, and its end counts where it is over 255 characters.
    """
    stated_on = parsed.as_of or horizon.last_day
    is_brokers = bool(parsed.accounts)
    shown = "".join(character if character.isprintable() else " " for character in file_name)
    return Intake(
        source=ImportSource(
            format=parsed.source_format or "",
            file_name=shown[-_LONGEST_FILE_NAME:],
            sha256=parsed.sha256,
            account=parsed.account,
            assumptions=parsed.assumptions,
        ),
        terms=parsed.positions,
        stated_on=stated_on,
        quantities_as_of=stated_on if is_brokers else None,
        mode=mode,
        prices=parsed.last_prices,
        is_forced=is_forced,
    )
