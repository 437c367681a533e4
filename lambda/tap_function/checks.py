"""The checks, by name."""

from collections.abc import Callable, Mapping

from tap_function import database, secret, storage, trust
from tap_function.events import CHECKS
from tap_function.receipts import receipt

Details = Mapping[str, str]
Check = Callable[[], Details]


def checks(environ: Mapping[str, str], *, request_id: str) -> Mapping[str, Check]:
    """Return each check of :data:`~tap_function.events.CHECKS`; called, it returns what it found.

    ``environ`` holds BUCKET_NAME, RECEIPT_KEY (the object that the bucket's check writes), DATABASE_HOST,
    DATABASE_PORT and DATABASE_SECRET_ARN. A check raises :class:`~tap_function.failures.CheckFailedError`.
    """

    def bucket() -> Details:
        key = environ["RECEIPT_KEY"]
        body = receipt(request_id=request_id)
        return {
            "object": key,
            "encryption": storage.write_and_read_back(bucket=environ["BUCKET_NAME"], key=key, body=body),
        }

    def postgresql() -> Details:
        place = database.Place(
            host=environ["DATABASE_HOST"], port=int(environ["DATABASE_PORT"]), trust=trust.trusted(environ)
        )
        return database.ask_version(place, lambda: secret.current(environ["DATABASE_SECRET_ARN"]))

    return dict(zip(CHECKS, (bucket, postgresql), strict=True))
