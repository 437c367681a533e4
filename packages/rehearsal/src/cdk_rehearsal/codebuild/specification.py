"""The build specification, version 0.2, as a build reads it.

Every rule is from AWS's `buildspec reference
<https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>`_; a class or validator names the part of
that page which it follows. What a rehearsal can't do is refused by name rather than skipped.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator, model_validator

from cdk_rehearsal.codebuild.failure import OnFailure, parse_on_failure

PHASES = ("install", "pre_build", "build", "post_build")
VERSION = "0.2"
RESERVED_PREFIX = "CODEBUILD_"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _yes_or_no(value: object) -> bool:
    answer = {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower())
    if answer is None:
        raise ValueError(f"{value!r} is not allowed; yes and no are")
    return answer


def _variable_name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no name of a variable; letters, digits and _ are allowed, a digit not first")
    return value


YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
VariableName = Annotated[str, BeforeValidator(_variable_name)]


class _Part(BaseModel):
    """A mapping of the buildspec: keys that AWS doesn't document are errors there, and so they are here."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Dashed(_Part):
    """A mapping whose keys are written with dashes."""

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_").replace("_", "-"))


class Env(_Dashed):
    """``env``: the shell, variables by where their values come from, and the names that a pipeline may read."""

    shell: Literal["bash", "/bin/sh"] = "/bin/sh"
    variables: dict[VariableName, str] = {}
    parameter_store: dict[VariableName, str] = {}
    secrets_manager: dict[VariableName, str] = {}
    exported_variables: tuple[VariableName, ...] = ()
    git_credential_helper: YesNo = False

    @field_validator("shell", mode="before")
    @classmethod
    def _linux_shells(cls, value: object) -> object:
        """``env/shell``: bash and /bin/sh are for Linux; powershell.exe and cmd.exe need a Windows image."""
        if value not in {"bash", "/bin/sh", "sh"}:
            raise ValueError(f"{value!r} is not allowed; bash and /bin/sh are")
        return "/bin/sh" if value == "sh" else value

    @model_validator(mode="after")
    def _reserved_names(self) -> "Env":
        """``env/variables``: names that start with CODEBUILD_ are for internal use."""
        for name in (*self.variables, *self.parameter_store, *self.secrets_manager):
            if name.startswith(RESERVED_PREFIX):
                raise ValueError(
                    f"{name!r} is not allowed: names that start with {RESERVED_PREFIX} are CodeBuild's own"
                )
        return self


class Phase(_Dashed):
    """``phases/<phase>``: commands, commands that run even so (``finally``), and what a failure leads to."""

    commands: tuple[str, ...] = ()
    finally_: tuple[str, ...] = ()
    on_failure: OnFailure | None = None
    runtime_versions: dict[str, str] = {}

    @field_validator("on_failure", mode="before")
    @classmethod
    def _parsed(cls, value: object) -> OnFailure:
        return parse_on_failure(str(value))

    @field_validator("commands", "finally_", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        """``phases/*/commands``: a sequence of scalars. A colon and a blank make YAML see a mapping instead."""
        commands = value if isinstance(value, list) else []
        odd = [position for position, command in enumerate(commands, 1) if not isinstance(command, str)]
        if odd:
            raise ValueError(f"command {odd[0]} is read as a mapping or list; put it in quotes")
        return value


class Phases(_Part):
    """``phases``: the four that a buildspec may fill, in the order in which they run."""

    install: Phase = Phase()
    pre_build: Phase = Phase()
    build: Phase = Phase()
    post_build: Phase = Phase()

    @model_validator(mode="after")
    def _runtimes_in_install(self) -> "Phases":
        """``phases/install/runtime-versions``: the install phase alone has it."""
        for name in PHASES[1:]:
            if getattr(self, name).runtime_versions:
                raise ValueError(f"{name} has runtime-versions; only install may")
        return self


class Output(_Dashed):
    """``artifacts`` and each of ``artifacts/secondary-artifacts``: which files of a build leave it, and under what."""

    files: tuple[str, ...] = ()
    base_directory: str = "."
    discard_paths: YesNo = False
    exclude_paths: tuple[str, ...] = ()
    enable_symlinks: YesNo = False
    name: str = ""

    @field_validator("files", "exclude_paths", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        """One value or a sequence: AWS's samples write ``exclude-paths`` both ways, and CDK one ``files`` as text."""
        return [value] if isinstance(value, str) else value


class Artifacts(Output):
    """``artifacts``."""

    secondary_artifacts: dict[str, Output] = {}

    @model_validator(mode="after")
    def _files_named(self) -> "Artifacts":
        """``artifacts/files``: required; CDK leaves it out beside secondary artifacts, and AWS accepts that."""
        if not self.files and not self.secondary_artifacts:
            raise ValueError("files is missing; name what the artifact holds, such as '**/*'")
        for name, output in self.secondary_artifacts.items():
            if not output.files:
                raise ValueError(f"secondary-artifacts.{name}: files is missing; name what it holds, such as '**/*'")
        return self


class Cache(_Dashed):
    """``cache``: what is kept for the next build. Keys and ``action`` matter to S3 caches alone."""

    paths: tuple[str, ...] = ()
    key: str = ""
    fallback_keys: tuple[str, ...] = ()
    action: Literal["", "restore", "save"] = ""


class Buildspec(_Part):
    """A whole buildspec."""

    version: str
    env: Env = Env()
    phases: Phases
    artifacts: Artifacts | None = None
    cache: Cache = Cache()
    reports: dict[str, Any] = {}
    proxy: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _refusals(cls, value: object) -> object:
        """``run-as`` needs other users and ``batch`` other builds: a rehearsal has neither."""
        given = value if isinstance(value, Mapping) else {}
        phases = given.get("phases")
        parts = {"": given, **{f"phases.{name}.": part for name, part in _items(phases)}}
        for place, part in parts.items():
            if isinstance(part, Mapping) and "run-as" in part:
                raise ValueError(f"{place}run-as is not supported: the builds of a rehearsal run as one user")
        if "batch" in given:
            raise ValueError("batch is not supported: a rehearsal runs single builds")
        return value

    @field_validator("version")
    @classmethod
    def _version_0_2(cls, value: str) -> str:
        """``version``: in 0.1 each command has a shell of its own; AWS recommends 0.2."""
        if value != VERSION:
            raise ValueError(f"{value!r} is not supported; {VERSION} is")
        return value

    @property
    def ignored(self) -> tuple[str, ...]:
        """Parts that are accepted and have no effect on one machine, to be named in the log."""
        parts = {
            "reports": self.reports,
            "proxy": self.proxy,
            "env.git-credential-helper": self.env.git_credential_helper,
        }
        return tuple(name for name, given in parts.items() if given)


def _items(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []
