"""Variables: ``#{namespace.name}`` in an action's configuration."""

import re
from collections.abc import Iterator, Mapping

from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.problems import UnresolvedVariableError

REFERENCE = re.compile(r"#\{(?P<namespace>[A-Za-z0-9@\-_]+)\.(?P<name>[A-Za-z0-9@\-_.]+)\}")
# Namespaces that CodePipeline fills itself: what it knows of the execution, and the pipeline's own variables.
BUILT_IN = ("codepipeline", "variables")

Namespaces = Mapping[str, Mapping[str, str]]


def references(text: str) -> Iterator[tuple[str, str]]:
    """Yield each (namespace, name) that ``text`` refers to."""
    for match in REFERENCE.finditer(text):
        yield match["namespace"], match["name"]


def resolve(text: str, namespaces: Namespaces) -> str:
    """Return ``text`` with its references replaced. What a variable holds is not searched again.

    Raises:
        UnresolvedVariableError: a namespace or a name in it does not exist.
    """

    def value(match: re.Match[str]) -> str:
        namespace, name = match["namespace"], match["name"]
        if namespace not in namespaces:
            raise UnresolvedVariableError(f"{match[0]}: no earlier action fills the namespace {namespace}")
        known = namespaces[namespace]
        if name not in known:
            listed = ", ".join(sorted(known)) or "nothing"
            raise UnresolvedVariableError(f"{match[0]}: the namespace {namespace} holds {listed}")
        return known[name]

    return REFERENCE.sub(value, text)


def resolve_configuration(configuration: Mapping[str, str], namespaces: Namespaces) -> dict[str, str]:
    """Return an action's configuration with every reference replaced.

    Raises:
        UnresolvedVariableError: as :func:`resolve` does, with the configuration key in front.
    """
    resolved = {}
    for key, text in configuration.items():
        try:
            resolved[key] = resolve(text, namespaces)
        except UnresolvedVariableError as missing:
            raise UnresolvedVariableError(f"{key}: {missing}") from None
    return resolved


def texts(action: Action) -> Iterator[tuple[str, str]]:
    """Yield each text of an action in which variables may stand, with its place."""
    yield from action.configuration.items()
    for number, command in enumerate(action.commands or (), 1):
        yield f"commands[{number}]", command
    for variable in action.environment_variables or ():
        yield f"environmentVariables.{variable.name}", variable.value


def resolve_commands(action: Action, namespaces: Namespaces) -> Action:
    """Return an action whose commands and environment variables have every reference replaced.

    Raises:
        UnresolvedVariableError: as :func:`resolve` does.
    """
    if action.commands is None:
        return action
    given = action.environment_variables
    variables = given and tuple(each.model_copy(update={"value": resolve(each.value, namespaces)}) for each in given)
    commands = tuple(resolve(command, namespaces) for command in action.commands)
    return action.model_copy(update={"commands": commands, "environment_variables": variables})
