"""The check of the database."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Timer
from typing import Any

import pg8000.native

from tap_function.failures import CheckFailedError
from tap_function.secret import Credentials

CONNECT_SECONDS = 2
SESSION_SECONDS = 3
"""From the first byte to the answer: TLS, authentication and query together, however slowly the bytes come."""

# The server itself says whether and how this very session is encrypted.
QUESTION = (
    "SELECT current_setting('server_version'), ssl, coalesce(version, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
)
# invalid_password and invalid_authorization_specification (PostgreSQL, "Appendix A. PostgreSQL Error Codes").
REFUSED_CREDENTIALS = frozenset({"28P01", "28000"})


class RefusedError(CheckFailedError):
    """The database does not accept the credentials."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a database listens, and whose certificate it may show."""

    host: str
    port: int
    trust: ssl.SSLContext


def ask_version(place: Place, credentials: Callable[[], Credentials]) -> dict[str, str]:
    """Return the server's ``version``, and the ``tls`` version of the session that it was asked in.

    ``credentials`` gives the current ones. Between its answer and the connection they may have been rotated, so
    those that are refused are asked for once more.

    Raises:
        CheckFailedError: The database can't be reached in time, can't prove who it is, or refuses.
    """
    try:
        return _ask(place, credentials())
    except RefusedError:
        return _ask(place, credentials())


def _ask(place: Place, credentials: Credentials) -> dict[str, str]:
    try:
        connection = socket.create_connection((place.host, place.port), timeout=CONNECT_SECONDS)
        with connection, _cut_off(connection, after=SESSION_SECONDS):
            return _session(connection, place, credentials)
    except pg8000.exceptions.DatabaseError as error:
        raise _refusal(error) from None
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", None) or error.reason
        raise CheckFailedError(f"there is no TLS with the database that can be trusted: {reason}") from None
    except pg8000.exceptions.InterfaceError as error:
        raise CheckFailedError(f"the database broke off: {error}") from None
    except OSError as error:
        raise CheckFailedError(f"the connection to the database fails: {type(error).__name__}") from None


def _session(connection: socket.socket, place: Place, credentials: Credentials) -> dict[str, str]:
    connection.settimeout(None)  # it is cut off in time
    # Without a database's name PostgreSQL takes the user's; the template gives both the same.
    session: Any = pg8000.native.Connection(
        credentials.username,
        password=credentials.password,
        host=place.host,  # the name that the certificate has to carry
        sock=connection,
        ssl_context=place.trust,
        application_name="tap-function",
    )
    ((version, encrypted, tls),) = session.run(QUESTION)
    session.close()
    if not encrypted:
        raise CheckFailedError("the database says that the session is not encrypted")
    return {"version": str(version), "tls": str(tls)}


def _refusal(error: pg8000.exceptions.DatabaseError) -> CheckFailedError:
    told = error.args[0] if error.args else None
    code = str(told.get("C")) if isinstance(told, dict) else "no code"
    kind = RefusedError if code in REFUSED_CREDENTIALS else CheckFailedError
    return kind(f"the database refuses: SQLSTATE {code}")


@contextmanager
def _cut_off(connection: socket.socket, *, after: float) -> Iterator[None]:
    """End ``connection`` after so many seconds, whatever is under way on it: a timeout counts one read alone."""
    expired = Event()
    with connection.dup() as handle:  # TLS takes the socket itself over

        def shut() -> None:
            expired.set()
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

        timer = Timer(after, shut)
        timer.start()
        try:
            yield
        except Exception:
            if expired.is_set():
                raise CheckFailedError(f"the database did not answer within {after} seconds") from None
            raise
        finally:
            timer.cancel()
            timer.join()
