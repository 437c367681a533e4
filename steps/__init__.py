"""What steps of the pipeline run against a stage that has been deployed, each under a role for that alone."""
