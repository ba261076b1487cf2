"""No clock, dice, environment or I/O where there must be none (spec 1.2, 5.1)."""

from collections.abc import Iterable

from tests.architecture.source import LAYERS, Module, modules

CLOCK = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
)
DICE = ("random", "secrets", "uuid.uuid1", "uuid.uuid4", "numpy.random")
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.putenv")
OUTSIDE = (
    *("asyncio", "concurrent", "ctypes", "glob", "http", "importlib", "io", "logging"),
    *("multiprocessing", "os", "pathlib", "shutil", "signal", "socket", "sqlite3", "subprocess"),
    *("sys", "tempfile", "threading", "time", "urllib", "warnings"),
    *("open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"),
    *("numpy.load", "numpy.save", "numpy.savez", "numpy.loadtxt", "numpy.fromfile"),
)

READS_THE_CLOCK = {
    "infrastructure/system_clock.py": "it is the clock",
    "infrastructure/procrastinate_jobs.py": "when a job may run again is the queue's own time",
}
READS_THE_ENVIRONMENT = {"infrastructure/settings.py": "it is the reader of settings"}


def test_the_domain_has_no_clock_dice_environment_or_io() -> None:
    assert _uses(modules("domain"), (*CLOCK, *DICE, *OUTSIDE)) == []


def test_projections_roll_no_dice_so_that_a_rebuild_is_the_same() -> None:
    assert _uses(modules("projections"), DICE) == []


def test_the_time_is_asked_of_the_clock_alone() -> None:
    asking = [m for m in modules(*LAYERS) if m.place not in READS_THE_CLOCK]
    assert _uses(asking, CLOCK) == []


def test_the_environment_is_read_by_settings_alone() -> None:
    reading = [m for m in modules(*LAYERS) if m.place not in READS_THE_ENVIRONMENT]
    assert _uses(reading, ENVIRONMENT) == []


def _uses(where: Iterable[Module], forbidden: tuple[str, ...]) -> list[str]:
    """Each use of a forbidden name, or of something inside one, as `place:line: name`."""
    inside = tuple(name + "." for name in forbidden)
    return [
        f"{module.place}:{line}: {name}"
        for module in where
        for line, name in module.uses
        if name in forbidden or name.startswith(inside)
    ]
