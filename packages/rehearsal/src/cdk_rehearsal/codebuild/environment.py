"""The environment variables of a build, all of them: nothing is inherited.

The names are those of `environment variables in build environments
<https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html>`_.
"""

import os
from dataclasses import dataclass

from cdk_rehearsal.codebuild.machine.workspace import Workspace
from cdk_rehearsal.codebuild.plan import Plan
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Credentials

NPM_FOLDER = ".npm-global"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which build this is, and whose."""

    id: str
    number: int
    account: str
    region: str
    initiator: str
    start: float

    @property
    def uuid(self) -> str:
        """The part of the id after the project's name."""
        return self.id.rpartition(":")[2]

    @property
    def project(self) -> str:
        """The project's name."""
        return self.id.rpartition(":")[0]

    @property
    def arn(self) -> str:
        """The build's ARN."""
        return f"arn:aws:codebuild:{self.region}:{self.account}:build/{self.id}"

    @property
    def project_arn(self) -> str:
        """The project's ARN."""
        return f"arn:aws:codebuild:{self.region}:{self.account}:project/{self.project}"


def machine_environment(config: EmulatorConfig, workspace: Workspace) -> dict[str, str]:
    """Return what stands for the build image: PATH and caches of the configuration, and folders of the build's own.

    npm installs commands into the build's HOME, first on its PATH: CDK Pipelines runs ``npm install -g aws-cdk@…``.
    pip installs into the build's own Python environment, which comes next.
    """
    npm = workspace.home / NPM_FOLDER
    return {
        **config.build_environment,
        "PATH": os.pathsep.join([str(npm / "bin"), str(workspace.python / "bin"), config.build_path]),
        "HOME": str(workspace.home),
        "TMPDIR": str(workspace.temporary),
        "npm_config_prefix": str(npm),
        "npm_config_prefer_offline": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "1",
    }


def service_environment(plan: Plan, identity: Identity, workspace: Workspace) -> dict[str, str]:
    """Return the variables that CodeBuild sets."""
    values = {
        "AWS_REGION": identity.region,
        "AWS_DEFAULT_REGION": identity.region,
        "AWS_ACCOUNT_ID": identity.account,
        "CODEBUILD_BUILD_ARN": identity.arn,
        "CODEBUILD_BUILD_ID": identity.id,
        "CODEBUILD_BUILD_IMAGE": plan.image,
        "CODEBUILD_BUILD_NUMBER": str(identity.number),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": identity.initiator,
        "CODEBUILD_KMS_KEY_ID": plan.encryption_key,
        "CODEBUILD_LOG_PATH": identity.uuid,
        "CODEBUILD_PROJECT_ARN": identity.project_arn,
        "CODEBUILD_SOURCE_REPO_URL": plan.source.arn,
        "CODEBUILD_SOURCE_VERSION": plan.source.version or plan.source.arn,
        "CODEBUILD_SRC_DIR": str(workspace.source),
        "CODEBUILD_START_TIME": str(int(identity.start * 1000)),
        "PWD": str(workspace.source),
    }
    for source in plan.secondary_sources:
        values[f"CODEBUILD_SRC_DIR_{source.identifier}"] = str(workspace.secondary_source(source.identifier))
        values[f"CODEBUILD_SOURCE_VERSION_{source.identifier}"] = source.version or source.arn
    return {**values, **plan.handed_over}


def credential_environment(credentials: Credentials) -> dict[str, str]:
    """Return the service role's credentials, as a build reads them."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def loopback_environment(endpoint: str) -> dict[str, str]:
    """Return what keeps a build on this machine; no variable of a project or a buildspec comes above it."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
