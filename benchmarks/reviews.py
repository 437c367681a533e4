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
STAGE: Final = "TapPipeline/Prod"
OWN_STAGES: Final = 2
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
        _assembly(FOLDER / side, copies=stages - OWN_STAGES, changed=side == "head")
    compared = [str(FOLDER / side) for side in ("base", "head")]
    command = [sys.executable, "-m", "cdk_review", *compared, "--out", str(FOLDER / "out")]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    SECONDS.write_text(str(time.perf_counter() - started))
    if done.returncode != FOUND:
        sys.stderr.write(done.stdout + done.stderr)
    return 0 if done.returncode == FOUND else 1


def _assembly(folder: Path, *, copies: int, changed: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SYNTH, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    original = folder / f"assembly-{STAGE.replace('/', '-')}"
    for number in range(copies):
        stage = f"{STAGE}{number}"
        copy = folder / f"assembly-{stage.replace('/', '-')}"
        shutil.copytree(original, copy)
        for file in copy.iterdir():
            file.write_text(file.read_text().replace(STAGE, stage))
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
