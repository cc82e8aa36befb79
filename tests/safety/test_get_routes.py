"""Nothing is changed by reading: links and pictures of another site make a browser send a GET with its cookie."""

from __future__ import annotations

import json
import re
import secrets

import httpx
import pytest
from safety.conftest import tree

NAMED = (
    "delete_run",
    "create_run",
    "start",
    "stop",
    "export",
    "publish_to_hub",
    "push_to_hub",
    "update_run",
    "open_demo",
)
LISTED = 40  # gradio's routes that are read, about; fewer would mean that this looks at something else


@pytest.fixture(scope="module")
def read_routes() -> list[str]:
    """Every route that answers a GET, as gradio's app describes itself."""
    from gradio.routes import App

    from instructdiff_ui.ui import page

    paths = App.create_app(page.build()).openapi()["paths"]
    return [path for path, methods in paths.items() if "get" in methods]


def looked_at(person, path: str, params: dict | None = None) -> int:
    """Ask and go away: streams would go on."""
    try:
        with person.http.stream("GET", path, params=params, timeout=5) as answer:
            return answer.status_code
    except httpx.TimeoutException:
        return 0


def test_no_route_that_is_read_changes_a_run(public, read_routes):
    assert len(read_routes) > LISTED
    before, anne = tree(public.folder), public.anne
    fills = {"api_name": "delete_run", "session_hash": anne.session, "run": public.run, "endpoint": "delete_run"}
    for route in read_routes:
        if "logout" in route:  # ends a sign-in, and no more
            continue
        path = re.sub(r"\{(\w+)\}", lambda found: fills.get(found[1], "x"), route)
        for params in (None, {"run": public.run, "data": json.dumps([public.run]), "session_hash": anne.session}):
            looked_at(anne, path, params)
    assert tree(public.folder) == before


def test_no_function_is_called_by_reading(public):
    """Neither the published ones, nor the events of the page, nor the tools of MCP."""
    before, anne = tree(public.folder), public.anne
    named = [name.strip("/") for name in anne.http.get("/gradio_api/info").json()["named_endpoints"]]
    assert set(NAMED) & set(named)
    params = {"run": public.run, "data": json.dumps([public.run]), "fn_index": 1, "session_hash": anne.session}
    for name in {*named, *NAMED}:
        for form in ("call/{}", "api/{}", "run/{}", "{}"):
            assert looked_at(anne, f"/gradio_api/{form.format(name)}", params) in (404, 405), (form, name)
        looked_at(anne, f"/gradio_api/call/v2/{name}", params)  # to gradio, the answer to an event of this name
        for form in ("call/{}/{}", "call/v2/{}/{}"):  # reads what a post has asked for; here nobody has
            looked_at(anne, f"/gradio_api/{form.format(name, secrets.token_hex(16))}", params)
    for path in ("queue/join", "run/predict", "cancel", "reset", "upload", "component_server"):
        assert looked_at(anne, f"/gradio_api/{path}", params) in (404, 405), path
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "delete_run", "arguments": params}}
    for path in ("/gradio_api/mcp", "/gradio_api/mcp/", "/gradio_api/mcp/sse"):
        looked_at(anne, path, {"message": json.dumps(call)})
    assert tree(public.folder) == before


def test_a_page_of_another_site_posts_nothing(public):
    before = tree(public.folder)
    for path in ("queue/join", "call/delete_run", "call/v2/delete_run", "mcp/", "upload"):
        asked = public.anne.http.post(
            f"/gradio_api/{path}", json={"run": public.run}, headers={"origin": "https://evil.example"}
        )
        assert asked.status_code == 403
    assert tree(public.folder) == before
