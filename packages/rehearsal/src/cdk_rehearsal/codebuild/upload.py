"""What comes after a build's last command: its artifacts, and the variables that a pipeline may read."""

from cdk_rehearsal.codebuild.cloud.access import Access
from cdk_rehearsal.codebuild.cloud.deliveries import deliver, encryption
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.journal import Journal
from cdk_rehearsal.codebuild.machine.collection import collect
from cdk_rehearsal.codebuild.machine.shell import Shell
from cdk_rehearsal.codebuild.machine.workspace import Workspace
from cdk_rehearsal.codebuild.order import Order
from cdk_rehearsal.codebuild.plan import Destination
from cdk_rehearsal.codebuild.preparation import Prepared
from cdk_rehearsal.codebuild.specification import Buildspec, Output
from cdk_rehearsal.emulator.contracts import Json
from cdk_rehearsal.errors import RehearsalError


def upload_artifacts(
    order: Order, specification: Buildspec, workspace: Workspace, access: Access, shell: Shell, journal: Journal
) -> None:
    """Upload every artifact that the plan has a destination for.

    Raises:
        BuildError: the buildspec describes none for a destination, no file matches, or S3 refuses it.
    """
    records: list[Json] = []
    for destination in order.plan.destinations:
        order.limits.check()
        output = _described(specification, destination)
        try:
            files = collect(output, workspace.source)
        except RehearsalError as error:
            raise BuildError("CLIENT_ERROR", str(error)) from error
        name = shell.expand(output.name) if destination.renamed and output.name else destination.name
        key = destination.key(order.identity.uuid, name)
        journal.say(f"Uploading {len(files)} files to s3://{destination.bucket}/{key}")
        record = deliver(
            files,
            destination,
            key=key,
            links=output.enable_symlinks,
            arguments={
                **encryption(destination, order.plan.encryption_key),
                "Metadata": {"codebuild-buildarn": order.identity.arn},
            },
            s3=access.client("s3"),
            scratch=workspace.scratch,
        )
        records.append(record)
    secondary = [record for record in records if "artifactIdentifier" in record]
    primary = [record for record in records if "artifactIdentifier" not in record]
    order.record.set(secondaryArtifacts=secondary, **({"artifacts": primary[0]} if primary else {}))


def _described(specification: Buildspec, destination: Destination) -> Output:
    artifacts = specification.artifacts
    place = f"artifacts.secondary-artifacts.{destination.identifier}" if destination.identifier else "artifacts"
    output: Output | None = artifacts
    if artifacts and destination.identifier:
        output = artifacts.secondary_artifacts.get(destination.identifier)
    if output is None or not output.files:
        raise BuildError("CLIENT_ERROR", f"no matching artifact paths found: the buildspec has no {place}")
    return output


def exported_variables(prepared: Prepared, shell: Shell, journal: Journal) -> list[Json]:
    """Return the variables that the build exports.

    By "env/exported-variables" in AWS's buildspec reference, secrets and names that start with AWS_ can't be.
    """
    allowed = []
    for name in prepared.specification.env.exported_variables:
        if name in prepared.secrets or name.startswith("AWS_"):
            journal.say(f"exported-variables: {name} is not exported; secrets and names that start with AWS_ can't be")
        else:
            allowed.append(name)
    return [{"name": name, "value": value} for name, value in shell.read(allowed).items()] if allowed else []
