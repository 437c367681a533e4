"""Which properties cannot change without a new resource."""

from cdk_verdict import tables


def replaces(type_: str, path: str) -> str:
    """Return whether a change of the property at ``path`` replaces a resource of ``type_``: yes, perhaps, or no.

    Returns ``no`` for a type without a published schema, such as a custom resource: its provider decides.
    """
    if not tables.known(type_):
        return "no"
    surely, perhaps = tables.replacing(type_, [path])
    return "yes" if surely else "perhaps" if perhaps else "no"
