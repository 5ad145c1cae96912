"""The service: the HTTP API, its pages, its worker, and the server for assistants; it holds no rule and no chemistry.

Read in this order: `app` (all wiring), `server.service` (what a route can reach, and the guard before it),
`server.request_middleware` (what every request passes), one package a face, `server.serving` (the processes).
"""
