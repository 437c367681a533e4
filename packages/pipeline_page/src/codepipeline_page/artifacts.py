"""Files in the output artifacts of an execution's actions."""

import io
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterable

from codepipeline_page.access import Clients
from codepipeline_page.problems import PageError
from codepipeline_page.runs import Place, Run

KEPT = 4
LARGEST = 256 * 1024 * 1024


class Artifacts:
    """Reads artifacts from S3 and caches the last few. Artifacts never change: each action run writes a new object."""

    def __init__(self, clients: Clients) -> None:
        """Read with the credentials of the pipeline's account."""
        self._clients = clients
        self._lock = threading.Lock()
        self._kept: OrderedDict[Place, bytes] = OrderedDict()

    def file(self, place: Place, path: str) -> bytes | None:
        """Return a file of the artifact, or None if the artifact has no such file.

        Raises :class:`PageError` for an object that is not a zip archive, or is too large.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(self._archive(place))) as archive:
                return archive.read(path)
        except KeyError:
            return None
        except zipfile.BadZipFile:
            raise PageError(f"s3://{'/'.join(place)}: not a zip archive; download it instead") from None

    def _archive(self, place: Place) -> bytes:
        with self._lock:
            if place in self._kept:
                self._kept.move_to_end(place)
                return self._kept[place]
            found = self._clients("s3").get_object(Bucket=place[0], Key=place[1])
            if found["ContentLength"] > LARGEST:
                size = found["ContentLength"]
                raise PageError(f"s3://{'/'.join(place)}: {size} bytes, too large for the page; download it instead")
            self._kept[place] = found["Body"].read()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[place]


def place_of(artifact: str, runs: Iterable[Run]) -> Place | None:
    """Return where the newest run wrote ``artifact``, or None if no run has."""
    places = [run.outputs[artifact] for run in runs if artifact in run.outputs]
    return places[-1] if places else None
