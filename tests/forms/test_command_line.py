"""The same commit is the same bytes: at home, in a build, and in these tests."""

import subprocess
from pathlib import Path

from tests.synthesis import ROOT, SETTINGS, as_variables, command_environ

# Where the CDK notes where a construct was made: paths of the process, which never reach CloudFormation.
NOTES = ("*.metadata.json", "validation-report.json")


def files(assembly: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(assembly)): path.read_bytes()
        for path in assembly.rglob("*")
        if path.is_file() and not any(path.match(note) for note in NOTES)
    }


def test_the_command_line_writes_the_same_bytes_in_another_environment(assembly: Path, tmp_path: Path) -> None:
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "AWS_REGION": "eu-west-1"}
    environ = command_environ(**as_variables(SETTINGS), **elsewhere)
    out = tmp_path / "elsewhere"
    command = ["cdk", "synth", "--quiet", "--no-lookups", "--output", str(out)]
    answer = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
    expected, found = files(assembly), files(out)
    assert len(expected) > 10
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []
