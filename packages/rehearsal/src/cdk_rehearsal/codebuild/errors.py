"""How a step of a build fails."""

from cdk_rehearsal.errors import RehearsalError


class BuildError(RehearsalError):
    """The current phase fails, and with it the build.

    Args:
        code: ``statusCode`` of the phase's context, as CodeBuild words it.
        message: one line.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep both parts of a phase context."""
        super().__init__(message)
        self.code = code
