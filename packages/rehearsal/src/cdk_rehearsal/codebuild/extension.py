"""Plugs builds into the emulator's CodeBuild."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import time
from collections.abc import Mapping
from typing import Any

from ministack.services import codebuild

from cdk_rehearsal.codebuild import managed, projects
from cdk_rehearsal.codebuild.authorisation import authorised_project
from cdk_rehearsal.codebuild.environment import Identity
from cdk_rehearsal.codebuild.record import lost
from cdk_rehearsal.codebuild.service import Builds
from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Call, Credentials, Json, Properties, ServiceError

PRINCIPAL = "codebuild.amazonaws.com"


def install(config: EmulatorConfig) -> None:
    """Make StartBuild run the build, and keep every setting of a project that a build reads."""
    builds = Builds(
        config=config,
        projects=codebuild._projects,
        builds=codebuild._builds,
        assume=_assume,
        spawn=lambda work, name: hooks.spawn(work, name=name),
    )
    managed.provide(builds)
    hooks.extend_service(
        "codebuild",
        {
            "StartBuild": builds.start,
            "BatchGetBuilds": builds.get,
            "StopBuild": builds.stop,
            "ListBuildsForProject": builds.list_of_project,
            "RetryBuild": builds.refuse,
            "StartBuildBatch": builds.refuse,
            "CreateProject": _create_project,
            "UpdateProject": _update_project,
            "BatchGetProjects": _get_projects,
        },
        resource_arn=authorised_project,
    )
    hooks.extend_resource_type("AWS::CodeBuild::Project", check=projects.check_properties, applied=_apply_properties)
    hooks.on_started(lambda: _close_lost_builds(builds))
    hooks.on_stopping(builds.stop_all)


def _assume(role_arn: str, identity: Identity) -> Credentials:
    session = f"AWSCodeBuild-{identity.uuid}"
    return hooks.assume_service_role(role_arn, PRINCIPAL, session, source_arn=identity.project_arn)


def _create_project(call: Call) -> Json:
    project = projects.created(call)
    if project["name"] in codebuild._projects:
        raise ServiceError("ResourceAlreadyExistsException", f"Project already exists: {project['arn']}")
    codebuild._projects[project["name"]] = project
    return {"project": project}


def _update_project(call: Call) -> Json:
    project = projects.updated(projects.named(codebuild._projects, call.payload["name"]), call)
    codebuild._projects[project["name"]] = project
    return {"project": project}


def _get_projects(call: Call) -> Json:
    found: list[Json] = []
    missing: list[str] = []
    for name in call.payload["names"]:
        try:
            found.append(projects.named(codebuild._projects, name))
        except ServiceError:
            missing.append(name)
    return {"projects": found, "projectsNotFound": missing}


def _apply_properties(name: str, properties: Properties, _attributes: Mapping[str, Any]) -> None:
    project = codebuild._projects[name]
    codebuild._projects[name] = projects.replaced(project, projects.settings_of(properties))


def _close_lost_builds(builds: Builds) -> None:
    """Builds end with their emulator; one that was killed could not say so."""
    for (account, region, build_id), build in codebuild._builds.all_items():
        if not build["buildComplete"] and not builds.runs(build_id):
            codebuild._builds.set_scoped(account, region, build_id, lost(build, time.time()))
