"""The commands of `sigmasight runs`."""

import typer

from interfaces.cli.terminal import console, opened_program, plain

runs = typer.Typer(no_args_is_help=True, help="Calculation runs.")


@runs.callback()
def _group() -> None:
    """Calculation runs."""


@runs.command("cleanup")
def clean_up() -> None:
    """End the runs whose worker died and that no other will take up."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        ended = program.runs.clean_up()
    for run_id in ended:
        console.print(plain(f"Ended {run_id}."))
    console.print(plain("No run was dead." if not ended else f"Runs ended: {len(ended)}."))
