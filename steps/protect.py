"""``python -m steps.protect``: switch a stack's termination protection on.

CodePipeline's CloudFormation actions have no setting for it (CodePipeline user guide, "CloudFormation deploy action
reference"), so that what a stack's definition asks for would never reach AWS without this step.
"""

from typing import Any

import boto3
import click


@click.command()
@click.option("--role", required=True, envvar="PROTECTION_ROLE_ARN", help="The stage's role for this step.")
@click.option("--stack", required=True, envvar="STACK_NAME", help="The stack's name.")
@click.option("--region", required=True, envvar="STAGE_REGION", help="The stack's region.")
def main(role: str, stack: str, region: str) -> None:
    """Protect a stack against deletion, and say so."""
    session = boto3.client("sts", region_name=region).assume_role(RoleArn=role, RoleSessionName="protect-stage")
    protect(_client("cloudformation", region, session["Credentials"]), stack)
    click.echo(f"{stack} in {role.split(':')[4]} {region}: termination protection is on")


def protect(cloudformation: Any, stack: str) -> None:
    """Switch the termination protection of ``stack`` on."""
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)


def _client(service: str, region: str, credentials: dict[str, str]) -> Any:
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


if __name__ == "__main__":
    main()
