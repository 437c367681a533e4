"""Reviews the work tree against the commit that it branched off from, which is synthesised once and kept."""
