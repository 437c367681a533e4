import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cdk_rehearsal.codebuild.machine import shell
from cdk_rehearsal.codebuild.machine.limits import Interrupted, Limits
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.machine.processes import MARK, end_build
from cdk_rehearsal.codebuild.machine.shell import Shell

SHELLS = [found for name in ("sh", "bash") if (found := shutil.which(name))]


class Bench:
    """A shell with its folders, and the log that it writes."""

    def __init__(self, folder: Path, program: str, limits: Limits, build_id: str) -> None:
        self.log = folder / "build.log"
        self.output = Output(self.log)
        (folder / "control").mkdir()
        (folder / "src").mkdir()
        self.build_id = build_id
        self.shell = Shell(
            program=program,
            build_id=build_id,
            directory=folder / "src",
            environment={"PATH": os.environ["PATH"], "GREETING": "good  day"},
            control=folder / "control",
            output=self.output,
            limits=limits,
        )

    def run(self, *commands: str) -> list[int]:
        return [self.shell.run(command) for command in commands]

    def said(self) -> str:
        self.output.flush()
        return self.log.read_text()

    def alive(self) -> list[int]:
        return [process.pid for process in psutil.process_iter() if belongs(process, self.build_id)]


def belongs(process: psutil.Process, build_id: str) -> bool:
    try:
        return process.environ().get(MARK) == build_id
    except (psutil.Error, OSError):
        return False


@pytest.fixture(params=SHELLS)
def program(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def benches(program: str, tmp_path: Path) -> Iterator[Callable[[Limits], Bench]]:
    """Make shells that a test enters and leaves by itself."""
    made: list[Bench] = []

    def new(limits: Limits) -> Bench:
        made.append(Bench(tmp_path, program, limits, f"test:{tmp_path.name}-{os.getpid()}"))
        return made[-1]

    yield new
    for bench in made:
        bench.output.close()


@pytest.fixture
def bench(benches: Callable[[Limits], Bench]) -> Iterator[Bench]:
    made = benches(Limits(60))
    with made.shell:
        yield made


def test_directories_variables_and_functions_carry_over(bench: Bench) -> None:
    assert bench.run("cd /; X=1; export Y=2; greet() { echo hello; }", "pwd; echo $X$Y; greet") == [0, 0]
    assert bench.said() == "/\n12\nhello\n"


def test_a_command_starts_in_the_source_with_nothing_to_read(bench: Bench) -> None:
    assert bench.run("pwd; cat; echo end") == [0]
    assert bench.said().endswith("/src\nend\n")


def test_the_environment_is_what_was_given_and_no_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    bench.run('echo "$GREETING ${AWS_PROFILE-unset}"')
    assert bench.said() == "good  day unset\n"


def test_output_and_errors_come_in_the_order_they_were_written(bench: Bench) -> None:
    bench.run("echo one; echo two >&2; echo three")
    assert bench.said() == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("command", "status"), [("false", 1), ("exit 7", 7), ("return 5", 5), ("kill -9 $$", 137), ("exec false", 1)]
)
def test_the_exit_status_is_the_commands_own(bench: Bench, command: str, status: int) -> None:
    assert bench.run(command, "true") == [status, 0]


def test_a_syntax_error_fails_its_command_alone(bench: Bench) -> None:
    failed, fine = bench.run("if [ ; then", "echo fine")
    assert (failed != 0, fine) == (True, 0)
    assert bench.said().endswith("fine\n")


def test_a_command_that_ends_the_shell_leaves_directory_and_exports(bench: Bench) -> None:
    bench.run("cd /; export LINES_OF_TWO='a\nb'", "exit 0", 'pwd; echo "$LINES_OF_TWO"')
    assert bench.said() == "/\na\nb\n"


