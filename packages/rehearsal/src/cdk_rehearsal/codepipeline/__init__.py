"""CodePipeline on its own wire API, inside the emulator."""
