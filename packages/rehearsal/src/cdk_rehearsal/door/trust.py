"""What a rehearsal's own processes trust: all that the user's do, and the session's authority."""

import json
import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.sandbox.system import bundles

BUNDLE_VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "npm_config_cafile",
)
NODE_VARIABLE = "NODE_EXTRA_CA_CERTS"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
NODE_OPTIONS = "NODE_OPTIONS"
GUARD = Path(__file__).with_name("guard.cjs")
DOOR_VARIABLES = frozenset({*PROXY_VARIABLES, "NO_PROXY", "no_proxy", *BUNDLE_VARIABLES, NODE_VARIABLE, NODE_OPTIONS})
DIRECT = "127.0.0.1,localhost"


def write_trust(config: DoorConfig, authority: bytes, environ: Mapping[str, str]) -> None:
    """Write the certificates of :class:`DoorConfig`; the authority's own last, since it tells that the door is open."""
    config.certificates.mkdir(exist_ok=True)
    named = [environ[name] for name in BUNDLE_VARIABLES if name in environ]
    default = ssl.get_default_verify_paths()
    first = next(iter([*bundles(), *filter(None, [default.cafile])]), "")
    known = dict.fromkeys(os.path.realpath(path) for path in (first, *named) if path and Path(path).is_file())
    config.bundle.write_bytes(b"\n".join([*(Path(path).read_bytes() for path in known), authority]))
    extra = environ.get(NODE_VARIABLE, "")
    config.extra.write_bytes((Path(extra).read_bytes() + b"\n" if Path(extra).is_file() else b"") + authority)
    unfinished = config.authority.with_suffix(".part")
    unfinished.write_bytes(authority)
    unfinished.rename(config.authority)


def door_environment(config: DoorConfig, *, confined: bool) -> dict[str, str]:
    """Return the variables that lead a process to the door and make it trust the session's certificates.

    A ``confined`` one needs no password. Any other that runs Node is kept from connections that go around the door.
    """
    guard = {} if confined else {NODE_OPTIONS: f"--require {json.dumps(str(GUARD))}"}
    return {
        **guard,
        **dict.fromkeys(PROXY_VARIABLES, config.open_proxy if confined else config.proxy),
        "NO_PROXY": DIRECT,
        "no_proxy": DIRECT,
        **dict.fromkeys(BUNDLE_VARIABLES, str(config.bundle)),
        NODE_VARIABLE: str(config.extra),
    }
