"""Time: durations, finishing times, days of the week, minutes and hours, timetables, ages."""

from __future__ import annotations

from random import Random

from ..task import Task
from .banks import DAYS, person, two_people
from .texts import named, say, worked

_EVENTS = ("film", "lesson", "concert", "match", "meeting", "swimming class", "bus ride", "party", "school play")


def clock(minutes: int) -> str:
    """Minutes since midnight as the clock shows them: `clock(905)` is "15:05"."""
    return f"{minutes // 60 % 24}:{minutes % 60:02}"


def duration(rng: Random) -> Task:
    hour, start = rng.randint(7, 19), rng.choice(range(0, 60, 5))
    length = rng.choice(range(15, 120, 5))
    begin = hour * 60 + start
    end = begin + length
    question = say(
        rng,
        (
            "The {e} starts at {b} and ends at {x}. How many minutes does it last? || The {e} lasts {l} minutes.",
            "How many minutes are there from {b} to {x}? || That makes {l} minutes.",
            "{p.name} leaves home at {b} and arrives at {x}. How long is the trip in minutes? || The trip takes {l}"
            " minutes.",
            "It is {b} now. The train goes at {x}. How many minutes do I have? || You have {l} minutes.",
            "From {b} until {x} {p.name} is at a {e}. Give the length in minutes. || It takes {l} minutes.",
        ),
        e=rng.choice(_EVENTS), p=person(rng), b=clock(begin), x=clock(end), l=length,
    )  # fmt: skip
    if end // 60 == hour:
        steps = f"Both times are in the same hour.\n{end % 60} - {start} = {length}."
        return worked(rng, "duration", question, steps, length, f"{end % 60} - {start}")
    to_hour, hours, rest = 60 - start, end // 60 - hour - 1, end % 60
    steps = f"From {clock(begin)} to {clock((hour + 1) * 60)} it is 60 - {start} = {to_hour} minutes."
    if hours:
        steps += f"\nTo {clock((hour + 2) * 60)} it is 60 minutes more, {to_hour} + 60 = {to_hour + 60}."
    if rest:
        steps += f"\nThe last {rest} minutes: {to_hour + 60 * hours} + {rest} = {length}."
    return worked(rng, "duration", question, steps, length, f"60 - {start} + {60 * hours} + {rest}")


def finishing_time(rng: Random) -> Task:
    hour, start = rng.randint(8, 18), rng.choice((0, 5, 10, 15, 20, 30, 40, 45))
    length = rng.choice((20, 25, 30, 35, 40, 45, 50, 60, 75, 90))
    begin = hour * 60 + start
    question = say(
        rng,
        (
            "A {e} begins at {b} and takes {l} minutes. When does it end?",
            "What time is it {l} minutes after {b}?",
            "{p.name} puts a cake in the oven at {b}. It needs {l} minutes. At what time is it ready?",
            "I leave at {b} and the walk is {l} minutes. When will I be there?",
            "The doctor sees {p.name} at {b} for {l} minutes. When is {p.they} free again?",
            "{b} plus {l} minutes: what does the clock show?",
        ),
        e=rng.choice(_EVENTS), p=person(rng), b=clock(begin), l=length,
    )  # fmt: skip
    total = start + length
    if total < 60:
        steps = f"{start} + {length} = {total} minutes, which stays in the same hour."
    else:
        hours, over = divmod(total, 60)
        steps = f"The minutes are {start} + {length} = {total}, which is {hours} hour{'s' if hours > 1 else ''}"
        steps += f" and {over} more.\n" if over else " exactly.\n"
        steps += f"The hour becomes {hour} + {hours} = {hour + hours}."
    return worked(rng, "finishing_time", question, steps, clock(begin + length))


