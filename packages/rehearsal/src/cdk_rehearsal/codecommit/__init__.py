"""CodeCommit as far as pipelines need it: repositories that are bare git repositories on this machine."""
