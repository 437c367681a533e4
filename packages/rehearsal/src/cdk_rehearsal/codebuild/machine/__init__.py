"""What a build needs of this machine: a shell, processes, a workspace, archives. Knows no AWS API."""
