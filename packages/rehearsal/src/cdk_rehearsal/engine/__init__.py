"""What a pipeline is and how an execution moves through it. Pure: no process, no HTTP, no clock of its own."""
