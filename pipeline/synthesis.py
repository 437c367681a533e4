"""The synth action: what people run before they push, run again on what they pushed."""

from aws_cdk import pipelines

VERBS = ("setup", "unit", "synth")


def synthesis(source: pipelines.IFileSetProducer) -> pipelines.CodeBuildStep:
    """Return the step that sets up, runs the app's tests and synthesises ``source`` with the gate."""
    return pipelines.CodeBuildStep(
        "Synth",
        input=source,
        commands=[f"make {verb}" for verb in VERBS],
        primary_output_directory="cdk.out",
    )
