"""The emulator: MiniStack in one process, with what a rehearsal needs loaded into it, one extension a file."""
