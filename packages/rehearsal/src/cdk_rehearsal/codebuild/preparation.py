"""What comes before a build's first command: sources, buildspec, environment."""

import json
from dataclasses import dataclass
from pathlib import Path

from cdk_rehearsal.codebuild import environment
from cdk_rehearsal.codebuild.buildspec import DEFAULT_FILE, BuildspecError, is_inline, parse_buildspec
from cdk_rehearsal.codebuild.cloud.access import Access
from cdk_rehearsal.codebuild.cloud.clones import fetch_clone
from cdk_rehearsal.codebuild.cloud.sources import fetch
from cdk_rehearsal.codebuild.cloud.variables import Resolved, resolve
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.journal import Journal
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.machine.python import create_environment, provide_pip
from cdk_rehearsal.codebuild.machine.runtimes import check_runtimes
from cdk_rehearsal.codebuild.machine.workspace import Workspace
from cdk_rehearsal.codebuild.order import Order
from cdk_rehearsal.codebuild.plan import Variable
from cdk_rehearsal.codebuild.specification import Buildspec, Env
from cdk_rehearsal.errors import RehearsalError


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A build that is ready for its first command. ``secrets`` are names of variables that may not be exported."""

    specification: Buildspec
    environment: dict[str, str]
    secrets: frozenset[str]


def prepare(order: Order, workspace: Workspace, access: Access, journal: Journal, output: Output) -> Prepared:
    """Fetch the sources, read the buildspec, and gather the environment.

    Raises:
        BuildError: a source, the buildspec, a variable or a runtime is not as it should be.
    """
    for note in order.plan.notes:
        journal.say(note)
    version = _fetch_sources(order, workspace, access)
    specification = _read_buildspec(order.plan.buildspec, workspace.source)
    for part in specification.ignored:
        journal.say(f"{part}: has no effect in a rehearsal")
    resolved = resolve(_variables(specification.env, order.plan.variables), access.client)
    output.mask(resolved.values[name] for name in resolved.secrets)
    variables = _environment(order, workspace, access, resolved, version)
    _furnish(workspace.home)
    pip = provide_pip(order.config.python_packages)
    if pip is None:
        journal.say("pip: this machine's Python comes without it; install its package python3-venv")
    create_environment(workspace.python, pip=pip)
    try:
        for line in check_runtimes(specification.phases.install.runtime_versions, variables):
            journal.say(line)
    except RehearsalError as error:
        raise BuildError("YAML_FILE_ERROR", str(error)) from error
    return Prepared(specification=specification, environment=variables, secrets=frozenset(resolved.secrets))


def _fetch_sources(order: Order, workspace: Workspace, access: Access) -> str:
    """Fetch all sources and return the resolved version of the primary one."""
    version = ""
    for source in (order.plan.source, *order.plan.secondary_sources):
        order.limits.check()
        folder = workspace.secondary_source(source.identifier) if source.identifier else workspace.source
        fetched = fetch(
            source,
            folder,
            client=access.client,
            scratch=workspace.scratch,
            clone=lambda reference, into: fetch_clone(reference, into, order),
        )
        version = version if source.identifier else fetched
    version = order.plan.handed_over.get("CODEBUILD_RESOLVED_SOURCE_VERSION") or version
    if version:
        order.record.set(resolvedSourceVersion=version)
    return version


def _read_buildspec(buildspec: str, source: Path) -> Buildspec:
    text, name = buildspec, buildspec or DEFAULT_FILE
    if not is_inline(buildspec):
        path = (source / name).resolve()
        if not path.is_relative_to(source.resolve()) or not path.is_file():
            raise BuildError("YAML_FILE_ERROR", f"{name} is not in the source; a buildspec is a file there, or text")
        text = path.read_text()
    try:
        return parse_buildspec(text)
    except BuildspecError as error:
        raise BuildError("YAML_FILE_ERROR", str(error)) from error


def _variables(env: Env, above: tuple[Variable, ...]) -> list[Variable]:
    """Return the buildspec's variables with those of project and request above them.

    The order is that of "env/variables" in AWS's buildspec reference.
    """
    written = [
        *(Variable(name=name, value=value) for name, value in env.variables.items()),
        *(Variable(name=name, value=value, type="PARAMETER_STORE") for name, value in env.parameter_store.items()),
        *(Variable(name=name, value=value, type="SECRETS_MANAGER") for name, value in env.secrets_manager.items()),
    ]
    return list({variable.name: variable for variable in (*written, *above)}.values())


def _environment(
    order: Order, workspace: Workspace, access: Access, resolved: Resolved, version: str
) -> dict[str, str]:
    resolved_version = {"CODEBUILD_RESOLVED_SOURCE_VERSION": version} if version else {}
    return {
        **environment.machine_environment(order.config, workspace),
        **environment.service_environment(order.plan, order.identity, workspace),
        **resolved_version,
        **environment.credential_environment(access.credentials),
        **resolved.values,
        **environment.loopback_environment(order.config.endpoint),
    }


def _furnish(home: Path) -> None:
    """Switch the CDK CLI's notices off, which it would fetch from the internet, and make npm's folder."""
    (home / ".cdk.json").write_text(json.dumps({"notices": False}))
    (home / environment.NPM_FOLDER / "bin").mkdir(parents=True)
    (home / environment.NPM_FOLDER / "lib").mkdir()
