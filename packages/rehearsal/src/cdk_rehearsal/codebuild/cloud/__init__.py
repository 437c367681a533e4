"""What a build needs of AWS, always under its service role: sources, artifacts, variables, logs."""