def day_of_week(rng: Random) -> Task:
    day, n = rng.randrange(7), rng.randint(2, 30)
    back = rng.random() < 0.25
    answer = DAYS[(day - n if back else day + n) % 7]
    question = say(
        rng,
        (
            "Today is {d}. What day was it {n} days ago?",
            "If today is {d}, which day of the week was {n} days before?",
            "It is {d}. Tell me the day of the week {n} days back.",
        )
        if back
        else (
            "Today is {d}. What day of the week will it be in {n} days?",
            "The school trip is {n} days after {d}. On which day of the week is it?",
            "{p.name} gets a parcel {n} days after {d}. Which weekday is that?",
            "A library book is lent on a {d} for {n} days. On what day is it due?",
            "Starting from {d}, count {n} days forward. Where do you land?",
        ),
        p=person(rng), d=DAYS[day], n=n,
    )  # fmt: skip
    weeks, rest = divmod(n, 7)
    direction = "back" if back else "on"
    steps = f"Count {n} days {direction} from {DAYS[day]}."
    if weeks:
        full = f"{weeks} full week{'s' if weeks > 1 else ''}"
        steps = f"{n} days make {full} (7 * {weeks} = {7 * weeks})"
        steps += f" and {n} - {7 * weeks} = {rest} more.\nCount {rest} {direction} from {DAYS[day]}." if rest else "."
        if not rest:
            steps += " After full weeks the day is the same."
    return worked(rng, "day_of_week", question, steps, answer)


def hours_and_minutes(rng: Random) -> Task:
    hours, minutes = rng.randint(1, 9), rng.choice((5, 10, 15, 20, 25, 30, 40, 45, 50))
    total = hours * 60 + minutes
    h = f"{hours} hour{'s' if hours > 1 else ''}"
    kind = rng.randrange(3)
    if kind == 0:
        question = say(
            rng,
            (
                "How many minutes are {h} and {m} minutes?", "Change {h} {m} minutes into minutes.",
                "A film lasts {h} and {m} minutes. What is this in minutes?",
                "{h}, {m} minutes = how many minutes in all?",
            ),
            h=h, m=minutes,
        )  # fmt: skip
        steps = f"One hour has 60 minutes.\n{hours} * 60 = {hours * 60}.\n{hours * 60} + {minutes} = {total}."
        return worked(rng, "hours_and_minutes", question, steps, total, f"{hours} * 60 + {minutes}")
    if kind == 1:
        n = rng.randint(2, 9)
        question = say(
            rng,
            ("How many hours are {n} days?", "Turn {n} days into hours.",
            "A ship was at sea for {n} days. How many hours is that?"),
            n=n,
        )  # fmt: skip
        return worked(
            rng, "hours_and_minutes", question, f"A day has 24 hours.\n{n} * 24 = {n * 24}.", n * 24, f"{n} * 24"
        )
    n = rng.randint(2, 12)
    big, small, k = rng.choice((("weeks", "days", 7), ("minutes", "seconds", 60), ("years", "months", 12)))
    question = say(
        rng,
        (
            "How many {s} are there in {n} {b}?", "Convert {n} {b} to {s}.",
            "{p.name} waited {n} {b}. How many {s} did {p.they}"
            " wait?", "Write {n} {b} in {s}.",
        ),
        p=person(rng), s=small, b=big, n=n,
    )  # fmt: skip
    steps = f"There are {k} {small} in one {big[:-1]}.\n{n} * {k} = {n * k}."
    return worked(rng, "hours_and_minutes", question, steps, n * k, f"{n} * {k}")


