"""CodeBuild that really builds: local processes under the service role's credentials."""
