"""``python -m steps.protect``: switch the termination protection of a stage's stacks on.

CodePipeline's CloudFormation actions have no setting for it (CodePipeline user guide, "CloudFormation deploy action
reference"), so that what a stack's definition asks for would never reach AWS without this step.
"""

from collections.abc import Sequence
from typing import Any

import click

from cdk_assembly import parse_arn
from steps.roles import client_under


@click.command()
@click.option(
    "--role", required=True, envvar="PROTECTION_ROLE_ARN", show_envvar=True, help="The stage's role for this step."
)
@click.option(
    "--stack",
    "stacks",
    required=True,
    multiple=True,
    envvar="PROTECTED_STACKS",
    show_envvar=True,
    callback=lambda _context, _option, given: [region_and_name(stack) for stack in given],
    help="A stack as region/name; the variable holds several with spaces between them.",
)
def main(role: str, stacks: Sequence[tuple[str, str]]) -> None:
    """Protect stacks against deletion, and say so."""
    arn = parse_arn(role)
    if arn is None:
        raise click.BadParameter(f"{role!r} is not an ARN; name the stage's role for this step", param_hint="--role")
    for region, name in stacks:
        protect(client_under(role, service="cloudformation", region=region, session="protect-stage"), name)
        click.echo(f"{name} in {arn.account} {region}: termination protection is on")


def region_and_name(stack: str) -> tuple[str, str]:
    """Return the two parts of ``stack``. Raises :class:`click.BadParameter` where it has not two."""
    region, _, name = stack.partition("/")
    if not (region and name):
        raise click.BadParameter(f"{stack!r} is not region/name, such as us-east-1/prod-tap")
    return region, name


def protect(cloudformation: Any, stack: str) -> None:
    """Switch the termination protection of ``stack`` on."""
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)


if __name__ == "__main__":
    main()
