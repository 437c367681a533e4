"""Namespaces of the kernel around a process: its own network, and for builds its own file system.

Everything below ``launch`` runs before the confined command, in a process of its own, with the standard library alone.
"""
