"""The delivery: one pipeline that carries a push through the stages, after approval where a stage requires it."""
