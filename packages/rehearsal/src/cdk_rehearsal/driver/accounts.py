"""Bootstraps the emulated accounts with ``cdk bootstrap`` and the app's own execution policies."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cdk_rehearsal.driver.assembly import QUALIFIER, Assembly, Environment
from cdk_rehearsal.driver.environment import account_environment
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.outlet import through_door
from cdk_rehearsal.driver.processes import run
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True, kw_only=True)
class ExecutionPolicies:
    """What CloudFormation may do while it deploys: the policies of the pipeline's account, and of a stage's.

    Without any it may do everything, as after a plain ``cdk bootstrap`` ("Bootstrap your environment" in the CDK
    developer guide: AdministratorAccess is the default execution policy).
    """

    pipeline: tuple[Path, ...] = ()
    stage: tuple[Path, ...] = ()


def bootstrap(
    assembly: Assembly,
    *,
    config: EmulatorConfig,
    folders: Folders,
    policies: ExecutionPolicies,
    environment: Mapping[str, str],
) -> None:
    """Bootstrap every environment of ``assembly``, side by side; stage accounts trust the pipeline's account.

    Raises :class:`RehearsalError` when a policy cannot be read or an account cannot be bootstrapped.
    """
    home = assembly.pipeline().stack.environment
    arns = {
        account: _create_policies(account, assembly=assembly, config=config, policies=policies)
        for account in sorted({each.account for each in assembly.environments()})
    }

    def one(target: Environment) -> None:
        where = f"aws://{target.account}/{target.region}"
        account = account_environment(target.account, config=config, region=target.region)
        for number, qualifier in enumerate(assembly.qualifiers(target)):
            command = ["cdk", "bootstrap", where, "--cloudformation-execution-policies", ",".join(arns[target.account])]
            if target.account != home.account:
                command += ["--trust", home.account]
            if qualifier != QUALIFIER:
                command += ["--qualifier", qualifier]
            if number:
                command += ["--toolkit-stack-name", f"CDKToolkit-{qualifier}"]
            log = folders.logs / f"bootstrap-{target.account}-{target.region}{number or ''}.log"
            run(
                through_door(folders, command),
                doing=f"cdk bootstrap {where}",
                log=log,
                env={**environment, **account},
                cwd=folders.home,
            )

    with ThreadPoolExecutor() as pool:
        list(pool.map(one, assembly.environments()))


def policy_files(assembly: Assembly, policies: ExecutionPolicies) -> dict[str, list[Path]]:
    """Return CloudFormation's policy files by account; none if it has AdministratorAccess."""
    found = {}
    for account in sorted({each.account for each in assembly.environments()}):
        files = _wanted(account, assembly=assembly, policies=policies).values()
        found[account] = list(dict.fromkeys(path for each in files for path in each)) if all(files) else []
    return found


def _create_policies(
    account: str, *, assembly: Assembly, config: EmulatorConfig, policies: ExecutionPolicies
) -> list[str]:
    wanted = _wanted(account, assembly=assembly, policies=policies)
    iam = client("iam", endpoint=config.endpoint, region=config.region, credentials=config.root(account))
    arns = [] if all(wanted.values()) else [ADMINISTRATOR]
    for name, paths in wanted.items():
        for number, path in enumerate(paths, start=1):
            named = {"PolicyName": f"cdk-execution-{name}-{number}", "PolicyDocument": _document(path)}
            arns.append(iam.create_policy(**named)["Policy"]["Arn"])
    return arns


def _wanted(account: str, *, assembly: Assembly, policies: ExecutionPolicies) -> dict[str, tuple[Path, ...]]:
    home = assembly.pipeline().stack
    deployed = {stack.name for stack in assembly.stacks if stack.environment.account == account}
    wanted = {"pipeline": policies.pipeline} if home.name in deployed else {}
    if deployed - {home.name}:
        wanted["stage"] = policies.stage
    return wanted


def _document(path: Path) -> str:
    try:
        return json.dumps(json.loads(path.read_text()), separators=(",", ":"))
    except (OSError, ValueError) as error:
        raise RehearsalError(f"{path} is no IAM policy document: {error}") from error
