"""Work that other processes do, on this machine or on a cluster, and what happens where one of them is lost."""
