"""The service: the HTTP API, its worker, and the server for assistants; it holds no rule and no chemistry.

Read in this order: `app` (all wiring), `service` (what a route can reach), `routers` (one file a group of routes),
`door` (what every request passes), `jobs`, `worker`, `sandbox` and `sandboxed` (long work), `serving` (the processes).
"""
