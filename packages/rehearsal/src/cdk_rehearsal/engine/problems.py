"""What the engine refuses, under the names that CodePipeline gives it."""


class StructureError(Exception):
    """A pipeline cannot be created as declared."""

    def __init__(self, code: str, message: str) -> None:
        """Keep ``code``, the error that CreatePipeline answers, for instance ``InvalidStructureException``."""
        super().__init__(message)
        self.code = code


class UnresolvedVariableError(Exception):
    """An action refers to a variable that no earlier action gave."""


class TransitionError(Exception):
    """An execution cannot do what was asked of it in the state it is in."""

    def __init__(self, code: str, message: str) -> None:
        """Keep ``code``, the error that the API answers, for instance ``StageNotRetryableException``."""
        super().__init__(message)
        self.code = code
