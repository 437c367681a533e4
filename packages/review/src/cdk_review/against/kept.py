"""The assemblies of earlier commits, kept by commit."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cdk_review.against.repository import Repository
from cdk_review.against.synthesis import synthesise

SETTINGS: Final = ("CDK_", "DELIVERY_")
"""Variables with these names change what is synthesised, so an assembly is kept for each set of their values."""
CACHE: Final = "DELIVERY_CACHE"
KEPT: Final = 20
"""Assemblies that are kept; each has about a megabyte."""


def base_assembly(commit: str, *, repository: Repository, cache: Path, environ: Mapping[str, str]) -> Path:
    """Return the assembly of ``commit``, synthesised the first time that it is asked for.

    Raises :class:`~cdk_review.errors.ReviewError` where the commit does not synthesise; that is not kept.
    """
    folder = cache / "review"
    assembly = folder / f"{commit}-{_settings(environ)}"
    if assembly.is_dir():
        return assembly
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        tree = Path(name) / "tree"
        repository.extract(commit, tree)
        made = synthesise(tree, {**environ, CACHE: str(cache)}, what=f"The base {commit[:8]}")
        try:
            made.rename(assembly)
        except OSError:
            # Another run was faster; its assembly is the same.
            if not assembly.is_dir():
                raise
    _forget(folder)
    return assembly


def _forget(folder: Path) -> None:
    assemblies = sorted((path for path in folder.iterdir() if path.is_dir()), key=os.path.getmtime, reverse=True)
    for path in assemblies[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _settings(environ: Mapping[str, str]) -> str:
    named = {name: value for name, value in environ.items() if name.startswith(SETTINGS) and name != CACHE}
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]
