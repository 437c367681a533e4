"""Entry point of ``make setup`` and ``make clean``.

Exit codes: 0 done, 1 the clone could not be set up (one line on stderr says why).
Kept free of new syntax, so that an old Python prints a sentence instead of a traceback.
"""

import sys

OLDEST = (3, 11)


def main(arguments):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - see the module docstring
    """Run one verb and return its exit code."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(
            "setup: Python %s is too old (%s); 3.11 or newer is needed. Name one: make PYTHON=python3.12 setup\n"
            % (found, sys.executable)
        )
        return 1
    from tooling.cli import run  # noqa: PLC0415 - must not be parsed by an old Python

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))  # type: ignore[no-untyped-call]
