"""The routes, one small file a group; `ACCESS` says which action each needs (`opencwc.casebook.permissions`)."""

ACCESS: dict[str, str] = {
    "GET /health/live": "open",
    "GET /health/ready": "open",
    "GET /metrics": "open",  # a person with the action "metrics", or the metrics token: the route itself asks
    "GET /api/v1/openapi.json": "open",
    "GET /api/v1/screen": "screen",
    "POST /api/v1/screen": "screen",
    "POST /api/v1/screen/batch": "screen",
    "GET /api/v1/lists": "rules",
    "GET /api/v1/entries": "rules",
    "GET /api/v1/entries/{list_id}/{entry_id}": "rules",
    "GET /api/v1/duties/{list_id}/{entry_id}": "rules",
    "GET /api/v1/models": "models",
    "GET /api/v1/models/{model_id}": "models",
    "POST /api/v1/transfers/check": "screen",
    "POST /api/v1/transfers/checks": "keep",
    "GET /api/v1/transfers/checks/{number}": "read",
    "POST /api/v1/transfers/reconciliations": "keep",
    "GET /api/v1/transfers/reconciliations/{number}": "read",
    "GET /api/v1/transfers/reconciliations/{number}/lines": "read",
    "POST /api/v1/law/checks": "keep",
    "GET /api/v1/law/checks/{number}": "read",
    "GET /api/v1/law/checks/{number}/labels": "read",
    "POST /api/v1/law/ask": "read",
    "POST /api/v1/jobs": "keep",
    "GET /api/v1/jobs": "keep",
    "GET /api/v1/jobs/{job_id}": "keep",
    "POST /api/v1/jobs/{job_id}/cancel": "keep",
    "GET /api/v1/jobs/{job_id}/events": "keep",
    "GET /api/v1/jobs/{job_id}/result": "keep",
}
"""The action of every route of these files, by method and template."""
