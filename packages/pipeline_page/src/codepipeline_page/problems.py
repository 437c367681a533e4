"""What goes wrong on the way to AWS, in a line that a person can read."""

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

AWS_ERRORS = (BotoCoreError, ClientError)


class PageError(Exception):
    """The page cannot show or do what it was asked. The message is one line for whoever looks at it."""


def explain(error: Exception) -> str:
    """Return the line for an error of botocore's."""
    if isinstance(error, ClientError):
        told = error.response["Error"]
        return f"{error.operation_name}: {told.get('Message') or told['Code']} ({told['Code']})"
    if isinstance(error, EndpointConnectionError):
        return f"Nothing answers at {error.kwargs['endpoint_url']}; the page goes on by itself once it is back"
    if isinstance(error, NoCredentialsError):
        return "There are no AWS credentials; start the page with those of the pipeline's account"
    return str(error)


def code(error: ClientError) -> str:
    """Return the error's code."""
    return str(error.response["Error"]["Code"])
