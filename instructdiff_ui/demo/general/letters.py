"""Families of short messages: emails, notes, invitations, apologies, thanks, replies."""

from __future__ import annotations

from random import Random

from ..task import Family, Task
from .lang import cap, pick, table
from .people import slots

# what one writes about | sentence that says it | sentence that asks or offers something
_EMAILS = table("""
I will be late for work tomorrow | I will be about an hour late tomorrow because I have to see the dentist. | I will
    stay longer in the evening to finish my work.
I cannot come to the meeting on {day} | Unfortunately I cannot come to the meeting on {day}. | Could you send me the
    notes afterwards?
I want to move the meeting from {day} to {later} | Something has come up on {day}, and I would like to move our
    meeting to {later}. | Would {time} suit you?
the heating in my flat is broken | The heating in my flat has not worked since {day}. | Could you send someone to
    repair it this week?
I want a day off on {day} | I would like to take {day} off. | All my tasks for this week will be done before then.
I left my coat in the office | I think I left my grey coat in the office on {day}. | Could you please check whether
    it is still there?
the parcel with my lamp arrived broken | The lamp I ordered arrived on {day}, but it was broken. | Please let me
    know how I can get a new one.
I want to know the price of the language course | I am interested in your language course on {day} evenings. | Could
    you tell me the price and the starting date?
I want to book a table for {count} | I would like to book a table for {count} people on {day} at {time}. | Please
    confirm the booking.
my son is ill and stays at home | My son has a fever and has to stay at home today. | Could you tell us what he
    should read until {day}?
the report is ready | The report for {town} is ready, and you will find it with this message. | Please tell me if
    you would like any changes.
I would like to visit the library with my class | I would like to bring my class to the library on {day}. | Is there
    room for {many} children at {time}?
I lost my keys on the bus | I lost my keys on the bus to {town} on {day}. | Has anyone handed them in?
the bill has a mistake | On my last bill I was asked to pay for {count} nights, but I stayed for one night only. |
    Could you please send me a corrected bill?
I am moving to {town} | We are moving to {town} next month. | From then on please send all letters to our new address.
""")
_GREETINGS = ("Dear {other},", "Hello {other},", "Hi {other},", "Dear {other},")
_CLOSINGS = ("Best wishes,\n{name}", "Kind regards,\n{name}", "Many thanks,\n{name}", "Regards,\n{name} {family}")
# reason of a note | the note
_NOTES = table("""
I have gone to the shop | I have gone to the shop. Back at {time}. There is soup on the stove.
the cat has been fed | The cat has had her supper, so please do not feed her again.
someone has to water the plants | Please water the plants by the window on {day}. Two cups are enough.
dinner is in the oven | Dinner is in the oven. Turn it off at {time} and help yourself.
{other} called | {other} called at {time}. Please call back before the evening.
the bins must go out | The bins are collected on {day} morning. Please put them out tonight.
the lift is broken | The lift is broken and will be repaired on {day}. Please use the stairs.
a parcel is with the neighbours | Your parcel arrived at {time}. You can get it from the {family} family next door.
I borrowed the bicycle | I borrowed your bicycle to go to {town}. It will be back by {time}.
the milk is finished | We are out of milk. Could you bring two bottles on your way home?
the washing machine is on | The washing machine is running. Please hang up the clothes when it stops.
I have the spare key | I took the spare key with me. Ring the bell at number {date} if you are locked out.
""")
# occasion | activity
_PARTIES = table("""
birthday party | There will be cake, music and games in the garden
housewarming party | We will show you the new flat and there will be plenty to eat
summer picnic | We will bring blankets and lemonade, and everyone brings a dish
film evening | We will watch two old comedies and make popcorn
farewell dinner | I am leaving for {far}, and I would love to see you all once more
garden party | We will light the grill and sit under the apple tree
board game night | We have five games and more snacks than we can eat
school concert | The children will sing and play for about an hour
book club | This time we talk about our favourite story from childhood
""")
# what went wrong | how it is put | what is offered
_APOLOGIES = table("""
forgetting a birthday | I am so sorry that I forgot your birthday | May I take you out for dinner on {day}
breaking a vase | I am very sorry that I broke your blue vase | I will buy a new one, and you may choose it
coming too late | Please forgive me for coming so late on {day} | Next time I will take the earlier train
losing a borrowed book | I am sorry to say that I lost the book you lent me | I have already ordered a new copy for you
being loud at night | We are sorry that our party was so loud last night | From now on the music stops at ten
missing an appointment | I apologise for missing our appointment on {day} | Could we meet on {later} instead
a wrong delivery | We are sorry that you received the wrong parcel | The right one will reach you by {day} at no cost
an unkind word | I am sorry for what I said on {day} | I was tired, but that is no excuse, and I would like to talk
eating the last piece of cake | I am sorry that I ate the last piece of your cake | I will bake a new one on {day}
a late answer | I am sorry that my answer comes so late | I was travelling, but now I have time for your questions
""")
# gift or help | how it is used or felt
_THANKS = table("""
the warm scarf | It is just the right thing for this cold weather
helping me move house | Without you I would still be carrying boxes
the lovely dinner | The soup was wonderful, and so was the company
looking after the cat | She looks happy and well fed
the book about birds | I have already read half of it
your kind letter | It made me smile on a grey day
repairing my bicycle | It runs better than when it was new
the flowers | They stand on my desk and brighten the whole room
the driving lessons | Thanks to your patience I passed the test
your advice about the new job | I took it, and everything went well
the weekend at your house | The children still talk about the boat
teaching my daughter to swim | She is not afraid of deep water any more
""")


