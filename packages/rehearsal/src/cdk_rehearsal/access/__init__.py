"""What roles need and may do: the rules alone, without an emulator."""
