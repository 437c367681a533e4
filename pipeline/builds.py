"""What all builds have in common: image, runtimes, time limit, log."""

from aws_cdk import Duration, pipelines
from aws_cdk import aws_codebuild as codebuild

LIMIT = Duration.minutes(30)
"""A build that takes longer hangs: set-up, tests and synth together take minutes."""

# The image's own Node is older than the CDK CLI supports.
RUNTIMES = {"python": "3.12", "nodejs": "22"}


def defaults(logging: codebuild.LoggingOptions) -> pipelines.CodeBuildOptions:
    """Return the options of every build project; all of them log to ``logging``."""
    runtimes = {"version": "0.2", "phases": {"install": {"runtime-versions": RUNTIMES}}}
    return pipelines.CodeBuildOptions(
        build_environment=codebuild.BuildEnvironment(build_image=codebuild.LinuxBuildImage.STANDARD_7_0),
        partial_build_spec=codebuild.BuildSpec.from_object(runtimes),
        timeout=LIMIT,
        logging=logging,
    )