def _signed(rng: Random, values: dict[str, str], body: str) -> str:
    return f"{pick(rng, _GREETINGS)}\n{body}\n{pick(rng, _CLOSINGS)}".format(**values)


def email(rng: Random) -> Task:
    values = slots(rng)
    about, said, asked_for = (part.format(**values) for part in pick(rng, _EMAILS))
    ask = pick(
        rng,
        (
            "Write a short email to {other} saying that {about}. Sign it as {name}.",
            "Please write a brief email for me: {about}. It goes to {other}, from {name} {family}.",
            "I need an email to {other}. The point: {about}. My name is {name}.",
            "Help me tell {other} by email that {about}. Keep it polite. I am {name}.",
            "Email to {other}, two or three sentences, signed {name}: {about}.",
        ),
    ).format(about=about, **values)
    opening = pick(rng, ("I hope you are well. ", "", "", "Thank you for your last message. "))
    return Task("email", ask, _signed(rng, values, f"{opening}{said} {asked_for}"))


def note(rng: Random) -> Task:
    values = slots(rng)
    reason, text = (part.format(**values) for part in pick(rng, _NOTES))
    ask = pick(
        rng,
        (
            f"Write a note for the kitchen table: {reason}.",
            f"I want to leave a short note saying that {reason}.",
            f"Write a note to my flatmate. It should say that {reason}.",
            f"Short note, please: {reason}. From {values['name']}.",
            f"How do I put this on a small piece of paper: {reason}?",
        ),
    )
    signed = f"{text}\n{values['name']}" if values["name"] in ask else text
    return Task("note", ask, signed)


def invitation(rng: Random) -> Task:
    values = slots(rng)
    party, plan = (part.format(**values) for part in pick(rng, _PARTIES))
    values |= {"party": party, "plan": plan, "street": pick(rng, ("Mill Road", "Park Street", "Station Road"))}
    ask = pick(
        rng,
        (
            "Write an invitation to a {party} on {day} at {time}.",
            "I am planning a {party} for {day}, {time}, at {date} {street}. Write the invitation, please.",
            "Invite {other} to my {party}. It is on {day} at {time}. My name is {name}.",
            "Can you write a friendly invitation? Occasion: {party}. Day: {day}. Time: {time}.",
            "We need a short text that invites people to our {party} on {day} at {time}.",
        ),
    ).format(**values)
    start = pick(
        rng,
        (
            "Dear {guest},\nyou are invited to",
            "Hello {guest}!\nPlease come to",
            "Dear {guest},\nwe would love to see you at",
        ),
    )
    values["guest"] = values["other"] if values["other"] in ask else pick(rng, ("friends", "neighbours", "all"))
    our = "my" if "my " in ask.lower() else "our"
    place = " The address is {date} {street}." if values["street"] in ask else ""
    end = pick(rng, ("Please let us know if you can come.", "Bring a friend if you like!", "We hope to see you there."))
    text = f"{start} {our} {{party}} on {{day}} at {{time}}. {{plan}}.{place} {end}"
    return Task("invitation", ask, text.format(**values) + (f"\n{values['name']}" if values["name"] in ask else ""))


