import json
from typing import Any

import pytest

from cdk_rehearsal.codebuild.buildspec import BuildspecError, is_inline, parse_buildspec

WHOLE = """
version: 0.2
env:
  shell: bash
  variables:
    RELEASE: 3.10
    LOUD: yes
    EMPTY: ""
  parameter-store: {TOKEN: /team/token}
  secrets-manager: {PASSWORD: "team/db:password"}
  exported-variables: [RELEASE]
  git-credential-helper: yes
phases:
  install:
    runtime-versions: {python: 3.11, nodejs: 22}
    commands: [next, npm ci]
    finally: [echo installed]
    on-failure: RETRY-2
  pre_build:
  build:
    commands:
      - |
        one
        two
    on-failure: ABORT
reports: {unit: {files: ["**/*"]}}
proxy: {logs: yes}
artifacts:
  files: ["**/*"]
  base-directory: cdk.out
  discard-paths: no
  exclude-paths: ["node_modules/**"]
  name: it-$(date +%Y)
  secondary-artifacts:
    docs: {files: [a, b], discard-paths: yes, enable-symlinks: yes}
cache: {paths: [".cache/**/*"], key: k, fallback-keys: [j], action: save}
"""


def faults(text: str) -> str:
    with pytest.raises(BuildspecError) as caught:
        parse_buildspec(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


def spec(**parts: Any) -> str:
    return json.dumps({"version": "0.2", "phases": {"build": {"commands": ["true"]}}, **parts})


def test_every_documented_part_is_read() -> None:
    read = parse_buildspec(WHOLE)
    assert read.env.shell == "bash"
    assert read.env.parameter_store == {"TOKEN": "/team/token"}
    assert read.env.secrets_manager == {"PASSWORD": "team/db:password"}
    assert read.env.exported_variables == ("RELEASE",)
    assert read.phases.install.commands == ("next", "npm ci")
    assert read.phases.install.finally_ == ("echo installed",)
    assert read.phases.install.runtime_versions == {"python": "3.11", "nodejs": "22"}
    assert read.phases.install.on_failure
    assert read.phases.install.on_failure.retries == 2
    assert read.phases.build.commands == ("one\ntwo\n",)
    assert read.phases.post_build.commands == ()
    assert read.artifacts
    assert (read.artifacts.files, read.artifacts.base_directory) == (("**/*",), "cdk.out")
    assert not read.artifacts.discard_paths
    assert read.artifacts.exclude_paths == ("node_modules/**",)
    assert read.artifacts.name == "it-$(date +%Y)"
    docs = read.artifacts.secondary_artifacts["docs"]
    assert (docs.files, docs.discard_paths, docs.enable_symlinks) == (("a", "b"), True, True)
    assert read.cache.paths == (".cache/**/*",)


def test_values_of_variables_keep_the_letters_they_were_written_with() -> None:
    assert parse_buildspec(WHOLE).env.variables == {"RELEASE": "3.10", "LOUD": "yes", "EMPTY": ""}


def test_a_part_without_a_value_counts_as_absent() -> None:
    assert parse_buildspec(WHOLE).phases.pre_build.commands == ()


def test_parts_without_effect_are_named() -> None:
    assert parse_buildspec(WHOLE).ignored == ("reports", "proxy", "env.git-credential-helper")
    assert parse_buildspec(spec()).ignored == ()


def test_json_is_read_even_where_yaml_would_choke_on_its_tabs() -> None:
    assert parse_buildspec(
        '{\n\t"version": 0.2,\n\t"phases": {\n\t\t"build": {"commands": ["a"]}}}'
    ).phases.build.commands == ("a",)


def test_a_yaml_flow_mapping_is_no_json_and_is_read() -> None:
    assert parse_buildspec("{version: 0.2, phases: {build: {commands: [a]}}}").phases.build.commands == ("a",)


def test_anchors_and_merges_are_read() -> None:
    text = "version: 0.2\nphases:\n  install: &one\n    commands: [a]\n  build:\n    <<: *one\n    finally: [b]\n"
    build = parse_buildspec(text).phases.build
    assert (build.commands, build.finally_) == (("a",), ("b",))


def test_sh_is_the_shell_unless_another_is_named() -> None:
    assert parse_buildspec(spec()).env.shell == "/bin/sh"
    assert parse_buildspec(spec(env={"shell": "sh"})).env.shell == "/bin/sh"


def test_one_path_needs_no_list() -> None:
    read = parse_buildspec(spec(artifacts={"files": "**/*", "exclude-paths": "b"}))
    assert read.artifacts
    assert read.artifacts.files == ("**/*",)
    assert read.artifacts.exclude_paths == ("b",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "buildspec: the whole must be a mapping"),
        ("- a", "buildspec: the whole must be a mapping"),
        ("version: 0.2", "buildspec: phases is missing"),
        ("version: 0.1\nphases: {}", "buildspec: version: '0.1' is not supported; 0.2 is"),
        (spec(phase={}), "buildspec: phase is not part of a buildspec"),
        (spec(phases={"bild": {}}), "buildspec: phases.bild is not part of a buildspec"),
        (spec(phases=3), "buildspec: phases must be a mapping"),
        (spec(phases={"build": {"commands": "a"}}), "buildspec: phases.build.commands must be a list"),
        (spec(phases={"build": {"run-as": "me"}}), "buildspec: phases.build.run-as is not supported"),
        (spec(**{"run-as": "me"}), "buildspec: run-as is not supported"),
        (spec(batch={}), "buildspec: batch is not supported: a rehearsal runs single builds"),
        (spec(phases={"build": {"on-failure": "STOP"}}), "buildspec: phases.build.on-failure: 'STOP' is not allowed"),
        (spec(phases={"build": {"runtime-versions": {"python": "3"}}}), "build has runtime-versions; only install may"),
        (spec(env={"shell": "powershell.exe"}), "env.shell: 'powershell.exe' is not allowed; bash and /bin/sh are"),
        (spec(env={"variables": {"A-B": "1"}}), "'A-B' is no name of a variable; letters, digits and _"),
        (spec(env={"variables": {"A": {}}}), "env.variables.A must be text"),
        (spec(env={"variables": {"CODEBUILD_X": "1"}}), "'CODEBUILD_X' is not allowed"),
        (spec(env={"variables": []}), "env.variables must be a mapping"),
        (spec(artifacts={"name": "x"}), "artifacts: files is missing"),
        (spec(artifacts={"secondary-artifacts": {"x": {}}}), "artifacts: secondary-artifacts.x: files is missing"),
        (spec(artifacts={"files": ["a"], "discard-paths": "maybe"}), "'maybe' is not allowed; yes and no are"),
    ],
)
def test_each_broken_rule_is_named_with_its_place(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_a_command_that_yaml_reads_as_a_mapping_is_shown_how_to_mend() -> None:
    text = "version: 0.2\nphases:\n  build:\n    commands:\n      - true\n      - echo note: this\n"
    assert "phases.build.commands: command 2 is read as a mapping or list; put it in quotes" in faults(text)


def test_all_faults_are_told_at_once() -> None:
    message = faults(spec(version="1", env={"shell": "fish"}))
    assert "version" in message
    assert "env.shell" in message


def test_text_that_is_no_yaml_is_told_with_its_line() -> None:
    assert "not readable as YAML" in faults("version: [")
    assert "line 1" in faults("version: [")


def test_text_and_path_of_a_buildspec_are_told_apart() -> None:
    assert is_inline("version: 0.2\nphases: {}")
    assert is_inline('{"version": "0.2"}')
    assert not is_inline("ci/buildspec.yml\n")
    assert not is_inline("")
