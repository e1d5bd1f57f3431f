"""`GET /openapi.json` and `GET /docs`: what can be asked, for programs, and as a page with assets of its own."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, abort

from jarvis_ctx.web.application import Application

ASSETS = {
    "swagger-ui.css": ("css/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("js/swagger-ui-bundle.js", "text/javascript"),
    "swagger.svg": ("images/swagger.svg", "image/svg+xml"),
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>jarvis-ctx: the API</title>
<link rel="icon" href="/docs/swagger.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/static/theme.js"></script>
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</body>
</html>
"""
BEGIN = """\
const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.documentElement.classList.toggle("dark-mode", (document.documentElement.dataset.theme ?? system) === "dark");
SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});
"""


def document(app: Application) -> Blueprint:
    """The blueprint; it needs the application, whose routes it tells of."""
    pages = Blueprint("document", __name__)

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return Response(app.json.dumps(_told(app.api_doc)), content_type="application/json")

    @pages.get("/docs")
    def docs() -> Response:
        return Response(PAGE, content_type="text/html; charset=utf-8")

    @pages.get("/docs/<name>")
    def asset(name: str) -> Response:
        if name == "begin.js":
            return Response(BEGIN, content_type="text/javascript")
        if name not in ASSETS:
            abort(404)
        place, kind = ASSETS[name]
        found = files("flask_openapi_swagger").joinpath("templates", "swagger", place).read_bytes()
        return Response(found, content_type=kind, headers={"Cache-Control": "private, max-age=86400"})

    return pages


def _told(found: dict[str, Any]) -> dict[str, Any]:
    """The document as it was made; a body in which nothing is required may be left out."""
    schemas = found["components"]["schemas"]
    for operations in found["paths"].values():
        for operation in operations.values():
            if body := operation.get("requestBody"):
                of = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                body["required"] = bool(schemas[of].get("required"))
    return found
