"""What a stage costs while nobody uses it: prices from a dated table, quantities from the synthesised templates."""
