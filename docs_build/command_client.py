"""Have the command server run a program in this process's place: ``python -IS command_client.py SOCKET PROGRAM ...``.

The program gets this process's arguments, folder, environment and standard streams; its exit status becomes ours.
"""

import json
import os
import signal
import socket
import sys


def main(address: str, words: list[str]) -> int:
    """Ask for a program and wait for its end."""
    folder = os.getcwd()  # noqa: PTH109 - pathlib takes longer to load than all the rest here
    request = json.dumps([words, folder, dict(os.environ)]).encode()
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [len(request).to_bytes(4, "big")], [0, 1, 2])
        server.sendall(request)
        process = int.from_bytes(server.recv(4, socket.MSG_WAITALL), "big")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(process, number))
        return int.from_bytes(server.recv(1), "big")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
