"""Calls GitHub's REST API, patiently: limits are waited for and passing failures tried again."""

import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import urllib3

from cdk_review.errors import ReviewError


class GitHubError(ReviewError):
    """GitHub does not answer, or not as it says it does."""


TRIES: Final = 5
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0
"""A limit that ends later than this is not waited for; the run can be repeated."""
TIMEOUT_S: Final = 30.0
PAGE: Final = 100
VERSION: Final = "2022-11-28"

_LIMITED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_MOVED: Final = frozenset({HTTPStatus.FOUND, HTTPStatus.TEMPORARY_REDIRECT})


class GitHub:
    """The API at one address, as whoever ``token`` belongs to."""

    def __init__(self, address: str, token: str, *, wait: Callable[[float], object] = time.sleep) -> None:
        """Call the API at ``address``; ``wait`` passes so many seconds."""
        self._address = address.rstrip("/")
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "review",
            "X-GitHub-Api-Version": VERSION,
        }
        self._wait = wait
        self._pool = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    def get(self, path: str) -> Any:
        """The document at ``path``."""
        return self._request("GET", path).json()

    def pages(self, path: str) -> Iterator[Any]:
        """The items of all pages of the list at ``path``."""
        separator = "&" if "?" in path else "?"
        page = 0
        while True:
            page += 1
            items = self.get(f"{path}{separator}per_page={PAGE}&page={page}")
            yield from items
            if len(items) < PAGE:
                return

    def send(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> None:
        """Send ``document`` to ``path``."""
        self._request(method, path, document)

    def download(self, path: str, *, most: int) -> bytes:
        """The file at ``path``, wherever GitHub keeps it.

        Raises :class:`~cdk_review.errors.ReviewError` where it is larger than ``most`` bytes.
        """
        response = self._request("GET", path, moved=True)
        if response.status in _MOVED:
            # Another host keeps the file and must not be shown the token; the address itself is the permission.
            response = self._patiently(lambda: self._open(response.headers["Location"]), "the artifact's file")
        content: bytes = response.read(most + 1)
        response.release_conn()
        if len(content) > most:
            raise ReviewError(f"the artifact has more than {most} bytes")
        return content

    def _open(self, address: str) -> urllib3.BaseHTTPResponse:
        return self._pool.request("GET", address, preload_content=False, redirect=False)

    def _request(
        self, method: str, path: str, document: Mapping[str, Any] | None = None, *, moved: bool = False
    ) -> urllib3.BaseHTTPResponse:
        def send() -> urllib3.BaseHTTPResponse:
            return self._pool.request(
                method,
                f"{self._address}{path}",
                headers=self._headers,
                json=document,
                redirect=False,
                preload_content=not moved,
            )

        return self._patiently(send, f"{method} {path}")

    def _patiently(self, send: Callable[[], urllib3.BaseHTTPResponse], what: str) -> urllib3.BaseHTTPResponse:
        said = ""
        for attempt in range(TRIES):
            delay = FIRST_WAIT_S * 2**attempt
            try:
                response = send()
            except urllib3.exceptions.HTTPError as error:
                said = f"it can't be reached ({type(error).__name__})"
            else:
                if response.status < HTTPStatus.BAD_REQUEST:
                    return response
                said = f"status {response.status}"
                limit = _limit(response)
                if limit is None and response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    break
                delay = delay if limit is None else limit
            if delay > LONGEST_WAIT_S:
                raise GitHubError(f"GitHub takes no more calls for {delay:.0f} s ({what}); run this again after that")
            if attempt < TRIES - 1:
                self._wait(delay)
        raise GitHubError(f"GitHub did not answer {what}: {said}")


def _limit(response: urllib3.BaseHTTPResponse) -> float | None:
    """For how many seconds a limit holds; None for a response that is about something else.

    From GitHub's "Rate limits for the REST API": the second limit says how long, the first says until when.
    """
    if response.status not in _LIMITED:
        return None
    after = response.headers.get("Retry-After", "")
    if after.isdigit():
        return float(after)
    reset = response.headers.get("X-RateLimit-Reset", "")
    if response.headers.get("X-RateLimit-Remaining") == "0" and reset.isdigit():
        return max(1.0, float(reset) - time.time() + 1)
    return 60.0 if response.status == HTTPStatus.TOO_MANY_REQUESTS else None
