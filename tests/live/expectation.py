"""How a check fails: with what was expected and what was found."""

from collections.abc import Mapping


def expect(about: str, *, found: object, expected: object) -> None:
    """Fail with one line unless ``found`` is ``expected``."""
    __tracebackhide__ = True
    if found != expected:
        raise AssertionError(f"{about}: expected {expected!r}, found {found!r}")


def expect_each(about: str, *, found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    """Fail with a line for every name whose value in ``found`` is not the one in ``expected``."""
    __tracebackhide__ = True
    lines = [
        f"{about}: {name}: expected {value!r}, found {found.get(name)!r}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
    if lines:
        raise AssertionError("\n".join(lines))
