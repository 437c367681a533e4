"""A small cloud for pipelines: a bucket, roles in two accounts, repositories with a working copy each."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.codepipeline.emulated import DEV, REGION, TOOLS, Emulator, eventually

from cdk_rehearsal.source.repository import create_repository

CONNECTION = f"arn:aws:codeconnections:{REGION}:{TOOLS}:connection/00000000-0000-4000-8000-000000000000"
BUCKET = "artifacts-of-the-shop"
Json = dict[str, Any]


def statement(actions: Sequence[str] | str, resource: Sequence[str] | str = "*") -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(principal: Json) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


ALL_OF_THE_PIPELINE = (
    statement(
        ["s3:GetObject*", "s3:PutObject*", "s3:GetBucket*"], [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    ),
    statement("codeconnections:UseConnection", CONNECTION),
    statement("sts:AssumeRole", f"arn:aws:iam::{DEV}:role/deployer"),
)


class Shop:
    """What the tests of one emulator share."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.config = emulator.config
        self._folder = folder
        self.codepipeline: Any = emulator.client("codepipeline")
        self._furnish()

    def _furnish(self) -> None:
        s3 = self.emulator.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        deployer = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{DEV}:role/deployer"},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(deployer))
        self.role("pipeline", *ALL_OF_THE_PIPELINE)
        self.role("cloudformation", statement("*"), service="cloudformation.amazonaws.com", account=DEV)
        iam = self.emulator.client("iam", DEV)
        iam.create_role(
            RoleName="deployer", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{TOOLS}:role/pipeline"})
        )
        deploys = policy(
            statement("cloudformation:*"),
            statement(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{BUCKET}/*"),
            statement("iam:PassRole", f"arn:aws:iam::{DEV}:role/cloudformation"),
        )
        iam.put_role_policy(RoleName="deployer", PolicyName="deploy", PolicyDocument=deploys)

    def role(
        self,
        name: str,
        *statements: Json,
        service: str = "codepipeline.amazonaws.com",
        account: str = TOOLS,
    ) -> str:
        iam = self.emulator.client("iam", account)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": service}))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
        return f"arn:aws:iam::{account}:role/{name}"

    # Pipelines

    def create(self, name: str, *stages: Json, role: str = "pipeline", **members: Any) -> Json:
        """Create a pipeline, which starts its first execution; return its declaration."""
        declared = declaration(name, *stages, role=role, **members)
        created: Json = self.codepipeline.create_pipeline(pipeline=declared)["pipeline"]
        return created

    def state(self, name: str, stage: str) -> Json:
        states = self.codepipeline.get_pipeline_state(name=name)["stageStates"]
        return next(each for each in states if each["stageName"] == stage)

    def token(self, name: str, stage: str, action: str) -> str:
        """The token of an approval, once it waits."""

        def look() -> str | None:
            for each in self.state(name, stage)["actionStates"]:
                if each["actionName"] == action:
                    found: str | None = each.get("latestExecution", {}).get("token")
                    return found
            return None

        return eventually(look, f"{name}: approval {stage}/{action}")

    def answer(self, name: str, stage: str, action: str, status: str = "Approved", summary: str = "looks good") -> None:
        self.codepipeline.put_approval_result(
            pipelineName=name,
            stageName=stage,
            actionName=action,
            token=self.token(name, stage, action),
            result={"status": status, "summary": summary},
        )

    def executions(self, name: str) -> list[Json]:
        """Oldest first."""
        found: list[Json] = self.codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        return found[::-1]

    def execution(self, name: str, execution: str) -> Json:
        found: Json = self.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        return dict(found["pipelineExecution"])

    def ends(self, name: str, execution: str, *statuses: str) -> Json:
        """The execution, once it has one of the statuses."""

        def look() -> Json | None:
            found = self.execution(name, execution)
            return found if found["status"] in statuses else None

        return eventually(look, f"{name}: execution {execution} to be {' or '.join(statuses)}")

    def actions(self, name: str, execution: str) -> dict[str, Json]:
        """The latest run of each action of an execution, by its name."""
        details = self.codepipeline.list_action_executions(
            pipelineName=name, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        return {each["actionName"]: each for each in details[::-1]}

    def start(self, name: str, **more: Any) -> str:
        started: str = self.codepipeline.start_pipeline_execution(name=name, **more)["pipelineExecutionId"]
        return started

    # Repositories

    def working_copy(self, full_name: str) -> "WorkingCopy":
        return WorkingCopy(create_repository(self.config, full_name), self._folder / full_name)


class WorkingCopy:
    """A clone from which tests push."""

    def __init__(self, remote: Path, folder: Path) -> None:
        self.remote = remote
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "rehearsal", str(remote))

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip() + done.stderr.strip()

    def commit(self, files: Mapping[str, str], message: str = "Change something") -> str:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self, branch: str = "main") -> str:
        """Push and return what the person who pushes reads."""
        return self.git("push", "rehearsal", f"HEAD:refs/heads/{branch}")


def action(name: str, category: str, provider: str, **members: Any) -> Json:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, **members}


def source(repository: str, **members: Any) -> Json:
    configuration = {"ConnectionArn": CONNECTION, "FullRepositoryId": repository, "BranchName": "main"}
    return action(
        "Source",
        "Source",
        "CodeStarSourceConnection",
        configuration={**configuration, **members.pop("configuration", {})},
        outputArtifacts=[{"name": "Files"}],
        namespace="Source",
        **members,
    )


def approval(name: str = "Approve", **members: Any) -> Json:
    return action(name, "Approval", "Manual", **members)


def deployment(name: str, mode: str, **members: Any) -> Json:
    """A CloudFormation action in the dev account."""
    members.setdefault("roleArn", f"arn:aws:iam::{DEV}:role/deployer")
    return action(
        name,
        "Deploy",
        "CloudFormation",
        **members | {"configuration": {"ActionMode": mode, **members["configuration"]}},
    )


def stage(name: str, *actions: Json, **members: Any) -> Json:
    return {"name": name, "actions": list(actions), **members}


def declaration(name: str, *stages: Json, role: str = "pipeline", **members: Any) -> Json:
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{TOOLS}:role/{role}"
    store = {"artifactStore": {"type": "S3", "location": BUCKET}}
    return {"name": name, "roleArn": arn, "pipelineType": "V2", "stages": list(stages), **store, **members}
