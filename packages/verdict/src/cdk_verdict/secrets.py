"""Secrets that a change adds in plain text, found by detect-secrets (the extra ``secrets`` of this package).

detect-secrets runs in process and offline: its checks of a secret against the service that issued it stay off.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Final

from cdk_verdict.errors import VerdictError
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Kind, Observation, Outcome

IGNORED: Final = (
    "*.lock",
    "*package-lock.json",
    "requirements/*.txt",
    "*requirements.txt",
    "*.pem",
    "*.svg",
    "*.min.js",
)
"""Files full of digests and certificates, which are public."""
DETECTORS: Final = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "KeywordDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
"""Those that know what a secret looks like. Those that know randomness alone find every digest of a lock file."""
LONGEST: Final = 2_000
"""Characters of a line that is scanned; longer ones are data."""


def added_secrets(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield the secrets in lines that head adds.

    Raises :class:`VerdictError` if detect-secrets is not installed.
    """
    try:
        scan_line = import_module("detect_secrets.core.scan").scan_line
        settings = import_module("detect_secrets.settings").transient_settings
    except ImportError:
        raise VerdictError("detect-secrets is not installed; install cdk-verdict[secrets]") from None
    with settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        for path in sorted(head):
            before, after = base.get(path), head[path]
            if before == after or b"\0" in after or any(fnmatchcase(path, pattern) for pattern in IGNORED):
                continue
            known = set((before or b"").decode(errors="replace").splitlines())
            for number, line in enumerate(after.decode(errors="replace").splitlines(), 1):
                if line in known or len(line) > LONGEST:
                    continue
                for found in scan_line(line):
                    yield _observation(path, number, found.type, found.secret_hash)


def _observation(path: str, number: int, kind: str, digest: str) -> Observation:
    return Observation(
        kind=Kind.SECRET,
        severity=Outcome.NEEDS_LOOK if "test" in path else Outcome.STOPPED,
        sentence=f"{path}, line {number}: a secret in plain text ({kind}).",
        todo="Move the secret to Secrets Manager, and replace it: whoever reads the repository has it.",
        after=digest,
        meaning=kind,
        location=path,
    )
