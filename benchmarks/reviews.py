"""Times a review: ``python -m benchmarks.reviews STAGES``, of the app as it is and with changes in each stage.

Stages beyond the app's own are copies of its last one.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(".cache/benchmark/review")
SYNTH: Final = FOLDER / "synth"
SECONDS: Final = FOLDER / "seconds"
FOUND: Final = 1
"""The review's exit code for what is changed here."""


def seconds() -> float:
    """Return how long the last review took."""
    return float(SECONDS.read_text())


def main(stages: int) -> int:
    """Make both assemblies and time the review of them; return the exit code."""
    synth = ["cdk", "synth", "--quiet", "--no-lookups", "--output", str(SYNTH)]
    subprocess.run(synth, check=True, capture_output=True)  # noqa: S603 - ours
    for side in ("base", "head"):
        _assembly(FOLDER / side, stages=stages, changed=side == "head")
    command = [
        sys.executable,
        "-m",
        "cdk_review",
        str(FOLDER / "base"),
        str(FOLDER / "head"),
        "--out",
        str(FOLDER / "out"),
    ]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    SECONDS.write_text(str(time.perf_counter() - started))
    if done.returncode != FOUND:
        sys.stderr.write(done.stdout + done.stderr)
    return 0 if done.returncode == FOUND else 1


def _assembly(folder: Path, *, stages: int, changed: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SYNTH, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    nested = [each for each in manifest["artifacts"].values() if each["type"] == "cdk:cloud-assembly"]
    # An assembly without stages has none to copy.
    for last in (each["properties"] for each in nested[-1:]):
        for number in range(stages - len(nested)):
            stage = f"{last['displayName']}{number}"
            copy = folder / f"assembly-{stage.replace('/', '-')}"
            shutil.copytree(folder / last["directoryName"], copy)
            for file in copy.iterdir():
                file.write_text(file.read_text().replace(last["displayName"], stage))
            properties = {"directoryName": copy.name, "displayName": stage}
            manifest["artifacts"][copy.name] = {"type": "cdk:cloud-assembly", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    if changed:
        for template in folder.glob("assembly-*/*.template.json"):
            document = json.loads(template.read_text())
            for resource in document["Resources"].values():
                _change(resource)
            template.write_text(json.dumps(document))


def _change(resource: dict[str, Any]) -> None:
    """A wider policy, a replaced database, a bucket without a key."""
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::IAM::ManagedPolicy":
            wide = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}
            properties["PolicyDocument"]["Statement"].append(wide)
        case "AWS::RDS::DBInstance":
            properties["DBName"] = "other"
        case "AWS::S3::Bucket":
            properties.pop("BucketEncryption", None)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
