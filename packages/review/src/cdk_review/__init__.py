"""What a change does to security and to what is deployed, told from two cloud assemblies."""
