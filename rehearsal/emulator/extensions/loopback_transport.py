"""Loopback HTTP counts as secure transport: what AWS encrypts on a network never touches one here.

Without it, every bucket policy that denies ``aws:SecureTransport: false`` denies everything.
"""

import ipaddress

import ministack.app
from ministack.core import iam_evaluator

from rehearsal.emulator.config import EmulatorConfig


def install(_config: EmulatorConfig) -> None:
    """Answer ``aws:SecureTransport`` as true for callers on loopback."""
    ministack.app.pin_request_origin = _pin_request_origin


def _pin_request_origin(source_ip: str, secure_transport: bool) -> None:  # noqa: FBT001 - MiniStack's own signature
    iam_evaluator.pin_request_origin(source_ip, secure_transport or ipaddress.ip_address(source_ip).is_loopback)
