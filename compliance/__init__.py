"""The gate: which rule packs run on every synth, and how an exception to a rule is written down."""
