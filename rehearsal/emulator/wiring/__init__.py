"""How extensions reach into MiniStack. `rehearsal.emulator.hooks` offers what they need of it."""
