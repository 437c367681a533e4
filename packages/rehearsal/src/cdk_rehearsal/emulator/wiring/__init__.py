"""How extensions reach into MiniStack. `cdk_rehearsal.emulator.hooks` offers what they need of it."""
