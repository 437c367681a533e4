"""The same commit is the same bytes: at home, in a build, and in these tests."""

import json
import subprocess
import tarfile
from pathlib import Path

import aws_cdk

from tests.synthesis import ROOT, SETTINGS, as_variables, command_environ, committed_context

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


def test_a_synth_asks_no_account_for_anything(assembly: Path) -> None:
    manifests = [json.loads(path.read_text()) for path in assembly.rglob("manifest.json")]
    assert len(manifests) == 3
    assert [manifest["missing"] for manifest in manifests if "missing" in manifest] == []


def test_the_feature_flags_are_those_that_the_pinned_library_recommends() -> None:
    (package,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.jsii.tgz")
    with tarfile.open(package, mode="r|gz") as archive:
        member = next(member for member in archive if member.name == "package/recommended-feature-flags.json")
        file = archive.extractfile(member)
        assert file is not None
        recommended = json.load(file)
    flags = {name: value for name, value in committed_context().items() if name != "delivery"}
    assert flags == recommended
