"""Hooks that every suite of this repository shares."""

from delivery_testing.plugin import pytest_collection_modifyitems, pytest_configure, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_xdist_make_scheduler"]