def timetable(rng: Random) -> Task:
    names = rng.sample(
        ("Oak Hill", "Mill Road", "Old Bridge", "Park Lane", "North Gate", "River Street", "Sea View"), 4
    )
    times = [rng.randint(7, 18) * 60 + rng.choice((0, 5, 10, 15))]
    for _ in range(3):
        times.append(times[-1] + rng.randint(3, 14))
    lines = "\n".join(f"{name} {clock(time)}" for name, time in zip(names, times, strict=True))
    i, j = sorted(rng.sample(range(4), 2))
    length = times[j] - times[i]
    question = say(
        rng,
        (
            "Here is the bus timetable. How many minutes is the ride from {a} to {b}?",
            "Use the table of stops to find the time in minutes between {a} and {b}.",
            "{p.name} gets on at {a} and off at {b}. How many minutes is {p.they} on the bus?",
            "According to these times, how long does the bus need from {a} to {b} (in minutes)?",
        ),
        p=person(rng), a=names[i], b=names[j],
    )  # fmt: skip
    head = f"The bus is at {names[i]} at {clock(times[i])} and at {names[j]} at {clock(times[j])}."
    x, y = times[i] % 60, times[j] % 60
    if times[i] // 60 == times[j] // 60:
        return worked(rng, "timetable", question, f"{head}\n{y} - {x} = {length}.", length, f"{y} - {x}", input=lines)
    steps = f"{head}\nTo the full hour: 60 - {x} = {60 - x}."
    if y:
        steps += f" After it: {60 - x} + {y} = {length}."
    return worked(rng, "timetable", question, steps, length, f"60 - {x} + {y}", input=lines)


def ages(rng: Random) -> Task:
    p, q = two_people(rng)
    a, k, n = rng.randint(3, 12), rng.randint(2, 4), rng.randint(2, 12)
    kind = rng.randrange(4)
    if kind == 0:
        question = say(
            rng,
            (
                "{p.name} is {a} years old. {q.name} is {k} times as old. How old is {q.name}? || {q.name} is {r}"
                " years old.",
                "{q.name} is {k} times the age of {p.name}, who is {a}. What is the age of {q.name}?"
                " || {q.name} is {r}.",
            ),
            p=p, q=q, a=a, k=k, r=a * k,
        )  # fmt: skip
        return worked(rng, "ages", question, f"{k} times as old means {k} * {a} = {a * k}.", a * k, f"{a} * {k}")
    if kind == 1:
        question = say(
            rng,
            (
                "{p.name} is {a} and {q.name} is {n} years older. What is the sum of their ages?",
                "{q.name} is {n} years older than {p.name}. {p.name} is {a}. How old are they together?",
            ),
            p=p, q=q, a=a, n=n,
        )  # fmt: skip
        steps = f"{q.name} is {a} + {n} = {a + n}.\nTogether they are {a} + {a + n} = {2 * a + n}."
        return worked(rng, "ages", question, steps, 2 * a + n, f"{a} + {a} + {n}")
    if kind == 2:
        question = say(
            rng,
            (
                "{p.name} will be {r} in {n} years. How old is {p.they} now? || {p.name} is {a} now.",
                "In {n} years {p.name} turns {r}. Find {p.their} age today. || Today {p.they} is {a}.",
            ),
            p=p, a=a, n=n, r=a + n,
        )  # fmt: skip
        return worked(rng, "ages", question, f"Go back {n} years: {a + n} - {n} = {a}.", a, f"{a + n} - {n}")
    question = say(
        rng,
        (
            "{p.name} is {a} years old and {p.their} mother is {m}. How old was the mother when {p.name} was born?",
            "A mother is {m} and her child {p.name} is {a}. How old will the mother be when {p.name} is {b}?",
        ),
        p=p, a=a, m=(m := a + rng.randint(22, 38)), b=a + n,
    )  # fmt: skip
    if "born" in question:
        return worked(
            rng, "ages", question, f"{p.name} was born {a} years ago.\n{m} - {a} = {m - a}.", m - a, f"{m} - {a}"
        )
    steps = f"That is in {a + n} - {a} = {n} years.\n{m} + {n} = {m + n}."
    return worked(rng, "ages", question, steps, m + n, f"{m} + {a + n} - {a}")


FAMILIES = named(duration, finishing_time, day_of_week, hours_and_minutes, timetable, ages)
