"""The environment of the rehearsal's processes: the machine's tools, certificates, and caches, not its AWS settings."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cdk_rehearsal.driver.packages import write_managers
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

# Variables that configure package sources; none of them identifies a person.
CERTIFICATES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "PIP_INDEX_URL",
    "PIP_FIND_LINKS",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "npm_config_registry",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)
NO_PROXY = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
SPEECH = ("LANG", "LC_ALL", "TERM")
BUILD_TOOLS = ("git", "make")
NODE_TOOLS = ("node", "npm", "npx")
QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "npm_config_update_notifier": "false",
    "npm_config_prefer_offline": "true",
    "NODE_NO_WARNINGS": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def base_environment(environ: Mapping[str, str], *, keep: Iterable[str]) -> dict[str, str]:
    """Return the environment of every child process: certificates, language, and the variables named in ``keep``."""
    names = (*CERTIFICATES, *SPEECH, *keep)
    return {**{name: environ[name] for name in names if name in environ}, **NO_PROXY, **QUIET}


def account_environment(account: str, *, config: EmulatorConfig, region: str) -> dict[str, str]:
    """Return the variables with which an AWS client acts as the root of ``account`` on the emulator."""
    root = config.root(account)
    return {
        "AWS_ENDPOINT_URL": config.endpoint,
        "AWS_ENDPOINT_URL_S3": config.endpoint,
        "AWS_ACCESS_KEY_ID": root["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": root["SecretAccessKey"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def build_image(folder: Path, environ: Mapping[str, str], *, provided: Iterable[str] = ()) -> str:
    """Link the tools of a build image into ``folder``, and return the PATH of a build.

    Python is the machine's own: a build must not see the virtual environment of the rehearsal. The system's package
    managers reject every package that is not ``provided``. Raises :class:`RehearsalError` if a tool is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = environ.get("PATH", os.defpath)
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    tools = {"python3": base, "python": base}
    for name in (*BUILD_TOOLS, *NODE_TOOLS):
        found = shutil.which(name, path=path)
        if found is None:
            raise RehearsalError(f"{name} is not on PATH, and builds need it; install it")
        tools[name] = Path(found).resolve()
    for name, target in tools.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    write_managers(folder, provided)
    return os.pathsep.join((str(folder), "/usr/local/bin", "/usr/bin", "/bin"))


def quiet_home(folder: Path) -> None:
    """Create ``folder`` as a HOME in which the CDK CLI does not fetch notices."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".cdk.json").write_text('{"notices": false}\n')
