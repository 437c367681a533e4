"""One emulator for the tests of its extensions: started as a user would, asked through boto3."""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.exceptions

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig

REGION = "us-east-1"
PATIENCE_SECONDS = 30
Json = dict[str, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(config: EmulatorConfig) -> Iterator[subprocess.Popen[bytes]]:
    """Run an emulator until the block ends; it must stop in order then."""
    path = config.state_dir.parent / f"{config.state_dir.name}.json"
    config.save(path)
    process = subprocess.Popen(
        [sys.executable, "-m", "cdk_rehearsal.emulator", "--config", str(path)],
        env={**os.environ, "AWS_PROFILE": "a-profile-that-nobody-has"},
    )
    with ended(process):
        wait_for_answer(process, config.port)
        yield process


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the process with the block, whatever happens in it; fail if it does not stop in order."""
    try:
        yield
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.terminate()
    try:
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until something listens on ``port``; fail if the process ends first. A busy machine may take its time."""
    while not answers(port):
        assert process.poll() is None, f"the process ended with exit code {process.returncode} before it listened"
        time.sleep(0.02)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(ready: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (result := ready()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return result


@dataclass(frozen=True)
class Account:
    """An account of its own in the shared emulator, so that tests do not see each other."""

    config: EmulatorConfig
    id: str = field(default_factory=lambda: f"{uuid.uuid4().int % 10**11:012d}")

    def client(self, service: str, credentials: Mapping[str, str] | None = None, region: str = REGION) -> Any:
        return client(
            service,
            endpoint=self.config.endpoint,
            region=region,
            credentials=credentials or self.config.root(self.id),
        )

    def other(self) -> "Account":
        return Account(self.config)

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.id}:role/{name}"

    def role(self, name: str, trusted: Json, *statements: Json) -> str:
        """Make a role that ``trusted`` may assume and that may do what ``statements`` say; its ARN."""
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(trusted))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        return self.role_arn(name)

    def session(self, role_arn: str, caller: Mapping[str, str] | None = None) -> Mapping[str, str]:
        answer = self.client("sts", caller).assume_role(RoleArn=role_arn, RoleSessionName="test")
        credentials: Mapping[str, str] = answer["Credentials"]
        return credentials

    def user(self, name: str, *statements: Json) -> Mapping[str, str]:
        """Make a user that may do what ``statements`` say; its credentials."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        key: Mapping[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
        return {name: key[name] for name in ("AccessKeyId", "SecretAccessKey")}

    def deploy(self, name: str, resources: Json, outputs: Json | None = None, **arguments: Any) -> Json:
        """Create or update a stack and wait for its end; the stack as DescribeStacks describes it."""
        cloudformation = self.client("cloudformation")
        template: Json = {"Resources": resources}
        if outputs:
            template["Outputs"] = {key: {"Value": value} for key, value in outputs.items()}
        request = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            **arguments,
        }
        if self.stack(name) is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
        return self.settled(name)

    def settled(self, name: str) -> Json:
        """Wait until a stack is at rest; an empty mapping stands for a stack that is gone."""

        def at_rest() -> Json | None:
            found = self.stack(name) or {}
            return None if found.get("StackStatus", "").endswith("IN_PROGRESS") else {"Stack": found}

        settled: Json = wait_for(at_rest)["Stack"]
        return settled

    def stack(self, name: str) -> Json | None:
        try:
            found: Json = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except botocore.exceptions.ClientError:
            return None
        return found

    def delete(self, name: str) -> Json:
        self.client("cloudformation").delete_stack(StackName=name)
        return self.settled(name)

    def outputs(self, name: str) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in (self.stack(name) or {}).get("Outputs", [])}

    def failures(self, name: str) -> dict[str, str]:
        """The last reason of each resource that failed, by logical id."""
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != name
        }

    def physical_id(self, stack: str, logical_id: str) -> str:
        resource = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        found: str = resource["StackResourceDetail"]["PhysicalResourceId"]
        return found


def ref(logical_id: str) -> Json:
    return {"Ref": logical_id}


def attribute(logical_id: str, name: str) -> Json:
    return {"Fn::GetAtt": [logical_id, name]}


def resource(kind: str, properties: Json | None = None, **more: Any) -> Json:
    return {"Type": kind, "Properties": properties or {}, **more}


def policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: Json, **condition: Any) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition})


def allow(action: str | list[str], resource_arn: str | list[str] = "*", **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource_arn, **more}


def refused(call: Callable[[], Any]) -> str:
    """The code of the error that a call answers."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        code: str = error.response["Error"]["Code"]
        return code
    raise AssertionError("the call was allowed")


def lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def propose(account: Account, stack: str, resources: Json, kind: str = "UPDATE") -> Json:
    client = account.client("cloudformation")
    client.create_change_set(
        StackName=stack, ChangeSetName="next", ChangeSetType=kind, TemplateBody=json.dumps({"Resources": resources})
    )

    def described() -> Any:
        found = client.describe_change_set(StackName=stack, ChangeSetName="next")
        return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

    found: Json = wait_for(described)
    return found
