"""Environment variables whose values AWS keeps, read under the service role."""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_rehearsal.codebuild.cloud.access import AWS_ERRORS
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Variable

ARN_PARTS = 7
PARAMETERS_A_CALL = 10


@dataclass
class Resolved:
    """Values by name, and the names of those that are secrets."""

    values: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class SecretReference:
    """``<secret id>:<json key>:<version stage>:<version id>``, the last three optional."""

    id: str
    json_key: str = ""
    stage: str = ""
    version: str = ""


def parse_secret_reference(reference: str) -> SecretReference:
    """Read a reference; a secret's ARN has colons of its own.

    The form is that of "env/secrets-manager" in AWS's `buildspec reference
    <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>`_.
    """
    parts = reference.split(":")
    own = ARN_PARTS if reference.startswith("arn:") else 1
    return SecretReference(":".join(parts[:own]), *parts[own : own + 3])


def resolve(variables: Iterable[Variable], client: Callable[[str], Any]) -> Resolved:
    """Return the values of variables.

    Raises:
        BuildError: a parameter or secret doesn't exist, or the service role may not read it. No message has a value.
    """
    given = list(variables)
    resolved = Resolved({variable.name: variable.value for variable in given})
    parameters = [variable for variable in given if variable.type == "PARAMETER_STORE"]
    secrets = [variable for variable in given if variable.type == "SECRETS_MANAGER"]
    resolved.secrets = {variable.name for variable in (*parameters, *secrets)}
    if parameters:
        known = _parameters([variable.value for variable in parameters], client("ssm"))
        resolved.values |= {variable.name: known[variable.value] for variable in parameters}
    for variable in secrets:
        resolved.values[variable.name] = _secret(variable, client("secretsmanager"))
    return resolved


def _parameters(names: Sequence[str], ssm: Any) -> dict[str, str]:
    """Read with ``ssm:GetParameters``, the one action that CodeBuild's documentation asks for."""
    known: dict[str, str] = {}
    wanted = iter(sorted(set(names)))
    try:
        while batch := list(itertools.islice(wanted, PARAMETERS_A_CALL)):
            answer = ssm.get_parameters(Names=batch, WithDecryption=True)
            known |= {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
            for parameter in answer["Parameters"]:  # a parameter may be asked for by its ARN
                known |= {parameter["ARN"]: parameter["Value"]} if "ARN" in parameter else {}
    except AWS_ERRORS as error:
        raise BuildError("Decrypted Variables Error", str(error)) from error
    missing = sorted(set(names) - set(known))
    if missing:
        raise BuildError("Decrypted Variables Error", f"parameter does not exist: {', '.join(missing)}")
    return known


def _secret(variable: Variable, secretsmanager: Any) -> str:
    reference = parse_secret_reference(variable.value)
    versions = {"VersionStage": reference.stage, "VersionId": reference.version}
    try:
        answer = secretsmanager.get_secret_value(SecretId=reference.id, **{k: v for k, v in versions.items() if v})
    except AWS_ERRORS as error:
        raise BuildError("Secrets Manager Error", f"{variable.name}: {error}") from error
    text = str(answer.get("SecretString", ""))
    if not reference.json_key:
        return text
    try:
        return _text(json.loads(text)[reference.json_key])
    except (ValueError, KeyError, TypeError):  # the cause would show the secret
        problem = f"{variable.name}: secret {reference.id} has no JSON key {reference.json_key}"
        raise BuildError("Secrets Manager Error", problem) from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
