"""Sets the clone up. Standard library only: it runs before anything is installed."""
