"""The one way out: a proxy on loopback through which every process of a rehearsal reaches the network.

The emulator answers for AWS's hosts. Package registries and hosts that the user allows pass through. The rest is
refused.
"""