def apology(rng: Random) -> Task:
    values = slots(rng)
    wrong, sorry, offer = (part.format(**values) for part in pick(rng, _APOLOGIES))
    ask = pick(
        rng,
        (
            "Write a short apology to {other} for {wrong}.",
            "I have to say sorry to {other} for {wrong}. What can I write? I am {name}.",
            "Please write two or three sentences to apologise for {wrong}.",
            "Apology text for {wrong}, friendly tone, please.",
            "{other} is upset about this: {wrong}. Write an apology from me, {name}.",
        ),
    ).format(wrong=wrong, **values)
    end = "?" if offer.startswith(("May", "Could")) else "."
    body = f"{sorry}. {offer}{end}"
    named = values["name"] in ask or "me, " in ask
    if values["other"] in ask:
        body = f"Dear {values['other']},\n{body}"
    return Task("apology", ask, f"{body}\n{values['name']}" if named else body)


def thanks(rng: Random) -> Task:
    values = slots(rng)
    gift, effect = pick(rng, _THANKS)
    ask = pick(
        rng,
        (
            "Write a thank-you note to {other} for {gift}.",
            "How can I thank {other} for {gift}? Two or three sentences, from {name}.",
            "Please write a few warm words of thanks for {gift}.",
            "I want to thank my neighbour for {gift}. Write a short card.",
            "Thank-you message for {gift}, not too formal. Sign it {name}.",
        ),
    ).format(gift=gift.replace("your ", "the "), **values)
    start = pick(rng, ("Thank you so much for {gift}.", "Many thanks for {gift}!", "I want to thank you for {gift}."))
    end = pick(rng, ("I hope to see you soon.", "It was very kind of you.", "You are a true friend."))
    body = f"{start} {effect}. {end}".format(gift=gift)
    if values["other"] in ask:
        body = f"Dear {values['other']},\n{body}"
    return Task("thanks", ask, f"{body}\n{values['name']}" if values["name"] in ask else body)


# who you are | what is said | the reply
ROLES = table("""
a shop assistant | Do you have this coat in blue? | Let me look for you. Yes, we have one left in blue. Would you
    like to try it on?
a waiter | My soup is cold. | I am very sorry about that. I will bring you a hot bowl right away.
a librarian | Can I keep this book for longer? | Of course. I can give you two more weeks. Please bring it back
    before then.
a hotel clerk | We would like a room for tonight. | Welcome! We have a quiet double room on the second floor. How
    many nights will you stay?
a bus driver | Does this bus go to the station? | Yes, it does. Get off at the fourth stop, and the station is
    across the street.
a teacher | I forgot my homework. | That can happen. Please bring it tomorrow, and write it down next time.
a ship captain | A storm is coming! | Take down the sails and close every hatch. Everyone stay together, and we will
    be safe.
a baker | What do you recommend today? | The dark rye bread is still warm from the oven. It goes well with butter
    and honey.
a train conductor | I lost my ticket. | Do not worry. When did you buy it, and where are you going? Let us see what
    we can do.
a gardener | My roses have no flowers. | They may need more sun. Cut off the dry branches, too, and be patient until
    June.
a king in a fairy tale | The dragon has stolen the bells. | Then bring me the bravest bell-maker in the land. We
    shall cast new bells and ring them tonight.
a robot helper | Please tidy the kitchen. | At once. I will wash the cups first, then wipe the table and sweep the
    floor.
a tour guide | How old is this tower? | It was built about six hundred years ago. Come closer and you can see the
    marks of the builders.
a swimming teacher | I am afraid of deep water. | We will start where you can stand. Hold my hand, breathe slowly,
    and we go one step at a time.
a wise old owl | How do I become wise? | Listen more than you speak, little one, and ask when you do not know.
a friendly neighbour | Could you look after my dog on Friday? | With pleasure! Just bring her food and the lead, and
    we will go to the park.
""")


def role_play(rng: Random) -> Task:
    role, said, reply = pick(rng, ROLES)
    shown = said.rstrip()
    ask = pick(
        rng,
        (
            f"You are {role}. Reply to this: '{shown}'",
            f"Play {role}. I say: '{shown}' What do you say?",
            f"Let us act a scene. You are {role} and I come in and say: '{shown}'",
            f"Imagine that you are {role}. Someone tells you: '{shown}' Answer in your role.",
            f"What would {role} say to this? '{shown}'",
        ),
    )
    return Task("role_play", cap(ask), reply)


FAMILIES: dict[str, Family] = {
    family.__name__: family for family in (email, note, invitation, apology, thanks, role_play)
}