ODD_NAMES = ("a space", "it's", 'a "quote"', "$HOME", "semi;colon", "(paren", "all 'of\"$them;(`x`)")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_shell_works_in_folder_of_any_name(tmp_path: Path, program: str, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    bench = Bench(folder, program, Limits(60), f"test:{tmp_path.name}-{os.getpid()}")
    with bench.shell:
        assert bench.run("export LEFT=here; mkdir inner; cd inner", "exit 3", 'pwd; echo "$LEFT"') == [0, 3, 0]
        assert bench.shell.read(["LEFT"]) == {"LEFT": "here"}
    assert bench.said() == f"{folder}/src/inner\nhere\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    bench.output.close()


def test_set_e_ends_the_command_that_fails_under_it(bench: Bench) -> None:
    assert bench.run("set -e; false; echo not reached", "echo next") == [1, 0]
    assert bench.said() == "next\n"


def test_a_command_can_wait_for_what_it_started(bench: Bench) -> None:
    assert bench.run("(exit 3) & wait $!", "sleep 0.01 & wait; echo waited") == [3, 0]


def test_a_background_process_lives_on_between_commands(bench: Bench) -> None:
    bench.run("sleep 300 & echo $! >pid", "kill -0 $(cat pid)")
    assert bench.run("kill -0 $(cat pid)") == [0]


def test_values_are_read_back_as_they_are(bench: Bench) -> None:
    bench.run("ONE='a = b'; export TWO='x\ny'; EMPTY=")
    assert bench.shell.read(["ONE", "TWO", "EMPTY", "UNSET"]) == {"ONE": "a = b", "TWO": "x\ny", "EMPTY": ""}
    bench.run("set -u")
    assert bench.shell.read(["UNSET"]) == {}


def test_text_is_expanded_as_the_shell_does(bench: Bench) -> None:
    bench.run("N=7")
    assert bench.shell.expand('it "is" $N-$(echo "x  y")') == 'it "is" 7-x  y'


def test_leaving_takes_every_child_along(benches: Callable[[Limits], Bench]) -> None:
    bench = benches(Limits(60))
    with bench.shell:
        bench.run(
            "sleep 300 & (setsid sh -c 'sleep 301; :' &); nohup sleep 302 >/dev/null 2>&1 &", "exit 0", "sleep 303 &"
        )
        assert len(bench.alive()) >= 5
    assert bench.alive() == []


def test_a_command_that_forks_and_hangs_ends_with_its_children_at_the_limit(benches: Callable[[Limits], Bench]) -> None:
    bench = benches(Limits(0.5))
    begun = time.monotonic()
    with pytest.raises(Interrupted) as caught, bench.shell:
        bench.run("echo started; (setsid sh -c 'trap \"\" TERM; sleep 300; :' &); sleep 301")
    assert caught.value.reason == "TIMED_OUT"
    assert time.monotonic() - begun < 5
    assert bench.alive() == []
    assert "started" in bench.said()


def test_a_command_that_replaces_the_shell_has_a_limit_too(benches: Callable[[Limits], Bench]) -> None:
    bench = benches(Limits(0.4))
    with pytest.raises(Interrupted), bench.shell:
        bench.run("exec sleep 300")
    assert bench.alive() == []


def test_a_stop_ends_a_command_at_once(benches: Callable[[Limits], Bench]) -> None:
    limits = Limits(60)
    bench = benches(limits)
    threading.Timer(0.2, limits.stop).start()
    begun = time.monotonic()
    with pytest.raises(Interrupted) as caught, bench.shell:
        bench.run("sleep 300")
    assert caught.value.reason == "STOPPED"
    assert time.monotonic() - begun < 5
    assert bench.alive() == []


def test_a_shell_that_dies_between_commands_fails_the_next(bench: Bench) -> None:
    bench.run("echo $$ >pid", "true")
    pid = int((bench.log.parent / "src" / "pid").read_text())
    os.kill(pid, 9)
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert bench.run("true", "true") == [137, 0]


def test_200_megabytes_of_output_stay_out_of_memory(bench: Bench) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert bench.run("yes 0123456789012345678901234567890123456789 | head -c 200000000") == [0]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB on Linux
    bench.output.flush()
    assert bench.log.stat().st_size == 200_000_001
    assert grown < 50_000
    bench.log.unlink()


def test_a_flood_from_the_background_does_not_hold_up_commands(bench: Bench) -> None:
    assert bench.run("yes &", "true", "true") == [0, 0, 0]


ORPHANS = """
import os, sys
from pathlib import Path
from cdk_rehearsal.codebuild.machine import shell
from cdk_rehearsal.codebuild.machine.limits import Limits
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.machine.shell import Shell
folder = Path(sys.argv[1])
shell = Shell(program=sys.argv[2], build_id=sys.argv[3], directory=folder, environment={"PATH": os.environ["PATH"]},
              control=folder, output=Output(folder / "log"), limits=Limits(60))
shell.run("(setsid sh -c 'sleep 300; true' &); sleep 300 &")
print("running", flush=True)
shell.run("sleep 301")
"""


def test_no_build_outlives_an_emulator_that_was_killed(tmp_path: Path) -> None:
    build_id = f"test:orphan-{os.getpid()}"
    command = [sys.executable, "-c", ORPHANS, str(tmp_path), SHELLS[0], build_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        owner.stdout.readline()
        owner.kill()
    end = time.monotonic() + 5
    while (left := [p.pid for p in psutil.process_iter() if belongs(p, build_id)]) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


def test_a_shell_that_never_started_leaves_nothing(benches: Callable[[Limits], Bench]) -> None:
    bench = benches(Limits(60))
    with bench.shell:
        pass
    assert bench.alive() == []


def test_processes_that_would_not_end_are_in_the_log(
    benches: Callable[[Limits], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = benches(Limits(60))
    with bench.shell:
        bench.run("true")
        monkeypatch.setattr(shell, "end_build", lambda build_id, groups: [*end_build(build_id, groups), 12345])
    assert bench.said() == "processes that would not end: 12345\n"
