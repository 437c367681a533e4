"""``python -m codepipeline_page``: serves the page until it is stopped, and says where."""

import os
import secrets
import signal
import sys
from pathlib import Path

import boto3
import click
from botocore.exceptions import ProfileNotFound

from codepipeline_page.access import Access
from codepipeline_page.guard import ROOT, Guard
from codepipeline_page.problems import AWS_ERRORS, explain
from codepipeline_page.server import ADDRESS, Server
from codepipeline_page.site import Site


@click.command()
@click.option("--pipeline", required=True, help="The pipeline's name.")
@click.option("--region", help="Its region, where the environment or the profile names another one, or none.")
@click.option("--profile", help="The AWS profile of its account; the usual credentials if not given.")
@click.option(
    "--account-profile",
    "profiles",
    multiple=True,
    metavar="ACCOUNT=PROFILE",
    help="The profile that reads an account's stacks; CDK's look-up role there if not given.",
)
@click.option("--port", type=click.IntRange(1024, 65535), help="Where the page listens; a free port if not given.")
@click.option(
    "--address-file", type=click.Path(path_type=Path), help="A file for the address, which its owner alone can read."
)
def main(
    pipeline: str,
    region: str | None,
    profile: str | None,
    profiles: tuple[str, ...],
    port: int | None,
    address_file: Path | None,
) -> None:
    """Show a pipeline on a page of this machine, and answer its approvals from there."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
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
        server = Server(port or 0)
    except OSError as error:
        raise click.ClickException(f"port {port} on {ADDRESS}: {error.strerror}; name another with --port") from None
    token = secrets.token_urlsafe(32)
    server.site = Site(clients, pipeline, Guard(port=server.port, token=token))
    _say(f"http://{ADDRESS}:{server.port}{ROOT}?token={token}", address_file)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


def _pair(text: str) -> tuple[str, str]:
    account, _, profile = text.partition("=")
    if not (account and profile):
        raise click.BadParameter(f"{text}: expected ACCOUNT=PROFILE", param_hint="--account-profile")
    return account, profile


def _say(address: str, file: Path | None) -> None:
    if file is None:
        click.echo(address)
        return
    # Whoever waits for the file finds it whole.
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as open_file:
        open_file.write(address)
    draft.replace(file)
