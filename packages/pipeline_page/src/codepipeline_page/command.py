"""The command ``codepipeline-page``: serves the page until it is stopped, and prints its address."""

import os
import secrets
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import ProfileNotFound

from codepipeline_page.access import Access
from codepipeline_page.authorization import ROOT, Authorization
from codepipeline_page.problems import AWS_ERRORS, explain
from codepipeline_page.server import ADDRESS, listen, serve
from codepipeline_page.site import site

NAME = "codepipeline-page"


class _UsageError(click.ClickException):
    exit_code = click.UsageError.exit_code


class _Command(click.Command):
    """A command whose usage errors are one line."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*args, **options)
        except click.UsageError as error:
            raise _UsageError(" ".join(error.format_message().split())) from None


@click.command(name=NAME, cls=_Command)
@click.option("--pipeline", required=True, help="Name of the pipeline.")
@click.option("--region", help="Region of the pipeline. Default: the Region of the profile or the environment.")
@click.option("--profile", help="AWS profile for the pipeline's account. Default: the default credentials.")
@click.option(
    "--account-profile",
    "profiles",
    multiple=True,
    metavar="ACCOUNT=PROFILE",
    help="AWS profile that reads the stacks of an account. Default: the account's CDK lookup role.",
)
@click.option("--port", type=click.IntRange(1024, 65535), help="Port on 127.0.0.1. Default: a free port.")
@click.option(
    "--address-file",
    type=click.Path(path_type=Path),
    help="File to write the address to, readable by its owner only. Default: standard output.",
)
def main(
    pipeline: str,
    region: str | None,
    profile: str | None,
    profiles: tuple[str, ...],
    port: int | None,
    address_file: Path | None,
) -> None:
    """Serve a web page to watch a pipeline and answer its approvals."""
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        accounts = {
            account: boto3.Session(profile_name=name, region_name=region) for account, name in map(_pair, profiles)
        }
        clients = Access(session, accounts=accounts)
        clients("codepipeline")
    except (*AWS_ERRORS, ProfileNotFound) as error:
        raise click.ClickException(explain(error)) from None
    try:
        listening = listen(port or 0)
    except OSError as error:
        raise click.ClickException(f"--port {port}: {error.strerror}; choose another port on {ADDRESS}") from None
    authorization = Authorization(port=listening.getsockname()[1], token=secrets.token_urlsafe(32))
    try:
        _publish(f"http://{ADDRESS}:{authorization.port}{ROOT}?token={authorization.token}", address_file)
    except OSError as error:
        raise click.ClickException(f"--address-file {address_file}: {error.strerror}; choose another path") from None
    serve(site(clients, pipeline, authorization), listening)


def _pair(text: str) -> tuple[str, str]:
    account, _, profile = text.partition("=")
    if not (account and profile):
        raise _UsageError(f"--account-profile {text}: not a pair; use ACCOUNT=PROFILE")
    return account, profile


def _publish(address: str, file: Path | None) -> None:
    if file is None:
        click.echo(address)
        return
    # A reader that waits for the file must not see a part of it.
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as open_file:
        open_file.write(address)
    draft.replace(file)
