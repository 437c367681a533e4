"""The synth action: what people run before they push, run again on what they pushed."""

from aws_cdk import pipelines

VERBS = ("setup", "unit", "synth")


def synthesis(source: pipelines.IFileSetProducer) -> pipelines.CodeBuildStep:
    """Return the step that sets up, runs the app's tests and synthesises ``source`` with the gate."""
    setup, *rest = VERBS
    return pipelines.CodeBuildStep(
        "Synth",
        input=source,
        # The tests keep one core busy for most of their time, and CodeBuild's smallest machine has two.
        commands=[f"make SETUP=synth {setup}", f"make SETUP=synth --jobs=2 {' '.join(rest)}"],
        primary_output_directory="cdk.out",
    )
