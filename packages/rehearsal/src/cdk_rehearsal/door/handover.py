"""How the door hands a request for one of AWS's hosts to the emulator.

An SDK signs the host that it believes to call, such as ``sts.us-east-1.amazonaws.com``. The emulator accepts its own
address alone in ``Host``, so the door sends that, and the host that was signed in a header of its own. Another header
holds the session's secret: the emulator believes nobody else. Whoever sends these headers without the secret is
refused, and neither header reaches a service.

The door calls :func:`stamp` on what it forwards. The emulator calls :func:`unstamp` on what it receives: after it has
checked ``Host``, which is then its own address, and before it verifies the signature, which is over the host restored.
"""

import hmac
from collections.abc import Iterable

SECRET = b"x-rehearsal-door"
SIGNED_HOST = b"x-rehearsal-signed-host"
OWN = frozenset({SECRET, SIGNED_HOST})
HOST = b"host"

Header = tuple[bytes, bytes]


class ForgedHandoverError(Exception):
    """A request carries the door's headers without its secret."""


def stamp(headers: Iterable[Header], *, signed_host: str, emulator: str, secret: str) -> list[Header]:
    """Return the headers of a request (lower-case names) for the emulator, which listens at ``emulator``.

    ``signed_host`` is the host, with a port if the client named one, that the client addressed.
    """
    kept = [(name, value) for name, value in headers if name not in OWN and name != HOST]
    return [(HOST, emulator.encode()), (SECRET, secret.encode()), (SIGNED_HOST, signed_host.encode()), *kept]


def unstamp(headers: Iterable[Header], *, secret: str) -> list[Header]:
    """Return the headers as the client sent them: with the host that it signed, and without the door's own.

    A request that did not come through the door is returned as it is.

    Raises:
        ForgedHandoverError: the door's headers are there, and the secret is not this session's.
    """
    given = list(headers)
    own = {name: value for name, value in given if name in OWN}
    if not own:
        return given
    if not secret or not hmac.compare_digest(own.get(SECRET, b""), secret.encode()) or SIGNED_HOST not in own:
        raise ForgedHandoverError("the door's headers without its secret")
    kept = [(name, value) for name, value in given if name not in OWN and name != HOST]
    return [(HOST, own[SIGNED_HOST]), *kept]
