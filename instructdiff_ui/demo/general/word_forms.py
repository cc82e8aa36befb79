"""Facts about the forms of words: plurals, tenses, comparison, rhymes, spellings, parts of speech."""

from __future__ import annotations

from .lang import table

# one | many
PLURALS = table("""
child | children
mouse | mice
foot | feet
tooth | teeth
goose | geese
man | men
woman | women
ox | oxen
leaf | leaves
knife | knives
wolf | wolves
wife | wives
life | lives
shelf | shelves
thief | thieves
loaf | loaves
half | halves
city | cities
baby | babies
lady | ladies
story | stories
party | parties
cherry | cherries
box | boxes
bus | buses
dish | dishes
church | churches
watch | watches
glass | glasses
fox | foxes
potato | potatoes
tomato | tomatoes
hero | heroes
sheep | sheep
deer | deer
day | days
toy | toys
key | keys
person | people
""")
# verb | past | past participle
VERBS = table("""
go | went | gone
see | saw | seen
eat | ate | eaten
drink | drank | drunk
write | wrote | written
run | ran | run
take | took | taken
give | gave | given
buy | bought | bought
bring | brought | brought
think | thought | thought
teach | taught | taught
catch | caught | caught
sing | sang | sung
swim | swam | swum
begin | began | begun
break | broke | broken
speak | spoke | spoken
drive | drove | driven
fly | flew | flown
know | knew | known
grow | grew | grown
throw | threw | thrown
sleep | slept | slept
keep | kept | kept
feel | felt | felt
leave | left | left
find | found | found
build | built | built
send | sent | sent
hold | held | held
sell | sold | sold
tell | told | told
win | won | won
forget | forgot | forgotten
hide | hid | hidden
ride | rode | ridden
choose | chose | chosen
wear | wore | worn
fall | fell | fallen
carry | carried | carried
stop | stopped | stopped
""")
# plain | more | most
GRADES = table("""
big | bigger | biggest
good | better | best
bad | worse | worst
far | farther | farthest
happy | happier | happiest
easy | easier | easiest
hot | hotter | hottest
large | larger | largest
thin | thinner | thinnest
busy | busier | busiest
heavy | heavier | heaviest
small | smaller | smallest
nice | nicer | nicest
early | earlier | earliest
wet | wetter | wettest
young | younger | youngest
strong | stronger | strongest
lazy | lazier | laziest
fat | fatter | fattest
safe | safer | safest
funny | funnier | funniest
cold | colder | coldest
""")
RHYMES: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in (
        "cat hat mat bat rat",
        "light night right bright fight",
        "cake lake snake bake make",
        "tree bee sea knee key",
        "house mouse",
        "rain train plane chain",
        "moon spoon soon noon",
        "ball wall tall fall",
        "king ring sing wing spring",
        "boat coat goat note",
        "bear chair hair pear",
        "star car far jar",
        "day play say way",
        "dog fog log frog",
        "bell well shell smell",
        "gold cold old told",
        "hill mill still will",
        "clock rock sock lock",
        "flower shower tower power",
        "sand hand land band",
    )
)
# right | wrong
SPELLINGS = table("""
receive | recieve
believe | beleive
friend | freind
necessary | neccessary
separate | seperate
tomorrow | tommorow
beginning | begining
different | diffrent
because | becuase
beautiful | beatiful
calendar | calender
definitely | definately
government | goverment
weird | wierd
library | libary
February | Febuary
surprise | suprise
Wednesday | Wensday
restaurant | restarant
island | iland
answer | anser
knowledge | knowlege
until | untill
truly | truely
neighbour | nieghbour
writing | writting
address | adress
business | buisness
different | diferent
address | addres
""")
SPEECH = table("""
noun | kitchen, river, teacher, window, music, island, bread, city, story, winter
verb | bring, sing, carry, write, forget, build, choose, listen, arrive, teach
adjective | tall, tiny, honest, lazy, careful, gentle, wooden, hungry, noisy, ancient
adverb | slowly, often, carefully, never, soon, loudly, badly, always, gently, quickly
""")
