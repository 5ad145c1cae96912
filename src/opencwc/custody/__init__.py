"""Custody: what came in as it came, packed with signed hashes, compared with what was there before, and masked."""
