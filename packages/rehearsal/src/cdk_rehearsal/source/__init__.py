"""Git on this side of a source connection: bare repositories, and the hook that announces a push."""
