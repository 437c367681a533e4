"""What the actions of a pipeline do: one provider a file, each under the credentials that AWS would give it."""
