"""Helpers for tests that rehearse an app or talk to the emulator. They need the `testing` extra."""
