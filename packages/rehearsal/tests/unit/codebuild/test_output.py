from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_rehearsal.codebuild.machine.output import LONGEST_LINE, Output


def test_whole_lines_are_in_the_log_at_once(tmp_path: Path) -> None:
    with Output(tmp_path / "logs" / "b.log") as output:
        output.feed(b"one\ntw")
        assert (tmp_path / "logs" / "b.log").read_bytes() == b"one\n"
        output.feed(b"o\n")
        assert (tmp_path / "logs" / "b.log").read_bytes() == b"one\ntwo\n"


def test_the_last_line_is_kept_without_its_end(tmp_path: Path) -> None:
    with Output(tmp_path / "b.log") as output:
        output.feed(b"no newline")
    assert (tmp_path / "b.log").read_bytes() == b"no newline\n"


def test_a_line_of_the_service_starts_a_line(tmp_path: Path) -> None:
    with Output(tmp_path / "b.log") as output:
        output.feed(b"half")
        output.say("whole")
    assert (tmp_path / "b.log").read_bytes() == b"half\nwhole\n"


def test_only_its_owner_reads_a_log(tmp_path: Path) -> None:
    with Output(tmp_path / "b.log"):
        assert (tmp_path / "b.log").stat().st_mode & 0o077 == 0


def test_a_new_build_does_not_append_to_an_old_log(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_text("old")
    with Output(tmp_path / "b.log") as output:
        output.say("new")
    assert (tmp_path / "b.log").read_text() == "new\n"


def test_secrets_are_masked_for_everyone(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with Output(tmp_path / "b.log") as output:
        output.mask(["hunter2", "", "hunter2-and-more"])
        output.listen(heard.append)
        output.feed(b"a hunter2-and-more b hunter2\nhun")
        output.feed(b"ter2 ")
        assert output.masked("say hunter2") == "say ***"
    assert (tmp_path / "b.log").read_bytes() == b"a *** b ***\n*** \n"
    assert b"".join(heard) == b"a *** b ***\n*** \n"


def test_each_line_of_a_secret_with_several_is_masked(tmp_path: Path) -> None:
    with Output(tmp_path / "b.log") as output:
        output.mask(["-----BEGIN-----\nMIIE\n}\n"])
        output.feed(b"x MIIE y\n}\n")
    assert (tmp_path / "b.log").read_bytes() == b"x *** y\n}\n"


def test_a_line_without_end_is_not_kept_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "b.log"
    with Output(path) as output:
        for _ in range(100):
            output.feed(b"x" * 10_000)
        assert 1_000_000 - path.stat().st_size <= LONGEST_LINE
    assert path.stat().st_size == 1_000_001


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(-9, 9), st.integers(1, 9))
def test_a_secret_is_masked_wherever_a_long_line_is_cut(tmp_path: Path, first: int, offset: int, chunk: int) -> None:
    path = tmp_path / "b.log"
    body = b"." * (LONGEST_LINE + offset) + b"SECRET12" + b"." * LONGEST_LINE + b"SECRET12" * first
    with Output(path) as output:
        output.mask(["SECRET12"])
        size = chunk * 9_973
        for start in range(0, len(body), size):
            output.feed(body[start : start + size])
    assert path.read_bytes() == body.replace(b"SECRET12", b"***") + b"\n"
