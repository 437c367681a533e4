"""Another user of the machine, who reaches the port and looks at the files."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import clear
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.testing.harness import Account, free_port, running

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(os.getuid() != 0, reason="only root can start a process of another user"),
]
NOBODY = 65534
STRANGER = """
import http.client, json, os, sys
port, account, root, *secrets = sys.argv[1:]
found = {"user": os.getuid(), "read": [], "answers": {}}
for path in (root, *secrets):
    try:
        found["read"].append(str(os.listdir(path)) if path == root else open(path).read())
    except PermissionError:
        pass
for process in filter(str.isdigit, os.listdir("/proc")):
    for name in ("cmdline", "environ"):
        try:
            found["read"].append(open(f"/proc/{process}/{name}", "rb").read().decode("latin-1"))
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            pass
scope = f"Credential={account}/20260101/us-east-1/codebuild/aws4_request, SignedHeaders=host, Signature=00"
build = {"X-Amz-Target": "CodeBuild_20161006.ListProjects"}
calls = {
    "unsigned": ("POST", "/", build),
    "as root": ("POST", "/", {**build, "X-Amz-Date": "20260101T000000Z", "Authorization": f"AWS4-HMAC-SHA256 {scope}"}),
    "push": ("POST", "/_rehearsal/push", {}),
    "reset": ("POST", "/_ministack/reset", {}),
}
for name, (method, path, headers) in calls.items():
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    connection.request(method, path, "{}", headers)
    found["answers"][name] = connection.getresponse().status
    connection.close()
print(json.dumps(found))
"""


@pytest.fixture
def folders() -> Iterator[Folders]:
    """Folders of a rehearsal in a place that everybody may enter, as a home folder often is."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    made = Folders(root=place / ".rehearsal")
    made.root.mkdir()  # as an earlier release left it
    made.root.chmod(0o755)
    clear(made)
    yield made
    shutil.rmtree(place)


def test_another_user_reads_no_secret_and_is_refused_everywhere(folders: Folders) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=folders.state)
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    assert python is not None
    with running(config):
        account = Account(config)
        account.client("s3").create_bucket(Bucket="kept-by-its-owner")
        written = folders.root / "state.json"  # where the harness saves the configuration
        secrets = [str(path) for path in (written, config.token_file, folders.state / "logs" / "emulator.log")]
        done = subprocess.run(
            [python, "-I", "-c", STRANGER, str(config.port), account.id, str(folders.root), *secrets],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={},
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
        assert [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]] == ["kept-by-its-owner"]
    found = json.loads(done.stdout)
    assert found["user"] == NOBODY
    assert all(status in (400, 403) for status in found["answers"].values())
    assert len(found["answers"]) == 4
    hidden = (config.secret, config.token, config.root(account.id)["SecretAccessKey"])
    assert not [secret for secret in hidden for text in found["read"] if secret in text]


def test_files_with_secrets_are_their_owners_alone(folders: Folders) -> None:
    config = EmulatorConfig(port=free_port(), state_dir=folders.state)
    with running(config):
        Account(config).client("s3").list_buckets()
        for private in (folders.root, folders.state):
            assert private.stat().st_mode & 0o777 == 0o700
        for path in (folders.root / "state.json", config.token_file):
            assert path.stat().st_mode & 0o777 == 0o600
        logs = "".join(path.read_text() for path in folders.state.glob("logs/*.log"))
    assert not [secret for secret in (config.secret, config.token) if secret in logs]
