"""What a file says, shown on the terminal before it is imported (spec 3.7)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.position import PositionTerms
from domain.position_import import Assumption
from interfaces.cli.tables import (
    accounts_table,
    errors_table,
    facts_table,
    money,
    positions_table,
)
from interfaces.cli.terminal import console, in_options, plain
from interfaces.files.parsed_file import FileError, ParsedFile
from interfaces.files.recognition import GUIDES
from interfaces.importing import FileToImport, cost_of

SHOWN = 50
"""Most positions, and most errors, of a long file."""

_ROWS_SHOWN = 10
_TITLES = {guide.name: guide.title for guide in GUIDES}


def show_file(file: FileToImport, *, shows_all: bool) -> None:
    """Print what is in the file, as it would be imported, with what is wrong last."""
    parsed = file.parsed
    console.print(_head(file))
    _show_positions(parsed.positions, shows_all=shows_all)
    console.print()
    console.print(_sums(parsed))
    show_remarks(parsed, shows_all=shows_all)
    if parsed.total_errors:
        console.print("\nErrors")
        show_errors(parsed, console, shows_all=shows_all)


def show_remarks(parsed: ParsedFile, *, shows_all: bool) -> None:
    """Print the warnings, and what was assumed beyond the file's text."""
    _show_list("Warnings", map(in_options, parsed.warnings))
    _show_list("Assumed", [_assumption(one, shows_all=shows_all) for one in parsed.assumptions])


def show_errors(parsed: ParsedFile, where: Console, *, shows_all: bool) -> None:
    """Print what is wrong, and the accounts where one of several has to be chosen."""
    errors: Sequence[FileError] = parsed.errors if shows_all else parsed.errors[:SHOWN]
    where.print(errors_table(errors))
    if more := parsed.total_errors - len(errors):
        hint = "" if shows_all else " (--all shows more)"
        where.print(f"... and {counted(more, 'more error')}{hint}")
    if len(parsed.accounts) > 1 and parsed.account is None:
        where.print()
        where.print(accounts_table(parsed.accounts))


def counted(count: int, thing: str) -> str:
    """A number with its thing, as a sentence has it: 1 position, 1,234 positions."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _show_positions(positions: Sequence[PositionTerms], *, shows_all: bool) -> None:
    if not positions:
        return
    shown = positions if shows_all else positions[:SHOWN]
    console.print()
    console.print(positions_table(shown), crop=False)
    if more := len(positions) - len(shown):
        console.print(f"... and {counted(more, 'more position')} (--all shows all)")


def _head(file: FileToImport) -> Table:
    parsed = file.parsed
    title = _TITLES.get(parsed.source_format or "", "not recognised")
    facts = [("File", file.file_name), ("Format", title)]
    if parsed.account:
        several = f", of {len(parsed.accounts)} in the file" if len(parsed.accounts) > 1 else ""
        facts.append(("Account", parsed.account + several))
    if parsed.accounts:
        facts.append(("As of", str(parsed.as_of or "not named in the file")))
    return facts_table(facts)


def _sums(parsed: ParsedFile) -> Table:
    positions = parsed.positions
    classes = Counter(stated.investment_class.value for stated in positions)
    types = Counter(stated.position_type for stated in positions)
    told = [", ".join(f"{count:,} {name}" for name, count in c.items()) for c in (classes, types)]
    facts = [("Positions", f"{len(positions):,}" + "".join(f"; {one}" for one in told if one))]
    if parsed.cash is not None:
        facts.append(("Cash", f"{money(parsed.cash)} USD"))
    total = sum(map(cost_of, positions), Decimal(0))
    facts.append(("Total cost", f"{money(total)} USD"))
    return facts_table(facts)


def _show_list(title: str, sentences: Iterable[str]) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    for sentence in sentences:
        table.add_row("-", plain(sentence))
    if table.row_count:
        console.print(Text(f"\n{title}"))
        console.print(table)


def _assumption(assumption: Assumption, *, shows_all: bool) -> str:
    rows = assumption.rows if shows_all else assumption.rows[:_ROWS_SHOWN]
    if not rows:
        return assumption.text
    more = len(assumption.rows) - len(rows)
    told = ", ".join(map(str, rows)) + (f" and {more:,} more" if more else "")
    return f"{assumption.text} ({'row' if len(assumption.rows) == 1 else 'rows'} {told})"
