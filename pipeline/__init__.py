"""The delivery: one pipeline that carries a push through dev and, after approval, to prod."""
