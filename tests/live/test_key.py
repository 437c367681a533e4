"""The key that everything at rest is encrypted with."""

from typing import Any

from tests.live.conftest import Look
from tests.live.expectation import expect, expect_each


def test_the_key_is_the_stage_s_own_and_in_use(key: dict[str, Any]) -> None:
    expected = {"KeyState": "Enabled", "KeyManager": "CUSTOMER", "KeyUsage": "ENCRYPT_DECRYPT"}
    expect_each("key", found=key, expected=expected)


def test_the_key_is_rotated(key: dict[str, Any], look: Look) -> None:
    rotated = look("kms").get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    expect("rotation of the key", found=rotated, expected=True)
