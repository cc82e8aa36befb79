"""Another visitor's run, session and stream, guessed or replayed over raw HTTP: nothing is told, nothing changes."""

from __future__ import annotations

import pytest
from safety.conftest import SECRET, Person, tree

SETTINGS = {"event": "show", "key": "all", "value": "all"}


def with_the_run(person: Person) -> list[dict]:
    return [one for one in person.events if one["backend_fn"] and person.ids["run-id"] in one["inputs"]]


def endpoints(person: Person) -> dict[str, list[dict]]:
    """The published functions that take a run, with their parameters."""
    named = person.http.get("/gradio_api/info").json()["named_endpoints"]
    return {
        name: there["parameters"]
        for name, there in named.items()
        if any("run" in one["parameter_name"] for one in there["parameters"])
    }


def test_anne_sees_her_own_words(public):
    """Else the tests below could not fail."""
    shown = public.anne.say(public.anne.event("run-id", "change"), {public.anne.ids["run-id"]: public.run})
    assert SECRET in shown


@pytest.mark.parametrize("name", ["{run}", "../../visitors/{folder}/runs/{run}", "{path}", "/"])
def test_no_event_of_the_page_tells_or_changes_anything_of_anothers_run(public, name):
    path = public.folder / "runs" / public.run
    run = name.format(run=public.run, folder=public.folder.name, path=path)
    before = tree(public.folder)
    events = with_the_run(public.ben)
    assert len(events) > 40, "the page has that many functions of a run"
    for event in events:
        answer = public.ben.say(event, {public.ben.ids["run-id"]: run}, SETTINGS)
        assert SECRET not in answer, event
        assert str(public.home) not in answer or run == str(path), event
    assert tree(public.folder) == before


def test_no_published_function_tells_or_changes_anything_of_anothers_run(public):
    before = tree(public.folder)
    found = endpoints(public.ben)
    assert len(found) > 8
    for name, parameters in found.items():
        asked = {
            one["parameter_name"]: public.run for one in parameters
            if "run" in one["parameter_name"] or not one["parameter_has_default"]
        }  # fmt: skip
        joined = public.ben.http.post(f"/gradio_api/call/v2{name}", json=asked)
        answer = joined.text
        if joined.status_code == 200:
            answer = public.ben.http.get(f"/gradio_api/call{name}/{joined.json()['event_id']}").text
            assert "event: error" in answer, f"{name} answers to another's run"
        assert SECRET not in answer
    assert tree(public.folder) == before


def test_the_state_of_anothers_session_is_not_ones_own(public):
    """Gradio keeps the rule and the rows on show under a name that the client chooses."""
    public.anne.say(public.anne.event("run-id", "change"), {public.anne.ids["run-id"]: public.run})
    thief = Person(public.url, 3, session=public.anne.session)
    before = tree(public.folder)
    for event in thief.events:
        if event["backend_fn"] and set(event["inputs"]) & thief.states:
            assert SECRET not in thief.say(event, {}, SETTINGS)
    assert tree(public.folder) == before


def test_the_answers_to_another_are_not_overheard(public):
    """Whoever knows the name of a session could listen to its stream."""
    anne, thief = public.anne, Person(public.url, 4, session=public.anne.session)
    event = anne.event("run-id", "change")
    asked = anne.http.post("/gradio_api/queue/join", json=anne.body(event, {anne.ids["run-id"]: public.run}))
    params = {"session_hash": anne.session}
    with thief.http.stream("GET", "/gradio_api/queue/data", params=params, timeout=20) as stream:
        assert '"session_not_found":true' in next(stream.iter_lines())
    assert SECRET in anne.listen(asked.json()["event_id"]), "it was Anne's to hear"


def test_anothers_event_is_not_cancelled_nor_its_session_ended(public):
    anne, thief = public.anne, Person(public.url, 5, session=public.anne.session)
    event = anne.event("run-id", "change")
    asked = anne.http.post("/gradio_api/queue/join", json=anne.body(event, {anne.ids["run-id"]: public.run})).json()
    cancelled = {"session_hash": anne.session, "fn_index": event["id"], "event_id": "of-nobody"}
    thief.http.post("/gradio_api/cancel", json=cancelled)
    with thief.http.stream("GET", f"/gradio_api/heartbeat/{anne.session}") as beat:
        next(beat.iter_lines())
    assert SECRET in anne.listen(asked["event_id"])
    # the rows that she had opened are still there
    assert SECRET in anne.say(anne.event("rows", "select"), {anne.ids["run-id"]: public.run}, SETTINGS)


def test_links_of_sessions_are_not_made(public):
    answer = public.anne.http.get("/gradio_api/deep_link", params={"session_hash": public.anne.session})
    assert answer.status_code == 404
