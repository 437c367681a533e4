"""The TAP function: answers, and shows on the way that it reaches its bucket and its database."""
