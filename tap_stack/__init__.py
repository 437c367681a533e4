"""The workload: one stack a stage. ``stack.py`` wires; every other module builds one part."""
