"""What ``make clean`` removes: everything that the other verbs made, and nothing else."""

import shutil

from tooling.layout import Layout

MADE = (
    ".cache",
    ".coverage",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".rehearsal",
    ".ruff_cache",
    ".venv",
    "cdk.out",
    "node_modules",
    "report",
)


def clean(layout: Layout) -> None:
    """Remove what the verbs made in the clone. A cache that ``DELIVERY_CACHE`` put elsewhere is left alone."""
    for name in MADE:
        path = layout.root / name
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
    for folder in layout.root.rglob("__pycache__"):
        shutil.rmtree(folder)
