"""The stages: the table of what differs between them, and the Stage that holds one workload."""
