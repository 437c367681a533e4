"""How fast the verbs are. Measured on request, and never judged by a test."""
