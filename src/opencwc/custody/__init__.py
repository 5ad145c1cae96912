"""Custody: what came in as it came, packed with signed hashes, compared with what was there before, and masked."""

MANIFEST_ENDING, SALTS_ENDING = ".masks.json", ".salts.json"
"""What follows the name of a masked text: of what goes with it, and of what stays with its owner."""
